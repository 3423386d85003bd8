"""Evidence laid over a photo, for pages, files and reports alike."""

import cv2
import numpy as np
import numpy.typing as npt

from core.vision.heat_ramp import HEAT_RAMP

Pixels = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]


def overlay(photo: Pixels, heatmap: npt.NDArray[np.float32], box: Box, opacity: float) -> Pixels:
    """Lay evidence over a photo: colour says how much, and where there is none the photo stays clear.

    Args:
        photo: RGB, (H, W, 3).
        heatmap: Evidence in 0..1, (h, w), over `box`.
        box: Where the heatmap lies: left, top, right, bottom in pixels of the photo.
        opacity: 0 shows the photo alone, 1 hides it where the evidence is strongest.
    """
    left, top, right, bottom = box
    part = photo[top:bottom, left:right]
    if part.size == 0:
        return photo
    heat = cv2.resize(heatmap, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_CUBIC)
    heat = np.clip(heat, 0, 1)
    colours = np.take(_RAMP, (heat * np.float32(255)).astype(np.uint8), axis=0)
    alpha = np.float32(opacity) * np.sqrt(heat)
    drawn = photo.copy()
    drawn[top:bottom, left:right] = cv2.blendLinear(part, colours, 1 - alpha, alpha)
    return drawn


def _make_ramp() -> Pixels:
    stops = np.array(HEAT_RAMP, dtype=np.float32)
    at = np.linspace(0, 255, len(stops))
    return np.stack([np.interp(np.arange(256), at, stops[:, c]) for c in range(3)], axis=1).round().astype(np.uint8)


_RAMP = _make_ramp()
