"""Files inside ZIP archives, read in place: nothing is ever unpacked, so no name in an archive can reach the disk.

A file in an archive is written as a path through it: `photos.zip!/2023/a.jpg`. Names are told apart as the archive's
maker wrote them: UTF-8 where it says so or where the bytes are UTF-8, else the Korean code page of old Windows tools.
"""

import os
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath
from threading import Lock
from typing import TYPE_CHECKING

from core.errors import PhotoError

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

SUFFIX = ".zip"
MARK = "!"
# A directory of this size lists some 300,000 files; it is held in memory as a whole.
MAX_DIRECTORY_BYTES = 32 * 1024 * 1024
_KEPT_OPEN = 64
_STORED, _DEFLATED = 0, 8
_ENCRYPTED, _UTF8 = 0x1, 0x800
_END, _END_64 = b"PK\x05\x06", b"PK\x06\x06"
_TAIL = 65_557 + 76


class Archive:
    """A ZIP archive that was opened; any number of threads may read from it.

    Args:
        path: The file.

    Raises:
        PhotoError: It is missing, no ZIP archive, or lists more files than anyone packs.
    """

    def __init__(self, path: Path) -> None:
        import zipfile

        self.path = path
        try:
            _check_directory(path)
            self._zip: ZipFile = zipfile.ZipFile(path)
        except FileNotFoundError as error:
            raise PhotoError("photo.not_found", name=path.name) from error
        except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
            raise PhotoError("photo.archive", name=path.name) from error

    @cached_property
    def _entries(self) -> Mapping[str, "ZipInfo"]:
        return {name: info for info in self._zip.infolist() if not info.is_dir() and (name := _name(info))}

    def names(self) -> Iterator[str]:
        """Go through the files by name, folders joined with `/`; names that point out of the archive are left out."""
        return iter(self._entries)

    def outward_names(self) -> Iterator[str]:
        """Go through the names that `names` leaves out: no tool of good faith writes such."""
        return (info.filename for info in self._zip.infolist() if not info.is_dir() and not _name(info))

    def size(self, name: str) -> int:
        """Bytes of a file as the archive states them, which may be a lie."""
        return self._entries[name].file_size

    def read(self, name: str, limit: int) -> bytes:
        """Read a file, at most one byte more than `limit` of it however much the archive would unpack to.

        Raises:
            PhotoError: There is no such file, it is encrypted or packed in a way other than ZIP's own two, or damaged.
        """
        import zipfile

        info = self._entries.get(name)
        if info is None:
            raise PhotoError("photo.not_found", name=name)
        if info.flag_bits & _ENCRYPTED:
            raise PhotoError("photo.archive_locked", name=self.path.name)
        # The other methods may ask for gigabytes of memory before the first byte.
        if info.compress_type not in (_STORED, _DEFLATED):
            raise PhotoError("photo.archive_method", name=self.path.name)
        try:
            with self._zip.open(info) as file:
                return file.read(limit + 1)
        except (OSError, EOFError, ValueError, NotImplementedError, zipfile.BadZipFile, zlib.error) as error:
            raise PhotoError("photo.damaged") from error


_opened: "OrderedDict[tuple[Path, int, int], Archive]" = OrderedDict()
_lock = Lock()


def open_archive(path: Path) -> Archive:
    """Open an archive, or take it as it was opened before while the file is the same.

    Raises:
        PhotoError: As `Archive`.
    """
    try:
        state = path.stat()
    except (OSError, ValueError) as error:
        raise PhotoError("photo.not_found", name=path.name) from error
    key = (path, state.st_mtime_ns, state.st_size)
    with _lock:
        if key not in _opened:
            _opened[key] = Archive(path)
            if len(_opened) > _KEPT_OPEN:
                # Not closed by hand: another thread may be reading from it, and closes it by letting go.
                _opened.popitem(last=False)
        _opened.move_to_end(key)
        return _opened[key]


def archived(path: Path) -> tuple[Path, str] | None:
    """Take a path through an archive apart: the archive, and the name inside; None where it goes through none."""
    if f"{SUFFIX}{MARK}" not in str(path).lower():
        return None
    parts = path.parts
    for position, part in enumerate(parts[:-1]):
        if part.lower().endswith(f"{SUFFIX}{MARK}"):
            return Path(*parts[:position], part[: -len(MARK)]), "/".join(parts[position + 1 :])
    return None


def inside(archive: Path, name: str) -> Path:
    """Write a file in an archive as a path; `archived` takes it apart again."""
    return archive.with_name(f"{archive.name}{MARK}") / name


def _name(info: "ZipInfo") -> str:
    name = info.filename
    if not info.flag_bits & _UTF8:
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "cp949"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    path = PurePosixPath(name.replace("\\", "/").lstrip("/"))
    return "" if ".." in path.parts else str(path)


def _check_directory(path: Path) -> None:
    """Refuse an archive whose directory would fill the memory, before it is read.

    Raises:
        ValueError: It is larger than `MAX_DIRECTORY_BYTES`, or there is none.
    """
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _TAIL))
        tail = file.read()
    for signature, start, end in ((_END, 12, 16), (_END_64, 40, 48)):
        at = tail.rfind(signature)
        if at < 0 and signature == _END:
            raise ValueError("no directory")
        size = int.from_bytes(tail[at + start : at + end], "little") if at >= 0 else 0
        if size > MAX_DIRECTORY_BYTES and size != 0xFFFFFFFF:
            raise ValueError("directory too large")


def _forget() -> None:
    """Start anew in a forked process: a file handle shared with the parent would move under both."""
    global _lock
    _lock = Lock()
    _opened.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
