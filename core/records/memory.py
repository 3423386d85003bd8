"""Answers kept until the records change."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")

_KEPT = 256


class Memory:
    """The answers asked for last, each for one version of the records; safe for many threads.

    Args:
        kept: How many answers.
    """

    def __init__(self, kept: int = _KEPT) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._version = -1
        self._answers: OrderedDict[Hashable, object] = OrderedDict()

    def recall(self, version: int, question: Hashable, ask: Callable[[], T]) -> T:
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
