"""Augmentations that lay something over a picture: shadow, rain, mud.

After the transforms of the same names in https://albumentations.ai and the corruptions of
https://arxiv.org/abs/1903.12261, drawn anew with OpenCV and sized by the picture.
"""

from typing import Annotated

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

Pixels = npt.NDArray[np.uint8]
Amount = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1, le=8)]
Density = Annotated[float, Field(gt=0, le=10)]

_MUD = np.array([63, 42, 20], dtype=np.float32)
_DROP = (200, 200, 200)
_CORNERS = 5


def shadow(
    picture: Pixels, rng: np.random.Generator, *, most: Count = 2, strength: tuple[Amount, Amount] = (0.3, 0.6)
) -> Pixels:
    """Darken one to `most` polygons by a drawn strength."""
    height, width = picture.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    for _ in range(int(rng.integers(1, most + 1))):
        corners = rng.uniform((0, 0), (width, height), (_CORNERS, 2)).astype(np.int32)
        cv2.fillPoly(mask, [cv2.convexHull(corners)], 255)
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.8, min(height, width) / 100)).astype(np.float32) / 255
    darker = 1 - soft * np.float32(rng.uniform(min(strength), max(strength)))
    return np.asarray(picture * darker[..., None], dtype=np.float32).astype(np.uint8)


def rain(
    picture: Pixels,
    rng: np.random.Generator,
    *,
    density: Density = 1.0,
    slant: Annotated[float, Field(ge=0, le=45)] = 10,
) -> Pixels:
    """Draw slanting streaks over a picture that is a little darker and softer.

    Args:
        picture: uint8 (H, W, 3).
        rng: Draws everything.
        density: 1 draws about one streak in 500 pixels of a 256 x 256 picture.
        slant: Degrees from the vertical, either way, at most.
    """
    height, width = picture.shape[:2]
    side = min(height, width)
    length = side * rng.uniform(0.05, 0.12)
    across = length * np.tan(np.radians(rng.uniform(-slant, slant)))
    streaks = np.zeros_like(picture)
    starts = rng.uniform((0, -length), (width, height), (max(1, round(density * 130 * height * width / side**2)), 2))
    lines = np.stack([starts, starts + np.array((across, length))], axis=1).round().astype(np.int32)
    cv2.polylines(
        streaks, list(lines), isClosed=False, color=_DROP, thickness=max(1, side // 250), lineType=cv2.LINE_AA
    )
    soft = cv2.GaussianBlur(picture, (0, 0), max(0.4, side / 400)).astype(np.float32) * np.float32(
        rng.uniform(0.7, 0.9)
    )
    wet = cv2.blur(streaks, (3, 3)).astype(np.float32)
    return np.clip(soft + wet * np.float32(0.6), 0, 255).astype(np.uint8)


def mud_spatter(picture: Pixels, rng: np.random.Generator, *, cover: tuple[Amount, Amount] = (0.02, 0.12)) -> Pixels:
    """Cover a share of the picture with splashes of mud."""
    height, width = picture.shape[:2]
    size = max(1.0, min(height, width) / 60)
    field = cv2.GaussianBlur(rng.standard_normal((height, width), dtype=np.float32), (0, 0), size)
    edge = np.float32(np.quantile(field[::2, ::2], 1 - rng.uniform(min(cover), max(cover))))
    thick = np.clip((field - edge) / (field.std() * np.float32(0.3)), 0, 1)[..., None]
    return np.asarray(picture * (1 - thick) + _MUD * thick, dtype=np.float32).astype(np.uint8)
