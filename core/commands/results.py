"""`python -m core results ...` and `python -m core demo-data`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import JsonFlag, complain, say, say_json
from core.commands.results_import import import_file, open_store
from core.errors import CommandError

if TYPE_CHECKING:
    from core.records.rows import VisitSummary

results = typer.Typer(rich_markup_mode=None, help="The stored results: in, out, safe, gone.", no_args_is_help=True)


results.command("import")(import_file)


@results.command("export")
def export_file(
    target: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .parquet file; replaced if there.")],
    demo: Annotated[bool, typer.Option("--demo", help="Write the demonstration rows instead of real ones.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write the results to a file, one row a condition with all probabilities."""
    from core.records.exchange import export_results

    with open_store() as store:
        rows = export_results(store, target, demo=demo)
    if as_json:
        say_json({"file": str(target), "rows": rows, "demo": demo})
    else:
        say(f"{rows} rows{' of demonstration' if demo else ''} written: {target}")


@results.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="A file, or a folder for a file named by the time.")],
    as_json: JsonFlag = False,
) -> None:
    """Copy the records to another file."""
    with open_store() as store:
        written = store.backup(target)
    if as_json:
        say_json({"file": str(written)})
    else:
        say(f"Backed up: {written}")


@results.command()
def erase(
    visits: Annotated[
        list[str] | None, typer.Argument(metavar="VISIT", help="Ids of visits.", show_default=False)
    ] = None,
    older_than: Annotated[
        int | None, typer.Option(metavar="DAYS", min=0, help="Visits older than this.", show_default=False)
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every visit, of all kinds, those under keys too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete visits and wipe their bytes from the file.

    Name visits, an age, or --all; the last two reach visits that people follow under a private key too. Backups made
    elsewhere are not reached.
    """
    chosen = [bool(visits), older_than is not None, everything]
    if sum(chosen) != 1:
        raise typer.BadParameter("name either visits, --older-than or --all")
    if not (visits or yes):
        what = "every visit" if everything else f"every visit older than {older_than} days"
        typer.confirm(f"Erase {what}?", abort=True, err=True)

    from core.records.privacy import delete_all_visits, delete_older_than

    unknown: list[str] = []
    with open_store() as store:
        if everything:
            erased = delete_all_visits(store)
        elif older_than is not None:
            erased = delete_older_than(store, older_than)
        else:
            unknown = [identity for identity in visits or () if not store.delete_visit(identity)]
            erased = len(visits or ()) - len(unknown)
    if as_json:
        say_json({"erased": erased, "unknown": unknown})
    else:
        say(f"{erased} visits erased")
    for identity in unknown:
        complain(CommandError("command.no_visit", visit=identity))
    if unknown:
        raise typer.Exit(1)


@results.command("list")
def list_stored(
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 20,
    demo: Annotated[bool, typer.Option("--demo", help="The demonstration rows instead of real ones.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """List the visits stored last, newest first; with --json one line a visit."""
    with open_store() as store:
        summaries = store.recent_visits(limit, demo=demo)
    for summary in summaries:
        if as_json:
            say_json(_as_json(summary))
        else:
            say(_line(summary))
    if not summaries and not as_json:
        say("Nothing is stored")


@results.command()
def find(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code on a report, or the number of a result.")],
    as_json: JsonFlag = False,
) -> None:
    """Find the visit that a report is about."""
    with open_store() as store:
        summaries = store.find_visits(code)
    if not summaries:
        raise CommandError("command.no_visit", visit=code)
    for summary in summaries:
        if as_json:
            say_json(_as_json(summary))
        else:
            say(_line(summary))


def _as_json(summary: "VisitSummary") -> dict[str, object]:
    return {
        "id": summary.id,
        "visited_at": summary.visited_at.isoformat() if summary.visited_at else None,
        "source": summary.source,
        "sex": summary.sex,
        "age_band": summary.age_band,
        "region": summary.region,
        "photos": summary.photos,
        "severities": {c.value: None if s is None else int(s) for c, s in summary.severities.items()},
    }


def _line(summary: "VisitSummary") -> str:
    day = f"{summary.visited_at:%Y-%m-%d %H:%M}" if summary.visited_at else "time unknown"
    person = " ".join(part for part in (summary.sex, summary.age_band) if part) or "-"
    grades = ", ".join(f"{c.value} {'?' if s is None else int(s)}" for c, s in summary.severities.items())
    return f"{summary.id}  {day}  {summary.source}  {person}  photos {summary.photos}  {grades}"


def demo_data(
    rows: Annotated[
        int | None, typer.Option(min=1, max=10_000_000, help="How many visits; by default what fills the charts.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed draws other visits.")] = 0,
    remove: Annotated[bool, typer.Option("--remove", help="Remove all demonstration visits instead.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Add demonstration visits: drawn, marked as such, never mixed with real ones."""
    from core.records.demo import ROWS, add_demo, remove_demo

    with open_store() as store:
        done = remove_demo(store) if remove else add_demo(store, ROWS if rows is None else rows, seed)
    if as_json:
        say_json({"removed" if remove else "added": done})
    else:
        say(f"{done} demonstration visits {'removed' if remove else 'added'}")
