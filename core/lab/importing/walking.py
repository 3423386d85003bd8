"""All files below a folder or inside an archive, ZIP archives walked in place."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from core.errors import ManifestError, PhotoError, ScalpError
from core.lab.importing.found import Skipped
from core.vision.archived import MARK, SUFFIX, archived, inside, open_archive
from core.vision.photo import PHOTO_SUFFIXES

# What operating systems and tools leave beside photos.
_LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
# Pictures of kinds that are not read here: named, so that they come out as left out instead of vanishing.
_OTHER_PICTURES = (".jfif", ".jpe", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".jp2", ".svg")
_MAX_TEXT = 8 * 1024 * 1024


def check_source(source: Path) -> None:
    """Refuse what cannot be walked.

    Raises:
        ManifestError: There is nothing at this place (`import.not_found`), or neither folder nor ZIP archive.
        PhotoError: It is called a ZIP archive and is none.
    """
    if not source.exists():
        raise ManifestError("import.not_found", path=source)
    if not source.is_dir() and source.suffix.lower() != SUFFIX:
        raise ManifestError("import.not_a_folder", path=source)
    if not source.is_dir():
        open_archive(source)


def walk(source: Path) -> Iterator[Path | Skipped]:
    """Go through all files, in the order of names; hidden ones and litter are passed over, links are not followed.

    An archive or folder that cannot be opened comes out as left out, and so does a name that no manifest can hold.
    """
    if not source.is_dir():
        yield from _walk_archive(source, source.name)
        return
    closed: list[OSError] = []
    for parent, folders, files in os.walk(source, onerror=closed.append):
        folders[:] = sorted(name for name in folders if not _is_litter(name))
        for name in sorted(name for name in files if not _is_litter(name)):
            path = Path(parent, name)
            shown = _below(source, path)
            if not is_plain(shown):
                yield Skipped(ascii(shown), ManifestError("import.bad_name"))
            elif name.lower().endswith(SUFFIX):
                yield from _walk_archive(path, shown)
            else:
                yield path
    for error in closed:
        yield Skipped(str(error.filename), ManifestError("import.closed_folder"))


def is_photo(path: Path) -> bool:
    """Whether a file's name is that of a picture."""
    return path.name.lower().endswith((*PHOTO_SUFFIXES, *_OTHER_PICTURES))


def is_plain(name: str) -> bool:
    """Whether a name can stand in a table: text, without control characters."""
    return name.isprintable() or not any(c < " " or "\x7f" <= c < "\xa0" or "\ud800" <= c <= "\udfff" for c in name)


def parts_below(source: Path, path: Path) -> tuple[str, ...]:
    """Folders and file name below a source; an archive counts as a folder of its name without the suffix."""
    below = _below(source, path)
    end = f"{SUFFIX}{MARK}"
    if end not in below.lower():
        return tuple(below.split("/"))
    return tuple(part[: -len(end)] if part.lower().endswith(end) else part for part in below.split("/"))


def shown_name(source: Path, path: Path) -> str:
    """How a file is called in reports."""
    inside_source = str(path).startswith(f"{source}{MARK}{os.sep}")
    return f"{source.name}{MARK}/{_below(source, path)}" if inside_source else _below(source, path)


def _below(source: Path, path: Path) -> str:
    """A path from a source on, joined with `/`: by text alone, as paths take longer to compare than photos to hash."""
    text, root = str(path), str(source)
    if text.startswith(f"{root}{MARK}{os.sep}"):
        text = text[len(root) + 2 :]
    elif root != ".":
        text = text[len(root.rstrip(os.sep)) + 1 :]
    return text.replace(os.sep, "/")


def read_small(path: Path) -> bytes:
    """Read a text file that accompanies photos, in a folder or an archive.

    Raises:
        ScalpError: It is missing, cannot be read, or is larger than any such file.
    """
    packed = archived(path)
    if packed is not None:
        data = open_archive(packed[0]).read(packed[1], _MAX_TEXT)
    else:
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise PhotoError("photo.unreadable", name=path.name)
            with path.open("rb") as file:
                data = file.read(_MAX_TEXT + 1)
        except OSError as error:
            raise PhotoError("photo.unreadable", name=path.name) from error
    if len(data) > _MAX_TEXT:
        raise ManifestError("import.text_too_large", limit=_MAX_TEXT // 1024**2)
    return data


def _walk_archive(path: Path, shown: str) -> Iterator[Path | Skipped]:
    try:
        archive = open_archive(path)
        names = sorted(archive.names())
    except ScalpError as error:
        yield Skipped(shown, error)
        return
    for name in names:
        if any(_is_litter(part) for part in name.split("/")):
            continue
        if not is_plain(name):
            yield Skipped(ascii(f"{shown}{MARK}/{name}"), ManifestError("import.bad_name"))
        elif name.lower().endswith(SUFFIX):
            yield Skipped(f"{shown}{MARK}/{name}", ManifestError("import.nested_archive"))
        else:
            yield inside(path, name)
    for name in archive.outward_names():
        yield Skipped(ascii(f"{shown}{MARK}/{name}"), ManifestError("import.bad_name"))


def _is_litter(name: str) -> bool:
    return name.startswith(".") or name.lower() in _LITTER
