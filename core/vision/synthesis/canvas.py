"""The sheet a scene is drawn on: planar float32 colour, noise fields, and shapes with sub-pixel coordinates.

Coordinates are logical: a picture is 448 units wide whatever its pixels, so one scene can be drawn at any size.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.float32]
Mask = npt.NDArray[np.uint8]
Points = npt.NDArray[np.float64]
Colour = tuple[float, float, float]

LOGICAL_WIDTH = 448.0
_BANK_SIDE = 1024
_CELLS = 1.7
_CALM = 0.9
_SHIFT = 4
_FIXED = 1 << _SHIFT


@cache
def _bank() -> Plane:
    """White noise, made once: random crops of it cost a tenth of fresh normal numbers."""
    return np.random.default_rng(216).standard_normal((_BANK_SIDE, _BANK_SIDE), dtype=np.float32)


@cache
def _soft_bank() -> Plane:
    """White noise as a sensor's demosaicing leaves it: neighbours share a little."""
    return np.asarray(cv2.GaussianBlur(_bank(), (3, 3), 0.6), np.float32)


@cache
def _round_bank() -> Plane:
    """Noise whose features are a few cells wide and round: enlarged, it shows nothing of its grid."""
    soft = cv2.GaussianBlur(_bank(), (7, 7), 0.9, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(soft / soft.std(), np.float32)


def _crop(rows: int, columns: int, height: int, width: int, bank: Plane | None = None) -> Plane:
    bank = _bank() if bank is None else bank
    if height > _BANK_SIDE or width > _BANK_SIDE:
        repeats = (-(-height // _BANK_SIDE), -(-width // _BANK_SIDE))
        return np.tile(np.roll(bank, (rows, columns), (0, 1)), repeats)[:height, :width]
    top, left = rows % (_BANK_SIDE - height + 1), columns % (_BANK_SIDE - width + 1)
    return bank[top : top + height, left : left + width]


def layer_rng(seed: int, layer: int) -> np.random.Generator:
    """Return one layer's own random numbers, so that a change of one severity leaves the rest of the scene alone."""
    return np.random.default_rng((seed, layer))


def blur_pixels(image: npt.NDArray[Any], sigma: float) -> npt.NDArray[Any]:
    """Blur by a sigma in pixels; below a third of one nothing happens, and large ones work on a reduced picture."""
    if sigma <= 0.3:
        return image
    reduce = 4 if sigma > 6 else 2 if sigma > 2.4 else 1
    if reduce > 1:
        height, width = image.shape[:2]
        small = cv2.resize(image, (width // reduce, height // reduce), interpolation=cv2.INTER_AREA)
        return cv2.resize(blur_pixels(small, sigma / reduce), (width, height), interpolation=cv2.INTER_LINEAR)
    side = 2 * int(np.ceil(2.5 * sigma)) + 1
    return cv2.GaussianBlur(image, (side, side), sigma)


def sigmoid(x: Plane) -> Plane:
    """Squash to 0..1."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)), np.float32)


@dataclass
class Canvas:
    """A picture being drawn.

    Attributes:
        width: Pixels across.
        height: Pixels down.
        magnification: 1 = a hair is about 3.6 units wide.
        colour: (3, height, width), red, green, blue, 0..255.
        glint: Specular light to be added on top, (height, width), 0..1.
    """

    width: int
    height: int
    magnification: float
    colour: Plane = field(init=False)
    glint: Plane = field(init=False)

    def __post_init__(self) -> None:
        """Start black and dull."""
        self.colour = np.zeros((3, self.height, self.width), np.float32)
        self.glint = np.zeros((self.height, self.width), np.float32)

    @property
    def scale(self) -> float:
        """Pixels per logical unit."""
        return self.width / LOGICAL_WIDTH

    @property
    def extent(self) -> tuple[float, float]:
        """Logical width and height."""
        return LOGICAL_WIDTH, self.height / self.scale

    @property
    def hair_width(self) -> float:
        """Usual width of a hair, logical units."""
        return 3.6 * self.magnification

    @property
    def grain(self) -> float:
        """How much larger skin detail looks; damped, since strong lenses also show finer detail."""
        return float(self.magnification**0.6)

    def blank(self) -> Mask:
        """Return an empty mask."""
        return np.zeros((self.height, self.width), np.uint8)

    def noise(self, rng: np.random.Generator, size: float, octaves: int = 3, persistence: float = 0.5) -> Plane:
        """Draw smooth noise of about unit variance, (height, width).

        Args:
            rng: Where it is cut from the bank; one draw whatever the picture's size.
            size: Logical size of the largest features.
            octaves: Halvings of that size; more are added where the picture has more pixels.
            persistence: Amplitude of each octave relative to the one before.
        """
        return self.enlarge(self.small_noise(rng, size, octaves, persistence))

    def small_noise(self, rng: np.random.Generator, size: float, octaves: int = 3, persistence: float = 0.5) -> Plane:
        """Draw noise like `noise`, on its own grid: for arithmetic before enlarging."""
        rows, columns = (int(v) for v in rng.integers(0, _BANK_SIDE, 2))
        finest = 1.0 / max(self.scale, 1.0)
        wide, high = self.extent
        total: npt.NDArray[Any] | None = None
        amplitude = 1.0
        power = 0.0
        for octave in range(octaves + max(0, round(np.log2(self.scale)))):
            cell = max(size / 2**octave / _CELLS, finest)
            shape = (int(high / cell) + 3, int(wide / cell) + 3)
            grid = _crop(rows + 97 * octave, columns + 61 * octave, *shape, _round_bank()) * np.float32(amplitude)
            if total is not None:
                grid += cv2.resize(total, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
            total = grid
            power += amplitude**2
            amplitude *= persistence
        assert total is not None
        out: Plane = total * np.float32(_CALM * power**-0.5)
        return out

    def enlarge(self, grid: npt.NDArray[np.float32]) -> Plane:
        """Stretch a small grid over the picture."""
        # Bent interpolation only pays where a cell spans several pixels.
        how = cv2.INTER_CUBIC if self.width > 3 * grid.shape[1] else cv2.INTER_LINEAR
        out = cv2.resize(grid, (self.width, self.height), interpolation=how)
        return np.asarray(out, np.float32)

    def white_noise(self, rng: np.random.Generator) -> Plane:
        """Draw sensor noise, (height, width); a view that must not be written to."""
        rows, columns = (int(v) for v in rng.integers(0, _BANK_SIDE, 2))
        return _crop(rows, columns, self.height, self.width, _soft_bank())

    def blend(self, colour: Colour | npt.NDArray[np.floating], alpha: Plane) -> None:
        """Cover with one colour, alpha (height, width) in 0..1."""
        for plane, value in zip(self.colour, colour, strict=True):
            plane += (np.float32(value) - plane) * alpha

    def absorb(self, shares: Colour, amount: Plane) -> None:
        """Take away light: each plane times 1 - share * amount."""
        for plane, share in zip(self.colour, shares, strict=True):
            plane *= 1.0 - np.float32(share) * amount

    def blur(self, mask: npt.NDArray[Any], sigma: float) -> npt.NDArray[Any]:
        """Blur by a logical sigma; below a third of a pixel nothing happens."""
        return blur_pixels(mask, sigma * self.scale)

    def soft(self, mask: Mask, sigma: float) -> Plane:
        """Blur a mask and return it as 0..1."""
        out: Plane = self.blur(mask, sigma).astype(np.float32) * np.float32(1 / 255)
        return out

    def fixed(self, points: Points) -> npt.NDArray[np.int32]:
        """Convert logical points to fixed-point pixels."""
        return np.round(points * (self.scale * _FIXED)).astype(np.int32)

    def polygon(self, target: Mask, points: Points, value: float | tuple[float, ...]) -> None:
        """Fill a polygon given in logical units."""
        cv2.fillPoly(target, [self.fixed(points)], value, cv2.LINE_AA, _SHIFT)

    def line(self, target: Mask, points: Points, value: float, width: float = 1.0) -> None:
        """Draw an open line, `width` in logical units."""
        thickness = max(1, round(width * self.scale))
        cv2.polylines(target, [self.fixed(points)], False, value, thickness, cv2.LINE_AA, _SHIFT)

    def dot(self, target: Mask, x: float, y: float, radius: float, value: float | tuple[float, ...]) -> None:
        """Fill a disc given in logical units."""
        unit = self.scale * _FIXED
        centre = (int(x * unit), int(y * unit))
        cv2.circle(target, centre, max(1, int(radius * unit)), value, -1, cv2.LINE_AA, _SHIFT)

    def window(self, x: float, y: float, radius: float) -> tuple[slice, slice, Plane, Plane] | None:
        """Cut a square around a logical point.

        Returns:
            Row slice, column slice, and logical x and y distances from the point; None where nothing is inside.
        """
        s = self.scale
        left, right = max(0, int((x - radius) * s)), min(self.width, int((x + radius) * s) + 1)
        top, bottom = max(0, int((y - radius) * s)), min(self.height, int((y + radius) * s) + 1)
        if left >= right or top >= bottom:
            return None
        across = (np.arange(left, right, dtype=np.float32) / np.float32(s) - np.float32(x))[None, :]
        down = (np.arange(top, bottom, dtype=np.float32) / np.float32(s) - np.float32(y))[:, None]
        return slice(top, bottom), slice(left, right), across, down


def patch_noise(rng: np.random.Generator, shape: tuple[int, int], cells: int, octaves: int = 3) -> Plane:
    """Draw noise for a window, `cells` features across."""
    rows, columns = (int(v) for v in rng.integers(0, _BANK_SIDE, 2))
    total = np.zeros(shape, np.float32)
    for octave in range(octaves):
        side = cells * 2**octave + 2
        grid = _crop(rows + 31 * octave, columns + 17 * octave, side, side)
        total += cv2.resize(grid, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC) * np.float32(0.55**octave)
    return total


def blobs(rng: np.random.Generator, centres: Points, radii: Points, corners: int, rough: float) -> Points:
    """Make irregular closed outlines around points, (n, corners, 2), all at once."""
    count = len(centres)
    turn = np.sort(rng.uniform(0, 2 * np.pi, (count, corners)), axis=1)
    reach = radii[:, None] * np.exp(rough * 0.7 * rng.standard_normal((count, corners)))
    aspect = np.exp(0.4 * rng.standard_normal((count, 1)))
    tilt = rng.uniform(0, np.pi, (count, 1))
    x, y = reach * np.cos(turn) * aspect, reach * np.sin(turn) / aspect
    cos, sin = np.cos(tilt), np.sin(tilt)
    return np.stack([centres[:, :1] + x * cos - y * sin, centres[:, 1:] + x * sin + y * cos], 2)
