"""Which values of a narrowing may be told apart, so that no filters subtracted from each other give a small group.

For each line of a table, and for each way its people may be split, the values that a narrowing could name are put
together into blocks, each of which stands for ten people or more in every part of the split, or for nobody. A filter
is told of where it takes whole blocks. What filters told of can give by adding and subtracting are then whole blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from core.records.privacy import MIN_CELL, Counts, Lines

Table = npt.NDArray[np.float64]
_AGES: Final = 7
_SEXES: Final = 2
_SMALLEST: Final = MIN_CELL - 0.5


def _line_places() -> Lines:
    """Return which of the 8 x 3 cells make each line, (lines, 8, 3)."""
    told = np.zeros((8, 3), np.bool_)
    told[:_AGES, :_SEXES] = True
    rows = [told & (np.arange(8) == row)[:, None] for row in range(_AGES)]
    columns = [told & (np.arange(3) == column)[None] for column in range(_SEXES)]
    cells = [row & column for row in rows for column in columns]
    single = np.eye(24, dtype=np.bool_).reshape(24, 8, 3)
    untold = [one for one in single if (one & ~told).any()]
    no_age, no_sex = np.zeros_like(told), np.zeros_like(told)
    no_age[-1, :_SEXES], no_sex[:_AGES, -1] = True, True
    no_sex_at_all = np.broadcast_to(np.arange(3) == _SEXES, (8, 3))
    return np.stack([told, ~told, told | ~told, *columns, *rows, *cells, no_age, no_sex_at_all, no_sex, *untold])


LINES: Final = _line_places()
TOLD: Final = 0
UNTOLD: Final = 1
EVERYONE: Final = 2
WHOLE_LINES: Final = LINES[:3]
COLUMNS: Final = slice(3, 5)
ROWS: Final = slice(5, 12)
CELLS_OF_LINES: Final = slice(12, 26)
UNTOLD_SEX: Final = np.array([26, 27])
"""Those who told their sex and no age, and those who told no sex."""
UNTOLD_KINDS: Final = np.array([26, 28, -1])
"""Those who told no age, no sex, and neither."""
UNTOLD_PARTS: Final = slice(26, None)
"""All of these, and each single cell of them."""


@dataclass(frozen=True, eq=False)
class Dimension:
    """People by the values of one narrowing.

    Attributes:
        people: By value, box of the other narrowings, age band, sex, measure and part, (values, boxes, 8, 3, m, k).
        chosen: Values that the filter names, (values,).
        ordered: Whether filters name runs of neighbouring values only.
        apart: Whether each chosen value has to be a block: values that may have people in common.
    """

    people: Counts
    chosen: Lines
    ordered: bool = False
    apart: bool = False

    def lines(self, places: Lines = LINES) -> Table:
        """Add people up by line: (lines, m, values, boxes, k)."""
        values, boxes, _, _, measures, parts = self.people.shape
        flat = self.people.reshape(values * boxes, 24, measures * parts).transpose(1, 0, 2).reshape(24, -1)
        summed = places.reshape(-1, 24).astype(np.float64) @ flat
        return summed.reshape(-1, values, boxes, measures, parts).transpose(0, 3, 1, 2, 4)


def is_safe(counts: Table, groups: Table) -> Lines:
    """Say of counts (..., m, boxes, k) whether each group of parts, (m, k, g), has ten people or nobody: (..., m)."""
    sums = np.abs(counts @ groups)
    return np.asarray(((sums < 0.5) | (sums > _SMALLEST)).all(axis=(-1, -2)), np.bool_)


def first_marks(dimension: Dimension, lines: Table) -> Lines:
    """Return the marks of a dimension before anything is split: every value a block, (lines, m, values)."""
    return np.full(lines.shape[:3], dimension.ordered, dtype=np.bool_)


def refine(dimension: Dimension, lines: Table, marks: Lines, groups: Table) -> Lines:
    """Put values together into blocks that are safe, none smaller than the blocks before.

    Args:
        dimension: The values.
        lines: Its people by line, (lines, m, values, boxes, k).
        marks: The blocks before: of ordered values, after which ones a block ends; of others, which ones are together
            in the one block of several values, (lines, m, values).
        groups: Parts that must not be small, (m, k, g).

    Returns:
        Marks likewise.
    """
    fine = is_safe(lines.swapaxes(1, 2), groups).swapaxes(1, 2)
    if dimension.apart:
        return marks | ~fine
    if fine.all():
        return marks
    return _cut(lines, marks, groups) if dimension.ordered else _gather(lines, marks, groups)


def _cut(lines: Table, ends: Lines, groups: Table) -> Lines:
    kept, values = np.zeros_like(ends), lines.shape[2]
    gathered = np.zeros_like(lines[:, :, 0])
    for value in range(values):
        gathered = gathered + lines[:, :, value]
        kept[:, :, value] = ends[:, :, value] & is_safe(gathered, groups)
        gathered[kept[:, :, value]] = 0
    kept[:, :, -1] = True
    rest = np.zeros_like(gathered)
    for value in range(values - 1, 0, -1):
        rest = rest + lines[:, :, value]
        kept[:, :, value - 1] &= is_safe(rest, groups)
        rest[kept[:, :, value - 1]] = 0
    return kept


def _gather(lines: Table, together: Lines, groups: Table) -> Lines:
    together = together | ~is_safe(lines.swapaxes(1, 2), groups).swapaxes(1, 2)
    people = np.abs(lines).sum(axis=(-1, -2))
    while True:
        union = (lines * together[..., None, None]).sum(axis=2)
        others = ~together & (people > 0)
        short = together.any(axis=2) & ~is_safe(union, groups) & others.any(axis=2)
        if not short.any():
            return together
        smallest = np.where(others, people, np.inf).argmin(axis=2)
        line, measure = np.nonzero(short)
        together[line, measure, smallest[short]] = True


def is_told(dimension: Dimension, lines: Table, marks: Lines, groups: Table) -> Lines:
    """Say whether the chosen values are whole blocks, and all values together are safe: (lines, m)."""
    told = is_safe(lines.sum(axis=2), groups)
    chosen = dimension.chosen
    if dimension.apart:
        return told & ~marks.any(axis=2)
    if not dimension.ordered:
        return told & (~(marks & chosen).any(axis=2) | ~(marks & ~chosen).any(axis=2))
    if chosen.any():
        places = np.flatnonzero(chosen)
        told &= marks[:, :, places[-1]]
        if places[0]:
            told &= marks[:, :, places[0] - 1]
    return told


def split_at(levels: Sequence[int], parts: int, first: int) -> Table:
    """Return the groups of parts between levels, each split from the next: (parts, parts).

    Args:
        levels: Places of the parts that begin a group, besides the first.
        parts: How many parts there are.
        first: The first part that counts.
    """
    groups = np.zeros((parts, parts))
    place = 0
    for part in range(first, parts):
        place += part in levels
        groups[part, place] = 1
    return groups
