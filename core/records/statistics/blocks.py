"""Which values of a narrowing may be told apart, so that no filters subtracted from each other give a small group.

For each line of a table, and for each way its people may be split, the values that a narrowing could name are put
together into blocks, each of which stands for ten people or more in every part of the split, or for nobody. A filter
is told of where it takes whole blocks. What filters told of can give by adding and subtracting are then whole blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

import numpy as np
import numpy.typing as npt

from core.records.privacy import MIN_CELL, Counts, Lines
from core.records.statistics.lines import LINES, WITHOUT_ROWS
from core.records.statistics.rows import AskedRows, Rows
from core.records.statistics.tree import Node, are_safe, are_safe_counts, ends_of, tree_of, tree_of_values
from core.taxonomy import Sex

Table = npt.NDArray[np.float64]
_SMALLEST: Final = MIN_CELL - 0.5


@dataclass(frozen=True, eq=False)
class Dimension:
    """People by the values of one narrowing.

    Attributes:
        people: By value, box of the other narrowings, age band, sex, measure and part, (values, boxes, 8, 3, m, k).
        chosen: Values that the filter names, (values,).
        ordered: Whether filters name runs of neighbouring values only.
        apart: Whether each chosen value has to be a block: values that may have people in common.
        months: Of ordered values, which months these are, (values,).
        places: Cells of the lines that `blocks` has to look at, (lines, 8, 3).
    """

    people: Counts
    chosen: Lines
    ordered: bool = False
    apart: bool = False
    months: Counts | None = None
    places: ClassVar[Lines] = WITHOUT_ROWS

    def blocks(self, lines: Table) -> "Blocks":
        """Begin to put values together, of lines as `lines` gives them."""
        return Blocks(self, lines)

    def rows(self) -> list[AskedRows]:
        """Part rows of ages by the values, for the values that are named."""
        order, nodes = self._tree
        ends = list(range(1, len(order))) if self.apart else ends_of(self.chosen[order])
        return [AskedRows(Rows(self.people[order], nodes, ends), [ends])]

    def rows_alone(self) -> list[AskedRows]:
        """Part rows of ages by the ordered values, for each of them alone."""
        _, nodes = self._tree
        number = len(self.people)
        spans = [(value, value + 1) for value in range(number)]
        return [AskedRows(Rows(self.people, nodes, range(1, number)), spans)]

    @cached_property
    def _tree(self) -> tuple[Counts, tuple[Node, ...]]:
        """The order of the values, and a tree of them: the same for all filters, as all boxes together are everyone."""
        sizes = self.people.sum(axis=tuple(range(1, self.people.ndim)))
        if self.ordered:
            order = np.arange(len(sizes))
            return order, tree_of_values(sizes) if self.months is None else tree_of(self.months, sizes)
        order = np.argsort(-sizes, kind="stable")
        return order, tree_of_values(sizes[order])

    def lines(self, places: Lines = LINES) -> Table:
        """Add people up by line: (m, lines, values, boxes, k)."""
        values, boxes, bands, sexes, measures, parts = self.people.shape
        by_measure = np.empty((measures, bands, sexes, values, boxes, parts))
        by_measure[...] = self.people.transpose(4, 2, 3, 0, 1, 5)
        summed: Table = places.reshape(-1, 24).astype(np.float64) @ by_measure.reshape(measures, 24, -1)
        return summed.reshape(measures, -1, values, boxes, parts)

    def whole_lines(self) -> Table:
        """The same of those who told sex and age, those who did not, and everyone: (m, 3, values, boxes, k)."""
        everyone = self.people.sum(axis=(2, 3))
        # Whether by age and sex or not, who told both comes first.
        told = self.people[:, :, :-1, : len(Sex)].sum(axis=(2, 3))
        summed: Table = np.stack([told, everyone - told, everyone]).transpose(3, 0, 1, 2, 4).astype(np.float64)
        return np.ascontiguousarray(summed)


def part(lines: Table, groups: Table) -> Table:
    """Add lines (m, lines, values, boxes, k) up by the groups of parts (m, k, g): (m, lines, values, boxes * g)."""
    measures, number, values, boxes, parts = lines.shape
    groups = groups[..., groups.any(axis=(0, 1))]
    summed: Table = lines.reshape(measures, number * values * boxes, parts) @ groups
    return summed.reshape(measures, number, values, boxes * groups.shape[-1])


def is_safe(sums: Table) -> Lines:
    """Say of sums (..., g) whether each is ten people or more, or nobody: (...)."""
    sizes = np.abs(sums)
    small = sizes > 0.5
    small &= sizes < _SMALLEST
    return np.asarray(~small.any(axis=-1), np.bool_)


def refine(dimension: Dimension, sums: Table, marks: Lines, people: Table) -> Lines:
    """Put values together into blocks that are safe, none smaller than the blocks before.

    Args:
        dimension: The values.
        sums: Its people by line and by the parts that must not be small, (m, lines, values, g).
        marks: The blocks before: of ordered values, after which ones a block ends; of others, which ones are together
            in the one block of several values, (m, lines, values).
        people: How many they are in all parts, (m, lines, values).

    Returns:
        Marks likewise.
    """
    fine = is_safe(sums)
    if dimension.apart:
        return marks | ~fine
    hard = ~fine.all(axis=2)
    if not hard.any():
        return marks
    after = marks.copy()
    if dimension.ordered:
        after[hard] = _cut(sums[hard], marks[hard])
    else:
        after[hard] = _gather(sums[hard], marks[hard] | ~fine[hard], people[hard])
    return after


def _cut(sums: Table, ends: Lines) -> Lines:
    """End blocks (n, values) of sums (n, values, g) only where what lies before, and behind, is safe."""
    # Values first, as they are taken one after another, and lines last, as these are many.
    counts = np.ascontiguousarray(np.rint(sums).astype(np.int32).transpose(1, 2, 0))
    safe = are_safe if counts.min(initial=0) < 0 else are_safe_counts
    kept = np.zeros(ends.shape[::-1], np.bool_)
    gathered = np.zeros_like(counts[0])
    for value, wanted in enumerate(np.ascontiguousarray(ends.T)):
        gathered += counts[value]
        kept[value] = wanted & safe(gathered)
        gathered *= ~kept[value]
    kept[-1] = True
    rest, pending = np.zeros_like(gathered), np.ones(len(ends), np.bool_)
    for value in range(len(kept) - 1, 0, -1):
        rest += counts[value]
        # Blocks before the last one of a line that is safe are safe already.
        kept[value - 1] &= safe(rest) | ~pending
        pending &= ~kept[value - 1]
        if not pending.any():
            break
    return kept.T


def _gather(sums: Table, together: Lines, people: Table) -> Lines:
    """Put values (n, values) of sums (n, values, g) into one block until it is safe."""
    while True:
        union = np.einsum("nvg,nv->ng", sums, together)
        others = ~together & (people > 0)
        short = together.any(axis=1) & ~is_safe(union) & others.any(axis=1)
        if not short.any():
            return together
        smallest = np.where(others, people, np.inf).argmin(axis=1)
        together[short, smallest[short]] = True


def is_told(dimension: Dimension, marks: Lines) -> Lines:
    """Say whether the chosen values are whole blocks: (m, lines)."""
    chosen = dimension.chosen
    if dimension.apart:
        return np.asarray(~marks.any(axis=2), np.bool_)
    if not dimension.ordered:
        return np.asarray(~marks[..., chosen].any(axis=2) | ~marks[..., ~chosen].any(axis=2), np.bool_)
    told = np.ones(marks.shape[:2], np.bool_)
    if chosen.any():
        places = np.flatnonzero(chosen)
        told &= marks[:, :, places[-1]]
        if places[0]:
            told &= marks[:, :, places[0] - 1]
    return told


class Blocks:
    """The values of a narrowing while they are put together, split after split.

    Attributes:
        dimension: The values.
        people: How many there are in all parts, (m, lines, values).
        marks: As in `refine`; before the first split every value is a block.
        safe: Whether all values together are safe after the last split, (m, lines).
    """

    def __init__(self, dimension: Dimension, lines: Table) -> None:
        self.dimension = dimension
        self._lines = lines
        parts = lines.reshape(*lines.shape[:3], -1)
        # A product with ones adds up faster than a sum over two short axes.
        sizes = parts if parts.min(initial=0) >= 0 else np.abs(parts)
        self.people: Table = np.asarray(sizes @ np.ones(parts.shape[-1]))
        self.marks: Lines = np.full(lines.shape[:3], dimension.ordered, dtype=np.bool_)
        self.safe: Lines = np.ones(lines.shape[:2], np.bool_)

    @property
    def ends(self) -> Lines:
        """After which ordered values a block ends, (m, lines, values)."""
        return self.marks

    @property
    def told(self) -> Lines:
        """Which lines may be told of after the last split, (m, lines)."""
        return self.safe & is_told(self.dimension, self.marks)

    def split(self, groups: Table) -> None:
        """Put values together as parts (m, k, g) demand that must not be small."""
        sums = part(self._lines, groups)
        self.safe = is_safe(sums.sum(axis=2))
        self.marks = refine(self.dimension, sums, self.marks, self.people)


def in_all(found: Sequence[Lines], number: int) -> Lines:
    """Say of so many lines what holds in every way, of ways (m, lines, ...) that may look at the first lines only."""
    first, *others = found
    if first.shape[1] == number:
        everywhere = first.copy()
    else:
        everywhere = np.ones((len(first), number, *first.shape[2:]), np.bool_)
        others = [first, *others]
    for one in others:
        everywhere[:, : one.shape[1]] &= one
    return everywhere


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
