"""Skin of the plain hand, in CIELAB: tone, relief, pigment; redness and vessels as a shift towards red."""

from dataclasses import dataclass

import cv2
import numpy as np

from core.vision.synthesis.canvas import Canvas, Mask, Plane, sigmoid
from core.vision.synthesis.plain.field import field

# Mean and deviations in CIELAB of the skin between the hairs of real microscope photos.
_MEAN = np.array([68.0, 9.0, 13.0])
_SPREAD = np.array([5.0, 2.5, 4.5]) * 1.05
_YELLOW = (-0.4, 0.8, 1.8, 3.0)
_FLUSH = (-0.6, 2.0, 5.0, 9.0)
_PATCH_BIAS = (0.0, -0.5, 0.1, 0.7)
_PATCH_RED = (0.0, 3.0, 6.0, 10.0)
_PATCH_DARK = (0.0, 1.0, 2.5, 4.5)
_PATCH_YELLOW = (0.0, 0.5, 1.0, 2.0)
_VESSELS = (0.6, 3.0, 7.0, 13.0)
_VESSEL_RED = (8.0, 10.0, 15.0, 20.0)


@dataclass(frozen=True)
class BareSkin:
    """Skin before it is developed to RGB.

    Attributes:
        lab: CIELAB, (H, W, 3); redness is added in place.
        rough: Medium noise that makes outlines uneven, (H, W).
        fine: Fine noise, (H, W).
    """

    lab: Plane
    rough: Plane
    fine: Plane


def bare_skin(canvas: Canvas, rng: np.random.Generator, sebum: int) -> BareSkin:
    """Draw skin; greasy skin is a little yellower."""
    grain = canvas.grain
    tone = _MEAN + _SPREAD * rng.standard_normal(3)
    tone[2] += _YELLOW[sebum] * rng.uniform(0.6, 1.3)
    big, rough = field(canvas, rng, 170, 2), field(canvas, rng, 26 * grain, 3, 0.6)
    fine = field(canvas, rng, 4 * grain, 2, 0.7)
    lab = np.empty((canvas.height, canvas.width, 3), np.float32)
    lab[..., 0] = tone[0] + 2.6 * big + 1.5 * rough + np.float32(rng.uniform(0.8, 1.9)) * fine
    lab[..., 1] = tone[1] + 0.7 * field(canvas, rng, 90, 2) + 0.6 * rough
    lab[..., 2] = tone[2] + np.float32(rng.uniform(1, 3)) * field(canvas, rng, 80, 2) - 0.7 * rough + 0.6 * big
    furrow = np.abs(field(canvas, rng, 11 * grain, 2))
    lab[..., 0] -= np.float32(rng.uniform(0.5, 2.2)) * np.exp(-7 * furrow)
    if rng.random() < 0.3:
        spots = sigmoid((field(canvas, rng, 14 * grain, 2) - np.float32(rng.uniform(0.6, 1.4))) * 3)
        lab[..., 0] -= np.float32(9 * rng.uniform(0.3, 1)) * spots
        lab[..., 2] += 4 * spots
    return BareSkin(lab, rough, fine)


def redden(canvas: Canvas, rng: np.random.Generator, severity: int, skin: BareSkin) -> Mask:
    """Flush the skin, in patches and vessels; return where, (H, W) 0..255. Calm skin may show a vessel, not masked."""
    lab, grain = skin.lab, canvas.grain
    lab[..., 1] += np.float32(_FLUSH[severity] * rng.uniform(0.7, 1.25))
    patch = np.zeros_like(skin.rough)
    if severity:
        size = rng.uniform(45, 130) * grain
        patch = sigmoid((field(canvas, rng, size, 3) + np.float32(_PATCH_BIAS[severity])) * np.float32(2.2))
        lab[..., 1] += patch * np.float32(_PATCH_RED[severity] * rng.uniform(0.75, 1.25))
        lab[..., 0] -= patch * np.float32(_PATCH_DARK[severity])
        lab[..., 2] += patch * np.float32(_PATCH_YELLOW[severity])
    vessels = _vessels(canvas, rng, severity)
    lab[..., 1] += vessels * np.float32(_VESSEL_RED[severity])
    lab[..., 0] -= vessels * 7
    if not severity:
        return canvas.blank()
    return np.asarray(np.clip(np.maximum(patch * np.float32(0.3 + 0.2 * severity), vessels), 0, 1) * 255, np.uint8)


def develop(canvas: Canvas, skin: BareSkin) -> None:
    """Put the skin on the canvas, as RGB."""
    rgb = cv2.cvtColor(skin.lab, cv2.COLOR_LAB2RGB)
    for plane, values in zip(canvas.colour, cv2.split(rgb), strict=True):
        plane[:] = values * np.float32(255)


def _vessels(canvas: Canvas, rng: np.random.Generator, severity: int) -> Plane:
    lines, grain = canvas.blank(), canvas.grain
    wide, high = canvas.extent
    for _ in range(int(rng.poisson(_VESSELS[severity] / grain + 0.1))):
        x, y, way = rng.uniform(0, wide), rng.uniform(0, high), rng.uniform(0, 2 * np.pi)
        for _ in range(int(rng.integers(1, 4))):
            ways = way + np.cumsum(rng.normal(0, 0.35, int(rng.integers(8, 22))))
            path = np.stack([x + np.cumsum(np.cos(ways)) * 5 * grain, y + np.cumsum(np.sin(ways)) * 5 * grain], 1)
            wide_line = canvas.magnification >= 2 and rng.random() >= 0.6
            canvas.line(lines, path, rng.uniform(90, 230), 2 if wide_line else 1)
            fork = int(rng.integers(0, len(path)))
            (x, y), way = path[fork], ways[fork] + rng.choice([-0.8, 0.8])
    return canvas.soft(lines, rng.uniform(0.7, 1.5) * grain**0.5) * np.float32(rng.uniform(0.35, 0.9))
