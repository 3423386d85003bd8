"""What DuckDB and the operating system complain about, in words a person can act on."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from core.errors import RecordsError

# DuckDB has one IOException for everything, so its text is what tells the causes apart.
_CAUSES = (
    ("records.busy", ("could not set lock", "conflicting lock", "being used by another process")),
    ("records.disk_full", ("no space left", "disk quota", "file too large", "not enough space", "could not write")),
    ("records.newer_version", ("trying to read a database file with version", "newer version of duckdb")),
    (
        "records.damaged",
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
    ("records.no_file", ("no files found",)),
    ("records.not_writable", ("permission denied", "read-only file system", "cannot open file")),
)
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST}


def explain(error: duckdb.Error | OSError, path: Path) -> RecordsError | None:
    """Find the cause of a failure.

    Args:
        error: What was raised.
        path: The database or file concerned, named in the message.

    Returns:
        The error to raise instead, or None where the cause is a bug of ours.
    """
    if isinstance(error, OSError):
        if error.errno in _FULL:
            return RecordsError("records.disk_full", path=path)
        if error.errno == errno.ENOENT:
            return RecordsError("records.no_file", path=path)
        return RecordsError("records.not_writable", path=path) if error.errno in _FORBIDDEN else None
    message = str(error).lower()
    for code, signs in _CAUSES:
        if any(sign in message for sign in signs):
            return RecordsError(code, path=path)
    if isinstance(error, duckdb.SerializationException | duckdb.InternalException):
        return RecordsError("records.damaged", path=path)
    return None


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Raise failures inside as `RecordsError` where their cause is known.

    Raises:
        RecordsError: Disk full, locked, damaged, written by a newer version, or not writable.
    """
    try:
        yield
    except (duckdb.Error, OSError) as error:
        known = explain(error, path)
        if known is None:
            raise
        raise known from error
