"""What DuckDB and the operating system complain about, as causes that each part of core puts into words of its own."""

import errno
from typing import Final

import duckdb

# DuckDB has one IOException for everything, so its text is what tells the causes apart.
_SIGNS: Final = (
    ("busy", ("could not set lock", "conflicting lock", "being used by another process")),
    ("disk_full", ("no space left", "disk quota", "file too large", "not enough space", "could not write")),
    ("newer_version", ("trying to read a database file with version", "newer version of duckdb")),
    (
        "damaged",
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
    ("no_file", ("no files found",)),
    ("not_writable", ("permission denied", "read-only file system", "cannot open file", "is a directory")),
)
_FULL: Final = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FORBIDDEN: Final = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.EEXIST}


def cause_of(error: duckdb.Error | OSError) -> str | None:
    """Find the cause of a failure.

    Returns:
        `busy`, `disk_full`, `newer_version`, `damaged`, `no_file` or `not_writable`; None where the cause is a bug of
        ours.
    """
    if isinstance(error, OSError):
        if error.errno in _FULL:
            return "disk_full"
        if error.errno == errno.ENOENT:
            return "no_file"
        return "not_writable" if error.errno in _FORBIDDEN else None
    message = str(error).lower()
    for cause, signs in _SIGNS:
        if any(sign in message for sign in signs):
            return cause
    return "damaged" if isinstance(error, duckdb.SerializationException | duckdb.InternalException) else None
