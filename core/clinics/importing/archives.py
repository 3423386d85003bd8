"""Archives opened within limits: what a ZIP unpacks to is bounded before anything is kept."""

import zipfile
import zlib
from collections.abc import Iterator
from copy import copy
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO, Final

from core.errors import ClinicsError

MEGABYTE: Final = 1_000_000
# The whole country is 20 MB as a table; its file of departments 50.
MOST_UNPACKED: Final = 300 * MEGABYTE
_MOST_MEMBERS: Final = 1000
_CHUNK: Final = 1 << 20
_TABLES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls")
_FAULTS: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
_UTF8_NAME: Final = 0x800


def open_archive(content: bytes, name: str) -> zipfile.ZipFile:
    """Open an archive in memory.

    Raises:
        ClinicsError: It is damaged (`clinics.archive_damaged`), or holds a thousand files and more.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(content))
    except _FAULTS as error:
        raise ClinicsError("clinics.archive_damaged", name=name) from error
    if len(archive.infolist()) > _MOST_MEMBERS:
        raise _too_large(name)
    return archive


def tables_in(archive: zipfile.ZipFile) -> list[tuple[str, zipfile.ZipInfo]]:
    """Return the members that may be tables, with their names as people wrote them."""
    found = []
    for member in archive.infolist():
        path = PurePosixPath(_name_of(member).replace("\\", "/"))
        hidden = any(part.startswith((".", "__MACOSX")) for part in path.parts)
        if not member.is_dir() and not hidden and path.suffix.lower() in _TABLES:
            found.append((path.name, member))
    return found


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, room: int = MOST_UNPACKED) -> bytes:
    """Unpack one member.

    Args:
        archive: The archive.
        member: Which of its members.
        name: Of the archive, for the message.
        room: At most so many bytes.

    Raises:
        ClinicsError: It is larger (`clinics.archive_too_large`), damaged, or locked with a password.
    """
    return b"".join(stream(archive, member, name, room))


def stream(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, room: int) -> Iterator[bytes]:
    """Unpack one member in pieces, as `unpack` does."""
    if member.file_size > room:
        raise _too_large(name)
    # The size an archive declares may be a lie: read to the true end, and stop where there is no more room.
    honest = copy(member)
    honest.file_size = room + 1
    try:
        with archive.open(honest) as file:
            yield from _within(file, room, name)
    except _FAULTS as error:
        raise ClinicsError("clinics.archive_damaged", name=name) from error


def _within(file: IO[bytes], room: int, name: str) -> Iterator[bytes]:
    taken = 0
    while piece := file.read(_CHUNK):
        taken += len(piece)
        if taken > room:
            raise _too_large(name)
        yield piece


def _too_large(name: str) -> ClinicsError:
    return ClinicsError("clinics.archive_too_large", name=name, megabytes=MOST_UNPACKED // MEGABYTE)


def _name_of(member: zipfile.ZipInfo) -> str:
    """Return a member's name; Windows in Korea writes cp949 where the standard has cp437."""
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("cp949")
    except UnicodeError:
        return member.filename
