"""The photo a person sees: a small preview, with the evidence laid over it in colour. Knows no Streamlit."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from core.vision.overlay import overlay as overlay

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
