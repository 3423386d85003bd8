"""Grease: a yellowish film, wet glints that follow the relief, and plugs in the follicles; or merely dry sparkle."""

import cv2
import numpy as np

from core.vision.synthesis.canvas import Canvas, Mask, Plane, Points, blobs, sigmoid

_ZONE_BIAS = (-1.9, -0.4, 0.4, 1.4)
_GLINT_SHARE = (0.004, 0.025, 0.055, 0.1)
_RELIEF = (1.0, 3.0, 5.0, 7.0)
_GLINT_GAIN = (0.3, 0.8, 1.05, 1.3)
_FILM = (0.0, 0.09, 0.16, 0.25)
_PLUGS = (0.0, 1.5, 4.0, 8.0)


def paint_sebum(canvas: Canvas, rng: np.random.Generator, severity: int, follicles: Points) -> Mask:
    """Grease the skin; return where, (H, W) 0..255. Without sebum some dry sparkle may remain, not in the mask."""
    zone = _zone(canvas, rng, severity, follicles)
    facing, patchy = _relief(canvas, rng)
    glint = _glints(rng, severity, facing) * patchy * zone
    canvas.glint += glint
    _sparkle(canvas, rng)
    if not severity:
        return canvas.blank()
    wet = facing - facing.mean()
    wet *= zone * np.float32(_RELIEF[severity] * 3 * rng.uniform(0.6, 1.3))
    canvas.colour += wet
    film = zone * np.float32(_FILM[severity] * rng.uniform(0.7, 1.3))
    canvas.blend(_film_colour(canvas), film)
    plugs = _plugs(canvas, rng, severity, follicles)
    _sheen(canvas, rng, severity)
    # Wet patches scatter light around each glint: a bloom on the skin, not only a point.
    bloom = canvas.blur(cv2.resize(glint, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), 1.6)
    lifted = canvas.enlarge(np.asarray(bloom, np.float32)) * np.float32(0.5)
    canvas.blend((255, 252, 238), np.clip(lifted, 0, 0.6))
    evidence = np.maximum(np.clip(zone * np.float32(0.35) + glint, 0, 1), plugs)
    return np.asarray(evidence * 255, np.uint8)


def _film_colour(canvas: Canvas) -> tuple[float, float, float]:
    red, green, blue = (float(v) for v in canvas.colour[:, ::8, ::8].mean((1, 2)))
    return min(red * 1.2 + 22, 240), min(green * 1.2 + 14, 228), blue * 0.92


def _zone(canvas: Canvas, rng: np.random.Generator, severity: int, follicles: Points) -> Plane:
    """Where it is wet: patches, or around the follicles."""
    size, around, reach = rng.uniform(40, 110), rng.random(), rng.uniform(1, 3.2, len(follicles))
    zone = sigmoid((canvas.noise(rng, size, 2) + np.float32(_ZONE_BIAS[severity])) * 2.5)
    if severity and around < 0.6:
        rings = canvas.blank()
        for (x, y), wide in zip(follicles, reach, strict=True):
            canvas.dot(rings, x, y, canvas.hair_width * wide, 255)
        pooled = canvas.soft(rings, canvas.hair_width * 1.2) * np.float32(0.4 + 0.2 * severity)
        zone = np.maximum(zone * np.float32(0.65), pooled)
    return np.asarray(zone, np.float32)


def _relief(canvas: Canvas, rng: np.random.Generator) -> tuple[Plane, Plane]:
    """Light a skin relief of two scales from the side.

    Returns:
        How squarely each point faces the lamp, and where glints are denser, (H, W) each.
    """
    grain = canvas.grain
    size = np.exp(rng.uniform(np.log(3.0), np.log(8.5))) * grain**0.9
    lamp = rng.uniform(0, 2 * np.pi)
    height = canvas.noise(rng, size, 3, 0.6)
    height += np.float32(0.8) * canvas.noise(rng, size * 3.5, 1)
    # Slopes are steeper where features are smaller: the factor keeps them alike over sizes.
    steep = np.float32(0.125 * canvas.scale * size * 0.55)
    across = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3) * steep
    down = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3) * steep
    facing = 0.75 - np.float32(0.66 * np.cos(lamp)) * across - np.float32(0.66 * np.sin(lamp)) * down
    facing /= np.sqrt(1 + across * across + down * down)
    patchy = np.clip(canvas.noise(rng, 18 * grain, 2) * np.float32(0.6) + np.float32(0.65), 0, 1.2)
    return np.asarray(facing, np.float32), np.asarray(patchy, np.float32)


def _glints(rng: np.random.Generator, severity: int, facing: Plane) -> Plane:
    """Let the share of the relief that faces the lamp most squarely shine; the share is what grows with the grade."""
    strength, spread = rng.uniform(0.8, 1.15), rng.uniform(0.8, 1.35)
    sample = facing[::4, ::4]
    limit, above = np.quantile(sample, (1 - _GLINT_SHARE[severity] * spread, 1 - 0.3 * _GLINT_SHARE[severity] * spread))
    rise = np.float32(_GLINT_GAIN[severity] * strength / max(above - limit, 1e-3))
    return np.asarray(np.clip((facing - np.float32(limit)) * rise, 0, _GLINT_GAIN[severity] * strength), np.float32)


def _sparkle(canvas: Canvas, rng: np.random.Generator) -> None:
    """Dry skin glitters in single points, without film or bloom: what a grader must not take for grease."""
    chance, amount, power = rng.random(), rng.uniform(2.4, 3.1), rng.uniform(0.3, 0.8)
    field = canvas.noise(rng, 2.2 * canvas.grain**0.5, 2, 0.8)
    if chance < 0.45:
        canvas.glint += np.clip(field - np.float32(amount), 0, 1) * np.float32(power)


def _plugs(canvas: Canvas, rng: np.random.Generator, severity: int, follicles: Points) -> Plane:
    """Fill some follicles with yellow sebum, glossy on top."""
    count = int(rng.poisson(_PLUGS[severity] / canvas.grain))
    if not count or not len(follicles):
        return np.zeros((canvas.height, canvas.width), np.float32)
    places = follicles[rng.integers(len(follicles), size=count)]
    places = places + rng.normal(0, 0.4 * canvas.hair_width, places.shape)
    radii = rng.uniform(2.5, 6, count) * canvas.magnification**0.7
    outlines = blobs(rng, places, radii, 9, 0.25)
    ink, firm = rng.uniform((205, 185, 118), (232, 212, 160)), rng.uniform(0.45, 0.85)
    mask = canvas.blank()
    for outline, (x, y), radius in zip(outlines, places, radii, strict=True):
        canvas.polygon(mask, outline, 255)
        window = canvas.window(x - radius * 0.3, y - radius * 0.3, 2.5 * canvas.grain)
        if window:
            rows, columns, across, down = window
            spot = np.exp(-(across**2 + down**2) / np.float32(0.8 * canvas.grain**2))
            canvas.glint[rows, columns] += np.float32(0.8) * spot
    soft = canvas.soft(mask, 1 + 0.5 * canvas.grain)
    canvas.blend(ink, soft * np.float32(firm))
    return soft


def _sheen(canvas: Canvas, rng: np.random.Generator, severity: int) -> None:
    wide, high = canvas.extent
    x, y = rng.uniform(0.2, 0.8) * wide, rng.uniform(0.2, 0.8) * high
    across = (np.arange(canvas.width, dtype=np.float32) / canvas.scale - x) / (0.3 * wide)
    down = (np.arange(canvas.height, dtype=np.float32) / canvas.scale - y) / (0.3 * high)
    spot = np.outer(np.exp(-(down**2)), np.exp(-(across**2))).astype(np.float32)
    canvas.blend((255, 252, 240), spot * np.float32((0, 0.05, 0.11, 0.18)[severity]))
