"""The example photos of the application: drawn, reproducible, never of a person."""

import json
from dataclasses import dataclass
from pathlib import Path

from core.taxonomy import CONDITIONS, Condition, Severity
from core.vision.synthesis.dataset import encode
from core.vision.synthesis.scene import draw_scene

SIZE = (896, 640)
_LARGEST_FILE = 200_000


@dataclass(frozen=True)
class Example:
    """One example to draw; conditions not named are good."""

    name: str
    seed: int
    magnification: float
    grades: dict[Condition, Severity]


EXAMPLES = (
    Example("calm", 337, 1.6, {}),
    Example("dandruff", 320, 2.0, {Condition.DANDRUFF: Severity.MODERATE}),
    Example("oily", 319, 2.6, {Condition.EXCESS_SEBUM: Severity.SEVERE}),
    Example("redness", 76, 2.4, {Condition.INTERFOLLICULAR_ERYTHEMA: Severity.SEVERE}),
    Example("pustules", 70, 1.8, {Condition.FOLLICULAR_PUSTULES: Severity.MODERATE}),
    Example("thinning", 322, 1.4, {Condition.HAIR_LOSS: Severity.SEVERE}),
)


def write_examples(folder: Path) -> Path:
    """Draw the example photos anew, the same bytes each time.

    Args:
        folder: Where to write `<name>.jpg`, each under 200 KB, and `examples.json`; made if missing.

    Returns:
        The path of `examples.json`: a list of file, title (a text's name), seed, magnification and severities.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listing = []
    for example in EXAMPLES:
        grades = {c: example.grades.get(c, Severity.GOOD) for c in CONDITIONS}
        scene = draw_scene(example.seed, grades, size=SIZE, magnification=example.magnification)
        files = (encode(scene, quality) for quality in range(92, 30, -4))
        (folder / f"{example.name}.jpg").write_bytes(next(data for data in files if len(data) < _LARGEST_FILE))
        listing.append(
            {
                "file": f"{example.name}.jpg",
                "title": f"examples.{example.name}",
                "seed": example.seed,
                "magnification": example.magnification,
                "severities": {c.value: int(g) for c, g in grades.items()},
            }
        )
    path = folder / "examples.json"
    path.write_text(json.dumps(listing, indent=2) + "\n", encoding="utf-8")
    return path
