"""What DuckDB and the operating system complain about while the clinic directory is open, as errors in words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from core.errors import ClinicsError

# DuckDB has one IOException for everything, so its text is what tells the causes apart.
_CAUSES: Final = (
    ("clinics.busy", ("could not set lock", "conflicting lock", "being used by another process")),
    ("clinics.disk_full", ("no space left", "disk quota", "file too large", "not enough space", "could not write")),
    ("clinics.newer_version", ("trying to read a database file with version", "newer version of duckdb")),
    (
        "clinics.damaged",
        (
            "not a valid duckdb database",
            "checksum",
            "corrupt",
            "failed to deserialize",
            "serialization error",
            "read enough bytes",
            "could not read all bytes",
            "failure while replaying wal",
        ),
    ),
    ("clinics.not_writable", ("permission denied", "read-only file system", "cannot open file", "is a directory")),
)
_FULL: Final = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise failures inside as `ClinicsError` where their cause is known.

    Args:
        path: The directory's file, named in the message.

    Raises:
        ClinicsError: `clinics.busy`, `disk_full`, `newer_version`, `damaged` or `not_writable`.
    """
    try:
        yield
    except OSError as error:
        code = "clinics.disk_full" if error.errno in _FULL else "clinics.not_writable"
        raise ClinicsError(code, path=path) from error
    except duckdb.Error as error:
        message = str(error).lower()
        code = next((code for code, signs in _CAUSES if any(sign in message for sign in signs)), "")
        if not code and isinstance(error, duckdb.SerializationException | duckdb.InternalException):
            code = "clinics.damaged"
        if not code:
            raise
        raise ClinicsError(code, path=path) from error
