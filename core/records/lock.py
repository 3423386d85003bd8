"""The lock file beside the database: one process at a time, and the number of writes it accepted.

DuckDB's own lock on the database file is lost as soon as any handle to that file is closed in the process, after
which a second writer gets in and its rows vanish. A lock on a file of its own does not have that hole.
"""

import sys
from pathlib import Path
from typing import BinaryIO

from core.errors import RecordsError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_DIGITS = 20
_WINDOWS_LOCKED_BYTE = 4096  # beyond the number: Windows forbids reading locked bytes


class LockFile:
    """Holds the records for this process until closed.

    Args:
        path: The database; the lock file is named after it with `.lock` added.

    Raises:
        RecordsError: Someone else holds the records (`records.busy`).
        OSError: The lock file cannot be created.
    """

    def __init__(self, path: Path) -> None:
        lock_path = path.with_name(f"{path.name}.lock")
        lock_path.touch(exist_ok=True)
        self._file: BinaryIO = lock_path.open("r+b", buffering=0)
        try:
            self._acquire()
        except OSError as error:
            self._file.close()
            raise RecordsError("records.busy", path=path) from error

    def _acquire(self) -> None:
        if sys.platform == "win32":
            self._file.seek(_WINDOWS_LOCKED_BYTE)
            msvcrt.locking(self._file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(self._file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def read_count(self) -> int:
        """Return the number of accepted writes noted last; 0 where none was."""
        self._file.seek(0)
        digits = self._file.read(_DIGITS)
        return int(digits) if digits.isdigit() else 0

    def note_count(self, count: int) -> None:
        """Note the number of accepted writes."""
        self._file.seek(0)
        self._file.write(f"{count:0{_DIGITS}d}".encode("ascii"))

    def close(self) -> None:
        """Let the next process in. The file stays: removing it would let two processes lock two files."""
        self._file.close()
