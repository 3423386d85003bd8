"""`python -m core ensemble`."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from core.commands.console import JsonFlag, files_explained, read_settings, say, say_json
from core.commands.evaluate import find_package
from core.errors import CommandError


def ensemble(
    packages: Annotated[
        list[str],
        typer.Argument(metavar="PACKAGE...", help="Two or more packages of one task and view: folders or ids."),
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="The new package; the folder's name is its id.")],
    weights: Annotated[
        str | None,
        typer.Option(metavar="W,W,...", help="How much each counts [default: all alike].", show_default=False),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="MANIFEST", help="Labelled photos to calibrate it on, best ones no member saw.", show_default=False
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Join packages into one that grades by the mean of their calibrated scores.

    It is diagnosed with, evaluated and compared like a single one, through OpenVINO alone.
    """
    from core.lab.ensemble import join_packages
    from core.lab.manifest import read_manifest

    settings = read_settings()
    folders = [find_package(settings, name) for name in packages]
    manifest = None if data is None else read_manifest(data)
    typed = ["python", "-m", "core", "ensemble", *(Path(name).name for name in packages), "--out", out.name]
    typed += [] if weights is None else ["--weights", weights]
    typed += [] if data is None else ["--data", data.name]
    shares = _numbers(weights)
    with files_explained(out):
        joined = join_packages(folders, out, shares, manifest, shlex.join(typed), "" if data is None else data.name)
    about = joined.package.description
    if as_json:
        say_json(
            {
                "package": str(out),
                "id": about.id,
                "members": about.training["members"],
                "recalibrated": joined.recalibrated,
                "seen_in_training": joined.seen,
                "metrics": about.metrics,
            }
        )
        return
    say(f"Model package {about.id} {about.version}, {len(folders)} members: {out}")
    if joined.recalibrated:
        say(f"Calibrated on {data}: {', '.join(joined.recalibrated)}")
        if joined.seen:
            say(f"{joined.seen} of these photos were seen by a member in training, so its likelihoods are too sure.")
    else:
        say("Not recalibrated: likelihoods and sets are the mean of the members'. --data MANIFEST fits them.")


def _numbers(weights: str | None) -> tuple[float, ...]:
    if weights is None:
        return ()
    try:
        return tuple(float(word) for word in weights.split(","))
    except ValueError as error:
        raise CommandError("command.bad_weights", value=weights) from error
