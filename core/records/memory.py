"""Answers kept until the records change."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar, cast

T = TypeVar("T")

_KEPT = 1024


class Memory:
    """The answers asked for last, each for one version of the records; safe for many threads.

    Args:
        kept: How many answers.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._version = -1
        self._answers: OrderedDict[tuple[object, ...], object] = OrderedDict()

    @property
    def version(self) -> int:
        """The version whose answers are kept."""
        return self._version

    def recall(self, version: int, question: tuple[object, ...], ask: Callable[[], T]) -> T:
        """Return the answer to a question, asking only where it is not known for this version.

        Args:
            version: Of the records, read before asking: what is written meanwhile makes the answer of the next one.
            question: What identifies it.
            ask: Finds the answer, which nobody changes afterwards.
        """
        with self._lock:
            if version > self._version:
                self._answers.clear()
                self._version = version
            if version == self._version and question in self._answers:
                self._answers.move_to_end(question)
                return cast("T", self._answers[question])
        answer = ask()
        with self._lock:
            if version == self._version:
                self._answers[question] = answer
                while len(self._answers) > self._kept:
                    self._answers.popitem(last=False)
        return answer

    def knows(self, version: int, question: tuple[object, ...]) -> bool:
        """Whether `recall` would answer without asking."""
        with self._lock:
            return version == self._version and question in self._answers

    def forget(self, doomed: Callable[[tuple[object, ...]], bool]) -> None:
        """Drop answers, for example to measure how long asking takes.

        Args:
            doomed: Says of a question whether its answer goes.
        """
        with self._lock:
            for question in [question for question in self._answers if doomed(question)]:
                del self._answers[question]
