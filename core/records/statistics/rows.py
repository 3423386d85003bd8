"""Which rows of ages may be told of by the values of a narrowing, so that tables of many filters fit together.

A row that one month's table hides beside a small one would be found by taking all other months from everybody, and the
small one with it. So rows are parted by values at the nodes of one tree (`core.records.statistics.tree`), which holds
for all filters: a filter's table tells of the rows that the ends of its values part.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np
import numpy.typing as npt

from core.records.privacy import MIN_CELL, Counts, Lines
from core.records.statistics.tree import Node, are_safe, are_safe_counts, around, part_at_nodes
from core.taxonomy import AgeBand, Sex

Table = npt.NDArray[np.float64]
_CELLS: Final = (len(AgeBand), len(Sex))


class Rows:
    """Rows of those who told sex and age, by the values of a narrowing, while they are split ever finer.

    Args:
        people: By value, box of the other narrowings, age band, sex, measure and part, (values, boxes, 8, 3, n, k).
        nodes: The tree of the values.
        ends: The values that begin what will be asked about, or come right behind it.
    """

    def __init__(self, people: Counts, nodes: Sequence[Node], ends: Sequence[int]) -> None:
        values, boxes, _, _, measures, parts = people.shape
        table = people[:, :, : _CELLS[0], : _CELLS[1]]
        self._order = np.argsort(-table.sum(axis=(0, 1, 3, 4, 5)), kind="stable")
        until = np.zeros((values + 2, boxes, *_CELLS, measures, parts), np.int64)
        table[:, :, self._order].cumsum(axis=0, out=until[1:-1])
        until[-1] = until[-2]
        # Around all, one node decides whether a row is told of at all.
        self._nodes = ((0, values, values + 1), *around(nodes, ends))
        begin, middle, end = np.array(self._nodes).T
        halves = np.stack([until[middle] - until[begin], until[end] - until[middle]])
        # Parts last, to be added up by groups: (n, halves, nodes, boxes, 7, 2, k).
        self._halves = np.ascontiguousarray(halves.transpose(5, 0, 1, 2, 3, 4, 6)).astype(np.float64)
        self.apart: Lines = np.ones((len(self._nodes), _CELLS[0], measures), np.bool_)

    def split(self, groups: Table, fine: Lines) -> None:
        """Part rows as groups of parts (n, k, g) demand that must not be small, of measures that are fine (n,)."""
        shape = self._halves.shape
        if not fine.any():
            return
        flat = self._halves.reshape(shape[0], -1, shape[-1])[fine] @ groups[fine if len(groups) > 1 else slice(None)]
        sums = flat.reshape(len(flat), *shape[1:-1], groups.shape[-1])
        # Parts that must not be small first, rows last but one: (boxes, 2, g, halves, nodes, 7, n).
        sums = sums.transpose(3, 5, 6, 1, 2, 4, 0)
        part = (-1, *sums.shape[3:])
        seen = np.broadcast_to((sums != 0).any(axis=2, keepdims=True).all(axis=3), sums[:, :, :, 0].shape)
        if sums.min(initial=0) > -0.5:
            # More than ten say no more than ten, and so fit into few bytes.
            counts, safe = np.minimum(sums, MIN_CELL).astype(np.uint8), are_safe_counts
        else:
            # Of people who overlap, both sexes together can be few where neither is.
            counts = np.rint(np.concatenate([sums, sums.sum(axis=1, keepdims=True)], axis=1)).astype(np.int32)
            seen = np.concatenate([seen, seen.any(axis=1, keepdims=True)], axis=1)
            safe = are_safe
        # Around all, there is no other side.
        seen = seen.reshape(-1, *seen.shape[3:]) | (np.arange(len(self._nodes)) == 0)[:, None, None]
        counts = counts.reshape(part)
        self.apart[..., fine] = part_at_nodes(self._nodes, counts, seen, self.apart[..., fine], safe)

    def hidden(self, ends: Sequence[int]) -> Lines:
        """Say which rows are not told of where values begin or end, (7, n)."""
        decide = [0, *(place for place, (_, middle, _) in enumerate(self._nodes) if place and middle in ends)]
        hidden = np.empty(self.apart.shape[1:], np.bool_)
        hidden[self._order] = ~self.apart[decide].all(axis=0)
        return hidden


@dataclass(frozen=True, eq=False)
class AskedRows:
    """Rows, and the spans of values that are asked about.

    Attributes:
        rows: The rows.
        spans: Where each span of values begins and ends.
        each: Whether the rows are counted beside each span, as if these were measures.
    """

    rows: Rows
    spans: Sequence[Sequence[int]]
    each: bool = False

    def split(self, groups: Table, fine: Lines) -> Lines:
        """Split the rows as `Rows` does, and say which are not told of, (spans, 7, n)."""
        self.rows.split(groups, np.repeat(fine, self.rows.apart.shape[-1] // len(fine)))
        if self.each:
            return self.rows.hidden(self.spans[0]).T[..., None]
        return np.stack([self.rows.hidden(ends) for ends in self.spans])


class HiddenRows:
    """Rows of ages that some values may not be told of, step after step.

    Args:
        asked: The rows, and the spans of values that are asked about, in every way that these are looked at.
        steps: For each step its groups as of `Rows.split`, and of which measures it is taken, (n,).
    """

    def __init__(self, asked: Sequence[AskedRows], steps: Sequence[tuple[Table, Lines]]) -> None:
        self._asked, self._steps = asked, steps
        self._hidden: list[Lines] = []

    def at(self, step: int) -> Lines:
        """Say which rows are not told of at a step, (spans, 7, n)."""
        for groups, fine in self._steps[len(self._hidden) : step + 1]:
            hidden = [one.split(groups, fine) for one in self._asked]
            self._hidden.append(reduce(np.logical_or, hidden))
        return self._hidden[step]
