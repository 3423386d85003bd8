"""Puts a scene of the plain hand together, layer on layer, from the skin up to the sensor."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from core.taxonomy import Condition, Severity
from core.vision.synthesis import camera as lens
from core.vision.synthesis import hair
from core.vision.synthesis.canvas import Canvas, Mask, layer_rng
from core.vision.synthesis.plain import camera, pustules, scale, sebum, skin

_HIGHEST = 4.2
# Random numbers of its own: the two hands never draw the same scene.
_FIRST_LAYER = 100


def draw_magnification(rng: np.random.Generator) -> float:
    """Draw a magnification; 1 = a hair is about 3.6 of 448 pixels wide."""
    return float(np.exp(rng.uniform(0, np.log(_HIGHEST))))


def paint_plain(
    canvas: Canvas, seed: int, grades: Mapping[Condition, Severity]
) -> tuple[npt.NDArray[np.uint8], dict[Condition, Mask], float]:
    """Paint a scene.

    Returns:
        The photo (H, W, 3) RGB, where the evidence of each condition is (H, W) 0..255, and the share of hair 0..1.
    """
    layers = (layer_rng(seed, _FIRST_LAYER + number) for number in range(16))
    greasy, loss = grades[Condition.EXCESS_SEBUM], grades[Condition.HAIR_LOSS]
    fine, dandruff = grades[Condition.FINE_SCALING], grades[Condition.DANDRUFF]
    grown = hair.grow(canvas, next(layers), loss)
    bare = skin.bare_skin(canvas, next(layers), greasy)
    redness = skin.redden(canvas, next(layers), grades[Condition.INTERFOLLICULAR_ERYTHEMA], bare)
    skin.develop(canvas, bare)
    hair.shade_roots(canvas, next(layers), grown)
    spots = pustules.paint_pustules(canvas, next(layers), grades[Condition.FOLLICULAR_PUSTULES], grown.follicles, bare)
    grease = sebum.paint_sebum(canvas, next(layers), greasy, grown.follicles)
    powder = scale.fine_scale(canvas, next(layers), fine, grown.follicles)
    flaked = scale.flakes(canvas, next(layers), dandruff, grown.follicles, bare)
    scale.lay(canvas, next(layers), np.maximum(powder, flaked))
    hair.cast_shadow(canvas, next(layers), grown)
    alphas = [hair.paint(canvas, next(layers), grown.layers[0], textured=True)]
    caught = scale.paint_caught(canvas, next(layers), dandruff, fine, grown.curves)
    rng = next(layers)
    alphas += [hair.paint(canvas, rng, layer, textured=False) for layer in grown.layers[1:]]

    strands = hair.cover_of(alphas)
    lens.add_glints(canvas, strands.astype(np.float32) * np.float32(1 / 255))
    found = {
        Condition.FINE_SCALING: scale.as_mask(powder) if fine else canvas.blank(),
        Condition.EXCESS_SEBUM: grease,
        Condition.INTERFOLLICULAR_ERYTHEMA: redness,
        Condition.FOLLICULAR_PUSTULES: spots,
        Condition.DANDRUFF: scale.as_mask(flaked) if dandruff else canvas.blank(),
    }
    masks = {condition: hair.uncovered(mask, strands) for condition, mask in found.items()}
    masks[Condition.DANDRUFF] = np.maximum(masks[Condition.DANDRUFF], caught[0])
    masks[Condition.FINE_SCALING] = np.maximum(masks[Condition.FINE_SCALING], caught[1])
    masks[Condition.HAIR_LOSS] = strands
    return camera.shoot(canvas, next(layers)), masks, float(strands.mean() / 255)
