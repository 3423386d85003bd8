"""Which regions may be told of in which months, so that filters and series of both ways fit together.

Months of one region can be subtracted from those of everybody, and so can those of the next region, until only a few
people are left. Therefore one tree of the months, halves within halves, holds for all filters of time and place. A node
parts each region's people in two where both halves are ten people or nobody, and where it is parted by the nodes around
as well. The regions that a node does not part can be seen through the others, all of them together: so these, too, have
to be ten people or nobody in both halves, or the smallest of the other regions is hidden there with them.

Why that is enough: say that an attacker has put some people together by adding and subtracting what is told. Who of
them is of a region that a node parts makes whole halves of it, each of which is not small. The others of the node may
change from one half to the other only all at once, and then make one of the halves of all of them; or they do not, and
are looked at in the node around it. At last there are whole regions of all times, told of as filters of place are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np

from core.records.facts_cube import Array
from core.records.privacy import MIN_CELL, Counts, Lines
from core.records.statistics.blocks import Blocks, Dimension, Table, are_safe_counts, is_told, part, refine
from core.records.statistics.tallies import Tally

Node = tuple[int, int, int]
"""Where a part of the tree begins, where its second half does, and where the next part does."""


_PREFERRED: Final = ((12, 4.0), (6, 2.0), (3, 1.5), (1, 1.0))
"""Into how many months time is rather parted, and how much rather."""


def tree_of(months: Counts, people: Counts) -> list[Node]:
    """Part months in two and again until each is alone, evenly, and rather where a year, half or quarter begins.

    Args:
        months: As in `statistics_facts`, ascending, the unknown one first, (t,).
        people: How many came in each, (t,).

    Returns:
        One node for each month but the first.
    """
    until = np.concatenate([[0], people.cumsum()])
    weights = np.array([next(weight for step, weight in _PREFERRED if month % step == 0) for month in months.tolist()])
    nodes, waiting = list[Node](), [(0, len(months))]
    while waiting:
        begin, end = waiting.pop()
        if end - begin < 2:
            continue
        inside = np.arange(begin + 1, end)
        even = np.minimum(until[inside] - until[begin], until[end] - until[inside]) * weights[inside]
        # Where nobody's time is unknown, nothing is lost by parting that first.
        middle = 1 if not begin and not people[0] else int(inside[even.argmax()])
        nodes.append((begin, middle, end))
        waiting += [(begin, middle), (middle, end)]
    return nodes


@dataclass(frozen=True, eq=False, kw_only=True)
class Plane(Dimension):
    """People by region, and by span of time in the place of boxes: (regions, spans, 8, 3, m, k).

    Attributes:
        nodes: The part of the tree that decides on the ends that are asked about.
        order: Places of the regions, the largest first, (regions,).
        span: The first span that is named and the one behind the last.
    """

    nodes: tuple[Node, ...]
    order: Counts
    span: tuple[int, int]

    def blocks(self, lines: Table) -> "PlaneBlocks":
        """As of `Dimension`."""
        return PlaneBlocks(self, lines)

    def at(self, value: int) -> "Plane":
        """Return the same with one span that is named."""
        return replace(self, span=(value, value + 1))


class PlaneBlocks(Blocks):
    """The regions of a plane, and the ends of spans that each of them may be told of.

    Marks are those of the regions, as of values without an order, and behind them whether each region, the largest
    first, may be told apart by the halves of each node, (nodes * regions,).
    """

    def __init__(self, plane: Plane, lines: Table) -> None:
        super().__init__(plane, lines)
        self._plane = plane
        self._regions, self._spans = len(plane.people), lines.shape[3]
        apart = np.ones((*lines.shape[:2], len(plane.nodes) * self._regions), np.bool_)
        self.marks = np.concatenate([self.marks, apart], axis=2)

    @property
    def ends(self) -> Lines:
        """As of `Blocks`, of spans and the chosen regions."""
        plane = self._plane
        apart = self.marks[:, :, self._regions :].reshape(*self.marks.shape[:2], -1, self._regions)
        chosen = plane.chosen[plane.order]
        ends = np.zeros((*self.marks.shape[:2], self._spans), np.bool_)
        # Who knows of everybody and of all others knows of them as well.
        ends[:, :, [middle - 1 for _, middle, _ in plane.nodes]] = apart[..., chosen].all(axis=-1) | apart[
            ..., ~chosen
        ].all(axis=-1)
        ends[..., -1] = True
        return ends

    @property
    def told(self) -> Lines:
        """As of `Blocks`."""
        return self.safe & self._whole

    @property
    def _whole(self) -> Lines:
        """Whether the chosen regions and spans are whole blocks, (m, lines)."""
        (first, behind), ends = self._plane.span, self.ends
        whole = is_told(self._plane, self.marks[:, :, : self._regions]) & ends[..., behind - 1]
        return whole & ends[..., first - 1] if first else whole

    def split(self, groups: Table) -> None:
        """As of `Blocks`."""
        plane, regions, shape = self._plane, self._regions, self.marks.shape
        sums = part(self._lines, groups)
        # More than ten say no more than ten, and so fit into few bytes, sums of all of them included.
        few = np.uint16 if MIN_CELL * regions * self._spans <= np.iinfo(np.uint16).max else np.uint32
        clipped = np.minimum(sums, MIN_CELL).astype(few).reshape(shape[0] * shape[1], regions, self._spans, -1)
        # Lines last, as these are many.
        counts = np.ascontiguousarray(clipped.transpose(3, 2, 1, 0))
        hard = ~are_safe_counts(counts.reshape(-1, counts.shape[-1]))
        self.safe = np.ones(shape[:2], np.bool_)
        self.safe.reshape(-1)[hard] = are_safe_counts(counts[..., hard].sum(axis=(1, 2), dtype=counts.dtype))
        # What is not told before is not told behind either.
        hard &= self._whole.reshape(-1)
        if not hard.any():
            return
        counts = counts.compress(hard, axis=-1)
        whole = counts.sum(axis=1).transpose(2, 1, 0).astype(np.float64)[None]
        marks = self.marks.reshape(-1, shape[2]).copy()
        together, apart = np.split(marks[hard], [regions], axis=1)
        together = refine(plane, whole, together[None], self.people.reshape(1, -1, regions)[:, hard])[0]
        if plane.nodes:
            known = apart.reshape(len(apart), -1, regions).transpose(1, 2, 0)
            apart = _split(plane, counts, known, together.T).transpose(2, 0, 1).reshape(apart.shape)
        marks[hard] = np.concatenate([together, apart], axis=1)
        self.marks = marks.reshape(shape)


def _split(plane: Plane, counts: Array, apart: Lines, gathered: Lines) -> Lines:
    """Say which regions may be told apart by the halves of each node.

    Args:
        plane: The regions and nodes.
        counts: People by part, span and region, (g, spans, regions, n).
        apart: Which might so far, the largest first, (nodes, regions, n).
        gathered: Which are only told of together, (regions, n).
    """
    begin, middle, end = np.array(plane.nodes).T
    counts, gathered = counts.take(plane.order, axis=2), gathered[plane.order]
    until = np.concatenate([np.zeros_like(counts[:, :1]), counts.cumsum(axis=1, dtype=counts.dtype)], axis=1)
    starts, middles, ends = (until.take(places, axis=1) for places in (begin, middle, end))
    halves = np.stack([middles - starts, ends - middles], axis=1)
    fine = np.asarray(are_safe_counts(halves).all(axis=0))
    apart = np.ascontiguousarray(apart) & fine & ~gathered
    for nodes, above in _levels(plane.nodes):
        if above:
            apart[nodes] &= apart[above]
        # Where no region is small by itself, those not told apart are not small together.
        hard = np.flatnonzero(np.logical_not(fine[nodes].all(axis=(0, 1))))
        here, known = (one.take(nodes, axis=-3).take(hard, axis=-1) for one in (halves, apart))
        hidden = (here * ~known).sum(axis=3, keepdims=True, dtype=counts.dtype)
        # What would be missing with the smallest hidden as well, with the two smallest ones...
        others = (here * known)[:, :, :, ::-1].cumsum(axis=3, dtype=counts.dtype)
        enough = are_safe_counts(np.concatenate([hidden, hidden + others], axis=3)).all(axis=0)
        known &= np.logical_or.accumulate(np.asarray(enough), axis=1)[:, :-1][:, ::-1]
        apart[np.array(nodes)[:, None], :, hard] = known.swapaxes(1, 2)
    return apart


@lru_cache(maxsize=64)
def _levels(nodes: tuple[Node, ...]) -> list[tuple[list[int], list[int]]]:
    """Group the places of nodes by how many are around them, with those of the nodes right around them."""
    around = [[one for one, (a, _, c) in enumerate(nodes) if a <= first and last <= c] for first, _, last in nodes]
    levels: dict[int, tuple[list[int], list[int]]] = {}
    for place, found in sorted(enumerate(around), key=lambda one: len(one[1])):
        own, above = levels.setdefault(len(found), ([], []))
        own.append(place)
        above += [one for one in found if len(around[one]) == len(found) - 1]
    return list(levels.values())


@dataclass(frozen=True, eq=False)
class PlaneLayer:
    """The people of all regions and times, by region and by spans that tell whether a filter may be told.

    Attributes:
        tally: By span and region in one, spans first, (spans * regions,).
        chosen: Regions that the filter names, (regions,).
        nodes: As of `Plane`.
        order: Likewise.
        span: Likewise.
    """

    tally: Tally
    chosen: Lines
    nodes: tuple[Node, ...]
    order: Counts
    span: tuple[int, int]

    def measure(self, of: Callable[[Tally], Counts]) -> Plane:
        """Count something of the people, as `core.records.statistics.place.Layer` does."""
        counts = of(self.tally)
        people = counts.reshape(-1, len(self.chosen), *counts.shape[1:]).swapaxes(0, 1)
        return Plane(people, self.chosen, nodes=self.nodes, order=self.order, span=self.span)


def nodes_at(nodes: Sequence[Node], ends: Sequence[int]) -> tuple[tuple[Node, ...], list[int]]:
    """Keep what of a tree decides on some ends, and number what is left of the months between.

    Args:
        nodes: The tree.
        ends: Months that a span may begin with.

    Returns:
        The nodes, and the month that each of the spans left begins with.
    """
    kept = [node for node in nodes if any(node[0] < end < node[2] for end in ends)]
    begins = sorted({0, *(month for node in kept for month in node)})
    return tuple((begins.index(a), begins.index(b), begins.index(c)) for a, b, c in kept), begins
