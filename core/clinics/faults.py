"""What goes wrong with the file of the clinic directory, in words a person can act on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from core.database_faults import cause_of
from core.errors import ClinicsError


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
    except (duckdb.Error, OSError) as error:
        cause = cause_of(error)
        if isinstance(error, OSError) and cause != "disk_full":
            # The file is made where there is none: one that is missing is one that could not be made.
            cause = "not_writable"
        if cause in {None, "no_file"}:
            raise
        raise ClinicsError(f"clinics.{cause}", path=path) from error
