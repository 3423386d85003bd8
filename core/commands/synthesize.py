"""`python -m core synthesize`."""

import csv
from pathlib import Path
from typing import Annotated, Literal

import typer

from core.commands.console import JsonFlag, files_explained, progress, say, say_json
from core.errors import CommandError


def synthesize(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; made if missing.")],
    count: Annotated[int, typer.Option(min=1, max=999_999, help="How many photos.")],
    seed: Annotated[int, typer.Option(min=0, help="Another seed draws other photos.")] = 0,
    hand: Annotated[
        Literal["both", "detailed", "plain"],
        typer.Option(help="Who draws; both take turns, and what is learned from both carries over best."),
    ] = "both",
    masks: Annotated[
        bool, typer.Option("--masks", help="Also write where the evidence lies, a PNG a condition.")
    ] = False,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 takes all cores.")] = 0,
    as_json: JsonFlag = False,
) -> None:
    """Draw labelled microscope photos with their manifest.

    No photo of a person goes in. The same count and seed always give the same files.
    """
    from core.vision.synthesis import Hand, write_scenes

    hands = tuple(Hand) if hand == "both" else (Hand(hand),)
    with files_explained(folder), progress("Drawing", count) as on_progress:
        _check_manifest(folder / "manifest.csv")
        manifest = write_scenes(folder, count, seed, hands=hands, workers=workers, masks=masks, on_progress=on_progress)
    if as_json:
        say_json({"manifest": str(manifest), "photos": count, "seed": seed})
    else:
        say(f"{count} photos drawn: {manifest}")


def _check_manifest(path: Path) -> None:
    """Refuse to write over a manifest that was not drawn: its labels may be someone's work."""
    from core.vision.synthesis.dataset import COLUMNS

    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        if tuple(next(csv.reader(file), ())) != COLUMNS:
            raise CommandError("command.foreign_manifest", path=path)
