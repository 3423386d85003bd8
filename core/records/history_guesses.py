"""Slows down whoever tries keys.

Keys are too many to be guessed, so this is about load and about giving nobody an open tap. It counts only keys that
are well formed and unknown: a typo is told without asking the records, and costs nothing.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable

from core.errors import RecordsError

FREE_TRIES = 5
FIRST_WAIT_S = 10
LONGEST_WAIT_S = 300
TRIES_A_MINUTE = 120
_FORGET_S = 3600.0


class GuessLimit:
    """Counts unknown keys per caller and in all; safe for many threads, in memory only.

    After `FREE_TRIES` unknown keys a caller waits 10, 20, 40 ... up to 300 seconds between tries. New callers come at
    no cost, so beyond `TRIES_A_MINUTE` unknown keys of all callers together, everyone waits until the minute is over.

    Args:
        clock: Seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures: dict[str, tuple[int, float]] = {}
        self._recent: deque[float] = deque()

    def check(self, caller: str) -> None:
        """Let a caller ask for a key.

        Args:
            caller: Names the session; never the key.

        Raises:
            RecordsError: It has to wait first (`history.wait`, with the seconds).
        """
        with self._lock:
            now = self._clock()
            self._drop_old(now)
            count, last = self._failures.get(caller, (0, now))
            wait = last + _wait_after(count) - now
            if len(self._recent) >= TRIES_A_MINUTE:
                wait = max(wait, self._recent[0] + 60 - now)
        if wait > 0:
            raise RecordsError("history.wait", seconds=math.ceil(wait))

    def note_unknown(self, caller: str) -> None:
        """Note that a caller asked for a key that nobody uses."""
        with self._lock:
            now = self._clock()
            count, _ = self._failures.get(caller, (0, now))
            self._failures[caller] = (count + 1, now)
            self._recent.append(now)

    def note_known(self, caller: str) -> None:
        """Note that a caller opened a history: its earlier mistakes are forgotten."""
        with self._lock:
            self._failures.pop(caller, None)

    def _drop_old(self, now: float) -> None:
        while self._recent and self._recent[0] <= now - 60:
            self._recent.popleft()
        stale = [caller for caller, (_, last) in self._failures.items() if last < now - _FORGET_S]
        for caller in stale:
            del self._failures[caller]


def _wait_after(count: int) -> float:
    if count < FREE_TRIES:
        return 0.0
    return float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** min(count - FREE_TRIES, 10)))
