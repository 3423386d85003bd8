"""One definition of the input transform, for training and serving alike.

A decoded photo of any size becomes the network's picture: white bars cut away, brought to the network's shape (its
centre cropped, stretched, or padded with black), resized. Normalisation belongs to the network (it is exported with
it), so what leaves here is uint8.
"""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Pixels = npt.NDArray[np.uint8]
Box = tuple[int, int, int, int]
Fit = Literal["crop", "stretch", "pad"]
Interpolation = Literal["area", "bilinear"]

# A row or column belongs to a bar when its pixels are almost all near white. Exports of labelled sets pad that way:
# 22 % of the real microscope photos carry such bars.
_WHITE = 245
_BAR_SHARE = 0.985
_MOST_CUT = 0.5
# Below, bilinear sampling would enlarge and soften; above, it would skip pixels.
_TWO_STEPS_FROM, _TWO_STEPS_TO = 1.5, 4


@dataclass(frozen=True)
class InputSpec:
    """What a network wants to see.

    Attributes:
        width: Pixels.
        height: Pixels.
        mean: Per channel (red, green, blue), on the 0..1 scale.
        std: Per channel, on the 0..1 scale.
        interpolation: How pictures are resized; `area` averages when shrinking and is bilinear when growing,
            `bilinear` is Pillow's and torchvision's with antialiasing.
        cut_white_bars: Whether white bars at the edges are cut away first.
        fit: How a photo comes to the network's shape: its centre cropped, stretched, or padded with black.
    """

    width: int
    height: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: Interpolation = "area"
    cut_white_bars: bool = True
    fit: Fit = "crop"

    def __post_init__(self) -> None:
        """Check sizes and channel statistics."""
        if not (16 <= self.width <= 4096 and 16 <= self.height <= 4096):
            raise ValueError(f"input size {self.width}x{self.height} outside 16..4096")
        finite = all(map(math.isfinite, (*self.mean, *self.std)))
        if len(self.mean) != 3 or len(self.std) != 3 or not finite or min(self.std) <= 0:
            raise ValueError("mean and std hold three numbers each, std above 0")
        if self.interpolation not in get_args(Interpolation):
            raise ValueError(f"unknown interpolation {self.interpolation!r}")
        if self.fit not in get_args(Fit):
            raise ValueError(f"unknown fit {self.fit!r}")

    def as_dict(self) -> dict[str, object]:
        """Plain values, as kept in `model.json`."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, object]) -> "InputSpec":
        """Read what `as_dict` wrote.

        Raises:
            TypeError: A field is missing or unknown.
            ValueError: A field has a value outside its range.
        """
        fields = dict(values)
        for name in ("mean", "std"):
            channels = fields[name]
            if not isinstance(channels, list | tuple):
                raise TypeError(f"{name} is not a list")
            fields[name] = tuple(float(v) for v in channels)
        return cls(**fields)  # type: ignore[arg-type]


def content_box(pixels: Pixels) -> Box:
    """Find the picture inside white bars.

    Args:
        pixels: uint8 (H, W, 3).

    Returns:
        Left, top, right, bottom; the whole picture where nothing is to cut, or where more than half would go.
    """
    height, width = pixels.shape[:2]
    # Every fourth pixel is enough to tell a bar from skin.
    white = np.ascontiguousarray(cv2.inRange(pixels[::4], np.full(3, _WHITE), np.full(3, 255))[:, ::4])
    top, bottom = _inside(_share(white, along=1), height)
    left, right = _inside(_share(white, along=0), width)
    if bottom - top < height * _MOST_CUT or right - left < width * _MOST_CUT:
        return 0, 0, width, height
    return left, top, right, bottom


def _share(mask: npt.NDArray[Any], along: int) -> npt.NDArray[np.floating]:
    return np.asarray(cv2.reduce(mask, along, cv2.REDUCE_AVG, dtype=cv2.CV_32F), dtype=np.float32).ravel() / 255


def _inside(share: npt.NDArray[np.floating], length: int) -> tuple[int, int]:
    kept = np.nonzero(share < _BAR_SHARE)[0]
    if not kept.size:
        return 0, length
    first, last = int(kept[0]), int(kept[-1])
    # One sampled line of margin: the bar's soft JPEG edge is not skin either.
    start = 0 if first == 0 else first * 4 + 4
    end = length if last == len(share) - 1 else last * 4
    return start, end


def seen_box(pixels: Pixels, spec: InputSpec) -> Box:
    """Return the part of a photo the network's picture shows, in pixels of the photo.

    Cropped, it lies inside the photo; stretched, it is the picture inside its bars; padded, it has the network's shape
    and reaches beyond the photo where the black is.
    """
    height, width = pixels.shape[:2]
    left, top, right, bottom = content_box(pixels) if spec.cut_white_bars else (0, 0, width, height)
    if spec.fit == "stretch":
        return left, top, right, bottom
    shape = spec.width / spec.height
    inner_width, inner_height = right - left, bottom - top
    if (inner_width > inner_height * shape) == (spec.fit == "crop"):
        keep = max(1, round(inner_height * shape))
        left += (inner_width - keep) // 2
        right = left + keep
    else:
        keep = max(1, round(inner_width / shape))
        top += (inner_height - keep) // 2
        bottom = top + keep
    return left, top, right, bottom


def network_picture(pixels: Pixels, spec: InputSpec) -> tuple[Pixels, Box]:
    """Turn a decoded photo into the network's picture.

    Args:
        pixels: uint8 (H, W, 3), upright RGB.
        spec: The package's input.

    Returns:
        uint8 (spec.height, spec.width, 3), and the box of the photo it shows, see `seen_box`.
    """
    box = seen_box(pixels, spec)
    left, top, right, bottom = box
    if spec.fit == "pad":
        inner = content_box(pixels) if spec.cut_white_bars else (0, 0, pixels.shape[1], pixels.shape[0])
        return _padded(pixels, inner, box, spec), box
    part = pixels[top:bottom, left:right]
    return _resize(part, spec.width, spec.height, spec.interpolation), box


def shown_part(box: Box, photo_width: int, photo_height: int, width: int, height: int) -> Box:
    """Where the photo itself lies within the network's picture (or a map over it): all of it unless it was padded.

    Args:
        box: What `network_picture` gave.
        photo_width: Pixels of the photo.
        photo_height: Pixels of the photo.
        width: Columns of the picture or map.
        height: Rows of the picture or map.

    Returns:
        left, top, right, bottom within the picture, at least one pixel each way.
    """
    return _shown(box, (0, 0, photo_width, photo_height), width, height)


def _shown(box: Box, inner: Box, width: int, height: int) -> Box:
    left, right = _within(box[0], box[2], inner[0], inner[2], width)
    top, bottom = _within(box[1], box[3], inner[1], inner[3], height)
    return left, top, right, bottom


def _within(start: int, end: int, inner_start: int, inner_end: int, side: int) -> tuple[int, int]:
    scale = side / (end - start)
    first = min(side - 1, round((max(inner_start, start) - start) * scale))
    return first, max(first + 1, round((min(inner_end, end) - start) * scale))


def _padded(pixels: Pixels, inner: Box, box: Box, spec: InputSpec) -> Pixels:
    """The inner part of a photo under a box that reaches beyond it, on black."""
    left, top, right, bottom = _shown(box, inner, spec.width, spec.height)
    part = pixels[inner[1] : inner[3], inner[0] : inner[2]]
    picture = np.zeros((spec.height, spec.width, 3), np.uint8)
    picture[top:bottom, left:right] = _resize(part, right - left, bottom - top, spec.interpolation)
    return picture


def _resize(part: Pixels, width: int, height: int, interpolation: Interpolation = "area") -> Pixels:
    size = width, height
    if interpolation == "bilinear":
        return np.asarray(Image.fromarray(part).resize(size, Image.Resampling.BILINEAR), dtype=np.uint8)
    ratios = part.shape[1] / width, part.shape[0] / height
    if min(ratios) < 1:
        return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    if min(ratios) >= _TWO_STEPS_FROM and max(ratios) <= _TWO_STEPS_TO:
        # OpenCV averages over fractions of pixels without vector instructions. Bilinear to twice the size and the mean
        # of four gives the same picture (mean difference about .2 of 255) in a third of the time.
        part = np.asarray(cv2.resize(part, (2 * width, 2 * height), interpolation=cv2.INTER_LINEAR), dtype=np.uint8)
    return np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
