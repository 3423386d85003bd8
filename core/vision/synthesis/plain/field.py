"""Noise of the plain hand: fresh normal numbers on a grid, bent to the picture's size."""

import cv2
import numpy as np

from core.vision.synthesis.canvas import Canvas, Plane

_FINEST = 1.2


def field(canvas: Canvas, rng: np.random.Generator, size: float, octaves: int = 3, persistence: float = 0.5) -> Plane:
    """Draw smooth noise, (height, width), its largest features `size` logical units wide."""
    wide, high = canvas.extent
    total = np.zeros((canvas.height, canvas.width), np.float32)
    amplitude, power = 1.0, 0.0
    for _ in range(octaves):
        shape = (max(3, int(high / size) + 2), max(3, int(wide / size) + 2))
        grid = rng.standard_normal(shape, dtype=np.float32)
        total += np.float32(amplitude) * cv2.resize(grid, (canvas.width, canvas.height), interpolation=cv2.INTER_CUBIC)
        power += amplitude**2
        amplitude *= persistence
        size = max(_FINEST, size / 2)
    total *= np.float32(power**-0.5)
    return total
