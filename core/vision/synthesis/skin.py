"""Bare skin: its tone, mottling, furrows and grain."""

from dataclasses import dataclass

import cv2
import numpy as np

from core.vision.synthesis.canvas import Canvas, Plane, sigmoid

# Means and deviations in CIELAB of the skin between the hairs of real microscope photos, before white balance.
_FAIR = np.array([68.0, 9.0, 13.0])
# Red, green and blue of `_FAIR`, relative to their mean.
_FAIR_RATIO = np.array([1.14, 0.99, 0.87])
_FAIR_SPREAD = np.array([5.0, 2.5, 4.5])
_OTHER = ((np.array([77.0, 7.0, 9.0]), 0.3), (np.array([56.0, 12.0, 20.0]), 0.4), (np.array([40.0, 12.0, 18.0]), 0.3))


@dataclass(frozen=True)
class Relief:
    """What later layers need of the skin.

    Attributes:
        furrow: 1 in the furrows, 0 on the plateaus between them, (H, W).
        rough: Medium noise that makes outlines uneven, (H, W), about unit variance.
        lightness: Mean CIELAB lightness of the skin.
    """

    furrow: Plane
    rough: Plane
    lightness: float


def paint_skin(canvas: Canvas, rng: np.random.Generator, sebum: int) -> Relief:
    """Cover the sheet with skin. Greasy skin is a little yellower."""
    tone = _tone(rng)
    tone[2] += (-0.4, 0.8, 1.8, 3.0)[sebum] * rng.uniform(0.6, 1.3)
    grain = canvas.grain
    big, rough = canvas.noise(rng, 170, 2), canvas.noise(rng, 26 * grain, 3, 0.6)
    fine = canvas.noise(rng, 4 * grain, 2, 0.7)
    furrow = np.exp(-7 * np.abs(canvas.noise(rng, 11 * grain, 2)))
    half = (canvas.width // 2, canvas.height // 2)
    small_big, small_rough = (cv2.resize(p, half, interpolation=cv2.INTER_AREA) for p in (big, rough))
    lab = np.empty((half[1], half[0], 3), np.float32)
    lab[..., 0] = tone[0] + 2.6 * small_big + 1.5 * small_rough
    lab[..., 1] = tone[1] + 0.6 * small_rough + 0.7 * _shrunk(canvas, rng, 90, half)
    lab[..., 2] = (
        tone[2]
        + rng.uniform(1, 3) * min(1, tone[0] / 68) * _shrunk(canvas, rng, 80, half)
        - 0.7 * small_rough
        + 0.6 * small_big
    )
    _mottle(canvas, rng, lab, half)
    rgb = cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * 255
    # A unit of lightness is about 2.4 grey levels on fair skin: grain is cheaper there than in CIELAB at full size.
    texture = np.float32(rng.uniform(1.5, 3.0)) * fine - np.float32(rng.uniform(0.5, 2.2)) * furrow
    texture *= np.float32(2.4 * tone[0] / 68)
    for plane, small in zip(canvas.colour, cv2.split(rgb), strict=True):
        plane[:] = cv2.resize(small, (canvas.width, canvas.height), interpolation=cv2.INTER_LINEAR)
        plane += texture
    _settle(canvas)
    return Relief(furrow, rough, float(tone[0]))


def _settle(canvas: Canvas) -> None:
    """Bring any skin's hue near that of fair skin: or the camera, balancing to grey later, would turn hair blue."""
    mean = canvas.colour.mean((1, 2))
    gain = (_FAIR_RATIO / (mean / mean.mean())) ** 0.85
    canvas.colour *= gain.astype(np.float32)[:, None, None]


def _tone(rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    pick, spread = rng.random(), rng.standard_normal(3)
    centre, width = _FAIR, _FAIR_SPREAD * 1.05
    if pick < 0.25:
        shares = [share for _, share in _OTHER]
        centre = _OTHER[int(np.searchsorted(np.cumsum(shares), min(pick * 4, 0.999)))][0]
        width = _FAIR_SPREAD * 0.7
    return np.clip(centre + width * spread, (22, 3, 2), (88, 20, 30))


def _shrunk(canvas: Canvas, rng: np.random.Generator, size: float, shape: tuple[int, int]) -> Plane:
    small = cv2.resize(canvas.small_noise(rng, size, 2), shape, interpolation=cv2.INTER_CUBIC)
    return np.asarray(small, np.float32)


def _mottle(canvas: Canvas, rng: np.random.Generator, lab: Plane, shape: tuple[int, int]) -> None:
    chance, limit, depth = rng.random(), rng.uniform(0.6, 1.4), rng.uniform(0.3, 1)
    field = _shrunk(canvas, rng, 14 * canvas.grain, shape)
    if chance < 0.2:
        spots = sigmoid((field - np.float32(limit)) * 3)
        lab[..., 0] -= np.float32(6 * depth) * spots
        lab[..., 2] += np.float32(2.5) * spots
