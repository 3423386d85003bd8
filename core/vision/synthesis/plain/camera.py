"""Camera of the plain hand: one lamp, grey balance, focus, sharpening, noise, JPEG."""

import cv2
import numpy as np
import numpy.typing as npt

from core.vision.synthesis.canvas import Canvas, Plane
from core.vision.synthesis.plain.field import field

_GREY = 131.0
_BLURS = ((0.35, 0.0), (0.3, 0.5), (0.22, 0.9), (0.13, 1.5))


def shoot(canvas: Canvas, rng: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Light, balance, focus and digitise; the photo, (H, W, 3) RGB."""
    _illuminate(canvas, rng)
    _balance(canvas, rng)
    image = np.asarray(cv2.merge(list(canvas.colour)), np.float32)
    shares = [share for share, _ in _BLURS]
    image = np.asarray(canvas.blur(image, _BLURS[rng.choice(len(_BLURS), p=shares)][1]), np.float32)
    if rng.random() < 0.6:
        image = image + np.float32(rng.uniform(0.1, 0.75)) * (image - np.asarray(canvas.blur(image, 1.3), np.float32))
    grains = cv2.merge([canvas.white_noise(rng) for _ in range(3)]) * np.float32(rng.uniform(1, 5) * 0.6)
    photo = np.clip(image + grains, 0, 255).astype(np.uint8)
    compress, quality = rng.random(), int(rng.integers(45, 92))
    if compress < 0.8:
        _, data = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return photo


def _illuminate(canvas: Canvas, rng: np.random.Generator) -> None:
    x, y = rng.uniform(0.25, 0.75, 2)
    fall = rng.uniform(-0.05, 0.55)
    canvas.colour *= 1 + np.float32(fall) * (0.25 - _distance(canvas, x, y)) + 0.06 * field(canvas, rng, 170, 2)
    np.clip(canvas.colour, 1, None, out=canvas.colour)
    canvas.colour *= np.float32(1 / _GREY)
    contrast = rng.uniform(0.95, 1.35)
    for plane in canvas.colour:
        plane[:] = cv2.pow(plane, contrast) * np.float32(_GREY)
    chance, (x, y) = rng.random(), rng.uniform(0, 1, 2)
    if chance < 0.15:
        canvas.colour *= 1 + 0.5 * np.exp(-_distance(canvas, x, y) / np.float32(0.25**2))


def _distance(canvas: Canvas, x: float, y: float) -> Plane:
    """Squared distance from a point, in shares of the picture, (H, W)."""
    across = np.linspace(0, 1, canvas.width, dtype=np.float32)[None] - np.float32(x)
    down = np.linspace(0, 1, canvas.height, dtype=np.float32)[:, None] - np.float32(y)
    return np.asarray(across * across + down * down, np.float32)


def _balance(canvas: Canvas, rng: np.random.Generator) -> None:
    mean = canvas.colour.mean((1, 2), dtype=np.float64)
    strength, target = rng.uniform(0.85, 1.05), rng.normal(_GREY, 6)
    gain = (target / mean) ** strength * (target / mean.mean()) ** (1 - strength)
    gain *= 1 + rng.normal(0, 0.008, 3)
    canvas.colour *= gain.astype(np.float32)[:, None, None]
