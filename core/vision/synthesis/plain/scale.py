"""Scale of the plain hand: flecks and flakes as layered, translucent polygons."""

from dataclasses import dataclass

import cv2
import numpy as np

from core.vision.synthesis.canvas import Canvas, Mask, Plane, Points, sigmoid
from core.vision.synthesis.plain.field import field
from core.vision.synthesis.plain.skin import BareSkin

_FLECKS = (3.0, 26.0, 70.0, 170.0)
_VEIL_LIMIT = (9.0, 1.75, 1.45, 1.1)
_VEIL_BIAS = (0.0, -0.6, 0.0, 0.6)
_FLAKES = ((0, 0), (1, 3), (3, 7), (8, 17))
_LARGEST = (5.0, 10.0, 14.0, 19.0)
_CAUGHT_FLAKES = (0.5, 3.0, 7.0, 14.0)
_CAUGHT_FLECKS = (0.5, 6.0, 14.0, 30.0)
_WHITE = np.array([246.0, 248.0, 250.0])


@dataclass(frozen=True)
class _Sizes:
    """Radii from `low` to `high`, opacities from `thin` to `thick`, and how many lie at follicles."""

    low: float
    high: float
    thin: float
    thick: float
    rooted: float


def fine_scale(canvas: Canvas, rng: np.random.Generator, severity: int, follicles: Points) -> Plane:
    """Draw flecks, singly and in heaps, and powder in patches: how much of the skin they hide, (H, W) 0..1."""
    count = int(rng.poisson(_FLECKS[severity] / canvas.magnification**1.3 * rng.uniform(0.7, 1.4)))
    heaps = rng.uniform(0, 1, (int(rng.integers(1, 5)), 2)) * canvas.extent
    sizes = _Sizes(0.8 * canvas.grain, 2.9 * canvas.grain, 0.3, 0.85, 0.35)
    cover = _flakes(canvas, rng, count, sizes, follicles, heaps).astype(np.float32) * np.float32(1 / 255)
    if severity:
        powder = field(canvas, rng, 3.2 * canvas.grain, 2, 0.8) - np.float32(_VEIL_LIMIT[severity])
        patch = sigmoid((field(canvas, rng, 60 * canvas.grain, 2) + np.float32(_VEIL_BIAS[severity])) * 3)
        np.maximum(cover, np.clip(np.clip(powder, 0, 1) * patch * np.float32(1.5), 0, 0.75), out=cover)
    return cover


def flakes(canvas: Canvas, rng: np.random.Generator, severity: int, follicles: Points, skin: BareSkin) -> Plane:
    """Draw the flakes of dandruff, shadow and all: how much of the skin they hide, (H, W) 0..1.

    Calm skin carries a single small one now and then.
    """
    fewest, most = _FLAKES[severity]
    count = int(rng.integers(fewest, most + 1)) or int(rng.random() >= 0.8)
    if not count:
        return np.zeros_like(skin.rough)
    grain = canvas.grain
    count = max(1, round(count / canvas.magnification**0.5))
    sizes = _Sizes(4 * grain, _LARGEST[severity] * grain, rng.uniform(0.3, 0.8), 1.0, 0.35)
    cover = _flakes(canvas, rng, count, sizes, follicles, None)
    texture = np.clip(0.9 + 0.16 * field(canvas, rng, 5 * grain, 2) + 0.12 * skin.fine, 0.3, 1)
    soft = canvas.soft(cover, 0.5 + 0.55 * grain)
    step = max(1, round(2 * canvas.scale))
    relief = np.clip(1 + 1.1 * (soft - np.roll(soft, (step, step), (0, 1))), 0.6, 1.4)
    soft = np.clip(soft * texture * relief, 0, 1)
    shift = (max(1, int(2 * grain * canvas.scale)), max(1, int(1.5 * grain * canvas.scale)))
    shadow = np.asarray(canvas.blur(np.roll(soft, shift, (0, 1)), 1.5 * grain), np.float32)
    canvas.absorb((0.3, 0.3, 0.3), np.clip(shadow - soft, 0, 1))
    return np.asarray(soft, np.float32)


def lay(canvas: Canvas, rng: np.random.Generator, cover: Plane) -> None:
    """Lay scale down, white."""
    soft = np.asarray(canvas.blur(cover, 0.5), np.float32)
    canvas.blend(_WHITE * rng.uniform(0.9, 1.02), soft * np.float32(0.92))


def paint_caught(
    canvas: Canvas, rng: np.random.Generator, dandruff: int, fine: int, curves: Points
) -> tuple[Mask, Mask]:
    """Hang flakes and flecks on the hairs.

    Args:
        canvas: The picture.
        rng: Random numbers of this layer.
        dandruff: Grade of dandruff.
        fine: Grade of fine scaling.
        curves: Centre lines of the sharp strands, (n, points, 2) logical.

    Returns:
        Where flakes and where flecks hang, (H, W) 0..255 each.
    """
    masks = (canvas.blank(), canvas.blank())
    flake_count = rng.poisson(_CAUGHT_FLAKES[dandruff] / canvas.grain)
    fleck_count = rng.poisson(_CAUGHT_FLECKS[fine] / canvas.magnification)
    for mask, count, large in zip(masks, (flake_count, fleck_count), (0.5 if dandruff else 0.0, 0.0), strict=True):
        for _ in range(count if len(curves) else 0):
            low, high = (2.5, 6.0) if rng.random() < large else (0.7, 1.7)
            knot = curves[rng.integers(len(curves)), rng.integers(curves.shape[1])]
            place = knot + rng.normal(0, 0.3 * canvas.hair_width, 2)
            outline = _outline(rng, place, rng.uniform(low, high) * canvas.grain, 8)
            canvas.polygon(mask, outline, rng.uniform(120, 250))
    both = np.maximum(*masks).astype(np.float32) * np.float32(0.9 / 255)
    canvas.blend((240, 241, 242), both)
    return masks[0] if dandruff else canvas.blank(), masks[1] if fine else canvas.blank()


def _flakes(
    canvas: Canvas, rng: np.random.Generator, count: int, sizes: _Sizes, follicles: Points, heaps: Points | None
) -> Mask:
    mask = canvas.blank()
    for _ in range(count):
        place = _place(canvas, rng, sizes, follicles, heaps)
        radius = np.exp(rng.uniform(np.log(sizes.low), np.log(sizes.high)))
        opacity = int(255 * (sizes.thin + (sizes.thick - sizes.thin) * rng.random() ** 1.7))
        outline = _outline(rng, place, radius, int(rng.integers(6, 14)))
        canvas.polygon(mask, outline, opacity)
        if radius > 6:
            for _ in range(int(rng.integers(1, 4))):
                beside = place + rng.normal(0, 0.7 * radius, 2)
                piece = _outline(rng, beside, radius * rng.uniform(0.3, 0.8), 9)
                canvas.polygon(mask, piece, int(255 * rng.uniform(sizes.thin, sizes.thick)))
            # The edge that curls up catches the light.
            canvas.line(mask, outline[: len(outline) * 2 // 3], min(255, opacity + 45))
    return mask


def _place(canvas: Canvas, rng: np.random.Generator, sizes: _Sizes, follicles: Points, heaps: Points | None) -> Points:
    if len(follicles) and rng.random() < sizes.rooted:
        rooted: Points = follicles[rng.integers(len(follicles))] + rng.normal(0, 1.2 * canvas.hair_width, 2)
        return rooted
    if heaps is not None and rng.random() < 0.6:
        heaped: Points = heaps[rng.integers(len(heaps))] + rng.normal(0, 22 * canvas.grain, 2)
        return heaped
    return rng.uniform(0, 1, 2) * canvas.extent


def _outline(rng: np.random.Generator, place: Points | tuple[float, float], radius: float, corners: int) -> Points:
    """One irregular closed outline; large ones get rounded corners and a frayed edge, (n, 2)."""
    turn = np.sort(rng.uniform(0, 2 * np.pi, corners))
    reach = radius * np.exp(0.35 * rng.standard_normal(corners))
    aspect, tilt = np.exp(0.35 * rng.standard_normal()), rng.uniform(0, np.pi)
    if radius > 2.2:
        smooth = np.linspace(0, 2 * np.pi, max(corners * 3, 24), endpoint=False)
        around = np.concatenate([turn - 2 * np.pi, turn, turn + 2 * np.pi])
        reach = np.interp(smooth, around, np.tile(reach, 3))
        wrapped = np.concatenate([reach[-2:], reach, reach[:2]])
        reach = np.convolve(wrapped, [0.15, 0.22, 0.26, 0.22, 0.15], "valid")
        reach = reach * np.exp(0.08 * rng.standard_normal(len(smooth)))
        turn = smooth
    x, y = reach * np.cos(turn) * aspect, reach * np.sin(turn) / aspect
    cos, sin = np.cos(tilt), np.sin(tilt)
    return np.stack([place[0] + x * cos - y * sin, place[1] + x * sin + y * cos], 1)


def as_mask(cover: Plane) -> Mask:
    """Cover 0..1 as a mask 0..255."""
    return np.asarray(cv2.convertScaleAbs(np.clip(cover * np.float32(1.3), 0, 1), alpha=255), np.uint8)
