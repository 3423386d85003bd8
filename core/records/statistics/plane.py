"""Which regions may be told of in which months, so that filters and series of both ways fit together.

So do sources or models in the place of regions, and in that of months, whatever is said of the former here. Months of
one region can be subtracted from those of everybody, and so can those of the next region, until only a few
people are left. Therefore one tree of the months holds for all filters of time and place
(`core.records.statistics.tree`). Whole regions of all times are told of as filters of place are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.records.facts_cube import Array
from core.records.privacy import MIN_CELL, Counts, Lines
from core.records.statistics.blocks import Blocks, Dimension, Table, is_told, refine
from core.records.statistics.lines import LINES
from core.records.statistics.rows import AskedRows, Rows
from core.records.statistics.tallies import Tally
from core.records.statistics.tree import Node, are_safe_counts, ends_of, part_at_nodes, tree_of_values


@dataclass(frozen=True, eq=False, kw_only=True)
class Plane(Dimension):
    """People by region, and by span of time in the place of boxes: (regions, spans, 8, 3, m, k).

    Attributes:
        nodes: The part of the tree that decides on the ends that are asked about.
        order: Places of the regions, the largest first, (regions,).
        inside: Which spans are named, (spans,).
    """

    nodes: tuple[Node, ...]
    order: Counts
    inside: Lines
    places: ClassVar[Lines] = LINES

    def rows(self) -> list[AskedRows]:
        """As of `Dimension`: by span beside the regions, and by region beside the span."""
        ends = ends_of(self.inside)
        return [
            AskedRows(Rows(self._by_time, self.nodes, ends), [ends]),
            self._rows_of_regions(self.inside[None], each=False),
        ]

    def rows_alone(self) -> list[AskedRows]:
        """As of `Dimension`, of spans."""
        spans = self.people.shape[1]
        each = [(span, span + 1) for span in range(spans)]
        return [
            AskedRows(Rows(self._by_time, self.nodes, range(1, spans)), each),
            self._rows_of_regions(np.eye(spans, dtype=np.bool_), each=True),
        ]

    @property
    def _by_time(self) -> Counts:
        """People by span, and in or out of the chosen regions."""
        boxes = [self.people[chosen].sum(axis=0) for chosen in (self.chosen, ~self.chosen)]
        return np.stack(boxes, axis=1)

    def _rows_of_regions(self, inside: Lines, *, each: bool) -> AskedRows:
        """Part rows by the regions, in and out of some spans (n, spans), each as a measure if there are several."""
        people, chosen = self.people[self.order], self.chosen[self.order]
        both = np.stack([inside, ~inside]).astype(np.int64)
        # (regions, boxes, 8, 3, n * m, k); either n or m is one.
        boxes = np.einsum("bns,rsacmk->rbacnmk", both, people)
        boxes = boxes.reshape(*boxes.shape[:4], -1, boxes.shape[-1])
        ends = ends_of(chosen)
        nodes = tree_of_values(people.sum(axis=tuple(range(1, people.ndim))))
        return AskedRows(Rows(boxes, nodes, ends), [ends], each)

    def blocks(self, lines: Table) -> "PlaneBlocks":
        """As of `Dimension`."""
        return PlaneBlocks(self, lines)


class PlaneBlocks(Blocks):
    """The regions of a plane, and the ends of spans that each of them may be told of.

    Marks are those of the regions, as of values without an order, and behind them whether each region, the largest
    first, may be told apart by the halves of each node, (nodes * regions,).
    """

    def __init__(self, plane: Plane, lines: Table) -> None:
        super().__init__(plane, lines)
        self._plane = plane
        self._regions, self._spans = len(plane.people), lines.shape[3]
        # More than ten say no more than ten, and so fit into few bytes. Lines last, as these are many.
        few = np.minimum(lines, MIN_CELL).transpose(0, 4, 3, 2, 1)
        self._few = np.ascontiguousarray(few, np.float32).reshape(*few.shape[:2], -1)
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
        behind = [end - 1 for end in ends_of(self._plane.inside)]
        whole: Lines = is_told(self._plane, self.marks[:, :, : self._regions]) & self.ends[..., behind].all(axis=-1)
        return whole

    def split(self, groups: Table) -> None:
        """As of `Blocks`."""
        plane, regions, shape = self._plane, self._regions, self.marks.shape
        counts = self._counts(groups)
        hard = ~are_safe_counts(counts.reshape(-1, counts.shape[-1]))
        self.safe = np.ones(shape[:2], np.bool_)
        self.safe.reshape(-1)[hard] = are_safe_counts(counts[..., hard].sum(axis=(1, 2), dtype=np.uint32))
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

    def _counts(self, groups: Table) -> Array:
        """Add people up by the groups of parts, none above ten: (g, spans, regions, m * lines)."""
        used = groups[..., groups.any(axis=(0, 1))].transpose(0, 2, 1).astype(np.float32)
        sums = np.minimum(used @ self._few, MIN_CELL).astype(np.uint8)
        by_measure = sums.reshape(*sums.shape[:2], self._spans, self._regions, -1)
        ordered = np.ascontiguousarray(by_measure.transpose(1, 2, 3, 0, 4))
        return ordered.reshape(*ordered.shape[:3], -1)


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
    until = np.zeros((counts.shape[0], counts.shape[1] + 1, *counts.shape[2:]), np.uint16)
    counts.cumsum(axis=1, dtype=np.uint16, out=until[:, 1:])
    starts, middles, ends = (until.take(places, axis=1) for places in (begin, middle, end))
    # Of twenty regions, ten people each still fit into a byte, and so do their sums.
    few = np.uint8 if MIN_CELL * len(gathered) <= np.iinfo(np.uint8).max else np.uint16
    halves = np.stack([np.minimum(part, MIN_CELL).astype(few) for part in (middles - starts, ends - middles)], axis=1)
    seen = (halves != 0).any(axis=0).all(axis=0)[None]
    return part_at_nodes(plane.nodes, halves, seen, np.ascontiguousarray(apart) & ~gathered, are_safe_counts)


@dataclass(frozen=True, eq=False)
class PlaneLayer:
    """The people of all regions and times, by region and by spans that tell whether a filter may be told.

    Attributes:
        tally: By span and region in one, spans first, (spans * regions,).
        chosen: Regions that the filter names, (regions,).
        nodes: As of `Plane`.
        order: Likewise.
        inside: Likewise.
    """

    tally: Tally
    chosen: Lines
    nodes: tuple[Node, ...]
    order: Counts
    inside: Lines

    def measure(self, of: Callable[[Tally], Counts]) -> Plane:
        """Count something of the people, as `core.records.statistics.place.Layer` does."""
        counts = of(self.tally)
        people = counts.reshape(-1, len(self.chosen), *counts.shape[1:]).swapaxes(0, 1)
        return Plane(people, self.chosen, nodes=self.nodes, order=self.order, inside=self.inside)
