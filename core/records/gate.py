"""A gate many threads pass at once, and one may have to itself."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Shared passage for readers and writers of the records, with a way to be alone while the file is swapped.

    Whoever waits to be alone keeps newcomers out, so that a steady stream of readers cannot starve it; a thread that
    is inside already may enter again.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._inside = 0
        self._closed = False
        self._local = threading.local()

    @property
    def entered(self) -> bool:
        """Whether the calling thread is inside."""
        return bool(getattr(self._local, "depth", 0))

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Pass together with others."""
        depth: int = getattr(self._local, "depth", 0)
        if depth == 0:
            with self._condition:
                self._condition.wait_for(lambda: not self._closed)
                self._inside += 1
        self._local.depth = depth + 1
        try:
            yield
        finally:
            self._local.depth = depth
            if depth == 0:
                with self._condition:
                    self._inside -= 1
                    self._condition.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Wait until everyone has left, and keep others out.

        Raises:
            RuntimeError: The calling thread is inside and would wait for itself.
        """
        if self.entered:
            raise RuntimeError("leave the cursor before asking for the records alone")
        with self._condition:
            self._condition.wait_for(lambda: not self._closed)
            self._closed = True
            try:
                self._condition.wait_for(lambda: self._inside == 0)
            except BaseException:
                self._closed = False
                self._condition.notify_all()
                raise
        try:
            yield
        finally:
            with self._condition:
                self._closed = False
                self._condition.notify_all()
