"""Augmentations that change colours and sharpness, place by place alike."""

from typing import Annotated

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import Field

Pixels = npt.NDArray[np.uint8]
Amount = Annotated[float, Field(ge=0, le=1)]
Hue = Annotated[float, Field(ge=0, le=0.5)]
Sigma = Annotated[float, Field(gt=0, le=100)]
Kernel = Annotated[int, Field(ge=3, le=99)]


def _table(picture: Pixels, curves: npt.NDArray[np.floating]) -> Pixels:
    table = np.clip(curves, 0, 255).astype(np.uint8).reshape(1, 256, 3)
    return np.asarray(cv2.LUT(picture, table), dtype=np.uint8)


def _same_table(picture: Pixels, curve: npt.NDArray[np.floating]) -> Pixels:
    return _table(picture, np.repeat(curve[:, None], 3, axis=1))


def _mix_with_grey(picture: Pixels, share: float) -> Pixels:
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return np.asarray(cv2.addWeighted(picture, share, grey, 1 - share, 0), dtype=np.uint8)


def light(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Change brightness, contrast and gamma by up to about a quarter."""
    levels = np.arange(256, dtype=np.float32)
    curve = 255 * (levels / 255) ** np.exp(rng.uniform(-0.25, 0.25))
    return _same_table(picture, (curve - 128) * rng.uniform(0.8, 1.2) + 128 + rng.uniform(-22, 22))


def tint(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Shift the white balance: every channel by up to 7 %."""
    return _table(picture, np.arange(256, dtype=np.float32)[:, None] * rng.uniform(0.93, 1.07, 3)[None])


def saturation(picture: Pixels, rng: np.random.Generator, *, amount: Amount = 0.3) -> Pixels:
    """Mix with grey, or move away from it."""
    return _mix_with_grey(picture, float(rng.uniform(1 - amount, 1 + amount)))


def brightness_contrast(
    picture: Pixels, rng: np.random.Generator, *, brightness: Amount = 0.2, contrast: Amount = 0.2
) -> Pixels:
    """Add up to a share of full brightness, and stretch about zero."""
    levels = np.arange(256, dtype=np.float32)
    gain = rng.uniform(1 - contrast, 1 + contrast)
    return _same_table(picture, levels * gain + 255 * rng.uniform(-brightness, brightness))


def color_jitter(
    picture: Pixels,
    rng: np.random.Generator,
    *,
    brightness: Amount = 0.2,
    contrast: Amount = 0.2,
    saturation: Amount = 0.2,
    hue: Hue = 0.1,
) -> Pixels:
    """Change brightness, contrast, saturation and hue in a drawn order, as torchvision's ColorJitter does."""
    for kind in rng.permutation(4):
        if kind == 0:
            picture = _same_table(picture, np.arange(256) * rng.uniform(1 - brightness, 1 + brightness))
        elif kind == 1:
            gain = rng.uniform(1 - contrast, 1 + contrast)
            middle = float(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).mean())
            picture = _same_table(picture, (np.arange(256) - middle) * gain + middle)
        elif kind == 2:
            picture = _mix_with_grey(picture, float(rng.uniform(1 - saturation, 1 + saturation)))
        else:
            picture = _turn_hue(picture, rng.uniform(-hue, hue))
    return picture


def _turn_hue(picture: Pixels, share: float) -> Pixels:
    """Turn all hues by a share of the circle."""
    turned = cv2.cvtColor(picture, cv2.COLOR_RGB2HSV_FULL)
    turned[..., 0] += np.uint8(round(share * 256) % 256)
    return np.asarray(cv2.cvtColor(turned, cv2.COLOR_HSV2RGB_FULL), dtype=np.uint8)


def tone_curve(picture: Pixels, rng: np.random.Generator, *, strength: Amount = 0.1) -> Pixels:
    """Bend the tones by a Bezier curve with two drawn handles.

    References:
        RandomToneCurve of https://albumentations.ai, after https://arxiv.org/abs/1912.06960.
    """
    t = np.arange(256, dtype=np.float64) / 255
    low, high = np.clip(rng.normal((0.25, 0.75), strength), 0, 1)
    return _same_table(picture, 255 * (3 * (1 - t) ** 2 * t * low + 3 * (1 - t) * t**2 * high + t**3))


def gaussian_blur(
    picture: Pixels, rng: np.random.Generator, *, kernel: Kernel = 5, sigma: tuple[Sigma, Sigma] = (0.1, 2.0)
) -> Pixels:
    """Blur with a Gaussian of a drawn width; an even kernel is taken one larger."""
    side = kernel | 1
    return np.asarray(cv2.GaussianBlur(picture, (side, side), float(rng.uniform(min(sigma), max(sigma)))), np.uint8)


def blur(picture: Pixels, rng: np.random.Generator, *, kernel: Kernel = 7) -> Pixels:
    """Average over a square of 3 up to `kernel` pixels."""
    side = int(rng.integers(3, kernel + 1))
    return np.asarray(cv2.blur(picture, (side, side)), dtype=np.uint8)


def noise(picture: Pixels, rng: np.random.Generator, *, sigma: tuple[Sigma, Sigma] = (3.0, 7.0)) -> Pixels:
    """Add Gaussian noise, for each channel its own."""
    grain = rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(rng.uniform(min(sigma), max(sigma)))
    return np.clip(picture + grain, 0, 255).astype(np.uint8)


def blur_noise(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Blur a third of the pictures lightly, and add noise to another third."""
    draw = rng.random()
    if draw < 1 / 3:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 1.3))), dtype=np.uint8)
    if draw < 2 / 3:
        grain = rng.normal(0, rng.uniform(1, 7), picture.shape[:2])[..., None]
        return np.clip(picture + grain, 0, 255).astype(np.uint8)
    return picture
