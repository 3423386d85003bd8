"""The pictures of the knowledge pages: one scalp a condition, drawn at each of the four severities."""

import io
from pathlib import Path
from typing import Final

from PIL import Image

from core.taxonomy import CONDITIONS, SEVERITIES, Condition, Severity
from core.vision.synthesis.scene import Scene, draw_scene

SIZE: Final = (480, 320)
# Seed and magnification: chosen by eye, so that the four severities of a condition tell themselves apart.
SCENES: Final = {
    Condition.FINE_SCALING: (330, 2.4),
    Condition.EXCESS_SEBUM: (319, 2.6),
    Condition.INTERFOLLICULAR_ERYTHEMA: (30, 3.0),
    Condition.FOLLICULAR_PUSTULES: (70, 1.8),
    Condition.DANDRUFF: (14, 2.0),
    Condition.HAIR_LOSS: (322, 1.4),
}
_QUALITY: Final = 70


def draw_picture(condition: Condition, severity: Severity) -> Scene:
    """Draw a condition at a severity, everything else calm."""
    seed, magnification = SCENES[condition]
    grades = dict.fromkeys(CONDITIONS, Severity.GOOD) | {condition: severity}
    return draw_scene(seed, grades, size=SIZE, magnification=magnification)


def write_pictures(folder: Path) -> None:
    """Draw all of them anew.

    Args:
        folder: Where to write `<condition>_<severity>.webp`, 480 x 320 each; made if missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for condition in CONDITIONS:
        for severity in SEVERITIES:
            data = io.BytesIO()
            Image.fromarray(draw_picture(condition, severity).pixels).save(data, "WEBP", quality=_QUALITY, method=6)
            (folder / f"{condition.value}_{int(severity)}.webp").write_bytes(data.getvalue())
