"""What goes wrong with the records' file, in words a person can act on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from core.database_faults import cause_of
from core.errors import RecordsError


def explain(error: duckdb.Error | OSError, path: Path) -> RecordsError | None:
    """Find the cause of a failure.

    Args:
        error: What was raised.
        path: The database or file concerned, named in the message.

    Returns:
        The error to raise instead, or None where the cause is a bug of ours.
    """
    cause = cause_of(error)
    return None if cause is None else RecordsError(f"records.{cause}", path=path)


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
