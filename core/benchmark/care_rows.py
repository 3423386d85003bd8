"""Care's measurements, against the limits it promises."""

from datetime import UTC, datetime
from typing import Final

import cv2
import numpy as np

from core.benchmark.comparison import Comparison, at_most
from core.benchmark.material import Workbench
from core.benchmark.measuring import take_turns
from core.care.answers import CareAnswers
from core.care.plan import Plan, make_plan
from core.care.report import HeatPicture, Report, ReportPhoto, render_pdf
from core.findings import Diagnosis
from core.locale import Language
from core.vision.overlay import overlay
from core.vision.photo import Photo, encode_jpeg

_LIMIT_MS: Final = 1000.0
_LIMIT_MB: Final = 1.0
_PRINTED_SIDE: Final = 640
_JPEG_QUALITY: Final = 82


def report_rows(bench: Workbench) -> list[Comparison]:
    """Measure a Korean report with the photo, a heat map of every condition, and the plan."""
    photo = bench.photo
    (diagnosis,) = bench.diagnoser.diagnose([photo])
    now = datetime.now(UTC)
    plan = make_plan([diagnosis], CareAnswers(), on=now.date())
    pdf = _make(photo, diagnosis, plan, now)
    took = take_turns(lambda: _make(photo, diagnosis, plan, now), lambda: None, rounds=bench.rounds(15))
    return [
        at_most("report_time", "ms", took.ours, "the limit", _LIMIT_MS, 1),
        at_most("report_size", "MB", len(pdf) / 1e6, "the limit", _LIMIT_MB, 1),
    ]


def _make(photo: Photo, diagnosis: Diagnosis, plan: Plan, now: datetime) -> bytes:
    scale = _PRINTED_SIDE / max(photo.pixels.shape[:2])
    small = cv2.resize(photo.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
    left, top, right, bottom = (round(side * scale) for side in diagnosis.seen_box)
    heatmaps = tuple(
        HeatPicture(
            finding.condition,
            0,
            encode_jpeg(overlay(small, finding.heatmap, (left, top, right, bottom), 0.6), _JPEG_QUALITY),
        )
        for finding in diagnosis.findings
        if finding.heatmap is not None
    )
    report = Report(
        language=Language.KOREAN,
        made_at=now,
        checked_at=now,
        photos=(ReportPhoto(diagnosis, jpeg=encode_jpeg(small, _JPEG_QUALITY)),),
        plan=plan,
        heatmaps=heatmaps,
        heat_over_photo=True,
        record="0" * 8 + "-0000-5000-8000-" + "0" * 12,
    )
    return render_pdf(report)
