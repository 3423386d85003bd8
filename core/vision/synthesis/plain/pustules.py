"""Pustules of the plain hand: a red halo around a yellow head or a crust."""

import numpy as np

from core.vision.synthesis.canvas import Canvas, Mask, Points, sigmoid
from core.vision.synthesis.plain.skin import BareSkin

_COUNTS = ((0, 0), (1, 2), (3, 5), (6, 11))


def paint_pustules(canvas: Canvas, rng: np.random.Generator, severity: int, follicles: Points, skin: BareSkin) -> Mask:
    """Raise pustules at follicles; return where, (H, W) 0..255."""
    mask = canvas.blank()
    fewest, most = _COUNTS[severity]
    count = int(rng.integers(fewest, most + 1))
    if not count:
        return mask
    count = max(1, round(count / canvas.grain))
    wide, high = canvas.extent
    inside = follicles[((follicles > 8) & (follicles < np.array([wide, high]) - 8)).all(1)]
    loose = rng.uniform(0.1, 0.9, (count, 2)) * (wide, high)
    places = np.concatenate([rng.permutation(inside)[:count], loose])[:count]
    for x, y in places + rng.normal(0, 0.6 * canvas.hair_width, places.shape):
        _lesion(canvas, rng, severity, (x, y), skin, mask)
    return mask


def _lesion(
    canvas: Canvas, rng: np.random.Generator, severity: int, place: tuple[float, float], skin: BareSkin, mask: Mask
) -> None:
    radius = rng.uniform(5, 10) * canvas.magnification**0.75 * (1 + 0.12 * severity)
    squash, reach, depth = rng.uniform(0.85, 1.2), rng.uniform(0.9, 1.7), rng.uniform(0.45, 0.85)
    headed, head, firm = rng.random() < 0.85, rng.uniform(0.5, 0.85), rng.uniform(0.65, 0.95)
    pus, blood = rng.uniform((215, 200, 135), (240, 225, 185)), rng.uniform((130, 25, 25), (190, 80, 45))
    window = canvas.window(*place, radius * 5)
    if window is None:
        return
    rows, columns, across, down = window
    rough, fine = skin.rough[rows, columns], skin.fine[rows, columns]
    distance = np.hypot(across, down * np.float32(squash)) + np.float32(radius * 0.25) * rough
    beyond = np.clip(distance - np.float32(radius * 0.6), 0, None)
    halo = np.exp(-np.square(beyond / np.float32(radius * reach))) * np.float32(depth)
    area = canvas.colour[:, rows, columns]
    for plane, share in zip(area, (0.1, 0.42, 0.38), strict=True):
        plane *= 1 - np.float32(share) * halo
    if headed:
        core = sigmoid((np.float32(radius * head) - distance) / np.float32(radius * 0.16)) * np.float32(firm)
        spot = np.square(across + np.float32(radius * 0.25)) + np.square(down + np.float32(radius * 0.25))
        shine = np.exp(-spot / np.float32((radius * 0.16) ** 2)) * np.float32(rng.uniform(0.4, 1))
        canvas.glint[rows, columns] += shine
    else:
        edge = np.float32(radius * 0.7) - distance + np.float32(radius * 0.5) * fine
        core = sigmoid(edge / np.float32(radius * 0.15)) * np.float32(0.8)
    for plane, value in zip(area, pus if headed else blood, strict=True):
        plane += (np.float32(value) - plane) * core
    view = mask[rows, columns]
    np.maximum(view, (np.clip(halo * 1.5, 0, 1) * 255).astype(np.uint8), out=view)
