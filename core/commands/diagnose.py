"""`python -m core diagnose`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from core.commands.console import EngineName, JsonFlag, complain, read_settings, say, say_json
from core.errors import PackageError
from core.locale import Language, text
from core.taxonomy import View

if TYPE_CHECKING:
    from core.findings import Diagnosis, Finding
    from core.vision.batch import Outcome

_ENGLISH = Language.ENGLISH


def diagnose(
    photos: Annotated[
        list[Path],
        typer.Argument(metavar="PHOTO", help="Photos, or folders to walk (hidden files are passed over)."),
    ],
    view: Annotated[
        Literal["auto", "microscope", "crown"], typer.Option(help="What the photos show; auto recognises it.")
    ] = "auto",
    model: Annotated[
        str | None, typer.Option(metavar="ID", help="Grade with this model package alone.", show_default=False)
    ] = None,
    engine: Annotated[
        EngineName | None, typer.Option(help="What runs the models [default: openvino].", show_default=False)
    ] = None,
    heatmaps: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write a picture for each condition with its evidence.", show_default=False),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Grade photos of the scalp.

    With --json one line a photo. A file that cannot be read is reported and the rest go on; the exit code is 1 then.
    A photo that is refused (blurred, no scalp) is an answer, not an error.
    """
    import cv2

    from core.commands.heatmaps import HeatmapFolder
    from core.vision.batch import find_photos, grade_photos
    from core.vision.diagnosis import Diagnoser
    from core.vision.photo import PHOTO_SUFFIXES

    # Photos already run on every core: threads inside a resize would only get in each other's way.
    cv2.setNumThreads(1)
    many = len(photos) > 1 or photos[0].suffix.lower() not in PHOTO_SUFFIXES
    diagnoser = Diagnoser.load(read_settings(engine=engine), only=model, many=many, ready=many)
    for notice in diagnoser.notices:
        complain(f"{notice} ({notice.__cause__})")
    wanted = None if view == "auto" else View(view)
    if wanted is not None and wanted not in diagnoser.packages:
        raise PackageError("package.no_view", view=wanted.value)
    draw = HeatmapFolder(heatmaps).draw if heatmaps is not None else None
    counts: Counter[str] = Counter()
    for outcome in grade_photos(diagnoser, find_photos(photos), wanted, draw):
        counts[_kind(outcome)] += 1
        if outcome.error is not None:
            counts["error"] += 1
            complain(f"{outcome.path}: {outcome.error}")
        if as_json:
            say_json(_as_json(outcome))
        elif outcome.diagnosis is not None:
            _say_diagnosis(outcome.path, outcome.diagnosis)
    if not as_json:
        _say_summary(counts)
    if counts["error"]:
        raise typer.Exit(1)


def _kind(outcome: "Outcome") -> str:
    if outcome.diagnosis is None:
        return "unreadable"
    return "graded" if outcome.diagnosis.accepted else "refused"


def _as_json(outcome: "Outcome") -> dict[str, object]:
    values: dict[str, object] = {"photo": str(outcome.path)}
    if outcome.diagnosis is None:
        values |= {"accepted": False, "reasons": ["unreadable"], "view": None, "model": None, "conditions": {}}
        values["elapsed_ms"] = None
    else:
        values |= outcome.diagnosis.as_dict()
    if outcome.heatmaps:
        values["heatmaps"] = {condition.value: str(path) for condition, path in outcome.heatmaps.items()}
    if outcome.error is not None:
        values |= {"error": str(outcome.error), "error_code": outcome.error.code}
    return values


def _say_diagnosis(path: Path, diagnosis: "Diagnosis") -> None:
    if not diagnosis.accepted:
        reasons = (f"diagnosis.refused.{reason.refusal}" for reason in diagnosis.quality.reasons)
        say(f"{path}: not graded")
        for reason in reasons:
            say(f"  {text(_ENGLISH, f'{reason}.why')} {text(_ENGLISH, f'{reason}.how')}")
        return
    assert diagnosis.view is not None
    say(f"{path}: {text(_ENGLISH, f'taxonomy.view.{diagnosis.view}')}, model {diagnosis.model_id}")
    for finding in diagnosis.findings:
        say(f"  {_finding_line(finding, diagnosis.view)}")


def _finding_line(finding: "Finding", view: View) -> str:
    grades = "taxonomy.severity_crown" if view is View.CROWN else "taxonomy.severity"
    name = text(_ENGLISH, f"taxonomy.condition.{finding.condition}")
    if finding.severity is None or finding.probability is None:
        return f"{name:<34}not sure"
    line = f"{name:<34}{text(_ENGLISH, f'{grades}.{finding.severity:d}'):<14}{finding.probability:4.0%}"
    low, high = finding.severity_set[0], finding.severity_set[-1]
    if low == high:
        return line
    return f"{line}  {text(_ENGLISH, f'{grades}.{low:d}')} to {text(_ENGLISH, f'{grades}.{high:d}')} stays possible"


def _say_summary(counts: Counter[str]) -> None:
    total = counts["graded"] + counts["refused"] + counts["unreadable"]
    if total > 1:
        say(
            f"{total} photos: {counts['graded']} graded, {counts['refused']} refused, {counts['unreadable']} unreadable"
        )
    if counts["graded"]:
        say(text(_ENGLISH, "common.app.not_a_diagnosis"))
