"""Redness between the follicles, vessels, pustules, papules and crusts."""

import numpy as np

from core.vision.synthesis.canvas import Canvas, Mask, Plane, Points, patch_noise, sigmoid

_BLOOD = (0.1, 0.62, 0.48)
_PATCH_BIAS = (0.0, -0.35, 0.3, 1.5)
_PATCH_DEPTH = (0.0, 0.14, 0.24, 0.38)
_VESSELS = (0.5, 3.5, 8.0, 14.0)
_VESSEL_DEPTH = (0.18, 0.26, 0.36, 0.46)
_PUSTULES = ((0, 0), (1, 2), (3, 5), (6, 11))


def paint_erythema(canvas: Canvas, rng: np.random.Generator, severity: int) -> Mask:
    """Redden the skin in patches, with vessels; return where, (H, W) 0..255.

    Even calm skin shows a vessel now and then; those are not in the mask.
    """
    size, depth = rng.uniform(45, 130) * canvas.grain, rng.uniform(0.8, 1.2)
    field = canvas.noise(rng, size, 3)
    vessels = _vessels(canvas, rng, severity)
    if severity:
        patch = sigmoid((field + np.float32(_PATCH_BIAS[severity])) * 1.8)
        patch *= np.float32(_PATCH_DEPTH[severity] * depth)
        canvas.absorb(_BLOOD, patch)
    canvas.absorb((0.1, 0.6, 0.48), vessels)
    if not severity:
        return canvas.blank()
    evidence = np.maximum(patch * np.float32(2.2), vessels)
    return np.asarray(np.clip(evidence, 0, 1) * 255, np.uint8)


def _vessels(canvas: Canvas, rng: np.random.Generator, severity: int) -> Plane:
    lines = canvas.blank()
    grain = canvas.grain
    wide, high = canvas.extent
    for _ in range(int(rng.poisson(_VESSELS[severity] / grain + 0.1))):
        x, y, way = rng.uniform(0, wide), rng.uniform(0, high), rng.uniform(0, 2 * np.pi)
        for _ in range(int(rng.integers(1, 5 if severity == 3 else 4))):
            count = int(rng.integers(8, 22))
            curl = rng.normal(0, 0.25) if rng.random() < 0.4 else 0.0
            ways = way + np.cumsum(rng.normal(curl, 0.33, count))
            path = np.stack([x + np.cumsum(np.cos(ways)), y + np.cumsum(np.sin(ways))], 1)
            path = (x, y) + (path - (x, y)) * 4.5 * grain
            canvas.line(lines, path, rng.uniform(90, 230), rng.uniform(0.6, 1.4) * grain**0.6)
            fork = int(rng.integers(0, count))
            (x, y), way = path[fork], ways[fork] + rng.choice([-0.8, 0.8])
    strength = rng.uniform(0.7, 1.1) * _VESSEL_DEPTH[severity]
    return canvas.soft(lines, rng.uniform(0.6, 1.2) * grain**0.5) * np.float32(strength)


def paint_pustules(canvas: Canvas, rng: np.random.Generator, severity: int, follicles: Points, hidden: Mask) -> Mask:
    """Raise pustules, papules and crusts at follicles; return where, (H, W) 0..255.

    Args:
        canvas: The picture.
        rng: Random numbers of this layer.
        severity: How many, and how large.
        follicles: Candidate places, (n, 2) logical.
        hidden: Hair that will cover the skin, (H, W) 0..255; open places are preferred.
    """
    mask = canvas.blank()
    fewest, most = _PUSTULES[severity]
    count = int(rng.integers(fewest, most + 1))
    if count:
        count = max(1, round(count / canvas.grain**0.8))
        for x, y in open_places(canvas, rng, count, follicles, hidden):
            _lesion(canvas, rng, severity, x, y, mask)
    return mask


def open_places(canvas: Canvas, rng: np.random.Generator, count: int, follicles: Points, hidden: Mask) -> Points:
    """Choose `count` places well inside the picture, near follicles where possible, the least hidden first."""
    wide, high = canvas.extent
    inside = follicles[((follicles > 0.06 * wide) & (follicles < np.array([wide, high]) - 0.06 * wide)).all(1)]
    loose = rng.uniform(0.08, 0.92, (count + 6, 2)) * (wide, high)
    places = np.concatenate([inside + rng.normal(0, canvas.hair_width, inside.shape), loose])
    places = np.clip(places, 0.04 * wide, np.array([wide, high]) - 0.04 * wide)
    pixels = (places * canvas.scale).astype(int)
    veiled = canvas.blur(hidden, 5 * canvas.grain)[pixels[:, 1], pixels[:, 0]].astype(np.float64)
    order = np.argsort(veiled + rng.uniform(0, 70, len(places)))
    out: Points = places[order[:count]]
    return out


def _lesion(canvas: Canvas, rng: np.random.Generator, severity: int, x: float, y: float, mask: Mask) -> None:
    radius = rng.uniform(5, 10) * canvas.magnification**0.75 * (0.9 + 0.12 * severity)
    reach, depth, kind = rng.uniform(0.9, 1.7), rng.uniform(0.45, 0.85), rng.random()
    head, firm = rng.uniform(0.45, 0.8), rng.uniform(0.65, 0.95)
    ink = rng.uniform((215, 198, 135), (240, 225, 188))
    blood = rng.uniform((95, 26, 22), (150, 66, 48))
    squash = rng.uniform(0.85, 1.2)
    window = canvas.window(x, y, radius * (0.8 + 2.2 * reach))
    if window is None:
        return
    rows, columns, across, down = window
    rough = patch_noise(rng, (down.shape[0], across.shape[1]), 6)
    distance = np.sqrt(across**2 + (down * np.float32(squash)) ** 2) + np.float32(radius * 0.17) * rough
    halo = np.exp(-np.square(np.clip(distance - radius * 0.6, 0, None) / np.float32(radius * reach))) * np.float32(
        depth
    )
    area = canvas.colour[:, rows, columns]
    for plane, share in zip(area, (0.08, 0.5, 0.44), strict=True):
        plane *= 1 - np.float32(share) * halo
    if kind < 0.66:
        _dome(canvas, (rows, columns), (across, down, distance), radius, (ink, head, firm))
    elif kind < 0.86:
        core = sigmoid((radius * 0.75 - distance + radius * 0.28 * rough) / np.float32(radius * 0.14)) * np.float32(0.8)
        for plane, value in zip(area, blood, strict=True):
            plane += (np.float32(value) * (1 + np.float32(0.14) * rough) - plane) * core
    view = mask[rows, columns]
    np.maximum(view, (np.clip(halo * 1.5, 0, 1) * 255).astype(np.uint8), out=view)


def _dome(
    canvas: Canvas,
    place: tuple[slice, slice],
    geometry: tuple[Plane, Plane, Plane],
    radius: float,
    look: tuple[Points, float, float],
) -> None:
    """Raise a yellow-white head, lit from one side, with a small glint."""
    (rows, columns), (across, down, distance), (ink, head, firm) = place, geometry, look
    cover = sigmoid((radius * head - distance) / np.float32(radius * 0.13)) * np.float32(firm)
    lit = 1 - np.float32(0.1 / radius) * (across + down)
    for plane, value in zip(canvas.colour[:, rows, columns], ink, strict=True):
        plane += (np.float32(value) * np.clip(lit, 0.75, 1.12) - plane) * cover
    spot = np.square(across + np.float32(radius * 0.25)) + np.square(down + np.float32(radius * 0.25))
    canvas.glint[rows, columns] += np.float32(0.7 * firm) * np.exp(-spot / np.float32((radius * 0.16) ** 2))
