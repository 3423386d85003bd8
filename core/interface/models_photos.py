"""Photos behind predictions: found where the manifest of a run is at hand, and shown to the operator alone.

Photos of a manifest are of people. Whoever runs this installation may look at them; visitors of the page see figures.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from core.errors import ScalpError
from core.interface.language import say
from core.interface.markup import plain
from core.interface.models_door import may_operate

if TYPE_CHECKING:
    from core.interface.heatmap import Pixels
    from core.lab.held_out import HeldOut
    from core.lab.run_records import RunRecord

TILE_SIDE: Final = 320
_KEY_LETTERS: Final = 16


@dataclass(frozen=True)
class Tile:
    """A photo with what is said about it.

    Attributes:
        file: Its name, relative to the manifest; from a stranger.
        words: What stands under it, in plain words.
        jpeg: The picture; None where it cannot be had.
    """

    file: str
    words: str
    jpeg: bytes | None


def find_manifest(record: RunRecord, part: HeldOut) -> Path | None:
    """Return the manifest of a run; None where it or its photos are not here."""
    if not len(part):
        return None
    file, key = str(part.files[0]), str(part.photos[0])
    return next((path for path in _candidates(record) if _holds(path.parent, file, key)), None)


def photo_root(record: RunRecord, part: HeldOut) -> Path | None:
    """Return the folder the files of a run are named from; None where its photos are not here."""
    manifest = find_manifest(record, part)
    return None if manifest is None else manifest.parent


def find_photo(root: Path, file: str) -> Path | None:
    """Return where a photo of a manifest lies; None for one that is gone or would lead out of the folder."""
    path = root / file
    real = Path(str(path).partition("!/")[0])
    inside = real.resolve().is_relative_to(root.resolve())
    return path if inside and real.is_file() else None


@st.cache_data(max_entries=400, show_spinner=False)
def read_tile(path: str, changed: int) -> bytes | None:  # noqa: ARG001 (a file that changed is read again)
    """Return a photo as a small JPEG; None where it cannot be read."""
    from core.interface.heatmap import shrink
    from core.vision.photo import encode_jpeg

    pixels = read_pixels(Path(path))
    return None if pixels is None else encode_jpeg(shrink(pixels, TILE_SIDE), 80)


def read_pixels(path: Path) -> Pixels | None:
    """Return the pixels of a photo; None where it cannot be read."""
    from core.vision.photo import read_photo

    try:
        return read_photo(path).pixels
    except ScalpError:
        return None


def tile_of(root: Path, file: str, words: str) -> Tile:
    """Return a photo of a manifest with words under it."""
    path = find_photo(root, file)
    if path is None:
        return Tile(file, words, None)
    changed = Path(str(path).partition("!/")[0]).stat().st_mtime_ns
    return Tile(file, words, read_tile(str(path), changed))


def draw_tiles(tiles: Sequence[Tile], key: str) -> None:
    """Draw photos in a grid; one that cannot be had leaves its name."""
    with st.grid(4, min_column_width=120, key=key):
        for tile in tiles:
            with st.container():
                if tile.jpeg is not None:
                    st.image(tile.jpeg, width="stretch", alt=tile.words)
                st.caption(f"{plain(tile.words)}  \n{plain(tile.file)}")


def draw_absence(record: RunRecord, files: Sequence[str]) -> None:
    """Say why no photos are shown, and name the files where that is nobody's business to hide."""
    if not may_operate() and not record.shipped:
        st.caption(say("models.photos.operator"))
        return
    st.caption(say("models.photos.operator_shipped" if not may_operate() else "models.photos.absent"))
    with st.expander(say("models.photos.names", n=f"{len(files):,}")):
        st.code("\n".join(files[:200]), language=None)
        if len(files) > 200:
            st.caption(say("models.photos.more", n=f"{len(files) - 200:,}"))


def _candidates(record: RunRecord) -> list[Path]:
    from core.settings import ROOT, get_settings

    data = get_settings().var_dir / "data"
    told = _told(record.folder / "job.json", "data"), record.summary.get("manifest")
    found = [base / one for one in told if isinstance(one, str) and one for base in (Path(), ROOT, data)]
    # A manifest that was moved into the data folder, or whose place was not told.
    found += sorted(data.glob("*/manifest.*"))
    return [path for path in found if path.is_file()]


def _told(path: Path, key: str) -> object:
    """Return what a training started from a page was given; None for any other."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return values.get(key) if isinstance(values, dict) else None


def _holds(root: Path, file: str, key: str) -> bool:
    path = find_photo(root, file)
    if path is None:
        return False
    if "!/" in file or len(key) != _KEY_LETTERS:
        return True
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest().startswith(key)
