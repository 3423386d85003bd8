"""Two photos in one picture, for looking from one to the other. Knows no Streamlit."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from core.vision.alignment import align, lay_over

Pixels = npt.NDArray[np.uint8]
_NOTHING: Final = 205


@dataclass(frozen=True)
class Pair:
    """Two photos in one frame.

    Attributes:
        earlier: RGB, uint8 (h, w, 3).
        later: RGB, uint8 (h, w, 3), laid over the earlier one where that could be done; grey where it has nothing.
        points: How many points of the scalp agree; None where they could not be aligned.
    """

    earlier: Pixels
    later: Pixels
    points: int | None


def decode(jpeg: bytes) -> Pixels:
    """Decode a kept photo: a small JPEG of our own making."""
    decoded = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
    if decoded is None:
        raise ValueError("a kept photo is a JPEG")
    return decoded.astype(np.uint8, copy=False)


def pair_up(earlier: Pixels, later: Pixels) -> Pair:
    """Bring two photos into one frame: that of the earlier one where they can be aligned, else each whole.

    Args:
        earlier: RGB, uint8 (h, w, 3).
        later: RGB, uint8 (H, W, 3).
    """
    found = align(earlier, later)
    if found is None:
        height, width = np.maximum(earlier.shape[:2], later.shape[:2])
        return Pair(_fit(earlier, width, height), _fit(later, width, height), None)
    covered = lay_over(np.full_like(later, 255), found.matrix, earlier.shape) > 127
    laid = np.where(covered, lay_over(later, found.matrix, earlier.shape), _NOTHING).astype(np.uint8)
    return Pair(earlier, laid, found.agreeing)


def _fit(photo: Pixels, width: int, height: int) -> Pixels:
    """Put a photo whole into the middle of a frame."""
    scale = min(width / photo.shape[1], height / photo.shape[0])
    size = max(1, round(photo.shape[1] * scale)), max(1, round(photo.shape[0] * scale))
    framed = np.full((height, width, 3), _NOTHING, dtype=np.uint8)
    top, left = (height - size[1]) // 2, (width - size[0]) // 2
    framed[top : top + size[1], left : left + size[0]] = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    return framed
