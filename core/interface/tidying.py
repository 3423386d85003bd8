"""Garbage is collected while nobody waits.

Streamlit would collect after every run of a page, before the last of what was drawn has left: about 100 ms in which no
chart gets further. It is told not to (`runner.postScriptGC`), and what a run left is collected a moment later instead.
"""

import gc
import threading
import time
from typing import Final


class Tidying:
    """Collects when nobody has asked for it for a moment, or when somebody keeps asking.

    Args:
        quiet_s: How long nobody asks before it is done.
        longest_s: How long it is put off.
    """

    def __init__(self, quiet_s: float, longest_s: float) -> None:
        self._quiet_s, self._longest_s = quiet_s, longest_s
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._asked_first = 0.0

    def later(self) -> None:
        """Collect soon, from any thread; returns at once."""
        now = time.monotonic()
        with self._lock:
            if self._timer is None:
                self._asked_first = now
            elif now - self._asked_first < self._longest_s:
                self._timer.cancel()
            else:
                return
            self._timer = threading.Timer(self._quiet_s, self._collect)
            self._timer.daemon = True
            self._timer.start()

    def _collect(self) -> None:
        with self._lock:
            self._timer = None
        gc.collect()


_tidying: Final = Tidying(quiet_s=1.5, longest_s=20.0)


def tidy_later() -> None:
    """Collect garbage soon, when no page is being drawn; call it at the end of a run."""
    _tidying.later()
