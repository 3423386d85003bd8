"""`python -m core results import`."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import JsonFlag, progress, read_settings, say, say_json, say_table
from core.errors import RecordsError

if TYPE_CHECKING:
    from core.records.exchange import ImportReport
    from core.records.importing.preview import FirstLook, Preview, ReadRow
    from core.records.importing.staging import Stage
    from core.records.store import RecordStore

_FORMS = {
    "own": "an export of ours",
    "human": "the original service's table, one row a grade",
    "long": "one row a grade",
    "wide": "one row a visit, a column for each condition",
}
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_STEPS = 1000
# Of the records while they take in rows; left alone, DuckDB keeps in memory whatever it has written.
_MEMORY = "2GB"


def open_store() -> "RecordStore":
    """Open the records of this installation.

    Raises:
        RecordsError: As `RecordStore.open`.
    """
    from core.records.store import RecordStore

    return RecordStore.open(read_settings().database_path)


def import_file(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="CSV (.csv, .tsv, .txt), Parquet or SQLite.")],
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="ROLE=COLUMN",
            help="Which column holds what, for example sex=gender or dandruff=비듬; ROLE= for none. May be repeated.",
            show_default=False,
        ),
    ] = None,
    system: Annotated[
        str, typer.Option(help="What the other system is called: tells its ids from those of another one.")
    ] = "",
    table: Annotated[
        str | None, typer.Option(help="Which table of a database; by default the best known.", show_default=False)
    ] = None,
    rejects: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where bad rows go; by default beside FILE.", show_default=False),
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Say what would happen, and change nothing.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Add results from a file of ours or of another system.

    Known without --map: an export of ours; the original service's Human table (id, sex, age, pred, skin); tables with
    a column for each condition, or with columns for condition and grade, under names known in English or Korean. Roles
    are id, visited_at, sex, age, region, consent, view, model_id, model_version, condition, severity and the six
    conditions. Bad rows are written to a file with the reason and the line, the rest is kept. Importing twice adds
    nothing.
    """
    from core.records.exchange import ImportChoices, import_results, preview_results

    choices = ImportChoices(_mapping(mapping or []), system, table)
    with open_store() as store, _Bars() as bars:

        def say_first(look: "FirstLook") -> None:
            bars.close()
            _say_first_look(source, look)

        with store.cursor() as cursor:
            cursor.execute(f"SET memory_limit = '{_MEMORY}'")
        if preview:
            first = None if as_json else say_first
            seen = preview_results(store, source, choices, on_progress=bars.tell, on_first_look=first)
            report = None
        else:
            report = import_results(store, source, choices, reject_file=rejects, on_progress=bars.tell)
    if report is None:
        _say_preview(source, seen, as_json=as_json)
    elif as_json:
        reject_file = str(report.reject_file) if report.reject_file else None
        counts = {name: getattr(report, name) for name in ("imported", "already_there", "rejected", "visits", "rows")}
        say_json({**counts, "reasons": dict(report.reasons), "reject_file": reject_file})
    else:
        _say_report(report)


def _mapping(pairs: list[str]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for pair in pairs:
        role, given, column = pair.partition("=")
        if not given:
            raise typer.BadParameter(f"{pair!r} is not of the form ROLE=COLUMN")
        mapping[role.strip().lower()] = column.strip()
    return mapping


class _Bars:
    """A bar for each stage while someone watches."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._shown: dict[str, Callable[[int], None]] = {}

    def __enter__(self) -> "_Bars":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def tell(self, stage: "Stage", share: float) -> None:
        """Say how far it is."""
        if stage not in self._shown:
            self.close()
            self._shown[stage] = self._open.enter_context(progress(f"{stage:9}", _STEPS))
        self._shown[stage](int(share * _STEPS))

    def close(self) -> None:
        """Leave the line of the bar, for words."""
        self._open.close()
        self._shown.clear()


def _say_report(report: "ImportReport") -> None:
    say(f"{report.imported} gradings added, {report.already_there} already there, {report.rejected} rows rejected")
    _say_reasons(report.reasons)
    if report.reject_file:
        say(f"Rejected rows with their reasons: {report.reject_file}")


def _say_reasons(reasons: Mapping[str, int]) -> None:
    from core.records.importing.reasons import explain_reason

    for reason, rows in reasons.items():
        say(f"  {reason}: {rows}  ({explain_reason(reason)})")


def _say_preview(source: Path, seen: "Preview", *, as_json: bool) -> None:
    from core.records.importing.roles import listed

    if seen.form is None:
        raise RecordsError("records.unknown_columns", name=source.name, columns=listed(seen.columns))
    if as_json:
        say_json(
            {
                **{
                    name: getattr(seen, name)
                    for name in ("form", "encoding", "delimiter", "table", "tables", "columns")
                },
                "mapping": dict(seen.mapping),
                **{name: getattr(seen, name) for name in ("rows", "good", "rejected")},
                "reasons": dict(seen.reasons),
                "gradings": seen.gradings,
                "new": seen.added,
                "sample": [asdict(row) for row in seen.sample],
            }
        )
        return
    say(f"{seen.good} of {seen.rows} rows are good: {seen.gradings} gradings, {seen.added} of them new")
    _say_reasons(seen.reasons)
    say("Nothing was changed; without --preview it is imported")


def _say_first_look(source: Path, seen: "FirstLook") -> None:
    """Say how a file is read, before all of it has been."""
    written = f"; {seen.encoding}, separated by {_DELIMITERS[seen.delimiter]}" if seen.delimiter else ""
    written = f"; table {seen.table} of {', '.join(seen.tables)}" if seen.table else written
    say(f"{source.name}: {_FORMS[seen.form] if seen.form else '-'}{written}")
    for role, column in seen.mapping.items():
        say(f"  {role:25} <- {column}")
    unused = [column for column in seen.columns if column not in set(seen.mapping.values())]
    if unused and seen.form != "own":
        say(f"  not used: {', '.join(unused)}")
    say("The first rows as they would be read:")
    say_table(("row", "when (UTC)", "sex", "age", "region", "view", "grades"), [_cells(row) for row in seen.sample])


def _cells(row: "ReadRow") -> tuple[str, ...]:
    grades = ", ".join(f"{c.value} {'?' if grade is None else grade}" for c, grade in row.grades.items())
    return (
        str(row.row),
        f"{row.visited_at:%Y-%m-%d %H:%M}" if row.visited_at else "-",
        *(word or "-" for word in (row.sex, row.age_band, row.region, row.view)),
        f"left out: {row.reason}" if row.reason else grades,
    )
