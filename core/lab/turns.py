"""Whose turn it is to train, among the jobs whose run folders lie side by side."""

import time
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from core.lab.status import is_alive, read_status, stop_asked

JOB, SLOT = "job.json", "training.lock"
_TURN_SECONDS = 0.5


class Turn:
    """The one place for a training; held from when it is a job's turn until it ends.

    Args:
        folder: The job's run folder; the place belongs to the folder it lies in.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = FileLock(folder.parent / SLOT)

    def wait(self) -> bool:
        """Wait until no other job trains and none waits that was started before.

        Returns:
            Whether it is this job's turn; False where it was cancelled in the meantime.
        """
        while not stop_asked(self._folder):
            if not self._others_before():
                with suppress(Timeout):
                    self._lock.acquire(timeout=0)
                    return True
            time.sleep(_TURN_SECONDS)
        return False

    def release(self) -> None:
        """Let the next one in."""
        self._lock.release()

    def _others_before(self) -> bool:
        own = _queue_number(self._folder)
        for path in self._folder.parent.glob(f"*/{JOB}"):
            other = path.parent
            status = read_status(other)
            waits = other != self._folder and status is not None and status.state == "queued"
            if waits and _queue_number(other) < own and is_alive(other):
                return True
        return False


def _queue_number(folder: Path) -> tuple[int, str]:
    try:
        return (folder / JOB).stat().st_mtime_ns, folder.name
    except OSError:
        return 0, folder.name
