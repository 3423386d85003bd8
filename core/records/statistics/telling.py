"""What may be told of the people of one filter, whichever sexes, ages and grades are asked for, and in whatever order.

Ways to split people are taken one after another: everyone, those graded, mild or worse, moderate or worse, severe. Each
is told of no finer groups than the one before (`blocks` of values, hidden lines of sexes and ages), and only where its
parts and those of all splits before it are ten people or nobody. So the answers to several grades fit together as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np

from core.records.privacy import Lines
from core.records.statistics.blocks import (
    CELLS_OF_LINES,
    COLUMNS,
    EVERYONE,
    LINES,
    ROWS,
    TOLD,
    UNTOLD,
    UNTOLD_KINDS,
    UNTOLD_PARTS,
    UNTOLD_SEX,
    WHOLE_LINES,
    Dimension,
    Table,
    told_of,
)
from core.records.statistics.told import NOTHING, Hidden, Told, choose_lines
from core.taxonomy import AgeBand, Severity, Sex

ORDER: Final = (Severity.MILD, Severity.MODERATE, Severity.SEVERE)
"""The order in which splits at a grade are taken."""

Groups = Callable[[Lines], Table]


class Telling:
    """What may be told of several measures of the same people, split ever finer.

    Args:
        dimensions: The people by the values of each narrowing, (values, boxes, 8, 3, m, k).
        groups: For the splits taken so far, (m, steps), the parts that must not be small, (m, k, g).
        steps: How many splits there are behind the first.
        begun: Hidden rows and columns of what is split here.
        timed: How many of the dimensions, the first ones, are laid out by time, for `alone` and `lines_alone`.
        whole: Whether nothing will be asked but of everyone together, which takes less counting.
    """

    def __init__(
        self,
        dimensions: Sequence[Dimension],
        groups: Groups,
        steps: int = 0,
        begun: Hidden | None = None,
        *,
        timed: int = 1,
        whole: bool = False,
    ) -> None:
        self._dimensions = dimensions
        self._begun = begun
        self._timed = timed
        self._whole = whole
        self._hidden: dict[tuple[int, int], Hidden | None] = {}
        self._known: dict[tuple[int, int], Told] = {}
        blocks = [dimension.blocks(dimension.lines(WHOLE_LINES if whole else LINES)) for dimension in dimensions]
        measures = dimensions[0].people.shape[4]
        taken = np.zeros((measures, steps), np.bool_)
        self._groups = [groups(taken)]
        for block in blocks:
            block.split(self._groups[0])
        self._flags = [told_of(blocks)]
        self._ends = [np.logical_and.reduce([block.ends for block in blocks[:timed]])]
        # Of which measures those who told sex and age are told apart from the others.
        self._there = blocks[0].people[:, TOLD].any(axis=1)
        self._apart = self._flags[0][:, TOLD] & self._there
        for step in range(steps):
            tried = taken.copy()
            tried[:, step] = True
            finer = groups(tried)
            before = [block.marks for block in blocks]
            for block in blocks:
                block.split(finer)
            safe = np.logical_and.reduce([block.safe for block in blocks])
            fine = np.where(self._apart, safe[:, TOLD], safe[:, EVERYONE])
            taken[fine, step] = True
            for block, marks in zip(blocks, before, strict=True):
                block.marks = np.where(fine[:, None, None], block.marks, marks)
            self._ends.append(np.logical_and.reduce([block.ends for block in blocks[:timed]]))
            self._groups.append(finer)
            self._flags.append(told_of(blocks) & fine[:, None])
        self._taken = [tuple((np.flatnonzero(one) + 1).tolist()) for one in taken]

    def taken(self, measure: int) -> tuple[int, ...]:
        """Return the steps of a measure that are told of at all."""
        return self._taken[measure]

    def of(self, measure: int, step: int = 0) -> Told:
        """Say what may be told of a measure at a step, 0 for no split."""
        key = measure, step
        if key not in self._known:
            self._known[key] = self._of(measure, step)
        return self._known[key]

    def _of(self, measure: int, step: int) -> Told:
        if step and step not in self._taken[measure]:
            return NOTHING
        if not self._apart[measure]:
            return replace(NOTHING, whole=bool(self._flags[step][measure, EVERYONE]), untold=True)
        if not self._flags[step][measure, TOLD]:
            return NOTHING
        safe = np.logical_and.reduce([self._flags[one][measure] for one in (0, *self.taken(measure))])
        if self._whole:
            return replace(NOTHING, whole=True, untold=bool(safe[UNTOLD]))
        return Told(
            partial(self._lines_of, measure, step),
            whole=True,
            untold=bool(safe[UNTOLD]),
            no_sex=bool(safe[UNTOLD] and safe[UNTOLD_SEX].all()),
            kinds=bool(safe[UNTOLD] and safe[UNTOLD_SEX].all() and safe[UNTOLD_KINDS].all()),
            parts=bool(safe[UNTOLD] and safe[UNTOLD_PARTS].all()),
        )

    def alone(self, measure: int, step: int) -> Lines:
        """Say which months may be told alone, each beside all others, by line: (lines, values).

        The dimensions laid out by time have to have all of it chosen.
        """
        ends = self._ends[step][measure]
        begins = np.concatenate([np.ones_like(ends[:, :1]), ends[:, :-1]], axis=1)
        alone: Lines = ends & begins & self._flags[step][measure, :, None]
        return alone

    def lines_alone(self, measure: int, step: int, value: int) -> Hidden | None:
        """Choose the hidden lines of one month, as `alone` says."""
        timed, others = self._dimensions[: self._timed], self._dimensions[self._timed :]
        one = (*(dimension.at(value) for dimension in timed), *others)
        before = self._begun
        for earlier in self._steps(measure, step):
            before = self._choose(one, measure, earlier, self.alone(measure, earlier)[:, value], before)
            if before is None:
                return None
        return before

    def _steps(self, measure: int, step: int) -> list[int]:
        """Return the steps that are taken of a measure up to one."""
        return [0, *(taken for taken in self.taken(measure) if taken <= step)]

    def _lines_of(self, measure: int, step: int) -> Hidden | None:
        """Choose the hidden lines of a step, all those of the steps before among them."""
        key = measure, step
        if key not in self._hidden:
            *earlier, _ = self._steps(measure, step)
            before = self._lines_of(measure, earlier[-1]) if earlier else self._begun
            flags = self._flags[step][measure]
            nothing = bool(earlier) and before is None
            self._hidden[key] = None if nothing else self._choose(self._dimensions, measure, step, flags, before)
        return self._hidden[key]

    def _choose(
        self, dimensions: Sequence[Dimension], measure: int, step: int, flags: Lines, before: Hidden | None
    ) -> Hidden | None:
        if not (flags[TOLD] and self._there[measure]):
            return None
        cells = flags[CELLS_OF_LINES].reshape(len(AgeBand), len(Sex))
        rows, columns = ~flags[ROWS] | ~cells.all(axis=1), ~flags[COLUMNS]
        if before is not None:
            rows, columns = rows | before[0], columns | before[1]
        if not rows.any() and not columns.any():
            return rows, columns
        # Of a step that is taken, the groups that were tried.
        splits = [self._groups[earlier][measure : measure + 1] for earlier in self._steps(measure, step)]
        return choose_lines([one.only(measure) for one in dimensions], splits, rows, columns)
