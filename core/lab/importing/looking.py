"""Looking at each photo once, on all cores: can it be read, how large is it, what does it show."""

import hashlib
import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from core.errors import ScalpError
from core.lab.duplicates import Words, perceptual_hash
from core.lab.importing.found import Found, Skipped
from core.vision.photo import load_photo, read_photo_bytes

# Photos looked at ahead of the one being taken: enough to keep the cores busy, few enough to hold.
_AHEAD = 16


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


def look_at_all(items: Iterator[Found | Skipped]) -> Iterator[tuple[Found, Look] | Skipped]:
    """Look at photos on all cores, in order, a few in memory at a time; what cannot be read comes out as left out."""
    with ThreadPoolExecutor() as pool:
        waiting: deque[tuple[Found | Skipped, Future[Look] | None]] = deque()
        ahead = (os.cpu_count() or 1) * _AHEAD
        try:
            for item in items:
                waiting.append((item, pool.submit(look, item.path) if isinstance(item, Found) else None))
                if len(waiting) >= ahead:
                    yield _result(*waiting.popleft())
            while waiting:
                yield _result(*waiting.popleft())
        finally:
            for _, future in waiting:
                if future is not None:
                    future.cancel()


def _result(item: Found | Skipped, future: Future[Look] | None) -> tuple[Found, Look] | Skipped:
    if future is None or isinstance(item, Skipped):
        assert isinstance(item, Skipped)
        return item
    try:
        return item, future.result()
    except ScalpError as error:
        return Skipped(item.name, error)
