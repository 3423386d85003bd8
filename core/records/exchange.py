"""Records in and out: CSV and Parquet of ours, and tables of other systems in, SQLite among them.

Files are read and written by a DuckDB instance of their own, so that the one that holds the records never gets access
to the file system.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.errors import RecordsError
from core.records.faults import explained
from core.records.importing.columns import COLUMNS, level
from core.records.importing.comparing import compare
from core.records.importing.foreign_rows import Checks, foreign_checks
from core.records.importing.judging import check_first, check_rows
from core.records.importing.merging import merge
from core.records.importing.own_rows import own_checks
from core.records.importing.preview import SHOWN, OnFirstLook, Preview, first_look, preview_of
from core.records.importing.reading import SUFFIXES, RawTable, check_suffix, open_raw, read_rows
from core.records.importing.rejects import count_reasons, write_rejects
from core.records.importing.roles import Form, Layout, find_layout, listed
from core.records.importing.staging import OnProgress, Staging, open_staging, quoted_text
from core.records.privacy import population
from core.records.store import IMPORT_FOLDER, RecordStore
from core.records.vocabulary import CONDITION_LIST

EXPORT_SUFFIXES: Final = (".csv", ".parquet")
"""Of files that can be written."""
_FORMULA: Final = "^[=+\\-@\\t\\r]"


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    Attributes:
        imported: Gradings added.
        already_there: Gradings that were stored before, or stood twice in the file.
        rejected: Rows left out.
        reasons: For each reason, how many rows.
        reject_file: Where the rejected rows lie with their reasons; None where all were good.
        visits: Visits added.
        rows: Rows in the file.
    """

    imported: int
    already_there: int
    rejected: int
    reasons: Mapping[str, int]
    reject_file: Path | None
    visits: int
    rows: int


@dataclass(frozen=True)
class ImportChoices:
    """What somebody says about a file of another system.

    Attributes:
        mapping: Name of a role (`core.records.importing.roles.Role`) -> the column that holds it, or an empty name for
            one that no column holds. What is not named is guessed from the names of the columns.
        system: What the other system is called. Its name is part of the ids: rows of two systems that number their
            rows alike are told apart by it.
        table: Which table of a database; by default the one of which most is understood.
    """

    mapping: Mapping[str, str] | None = None
    system: str = ""
    table: str | None = None


def export_results(store: RecordStore, target: Path, *, demo: bool = False) -> int:
    """Write the records to a CSV or Parquet file, one row a condition, with all probabilities.

    Abstained conditions have no severity. In CSV, text that a spreadsheet would take for a formula gets a leading
    apostrophe, which `import_results` takes away again.

    Args:
        store: The records.
        target: The file to write, `.csv` or `.parquet`; replaced in one step.
        demo: Write the demonstration rows instead of the real ones; results of example pictures are in neither.

    Returns:
        How many rows were written.

    Raises:
        RecordsError: Another suffix (`unknown_format`), or the file cannot be written.
    """
    check_suffix(target, EXPORT_SUFFIXES)
    with explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with open_staging(_beside(store)) as staging, store.cursor() as cursor:
            part = target.with_name(f"{target.name}.part")
            try:
                as_csv = target.suffix.lower() == ".csv"
                rows = cursor.execute(_export_sql(csv_safe=as_csv, demo=demo)).to_arrow_reader()
                staging.connection.register("results", rows)
                shape = "FORMAT csv, HEADER" if as_csv else "FORMAT parquet"
                written = staging.number(f"COPY (FROM results) TO {quoted_text(str(part))} ({shape})")
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
    return written


def import_results(
    store: RecordStore,
    source: Path,
    choices: ImportChoices | None = None,
    *,
    reject_file: Path | None = None,
    on_progress: OnProgress | None = None,
) -> ImportReport:
    """Read results from a file: our own export, the original service's `Human` table, or another system's table.

    Bad rows are left out and written to a file with the reason, the good ones are kept; running it twice adds nothing.
    Everything but demonstration rows gets the source `import`. The file may be of any size: it is read and stored in
    pieces, and what a failure in between left out is added by running it again.

    Args:
        store: The records.
        source: CSV (UTF-8, UTF-16 or CP949; commas, semicolons or tabs), Parquet or SQLite, by its suffix.
        choices: Which column holds what, where guessing is not enough.
        reject_file: Where the rejected rows go; by default beside the file.
        on_progress: Told the stage and its share, a few times a second.

    Raises:
        RecordsError: No such file (`no_file`), another suffix (`unknown_format`), no column with grades
            (`unknown_columns`), not a table (`unreadable_table`), a database that cannot be read
            (`unreadable_database`, `source_busy`, `no_such_table`), a mapping to what is not there (`unknown_role`,
            `no_such_column`), or the records or the reject file cannot be written.
    """
    target = reject_file or source.with_name(f"{source.stem}.rejects.csv")
    with _opened(store, source, choices or ImportChoices(), on_progress) as (staging, raw, _, checks):
        if checks is None:
            raise RecordsError("records.unknown_columns", name=source.name, columns=listed(raw.columns))
        with explained(_beside(store)):
            raw = check_rows(staging, checks, raw, source)
        with store.importing, explained(_beside(store)):
            with store.cursor() as cursor:
                compare(staging, checks, cursor)
            reasons = count_reasons(staging)
            if reasons:
                with explained(target):
                    write_rejects(staging, raw, target)
            merged = merge(staging, store)
        good = staging.number("SELECT count(*) FROM grades")
        rows = staging.number("SELECT (SELECT count(*) FROM checked) + (SELECT count(*) FROM malformed)")
    return ImportReport(
        imported=merged.gradings,
        already_there=good - merged.gradings,
        rejected=sum(reasons.values()),
        reasons=reasons,
        reject_file=target if reasons else None,
        visits=merged.visits,
        rows=rows,
    )


def preview_results(
    store: RecordStore,
    source: Path,
    choices: ImportChoices | None = None,
    *,
    on_progress: OnProgress | None = None,
    on_first_look: OnFirstLook | None = None,
) -> Preview:
    """Say what `import_results` would do, and change nothing.

    Args:
        store: The records.
        source: As there.
        choices: As there.
        on_progress: As there.
        on_first_look: Told how the first rows would be read, before the whole of a large file is.

    Raises:
        RecordsError: As there; but a table without grades is previewed too, so that its columns can be named.
    """
    with (
        _opened(store, source, choices or ImportChoices(), on_progress) as (staging, raw, layout, checks),
        explained(_beside(store)),
    ):
        if checks is None:
            raw = read_rows(staging, raw, source, "CREATE OR REPLACE TABLE checked AS SELECT true AS read FROM piece")
            return preview_of(staging, raw, layout, None, {})
        if on_first_look is not None:
            check_first(staging, checks, raw, source, SHOWN)
            on_first_look(first_look(staging, raw, layout, checks))
        raw = check_rows(staging, checks, raw, source)
        with store.cursor() as cursor:
            compare(staging, checks, cursor)
        return preview_of(staging, raw, layout, checks, count_reasons(staging))


@contextmanager
def _opened(
    store: RecordStore, source: Path, choices: ImportChoices, on_progress: OnProgress | None
) -> Iterator[tuple[Staging, RawTable, Layout, Checks | None]]:
    """Find out how a file is read and checked; the checks are None where no column holds grades."""
    check_suffix(source, SUFFIXES)
    if not source.is_file():
        raise RecordsError("records.no_file", path=source)
    with open_staging(_beside(store), on_progress) as staging:
        with explained(source):
            raw = open_raw(staging, source, choices.table)
        layout = find_layout(raw.columns, COLUMNS, choices.mapping)
        checks: Checks | None = None
        if layout.form is Form.OWN:
            exact = [name.lower() for name in raw.columns]
            checks = own_checks(COLUMNS, {name: exact.index(name) for name in COLUMNS})
        elif layout.form is not None:
            may_be_broken = raw.text is None or raw.text.broken > 0
            checks = foreign_checks(layout, choices.system.strip(), may_be_broken=may_be_broken)
        yield staging, raw, layout, checks


def _beside(store: RecordStore) -> Path:
    return store.path.with_name(store.path.name + IMPORT_FOLDER)


def _export_sql(*, csv_safe: bool, demo: bool) -> str:
    origin = {
        "visit_id": "v.id::VARCHAR",
        "answers": "v.answers::VARCHAR",
        "diagnosis_id": "d.id::VARCHAR",
        "visited_at": _iso("v.visited_at"),
        "consent_at": _iso("v.consent_at"),
        "severity_set": "array_to_string(g.severity_set, '|')",
    }
    tables = {"visit": "v", "photo": "d", "grade": "g"}
    selected = []
    for name, kind in COLUMNS.items():
        value = origin.get(name, f"{tables[level(name)]}.{name}")
        if csv_safe and kind == "VARCHAR":
            value = f"CASE WHEN regexp_matches({value}, '{_FORMULA}') THEN '''' || {value} ELSE {value} END"
        selected.append(f"{value} AS {name}")
    return f"""SELECT {", ".join(selected)}
        FROM gradings AS g JOIN diagnoses AS d ON d.id = g.diagnosis_id JOIN visits AS v ON v.id = d.visit_id
        WHERE {population(demo=demo)}
        ORDER BY d.number, list_position({CONDITION_LIST}, g.condition)"""  # noqa: S608 (constants)


def _iso(column: str) -> str:
    return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ')"
