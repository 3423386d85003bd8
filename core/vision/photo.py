"""Bytes from strangers to a working picture: upright RGB of bounded size, without metadata.

A `Photo` is not the file: graders look at a few hundred pixels a side, so a big JPEG is decoded at a fraction of its
size (the shorter side keeps at least `DRAFT_SIDE` pixels) and whatever is still longer than `WORKING_SIDE` is reduced.
Limits are checked on the header, before pixels are decoded. The picture is rebuilt from pixels, so EXIF, GPS, comments
and colour profiles never get further than this module.
"""

import hashlib
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

from core.errors import PhotoError
from core.vision.archived import archived, open_archive
from core.vision.photo_bytes import MAX_JPEG_SCANS, check_png_chunks, has_too_many_scans, recognise_format

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".heic", ".heif")
WORKING_SIDE = 1600
DRAFT_SIDE = 640
MIN_SIDE = 64
MAX_SIDE = 12_000
MAX_PIXELS = 40_000_000
MAX_BYTES = 10 * 1024 * 1024

# Opened by class instead of Image.open: no size warning through the process-wide filters (the limits here are
# stricter), and the first picture of a phone's multi-picture JPEG without parsing the index of the others.
_OPENERS: dict[str, type[ImageFile]] = {"JPEG": JpegImageFile, "PNG": PngImageFile, "WEBP": WebPImageFile}
_FORMATS = (*_OPENERS, "HEIF")
# What Pillow and libheif raise on hostile data (TypeError: a PNG text chunk that poses as a decoder setting). Warning
# is for processes that turn warnings into errors.
_DECODER_ERRORS = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    RuntimeError,
    MemoryError,
    Warning,
    struct.error,
    zlib.error,
)
_ORIENTATION = 0x0112
_UPRIGHT_BY_ORIENTATION = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = {5, 6, 7, 8}


@dataclass(frozen=True)
class Photo:
    """A picture ready to grade. Two photos are equal where their pixels are.

    Attributes:
        pixels: Upright RGB, uint8 (height, width, 3), longer side at most `WORKING_SIDE`, read-only.
        sha256: SHA-256, in hex, of the bytes of `pixels` followed by its shape written as `(height, width, 3)`.
        original_size: Width and height of the upright picture in the file, before any reduction.
        format: `JPEG`, `PNG`, `WEBP` or `HEIF`; pixels that never were a file count as `PNG`, which keeps them as
            they are.
    """

    pixels: npt.NDArray[np.uint8] = field(compare=False, repr=False)
    sha256: str
    original_size: tuple[int, int] = field(compare=False)
    format: str = field(compare=False)


def load_photo(data: bytes) -> Photo:
    """Decode a photo from a file's bytes; the same bytes always give the same photo.

    Transparent parts become white: the bars around a cropped photo are white too, and preprocessing drops those.

    Args:
        data: A JPEG, PNG, WebP or HEIC file. Of animations and multi-picture files the first picture counts.

    Raises:
        PhotoError: The bytes are no photo, of another format, beyond a limit, or damaged.
    """
    if not data:
        raise PhotoError("photo.empty")
    if len(data) > MAX_BYTES:
        raise PhotoError("photo.too_large", limit=MAX_BYTES // 1024**2)
    name = recognise_format(data)
    if name is None:
        raise PhotoError("photo.not_a_photo")
    if name not in _FORMATS:
        raise PhotoError("photo.unsupported_format", format=name)
    with _decoder_errors_named():
        image, original_size = _decode_heif(data) if name == "HEIF" else _decode(data, name)
    return _photo(np.asarray(image), original_size, name)


def read_photo(path: Path) -> Photo:
    """Read and decode a photo file.

    Args:
        path: The file; its suffix plays no part. May lead through a ZIP archive, see `core.vision.archived`.

    Raises:
        PhotoError: As `load_photo`, or there is no such file, or it cannot be read.
    """
    return load_photo(read_photo_bytes(path))


def read_photo_bytes(path: Path) -> bytes:
    """Read a photo file, at most a byte more of it than a photo may have.

    Raises:
        PhotoError: There is no such file, or it cannot be read.
    """
    packed = archived(path)
    if packed is not None:
        archive, name = packed
        return open_archive(archive).read(name, MAX_BYTES)
    try:
        # Asked before opening: opening a pipe would wait for someone to write into it.
        if not stat.S_ISREG(path.stat().st_mode):
            raise PhotoError("photo.unreadable", name=path.name)
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise PhotoError("photo.not_found", name=path.name) from error
    except (OSError, ValueError) as error:
        raise PhotoError("photo.unreadable", name=path.name) from error


def photo_from_pixels(pixels: npt.NDArray[np.uint8]) -> Photo:
    """Make a photo of pixels that are already decoded, such as a synthetic picture; the array is copied.

    Args:
        pixels: Upright RGB, uint8 (height, width, 3).

    Raises:
        ValueError: Another shape or data type.
        PhotoError: Beyond a limit of size.
    """
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"expected uint8 (height, width, 3), got {pixels.dtype} {pixels.shape}")
    height, width = pixels.shape[:2]
    _check_size(width, height)
    if max(width, height) <= WORKING_SIDE:
        return _photo(np.array(pixels, order="C"), (width, height), "PNG")
    return _photo(np.asarray(_fit(Image.fromarray(pixels))), (width, height), "PNG")


def encode_jpeg(pixels: npt.NDArray[np.uint8], quality: int = 85) -> bytes:
    """Encode a picture for showing or sending, without metadata.

    Args:
        pixels: RGB, uint8 (height, width, 3).
        quality: 1 (smallest) to 95 (best).
    """
    buffer = BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


@contextmanager
def _decoder_errors_named() -> Iterator[None]:
    try:
        yield
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except _DECODER_ERRORS as error:
        raise PhotoError("photo.damaged") from error


def _decode(data: bytes, name: str) -> tuple[Image.Image, tuple[int, int]]:
    if name == "JPEG" and has_too_many_scans(data):
        raise PhotoError("photo.too_many_scans", limit=MAX_JPEG_SCANS)
    if name == "PNG":
        check_png_chunks(data)
    with _OPENERS[name](BytesIO(data)) as image:
        width, height = image.size
        _check_size(width, height)
        orientation = _orientation(image)
        image.draft(None, (DRAFT_SIDE, DRAFT_SIDE))
        image.load()
        if name == "JPEG" and _has_lost_rows(image):
            raise PhotoError("photo.damaged")
        upright = _to_rgb(image)
    if orientation in _UPRIGHT_BY_ORIENTATION:
        upright = upright.transpose(_UPRIGHT_BY_ORIENTATION[orientation])
    return upright, (height, width) if orientation in _SIDEWAYS else (width, height)


def _decode_heif(data: bytes) -> tuple[Image.Image, tuple[int, int]]:
    import pillow_heif  # 10 MB of decoder that most photos never need

    heif = pillow_heif.open_heif(data)
    width, height = heif.size
    _check_size(width, height)
    # libheif turns the picture upright itself; by the standard, EXIF orientation has no say in this format.
    image = Image.frombytes(heif.mode, (width, height), heif.data, "raw", heif.mode, heif.stride)
    return _to_rgb(image), (width, height)


def _check_size(width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if min(width, height) < MIN_SIDE:
        raise PhotoError("photo.too_small", width=width, height=height, limit=MIN_SIDE)


def _too_many_pixels() -> PhotoError:
    return PhotoError("photo.too_many_pixels", megapixels=MAX_PIXELS // 1_000_000, side=f"{MAX_SIDE:,}")


def _orientation(image: Image.Image) -> object:
    """Read the EXIF orientation; a photo with unreadable EXIF is taken as it stands.

    `ImageOps.exif_transpose` would also rewrite the EXIF, which is thrown away here and fails where it is hostile.
    """
    try:
        return image.getexif().get(_ORIENTATION)
    except _DECODER_ERRORS:
        return None


def _has_lost_rows(image: Image.Image) -> bool:
    """Whether whole rows of a decoded JPEG are missing.

    Where compressed data ends early but the file still has its end marker (or goes on after a gap), libjpeg raises
    nothing and leaves rows of exact mid-grey. No camera writes such a row; a picture of nothing else is a grey card,
    which is for the quality check to refuse.
    """
    edge = np.asarray(image.crop((0, 0, 1, image.height))).reshape(image.height, -1)
    # Inverted CMYK turns 128 into 127.
    candidates = np.flatnonzero(((edge == 127) | (edge == 128)).all(axis=1))
    rows = (image.crop((0, int(y), image.width, int(y) + 1)) for y in candidates)
    return any(_is_mid_grey(row) for row in rows) and not _is_mid_grey(image)


def _is_mid_grey(image: Image.Image) -> bool:
    lows_and_highs = np.array(image.getextrema())
    return bool((lows_and_highs == 128).all() or (lows_and_highs == 127).all())


def _to_rgb(image: Image.Image) -> Image.Image:
    image = _fit(_to_resizable(image))
    if image.mode == "RGBA":
        canvas = Image.new("RGBA", image.size, "white")
        canvas.alpha_composite(image)
        image = canvas
    return image.convert("RGB") if image.mode != "RGB" else image


def _to_resizable(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        # convert("L") clips at 255 and turns grey white; the high byte is what Pillow keeps of 16-bit RGB as well.
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    return image if image.mode in ("L", "RGB") else image.convert("RGB")


def _fit(image: Image.Image) -> Image.Image:
    longer = max(image.size)
    if longer <= WORKING_SIDE:
        return image
    width, height = (max(1, round(side * WORKING_SIDE / longer)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _photo(pixels: npt.NDArray[np.uint8], original_size: tuple[int, int], name: str) -> Photo:
    pixels.setflags(write=False)
    digest = hashlib.sha256(pixels.data)
    digest.update(str(pixels.shape).encode())
    return Photo(pixels, digest.hexdigest(), original_size, name)
