"""What may be told of one measure and split: which lines of sexes and ages, and of those who told none of these."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from core.records.privacy import Lines
from core.records.statistics.lines import LINES, TOLD
from core.taxonomy import AgeBand, Sex

Hidden = tuple[Lines, Lines]


@dataclass(frozen=True, eq=False)
class Told:
    """What may be told of one measure and split.

    Attributes:
        lines: Chooses rows (7,) and columns (2,) of those who told both sex and age that are not told of alone; None
            where nothing is told but of everyone.
        whole: Whether everyone together may be told of.
        untold: Whether those who told no sex or no age are counted among everyone.
        no_sex: Whether those who told no sex are told of alone.
        kinds: Whether those who told no sex, no age and neither are told of alone.
        parts: Whether each cell of them is, so that they are counted where sexes or ages are chosen.
    """

    lines: Callable[[], Hidden | None]
    whole: bool
    untold: bool
    no_sex: bool
    kinds: bool
    parts: bool

    @cached_property
    def hidden(self) -> Hidden | None:
        """What `lines` chooses, once it is needed."""
        return self.lines()

    def counted(self, bands: Lines, sexes: Lines) -> Lines:
        """Say which cells a figure of chosen age bands (8,) and sexes (3,) counts, (8, 3)."""
        chosen = bands[:, None] & sexes[None, :]
        return chosen if self.keeps_untold(bands, sexes) else chosen & LINES[TOLD]

    def keeps_untold(self, bands: Lines, sexes: Lines) -> bool:
        """Say whether such a figure counts those of them who told no sex or no age."""
        return self.untold if bands.all() and sexes.all() else self.parts

    def tells(self, bands: Lines, sexes: Lines) -> bool:
        """Say whether a figure of chosen age bands (8,) and sexes (3,) may be told."""
        if bands.all() and sexes.all():
            return self.whole
        if self.hidden is None:
            return False
        asked = bands[: len(AgeBand)], sexes[: len(Sex)]
        if not (asked[0].any() and asked[1].any()):
            return self.parts
        return self.tells_lines(*asked)

    def tells_lines(self, bands: Lines, sexes: Lines) -> bool:
        """Say whether those of age bands (7,) and sexes (2,) may be told of, who told both."""
        if self.hidden is None:
            return False
        asked = bands, sexes
        return all(_is_whole(hidden, chosen) for hidden, chosen in zip(self.hidden, asked, strict=True))

    def lines_told(self, bands: Lines, sexes: Lines) -> Hidden:
        """Say which rows (7,) of chosen sexes (2,), and columns (2,) of chosen age bands (7,), may be told of alone."""
        if self.hidden is None:
            return np.zeros_like(bands), np.zeros_like(sexes)
        rows, columns = self.hidden
        alone = [~hidden | (hidden.sum() == 1) for hidden in (rows, columns)]
        return alone[0] & _is_whole(columns, sexes), alone[1] & _is_whole(rows, bands)

    @property
    def cells(self) -> Lines:
        """Cells that are told of, (8, 3); never those who told no sex or no age."""
        shown = np.zeros((len(AgeBand) + 1, len(Sex) + 1), np.bool_)
        if self.hidden is not None:
            shown[: len(AgeBand), : len(Sex)] = ~self.hidden[0][:, None] & ~self.hidden[1][None, :]
        return shown


NOTHING: Final = Told(lambda: None, whole=False, untold=False, no_sex=False, kinds=False, parts=False)
OF_ALL: Final = tuple(replace(NOTHING, whole=True, untold=untold) for untold in (False, True))
"""Nothing but everyone together, without and with those who told no sex or no age."""


def _is_whole(hidden: Lines, chosen: Lines) -> bool:
    return not (hidden & chosen).any() or not (hidden & ~chosen).any()
