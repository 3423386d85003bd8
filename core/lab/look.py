"""One look at a photo: can it be read, how large is it, what does it show.

Apart from what imports photos, since processes that only look need nothing else of it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import ScalpError
from core.lab.duplicates import Words, perceptual_hash
from core.vision.photo import load_photo, read_photo_bytes


@dataclass(frozen=True)
class Look:
    """What one look at a photo tells.

    Attributes:
        sha256: Of the file.
        width: Of the upright picture.
        height: Of the upright picture.
        format: `JPEG`, `PNG`, `WEBP` or `HEIF`.
        hash: What it shows, see `perceptual_hash`; None where that is next to nothing.
    """

    sha256: bytes
    width: int
    height: int
    format: str
    hash: Words | None


def look(path: Path) -> Look:
    """Look at a photo.

    Raises:
        PhotoError: It cannot be read as one.
    """
    data = read_photo_bytes(path)
    photo = load_photo(data)
    return Look(hashlib.sha256(data).digest(), *photo.original_size, photo.format, perceptual_hash(photo.pixels))


def look_at(paths: Sequence[Path]) -> list[Look | ScalpError]:
    """Look at photos one after another; what cannot be read comes out as its error."""
    looks: list[Look | ScalpError] = []
    for path in paths:
        try:
            looks.append(look(path))
        except ScalpError as error:
            looks.append(error)
    return looks
