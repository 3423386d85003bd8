"""The photo a person sees: a small preview, with the evidence laid over it in colour. Knows no Streamlit."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from core.interface.palette import HEAT_RAMP

Pixels = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]

# A phone shows 390 px, a laptop column about 520: twice that would be sent for nothing.
PREVIEW_SIDE: Final = 720


def make_preview(pixels: Pixels, box: Box) -> tuple[Pixels, Box]:
    """Shrink a photo to what a page shows.

    Args:
        pixels: RGB, (H, W, 3).
        box: A part of it: left, top, right, bottom in its pixels.

    Returns:
        The preview, at most `PREVIEW_SIDE` on its long side, and the same part in pixels of the preview.
    """
    small = shrink(pixels, PREVIEW_SIDE)
    scale = small.shape[1] / pixels.shape[1]
    left, top, right, bottom = (round(side * scale) for side in box)
    return small, (left, top, max(left + 1, right), max(top + 1, bottom))


def shrink(pixels: Pixels, side: int) -> Pixels:
    """Reduce a photo, RGB (H, W, 3), so that its long side is at most `side` pixels; a smaller one stays as it is."""
    height, width = pixels.shape[:2]
    scale = min(1.0, side / max(height, width))
    if scale == 1:
        return pixels
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


def make_thumbnail(pixels: Pixels, side: int) -> Pixels:
    """Cut the middle square out of a photo, RGB (H, W, 3), and reduce it to `side` pixels."""
    height, width = pixels.shape[:2]
    square = min(height, width)
    top, left = (height - square) // 2, (width - square) // 2
    return shrink(pixels[top : top + square, left : left + square], side)


def overlay(preview: Pixels, heatmap: npt.NDArray[np.float32], box: Box, opacity: float) -> Pixels:
    """Lay evidence over a preview: colour says how much, and where there is none the photo stays clear.

    Args:
        preview: RGB, (H, W, 3).
        heatmap: Evidence in 0..1, (h, w), over `box`.
        box: Where the heatmap lies: left, top, right, bottom in pixels of the preview.
        opacity: 0 shows the photo alone, 1 hides it where the evidence is strongest.
    """
    left, top, right, bottom = box
    part = preview[top:bottom, left:right]
    if part.size == 0:
        return preview
    heat = cv2.resize(heatmap, (part.shape[1], part.shape[0]), interpolation=cv2.INTER_CUBIC)
    heat = np.clip(heat, 0, 1)
    colours = _RAMP[(heat * 255).astype(np.uint8)]
    alpha = (opacity * np.sqrt(heat))[..., None]
    drawn = preview.copy()
    drawn[top:bottom, left:right] = (part * (1 - alpha) + colours * alpha).astype(np.uint8)
    return drawn


def frame(preview: Pixels, box: Box) -> Pixels:
    """Draw the part that was looked at, where it is not the whole photo."""
    height, width = preview.shape[:2]
    left, top, right, bottom = box
    if left <= 1 and top <= 1 and right >= width - 1 and bottom >= height - 1:
        return preview
    drawn = preview.copy()
    corners = (max(1, left), max(1, top)), (min(width - 2, right), min(height - 2, bottom))
    # Dark under light: one of the two shows on any photo.
    cv2.rectangle(drawn, *corners, (20, 20, 20), 3)
    cv2.rectangle(drawn, *corners, (255, 255, 255), 1)
    return drawn


def _make_ramp() -> npt.NDArray[np.float32]:
    stops = np.array(HEAT_RAMP, dtype=np.float32)
    at = np.linspace(0, 255, len(stops))
    return np.stack([np.interp(np.arange(256), at, stops[:, c]) for c in range(3)], axis=1).astype(np.float32)


_RAMP = _make_ramp()
