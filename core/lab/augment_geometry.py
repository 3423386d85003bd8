"""Augmentations that move pixels: flips, turns, shears, crops."""

from typing import Annotated, Literal

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

Pixels = npt.NDArray[np.uint8]
Border = Literal["reflect", "black"]
Degrees = Annotated[float, Field(ge=0, le=180)]
Tilt = Annotated[float, Field(ge=0, le=60)]
Part = Annotated[float, Field(ge=0, lt=1)]
Factor = Annotated[float, Field(gt=0, le=4)]

_BORDERS = {"reflect": cv2.BORDER_REFLECT_101, "black": cv2.BORDER_CONSTANT}


def flip_horizontal(picture: Pixels, rng: np.random.Generator) -> Pixels:  # noqa: ARG001
    """Mirror left and right."""
    return picture[:, ::-1]


def flip_vertical(picture: Pixels, rng: np.random.Generator) -> Pixels:  # noqa: ARG001
    """Mirror top and bottom."""
    return picture[::-1]


def rotate_90(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Turn by 90, 180 or 270 degrees; a picture that is not square by 180 alone, to keep its shape."""
    square = picture.shape[0] == picture.shape[1]
    return np.rot90(picture, int(rng.integers(1, 4)) if square else 2)


def rotate(picture: Pixels, rng: np.random.Generator, *, degrees: Degrees = 10, border: Border = "reflect") -> Pixels:
    """Turn by up to so many degrees either way."""
    return _affine(picture, border, degrees=rng.uniform(-degrees, degrees))


def shear(picture: Pixels, rng: np.random.Generator, *, degrees: Tilt = 10, border: Border = "reflect") -> Pixels:
    """Slant to the side by up to so many degrees."""
    return _affine(picture, border, tilt=rng.uniform(-degrees, degrees))


def affine(
    picture: Pixels,
    rng: np.random.Generator,
    *,
    degrees: Degrees = 0,
    shift: Part = 0,
    scale: tuple[Factor, Factor] = (0.8, 1.2),
    shear: Tilt = 10,
    border: Border = "reflect",
) -> Pixels:
    """Turn, slant, zoom and shift at once, as torchvision's RandomAffine draws it."""
    height, width = picture.shape[:2]
    return _affine(
        picture,
        border,
        degrees=rng.uniform(-degrees, degrees),
        tilt=rng.uniform(-shear, shear),
        scale=rng.uniform(min(scale), max(scale)),
        shift=(rng.uniform(-shift, shift) * width, rng.uniform(-shift, shift) * height),
    )


def shift_scale_rotate(
    picture: Pixels,
    rng: np.random.Generator,
    *,
    shift: Part = 0.0625,
    scale: Part = 0.1,
    degrees: Degrees = 45,
    border: Border = "reflect",
) -> Pixels:
    """Shift by a share of the sides, zoom by 1 - scale to 1 + scale, and turn."""
    height, width = picture.shape[:2]
    return _affine(
        picture,
        border,
        degrees=rng.uniform(-degrees, degrees),
        scale=rng.uniform(1 - scale, 1 + scale),
        shift=(rng.uniform(-shift, shift) * width, rng.uniform(-shift, shift) * height),
    )


def rotate_scale(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Rotate by up to 25 degrees, zoom by 0.85 to 1.3 and shift by up to 6 %."""
    height, width = picture.shape[:2]
    shift = (rng.uniform(-0.06, 0.06) * width, rng.uniform(-0.06, 0.06) * height)
    degrees = rng.uniform(-25, 25)
    return _affine(picture, degrees=degrees, scale=float(np.exp(rng.uniform(np.log(0.85), np.log(1.3)))), shift=shift)


def zoom(picture: Pixels, rng: np.random.Generator, *, most: Annotated[float, Field(gt=1, le=4)] = 1.35) -> Pixels:
    """Zoom into the middle by up to `most`."""
    return _affine(picture, scale=float(rng.uniform(1, most)))


def random_resized_crop(
    picture: Pixels,
    rng: np.random.Generator,
    *,
    scale: tuple[Annotated[float, Field(gt=0, le=1)], Annotated[float, Field(gt=0, le=1)]] = (0.8, 1.0),
    ratio: tuple[Factor, Factor] = (3 / 4, 4 / 3),
) -> Pixels:
    """Cut out a part of `scale` of the area and of `ratio` times the picture's own shape, and enlarge it again."""
    height, width = picture.shape[:2]
    area = rng.uniform(min(scale), max(scale))
    stretch = np.exp(rng.uniform(np.log(min(ratio)), np.log(max(ratio))))
    part_width = int(np.clip(round(width * np.sqrt(area * stretch)), 1, width))
    part_height = int(np.clip(round(height * np.sqrt(area / stretch)), 1, height))
    left, top = int(rng.integers(0, width - part_width + 1)), int(rng.integers(0, height - part_height + 1))
    part = np.ascontiguousarray(picture[top : top + part_height, left : left + part_width])
    return np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)


def erase(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Cover one rectangle of 2 to 12 % with the mean colour."""
    height, width = picture.shape[:2]
    area = rng.uniform(0.02, 0.12) * height * width
    part_width = int(np.clip(np.sqrt(area * rng.uniform(0.5, 2)), 4, width - 1))
    part_height = int(np.clip(area / part_width, 4, height - 1))
    left, top = rng.integers(0, width - part_width), rng.integers(0, height - part_height)
    covered = picture.copy()
    covered[top : top + part_height, left : left + part_width] = picture.mean(axis=(0, 1)).astype(np.uint8)
    return covered


def _affine(
    picture: Pixels,
    border: Border = "reflect",
    *,
    degrees: float = 0,
    tilt: float = 0,
    scale: float = 1,
    shift: tuple[float, float] = (0, 0),
) -> Pixels:
    """Turn and zoom about the middle after slanting, then shift by pixels."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    if tilt:
        slant = np.tan(np.radians(tilt))
        # Rows move by their distance from the middle one, so that the picture stays where it is.
        matrix = matrix @ np.array([[1, slant, -slant * height / 2], [0, 1, 0], [0, 0, 1]])
    matrix[:, 2] += np.array(shift)
    moved = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=_BORDERS[border])
    return np.asarray(moved, dtype=np.uint8)
