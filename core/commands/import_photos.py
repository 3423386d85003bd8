"""`python -m core import-photos`."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from core.commands.console import JsonFlag, files_explained, printable, progress, say, say_json, say_table
from core.locale import Language

if TYPE_CHECKING:
    from core.lab.importing import Imported

_STAGES = {
    "finding": "Finding photos",
    "reading": "Reading",
    "dividing": "Looking for duplicates and splitting",
    "writing": "Writing",
}
_REASONS_SHOWN = 5


def import_photos(
    path: Annotated[Path, typer.Argument(metavar="PATH", help="Folder, ZIP archive, table or JSON file.")],
    kind: Annotated[
        Literal["folder", "csv", "aihub", "boxes"],
        typer.Option(
            "--as",
            help="How the photos come: a folder per class; a CSV or Parquet file with paths and labels; AI Hub set 216 "
            "as downloaded; boxes in JSON files, which are cut out.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="MANIFEST", help="Where to write the manifest, .csv or .parquet.")],
    task: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE", help="What is to be predicted [default: made of the labels].", show_default=False
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            help="8:1:1, 7:3, folds:5, or given for the source's own [default: given where there are any, else 8:1:1].",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed splits otherwise.")] = 0,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--map", metavar="ROLE=COLUMN", help="Which column of a table holds what: label=종류.", show_default=False
        ),
    ] = None,
    group_pattern: Annotated[
        str | None,
        typer.Option(
            metavar="REGEX", help="What in a photo's path tells the person: the first bracket.", show_default=False
        ),
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The folder that paths in a table start from.", show_default=False),
    ] = None,
    drop_copies: Annotated[
        bool, typer.Option("--drop-copies", help="Leave out files that are the same as an earlier one.")
    ] = False,
    corners: Annotated[
        bool, typer.Option("--corners", help="Boxes of four numbers are x1, y1, x2, y2 instead of x, y, width, height.")
    ] = False,
    language: Annotated[Language, typer.Option(help="Of the report page.")] = Language.ENGLISH,
    force: Annotated[bool, typer.Option("--force", help="Write over an earlier import of the same name.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a manifest of labelled photos, with a report of what is in them.

    Photos of one person, copies and near duplicates stay in one split. What cannot be used is left out and listed.
    """
    from core.lab.importing import Kind, Options, import_photos, parse_pattern, parse_split
    from core.lab.task import read_task

    options = Options(
        task=read_task(task) if task is not None else None,
        split=parse_split(split) if split is not None else None,
        seed=seed,
        mapping=dict(_pair(text) for text in columns or ()),
        group_pattern=parse_pattern(group_pattern) if group_pattern is not None else None,
        drop_copies=drop_copies,
        corners=corners,
        force=force,
        language=language,
    )
    with files_explained(out), _telling() as tell:
        imported = import_photos(path, Kind(kind), out, options, root=root, on_progress=tell)
    if as_json:
        say_json(_as_json(imported))
    else:
        _report(imported)


@contextmanager
def _telling() -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar for each stage that knows how much there is, and a count or a word for the others."""
    with ExitStack() as bars:
        shown: dict[str, Callable[[int], None]] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in shown:
                bars.close()
                label = _STAGES[stage]
                shown[stage] = bars.enter_context(progress(label, total) if total else _counting(label))
            shown[stage](done)

        yield tell


@contextmanager
def _counting(label: str) -> Iterator[Callable[[int], None]]:
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    yield lambda done: typer.echo(f"\r{label} {done or '...'}", nl=False, err=True)
    typer.echo(err=True)


def _pair(text: str) -> tuple[str, str]:
    role, given, column = text.partition("=")
    if not given or not role or not column:
        raise typer.BadParameter(f"{text!r} is not of the form ROLE=COLUMN")
    return role, column


def _as_json(imported: "Imported") -> dict[str, object]:
    report, targets = imported.report, imported.targets
    return {
        "manifest": str(targets.manifest),
        "report": str(targets.page),
        "task": str(targets.task) if imported.own_task else imported.task.id,
        "photos": report.photos,
        "people": report.people,
        "groups": report.groups,
        "splits": dict(report.splits),
        "classes": {o.id: {c.id: {"photos": c.photos, **c.by_split} for c in o.classes} for o in report.outputs},
        "copies": report.copies,
        "near_duplicates": report.near,
        "duplicate_sets": report.duplicate_sets,
        "label_conflicts": report.conflict_sets,
        "left_out": report.left_out,
        "reasons": dict(report.reasons),
        "skipped": [{"file": left.name, "reason": left.why.message(Language.ENGLISH)} for left in report.skipped],
        "warnings": [note.message(Language.ENGLISH) for note in report.warnings],
    }


def _report(imported: "Imported") -> None:
    report, targets = imported.report, imported.targets
    say(f"{report.photos} photos of {report.groups} groups ({report.people} people known): {targets.manifest}")
    for output in report.outputs:
        say()
        head = (output.id, "photos", "groups", *report.splits)
        rows = [
            (printable(c.id), str(c.photos), str(c.groups), *(str(c.by_split[name]) for name in report.splits))
            for c in output.classes
        ]
        say_table(head, rows)
    say()
    say(f"Duplicates: {report.copies} copies, {report.near} near; label conflicts: {report.conflict_sets}")
    if report.left_out:
        say(f"Left out: {report.left_out}, listed in {targets.skipped}")
        first = {left.why.code: left for left in reversed(report.skipped)}
        for code, count in sorted(report.reasons.items(), key=lambda entry: -entry[1])[:_REASONS_SHOWN]:
            left = first.get(code)
            say(
                f"  {count} x, first {left.name}: {left.why.message(Language.ENGLISH)}"
                if left
                else f"  {count} x {code}"
            )
    for note in report.warnings:
        say(f"Note: {note.message(Language.ENGLISH)}")
    if imported.own_task:
        say(f"Task made of the labels: {targets.task}")
    say(f"Look at the photos before training: {targets.page}")
