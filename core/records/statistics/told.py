"""What may be told of one measure and split: which lines of sexes and ages, and of those who told none of these."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from core.records.privacy import Counts, Lines, close_lines
from core.records.statistics.blocks import LINES, TOLD, Dimension, Table, told_of
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


def _is_whole(hidden: Lines, chosen: Lines) -> bool:
    return not (hidden & chosen).any() or not (hidden & ~chosen).any()


def choose_lines(dimensions: Sequence[Dimension], splits: Sequence[Table], rows: Lines, columns: Lines) -> Hidden:
    """Choose the rows (7,) and columns (2,) to hide of those who told sex and age.

    Args:
        dimensions: People of one measure, told of as a whole.
        splits: Parts that must not be small, one split after the other, (1, k, g).
        rows: Rows that are hidden in any case: with all that may not be told.
        columns: Columns likewise.
    """
    shapes = [(len(one.people), one.people.shape[1], one.people.shape[-1]) for one in dimensions]
    ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1]

    def small(counts: Counts) -> Lines:
        number = int(np.prod(counts.shape[:-1]))
        blocks = [
            dimension.blocks(piece.reshape(1, number, *shape).astype(np.float64))
            for dimension, shape, piece in zip(
                dimensions, shapes, np.split(counts.reshape(number, -1), ends, axis=1), strict=True
            )
        ]
        for groups in splits:
            for block in blocks:
                block.split(groups)
        return np.asarray(~told_of(blocks).reshape(counts.shape[:-1]), np.bool_)

    people = [one.people[:, :, : len(AgeBand), : len(Sex), 0].transpose(2, 3, 0, 1, 4) for one in dimensions]
    table = np.concatenate([one.reshape(len(AgeBand), len(Sex), -1) for one in people], axis=2)
    return close_lines(table, small, rows, columns)
