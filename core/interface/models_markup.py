"""Probabilities of classes as bars. Names of classes are people's: everything is escaped here."""

from collections.abc import Sequence
from html import escape
from typing import Protocol


class Bar(Protocol):
    """A class as a bar."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def probability(self) -> float:
        """0..1."""

    @property
    def chosen(self) -> bool:
        """Whether the model says it."""

    @property
    def possible(self) -> bool:
        """Whether it stays possible."""


def class_bars(bars: Sequence[Bar], label: str, said: str, possible: str) -> str:
    """Return classes with their probabilities as HTML: a list for screen readers, bars for eyes.

    Args:
        bars: In the order shown.
        label: What they are of.
        said: Word for the class the model says.
        possible: Word for one that stays possible.
    """
    rows = "".join(_row(bar, said, possible) for bar in bars)
    return f'<div class="ss-bars" role="list" aria-label="{escape(label)}">{rows}</div>'


def _row(bar: Bar, said: str, possible: str) -> str:
    share = min(100.0, max(0.0, bar.probability * 100))
    state = "said" if bar.chosen else "possible" if bar.possible else "out"
    word = said if bar.chosen else possible if bar.possible else ""
    note = f'<span class="ss-hidden">{escape(word)}</span>' if word else ""
    return (
        f'<div role="listitem" class="ss-bar ss-bar-{state}"><span class="ss-bar-name">{escape(bar.name)}{note}</span>'
        f'<span class="ss-bar-track" aria-hidden="true"><i style="width: {share:.1f}%"></i></span>'
        f'<span class="ss-bar-value">{share:.0f} %</span></div>'
    )
