"""What a check gives a report: its pictures in a size to print and its facts. Knows no Streamlit."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import numpy.typing as npt

from core.care.plan import Plan
from core.care.report import HeatPicture, Report, ReportPhoto
from core.findings import Finding, worst_findings
from core.interface.heatmap import frame, overlay, shrink
from core.interface.report_choices import ReportChoices, ReportPerson
from core.interface.wordings import common_view, headline
from core.vision.photo import encode_jpeg

if TYPE_CHECKING:
    from core.interface.checkup import Checked, Checkup
    from core.interface.heatmap import Box, Pixels

# All pictures together stay under this, so that the report stays under a megabyte.
_PICTURE_BYTES: Final = 640_000
_LARGEST: Final = 60_000
# Long side in pixels and JPEG quality, best first: on paper a picture is about 55 mm wide.
_STEPS: Final = ((640, 82), (520, 78), (420, 72), (320, 66), (240, 60), (160, 50))
_HEAT_OPACITY: Final = 0.6
_GREY: Final = 205


def gather_report(
    checkup: "Checkup",
    person: ReportPerson,
    plan: Plan,
    choices: ReportChoices,
    *,
    record: str | None,
    measured: Sequence[str],
    made_at: datetime,
) -> Report:
    """Gather what goes into a report.

    Args:
        checkup: The check, refused and unreadable photos included; at least one photo.
        person: What the person told.
        plan: What follows.
        choices: What they chose for the report.
        record: Id of the stored visit; None where nothing is stored.
        measured: What the models were measured on, in the language of the report.
        made_at: Now, with a time zone.
    """
    diagnoses = [photo.diagnosis for photo in checkup.graded if photo.diagnosis is not None]
    worst = worst_findings(diagnoses)
    shown = list(checkup.graded) if choices.with_photo else []
    maps = sum(finding.present for finding in worst)
    budget = min(_LARGEST, _PICTURE_BYTES // max(1, len(shown) + maps))
    return Report(
        language=choices.language,
        made_at=made_at,
        checked_at=checkup.checked_at.astimezone(made_at.tzinfo),
        photos=tuple(_as_photo(photo, choices, budget if photo in shown else 0) for photo in checkup.photos),
        plan=plan,
        summary=headline(choices.language, worst, common_view(diagnoses)) if worst else "",
        heatmaps=_heat_pictures(checkup.photos, worst, choices.with_photo, budget),
        heat_over_photo=choices.with_photo,
        sex=person.sex,
        age_band=person.age_band,
        region=person.region,
        answers=person.answers,
        word=choices.word,
        record=record,
        measured=tuple(measured),
        example=any(photo.source == "example" for photo in checkup.photos),
    )


def _as_photo(photo: "Checked", choices: ReportChoices, budget: int) -> ReportPhoto:
    problem = photo.error.message(choices.language) if photo.error is not None else ""
    picture = frame(photo.preview, photo.box) if budget and photo.preview is not None else None
    return ReportPhoto(photo.diagnosis, photo.site, problem, b"" if picture is None else fit_jpeg(picture, budget))


def _heat_pictures(
    photos: Sequence["Checked"], worst: Sequence[Finding], with_photo: bool, budget: int
) -> tuple[HeatPicture, ...]:
    origin = {
        id(finding): index
        for index, photo in enumerate(photos)
        if photo.diagnosis is not None
        for finding in photo.diagnosis.findings
    }
    pictures = []
    for finding in worst:
        photo = photos[origin[id(finding)]]
        # Where nothing was found there is nothing to show, and an abstention has no grade to explain.
        if finding.heatmap is None or photo.preview is None or not finding.present:
            continue
        under = photo.preview if with_photo else np.full_like(photo.preview, _GREY)
        heated = overlay(under, finding.heatmap, photo.box, _HEAT_OPACITY)
        drawn = frame(outline(heated, finding.heatmap, photo.box), photo.box)
        pictures.append(HeatPicture(finding.condition, origin[id(finding)], fit_jpeg(drawn, budget)))
    return tuple(pictures)


def outline(drawn: "Pixels", heatmap: npt.NDArray[np.float32], box: "Box") -> "Pixels":
    """Draw a line round the spots with at least half of the strongest evidence: colours are lost on grey paper.

    Args:
        drawn: RGB, (H, W, 3).
        heatmap: Evidence in 0..1, (h, w), over `box`.
        box: Where the heatmap lies: left, top, right, bottom in pixels of `drawn`.
    """
    left, top, right, bottom = box
    heat = cv2.resize(heatmap, (right - left, bottom - top), interpolation=cv2.INTER_CUBIC)
    strongest = float(heat.max(initial=0))
    if strongest <= 0:
        return drawn
    strong = (heat >= strongest / 2).astype(np.uint8)
    lines, _ = cv2.findContours(strong, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE, offset=(left, top))
    outlined = drawn.copy()
    # Dark under light: one of the two shows on any photo.
    cv2.drawContours(outlined, lines, -1, (20, 20, 20), 5)
    cv2.drawContours(outlined, lines, -1, (255, 255, 255), 2)
    return outlined


def fit_jpeg(pixels: "Pixels", budget: int) -> bytes:
    """Encode a picture, RGB (H, W, 3), as well as `budget` bytes allow; the smallest step is taken where none fits."""
    jpeg = b""
    for side, quality in _STEPS:
        jpeg = encode_jpeg(shrink(pixels, side), quality)
        if len(jpeg) <= budget:
            break
    return jpeg
