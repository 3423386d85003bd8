"""Sebum of the plain hand: glints on a wet relief, a yellow film, plugs in the follicles."""

import cv2
import numpy as np

from core.vision.synthesis.canvas import Canvas, Mask, Plane, Points, blobs, sigmoid
from core.vision.synthesis.plain.field import field

_ZONE_BIAS = (-1.6, -0.5, 0.2, 1.0)
_GLINT_LIMIT = (0.985, 0.975, 0.962, 0.95)
_GLINT_GAIN = (0.35, 0.6, 0.85, 1.0)
_FILM = (0.0, 0.05, 0.1, 0.17)
_PLUGS = (0.0, 2.0, 5.0, 10.0)
_SHEEN = (0.0, 0.05, 0.12, 0.2)


def paint_sebum(canvas: Canvas, rng: np.random.Generator, severity: int, follicles: Points) -> Mask:
    """Grease the skin; return where, (H, W) 0..255. Dry skin glints here and there, not in the mask."""
    facing = _facing(canvas, rng)
    zone = _zone(canvas, rng, severity, follicles)
    glint = np.clip((facing - np.float32(_GLINT_LIMIT[severity])) * np.float32(rng.uniform(22, 40)), 0, 1)
    glint *= zone * np.float32(_GLINT_GAIN[severity] * rng.uniform(0.6, 1.1))
    canvas.glint += glint
    evidence = canvas.blank()
    if severity:
        canvas.blend((226, 214, 170), zone * np.float32(_FILM[severity]))
        plugs = _plugs(canvas, rng, severity, follicles)
        _sheen(canvas, rng, severity)
        evidence = np.asarray(np.maximum(np.clip(zone * np.float32(0.35) + glint, 0, 1), plugs) * 255, np.uint8)
    # Cameras take back a part of any cast here; flakes, laid on later, keep their white.
    mean = canvas.colour.mean((1, 2), dtype=np.float64)
    canvas.colour *= ((mean.mean() / mean) ** rng.uniform(0.2, 0.6)).astype(np.float32)[:, None, None]
    return evidence


def _facing(canvas: Canvas, rng: np.random.Generator) -> Plane:
    """How squarely each point of the relief faces the lamp, (H, W)."""
    size = np.exp(rng.uniform(np.log(3.2), np.log(10))) * canvas.grain**1.2
    lamp = rng.uniform(0, 2 * np.pi)
    height = field(canvas, rng, size, 3, 0.55)
    steep = np.float32(0.125 * 2.2 * canvas.grain * canvas.scale)
    across = cv2.Sobel(height, cv2.CV_32F, 1, 0, ksize=3) * steep
    down = cv2.Sobel(height, cv2.CV_32F, 0, 1, ksize=3) * steep
    towards = 0.75 - np.float32(0.66) * (across * np.float32(np.cos(lamp)) + down * np.float32(np.sin(lamp)))
    return np.asarray(towards / np.sqrt(1 + across * across + down * down), np.float32)


def _zone(canvas: Canvas, rng: np.random.Generator, severity: int, follicles: Points) -> Plane:
    """Where it is wet: patches, or around the follicles."""
    zone = sigmoid((field(canvas, rng, rng.uniform(40, 110), 2) + np.float32(_ZONE_BIAS[severity])) * np.float32(2.5))
    if severity and rng.random() < 0.6:
        rings = canvas.blank()
        for (x, y), reach in zip(follicles, rng.uniform(1, 3.5, len(follicles)), strict=True):
            canvas.dot(rings, x, y, canvas.hair_width * reach, 255)
        pooled = canvas.soft(rings, canvas.hair_width * 1.2) * np.float32(0.4 + 0.2 * severity)
        zone = np.maximum(zone * np.float32(0.6), pooled)
    return np.asarray(zone, np.float32)


def _plugs(canvas: Canvas, rng: np.random.Generator, severity: int, follicles: Points) -> Plane:
    mask = canvas.blank()
    count = int(rng.poisson(_PLUGS[severity] / canvas.grain))
    if count and len(follicles):
        places = follicles[rng.integers(len(follicles), size=count)]
        places = places + rng.normal(0, 0.4 * canvas.hair_width, places.shape)
        radii = rng.uniform(2.5, 5.5, count) * canvas.magnification**0.7
        dots = canvas.blank()
        for outline, (x, y) in zip(blobs(rng, places, radii, 9, 0.25), places, strict=True):
            canvas.polygon(mask, outline, 255)
            canvas.dot(dots, x - 1.5, y - 1.5, 0.9 * canvas.grain, 255)
        canvas.glint += np.float32(0.6 / 255) * dots
    soft = canvas.soft(mask, 1 + 0.5 * canvas.grain)
    canvas.blend(rng.uniform((215, 195, 120), (235, 212, 160)), soft * np.float32(rng.uniform(0.45, 0.85)))
    return soft


def _sheen(canvas: Canvas, rng: np.random.Generator, severity: int) -> None:
    across, down = np.linspace(0, 1, canvas.width, dtype=np.float32), np.linspace(0, 1, canvas.height, dtype=np.float32)
    x, y = rng.uniform(0.2, 0.8, 2)
    spot = np.outer(np.exp(-np.square((down - y) / 0.3)), np.exp(-np.square((across - x) / 0.3)))
    canvas.blend((255, 252, 240), spot.astype(np.float32) * np.float32(_SHEEN[severity]))
