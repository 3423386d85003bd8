"""The augmentations, by name: uint8 (H, W, 3) in, uint8 (H, W, 3) out, drawn from a generator.

OpenCV does the pixel work: on a processor it is several times faster than tensor transforms, and the loader must
never be what training waits for.
"""

from collections.abc import Callable, Mapping, Sequence

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import RecipeError

Pixels = npt.NDArray[np.uint8]
Augmentation = Callable[[Pixels, np.random.Generator], Pixels]


def flip_horizontal(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Mirror left and right, half of the time."""
    return picture[:, ::-1] if rng.random() < 0.5 else picture


def flip_vertical(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Mirror top and bottom, half of the time."""
    return picture[::-1] if rng.random() < 0.5 else picture


def _warp(picture: Pixels, degrees: float, scale: float, shift: tuple[float, float]) -> Pixels:
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    matrix[:, 2] += np.array(shift)
    warped = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
    return np.asarray(warped, dtype=np.uint8)


def rotate_scale(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Rotate by up to 25 degrees, zoom by 0.85 to 1.3 and shift by up to 6 %."""
    height, width = picture.shape[:2]
    shift = (rng.uniform(-0.06, 0.06) * width, rng.uniform(-0.06, 0.06) * height)
    return _warp(picture, rng.uniform(-25, 25), float(np.exp(rng.uniform(np.log(0.85), np.log(1.3)))), shift)


def zoom(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Zoom in by up to 1.35, half of the time."""
    return _warp(picture, 0, float(rng.uniform(1, 1.35)), (0, 0)) if rng.random() < 0.5 else picture


def _table(picture: Pixels, curves: npt.NDArray[np.floating]) -> Pixels:
    table = np.clip(curves, 0, 255).astype(np.uint8).reshape(1, 256, 3)
    return np.asarray(cv2.LUT(picture, table), dtype=np.uint8)


def light(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Change brightness, contrast and gamma by up to about a quarter."""
    levels = np.arange(256, dtype=np.float32)
    curve = 255 * (levels / 255) ** np.exp(rng.uniform(-0.25, 0.25))
    curve = (curve - 128) * rng.uniform(0.8, 1.2) + 128 + rng.uniform(-22, 22)
    return _table(picture, np.repeat(curve[:, None], 3, axis=1))


def tint(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Shift the white balance: every channel by up to 7 %."""
    return _table(picture, np.arange(256, dtype=np.float32)[:, None] * rng.uniform(0.93, 1.07, 3)[None])


def saturation(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Mix with grey, or move away from it, by up to 30 %."""
    grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    share = float(rng.uniform(0.7, 1.3))
    return np.asarray(cv2.addWeighted(picture, share, grey, 1 - share, 0), dtype=np.uint8)


def blur_noise(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Blur a third of the pictures lightly, and add noise to another third."""
    draw = rng.random()
    if draw < 1 / 3:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.3, 1.3))), dtype=np.uint8)
    if draw < 2 / 3:
        noise = rng.normal(0, rng.uniform(1, 7), picture.shape[:2])[..., None]
        return np.clip(picture + noise, 0, 255).astype(np.uint8)
    return picture


def erase(picture: Pixels, rng: np.random.Generator) -> Pixels:
    """Cover one rectangle of 2 to 12 % with the mean colour, a third of the time."""
    if rng.random() > 1 / 3:
        return picture
    height, width = picture.shape[:2]
    area = rng.uniform(0.02, 0.12) * height * width
    part_width = int(np.clip(np.sqrt(area * rng.uniform(0.5, 2)), 4, width - 1))
    part_height = int(np.clip(area / part_width, 4, height - 1))
    left, top = rng.integers(0, width - part_width), rng.integers(0, height - part_height)
    covered = picture.copy()
    covered[top : top + part_height, left : left + part_width] = picture.mean(axis=(0, 1)).astype(np.uint8)
    return covered


AUGMENTATIONS: Mapping[str, Augmentation] = {
    function.__name__: function
    for function in (
        flip_horizontal,
        flip_vertical,
        rotate_scale,
        zoom,
        light,
        tint,
        saturation,
        blur_noise,
        erase,
    )
}


def build_augmentation(names: Sequence[str]) -> Augmentation:
    """Chain augmentations by name.

    Raises:
        RecipeError: No augmentation of that name.
    """
    for name in names:
        if name not in AUGMENTATIONS:
            raise RecipeError("recipe.unknown_augmentation", name=name, known=", ".join(sorted(AUGMENTATIONS)))
    chain = [AUGMENTATIONS[name] for name in names]

    def augment(picture: Pixels, rng: np.random.Generator) -> Pixels:
        for step in chain:
            picture = step(picture, rng)
        return np.ascontiguousarray(picture)

    return augment
