"""`python -m core clinics import`."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import (
    JsonFlag,
    complain,
    files_explained,
    printable,
    progress,
    read_settings,
    say,
    say_json,
)
from core.errors import ClinicsError

if TYPE_CHECKING:
    from core.clinics.checking import Role
    from core.clinics.importing import Prepared
    from core.clinics.lists import Changes

_KINDS = {
    "hira_basic": "HIRA's basic file",
    "hira_departments": "HIRA's file of departments",
    "hira_details": "HIRA's file of details, opening hours among them",
    "hira_other": "another file of HIRA's",
    "own": "a list of places",
    "unknown": "no list of places",
}
_REASONS_OF_PASSING = {"pharmacy": "pharmacies", "no_dermatology": "without a dermatology specialist"}


def import_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="HIRA's files, or a list of your own.")],
    every_department: Annotated[
        bool, typer.Option("--every-department", help="Take places without dermatology specialists too.")
    ] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="ROLE=COLUMN", help="Which column holds what, for example name=상호.", show_default=False),
    ] = None,
    name: Annotated[str, typer.Option(help="What to call the list; by default after its file.")] = "",
    date: Annotated[
        str, typer.Option(help="State of the data, for example 2026-06-30; by default from its name.")
    ] = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Drop earlier editions of the same list: what is not in this one goes.")
    ] = False,
    rejects: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where rejected rows go; by default beside FILE.", show_default=False),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Add a list of clinics: HIRA's public files as they come (ZIP, XLSX, CSV), or a table with names and places.

    Give HIRA's basic file and its file of departments together: the places with a dermatology specialist are taken.
    Importing a list again updates its clinics; booking links filled in by hand stay. Rows that cannot be used are
    written to a file with the reason, the rest is imported. `clinics remove` takes a list out again.
    """
    from core.clinics.importing import Upload, prepare
    from core.clinics.store import ClinicStore

    mapping = _mapping(column or [])
    uploads = [Upload(path.name, path) for path in files]
    with _telling() as tell:
        ready = prepare(
            uploads,
            mapping=mapping,
            every_department=every_department,
            name=name,
            source_date=date,
            on_progress=tell,
        )
    reject_file = _write_rejects(ready, rejects or files[0].with_name(f"{files[0].stem}.rejects.csv"))
    store = ClinicStore(read_settings().clinics_path)
    number, changes = (None, store.preview(ready.new)) if dry_run else store.add(ready.new, replace=replace)
    if as_json:
        say_json(_as_json(ready, changes, number, reject_file))
    else:
        _report(ready, changes, number, reject_file)
    for failure in ready.failures:
        complain(failure)
    if ready.failures:
        raise typer.Exit(1)


@contextmanager
def _telling() -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar for each table while it is read."""
    with ExitStack() as bars:
        shown: dict[str, Callable[[int], None]] = {}

        def tell(table: str, done: int, total: int) -> None:
            if table not in shown:
                bars.close()
                shown[table] = bars.enter_context(progress(printable(table), total))
            shown[table](done)

        yield tell


def _mapping(pairs: list[str]) -> "dict[Role, str]":
    from core.clinics.checking import Role

    mapping: dict[Role, str] = {}
    for pair in pairs:
        role, given, name = pair.partition("=")
        if not given or not name:
            raise typer.BadParameter(f"{pair!r} is not of the form ROLE=COLUMN")
        if role not in set(Role):
            raise ClinicsError("clinics.unknown_role", role=role, known=", ".join(Role))
        mapping[Role(role)] = name
    return mapping


def _write_rejects(ready: "Prepared", target: Path) -> Path | None:
    if not ready.rejected:
        return None
    with files_explained(target):
        target.write_bytes(ready.rejects)
    return target


def _as_json(ready: "Prepared", changes: "Changes", number: int | None, reject_file: Path | None) -> dict[str, object]:
    return {
        "list": number,
        "name": ready.new.name,
        "source": ready.new.source,
        "source_date": ready.new.source_date,
        "read": ready.read,
        "imported": ready.accepted,
        "rejected": ready.rejected,
        "reasons": dict(ready.reasons),
        "passed_over": dict(ready.passed_over),
        "mended": dict(ready.mended),
        "added": changes.added,
        "updated": changes.updated,
        "unchanged": changes.unchanged,
        "missing": changes.missing,
        "already_there": changes.repeated is not None,
        "reject_file": str(reject_file) if reject_file else None,
        "tables": [{"name": t.name, "kind": t.kind, "rows": t.rows, "renamed": t.renamed} for t in ready.tables],
        "failures": [str(failure) for failure in ready.failures],
    }


def _report(ready: "Prepared", changes: "Changes", number: int | None, reject_file: Path | None) -> None:
    for table in ready.tables:
        note = ", which is no such file as its name says" if table.renamed else ""
        say(f"{table.name}{note}: {_KINDS[table.kind]}" + (f", {table.rows:,} rows" if table.rows else ", passed over"))
    state = f", state of {ready.new.source_date}" if ready.new.source_date else ""
    verb = "would be" if number is None else "are"
    say(f"{ready.new.name}{state}: {ready.accepted:,} of {ready.read:,} places {verb} in the list")
    say(f"  new {changes.added:,}, updated {changes.updated:,}, unchanged {changes.unchanged:,}")
    for reason, rows in ready.passed_over.items():
        say(f"  passed over, {_REASONS_OF_PASSING[reason]}: {rows:,}")
    for label, counts in (("left out", ready.reasons), ("put right or left blank", ready.mended)):
        for flaw, rows in counts.items():
            say(f"  {label}, {flaw}: {rows:,}")
    if ready.new.origin == "hira" and not ready.departments_known:
        say("No file says who has which department; give HIRA's file of departments too to know the dermatologists")
    if changes.missing:
        say(f"{changes.missing:,} places of earlier editions are not in this one; --replace drops them")
    if reject_file:
        say(f"Rejected rows with their reasons: {reject_file}")
    if changes.repeated is not None:
        say(f"This very list is in the directory already, as list {changes.repeated}")
    elif number is not None:
        say(f"Added as list {number}; `python -m core clinics remove {number}` takes it out again")
