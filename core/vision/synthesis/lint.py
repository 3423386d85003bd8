"""Things on a scalp that are no finding: fibres, and bubbles of gel or water under the lens."""

import numpy as np

from core.vision.synthesis.canvas import Canvas


def paint_lint(canvas: Canvas, rng: np.random.Generator) -> None:
    """Leave a fibre or a few bubbles on some pictures."""
    fibres, bubbles = rng.random(2)
    wide, high = canvas.extent
    if fibres < 0.06:
        for _ in range(int(rng.integers(1, 4))):
            _fibre(canvas, rng, rng.uniform(0, wide), rng.uniform(0, high))
    if bubbles < 0.06:
        for _ in range(int(rng.integers(1, 6))):
            _bubble(canvas, rng, rng.uniform(0, wide), rng.uniform(0, high))


def _fibre(canvas: Canvas, rng: np.random.Generator, x: float, y: float) -> None:
    t = np.linspace(0, 1, 12)
    way = rng.uniform(0, 2 * np.pi) + rng.normal(0, 0.5) * t
    length = rng.uniform(25, 110) * canvas.grain / 12
    path = np.stack([x + np.cumsum(np.cos(way)) * length, y + np.cumsum(np.sin(way)) * length], 1)
    mask = canvas.blank()
    canvas.line(mask, path, 255, rng.uniform(0.8, 1.8) * canvas.grain)
    ink = rng.uniform((205, 205, 205), (240, 242, 246))
    canvas.blend(ink, canvas.soft(mask, rng.uniform(0.3, 0.9)) * np.float32(rng.uniform(0.45, 0.9)))


def _bubble(canvas: Canvas, rng: np.random.Generator, x: float, y: float) -> None:
    """Draw a ring, with a glint where the lamp stands."""
    radius = rng.uniform(2, 8) * canvas.grain
    window = canvas.window(x, y, radius * 1.5)
    if window is None:
        return
    rows, columns, across, down = window
    distance = np.sqrt(across**2 + down**2)
    ring = np.exp(-np.square((distance - np.float32(radius)) / np.float32(0.13 * radius + 0.5)))
    canvas.colour[:, rows, columns] *= 1 - np.float32(0.3) * ring
    spot = np.square(across + np.float32(0.4 * radius)) + np.square(down + np.float32(0.4 * radius))
    canvas.glint[rows, columns] += np.float32(0.7) * np.exp(-spot / np.float32((0.18 * radius + 0.3) ** 2))
