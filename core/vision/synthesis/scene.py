"""Puts a scene together, layer on layer, from the skin up to the sensor."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.taxonomy import CONDITIONS, Condition, Severity, View
from core.vision.synthesis import camera, hair, inflammation, lint, plain, scale, sebum, skin
from core.vision.synthesis.canvas import Canvas, Mask, layer_rng
from core.vision.synthesis.hair import uncovered

SIZE = (448, 320)
GOOD_SHARE = 0.45


class Hand(StrEnum):
    """Who draws. What two hands have in common is the finding; what only one does is its manner."""

    DETAILED = "detailed"
    PLAIN = "plain"


@dataclass(frozen=True)
class Scene:
    """A drawn microscope photo with everything known about it.

    Attributes:
        pixels: (H, W, 3) RGB.
        severities: The grade drawn for each of the six conditions.
        masks: Where the drawn evidence is, (H, W) 0..255 each; empty for a good grade. For hair loss the hair itself.
        hair_cover: Share of the picture covered by hair, 0..1.
        magnification: 1 = a hair is about 3.6 of 448 pixels wide.
        view: Always the microscope.
    """

    pixels: npt.NDArray[np.uint8] = field(repr=False)
    severities: dict[Condition, Severity]
    masks: dict[Condition, npt.NDArray[np.uint8]] = field(repr=False)
    hair_cover: float
    magnification: float
    view: View = View.MICROSCOPE


def draw_scene(
    seed: int,
    severities: Mapping[Condition, Severity] | None = None,
    *,
    size: tuple[int, int] = SIZE,
    magnification: float | None = None,
    hand: Hand = Hand.DETAILED,
) -> Scene:
    """Draw one photo; the same arguments always give the same bytes.

    Each layer has random numbers of its own: changing one severity leaves the rest of the scene as it is, and a larger
    size shows the same scene in more detail.

    Args:
        seed: Any whole number from 0.
        severities: Grades to draw; missing conditions are drawn at random, 45 % good and the rest evenly.
        size: Width and height in pixels, at least 112 x 80.
        magnification: 1 = a hair is about 3.6 of 448 pixels wide; at random (0.7 to 7.5) where not given.
        hand: Who draws.

    Raises:
        ValueError: The size is too small, the magnification out of 0.3 to 20, or the seed negative.
    """
    width, height = size
    if width < 112 or height < 80:
        raise ValueError("a scene is at least 112 x 80 pixels")
    if magnification is not None and not 0.3 <= magnification <= 20:
        raise ValueError("a magnification lies between 0.3 and 20")
    rng = layer_rng(seed, 0)
    grades = _grades(rng, severities or {})
    drawn = _magnification(rng) if hand is Hand.DETAILED else plain.draw_magnification(rng)
    canvas = Canvas(width, height, drawn if magnification is None else magnification)
    paint = _paint if hand is Hand.DETAILED else plain.paint_plain
    pixels, masks, cover = paint(canvas, seed, grades)
    return Scene(pixels, grades, masks, cover, canvas.magnification)


def _grades(rng: np.random.Generator, wanted: Mapping[Condition, Severity]) -> dict[Condition, Severity]:
    good, grade = rng.random(len(CONDITIONS)) < GOOD_SHARE, rng.integers(1, 4, len(CONDITIONS))
    drawn = np.where(good, 0, grade)
    return {c: Severity(wanted.get(c, int(drawn[i]))) for i, c in enumerate(CONDITIONS)}


def _magnification(rng: np.random.Generator) -> float:
    kind = rng.random()
    low, high = (0.7, 7.5) if kind < 0.2 else (0.8, 1.5) if kind < 0.4 else (0.95, 5.2)
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _paint(
    canvas: Canvas, seed: int, grades: Mapping[Condition, Severity]
) -> tuple[npt.NDArray[np.uint8], dict[Condition, Mask], float]:
    greasy = grades[Condition.EXCESS_SEBUM]
    grown = hair.grow(canvas, layer_rng(seed, 1), grades[Condition.HAIR_LOSS])
    hidden = grown.hidden
    masks: dict[Condition, Mask] = {}

    relief = skin.paint_skin(canvas, layer_rng(seed, 2), greasy)
    before = canvas.colour.mean((1, 2), dtype=np.float64)
    redness = inflammation.paint_erythema(canvas, layer_rng(seed, 3), grades[Condition.INTERFOLLICULAR_ERYTHEMA])
    tint = canvas.colour.mean((1, 2), dtype=np.float64) / before
    hair.shade_roots(canvas, layer_rng(seed, 4), grown)
    spots = inflammation.paint_pustules(
        canvas, layer_rng(seed, 5), grades[Condition.FOLLICULAR_PUSTULES], grown.follicles, hidden
    )
    grease = sebum.paint_sebum(canvas, layer_rng(seed, 6), greasy, grown.follicles)
    places = scale.Places(grown.follicles, grown.curves, hidden, relief)
    flecks = scale.paint_fine(canvas, layer_rng(seed, 7), grades[Condition.FINE_SCALING], places)
    flakes = scale.paint_dandruff(canvas, layer_rng(seed, 8), grades[Condition.DANDRUFF], places)
    hair.cast_shadow(canvas, layer_rng(seed, 9), grown)
    alphas = [hair.paint(canvas, layer_rng(seed, 10), grown.layers[0], textured=True)]
    caught = scale.paint_caught(
        canvas, layer_rng(seed, 11), grades[Condition.DANDRUFF], grades[Condition.FINE_SCALING], places
    )
    lint.paint_lint(canvas, layer_rng(seed, 12))
    alphas += [hair.paint(canvas, layer_rng(seed, 13), layer, textured=False) for layer in grown.layers[1:]]

    strands = hair.cover_of(alphas)
    masks[Condition.FINE_SCALING] = np.maximum(uncovered(flecks, strands), caught[1])
    masks[Condition.EXCESS_SEBUM] = uncovered(grease, strands)
    masks[Condition.INTERFOLLICULAR_ERYTHEMA] = uncovered(redness, strands)
    masks[Condition.FOLLICULAR_PUSTULES] = uncovered(spots, strands)
    masks[Condition.DANDRUFF] = np.maximum(uncovered(flakes, strands), caught[0])
    masks[Condition.HAIR_LOSS] = strands
    camera.add_glints(canvas, strands.astype(np.float32) * np.float32(1 / 255))
    pixels = camera.shoot(canvas, layer_rng(seed, 14), tint)
    return pixels, masks, float(strands.mean() / 255)
