"""What may be told of the people of one filter, whichever sexes, ages and grades are asked for, and in whatever order.

Ways to split people are taken one after another: everyone, those graded, mild or worse, moderate or worse, severe. Each
is told of no finer groups than the one before (`blocks` of values, hidden lines of sexes and ages), and only where its
parts and those of all splits before it are ten people or nobody. So the answers to several grades fit together as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import Final

import numpy as np

from core.records.privacy import Lines
from core.records.statistics.blocks import Dimension, Table, in_all
from core.records.statistics.lines import (
    CELLS_OF_LINES,
    COLUMNS,
    EVERYONE,
    ROWS,
    TOLD,
    UNTOLD,
    UNTOLD_KINDS,
    UNTOLD_PARTS,
    UNTOLD_SEX,
    WHOLE_LINES,
)
from core.records.statistics.rows import HiddenRows
from core.records.statistics.told import NOTHING, OF_ALL, Hidden, Told
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
        number = len(WHOLE_LINES) if whole else max(len(one.places) for one in dimensions)
        blocks = [one.blocks(one.whole_lines() if whole else one.lines(one.places)) for one in dimensions]
        measures = dimensions[0].people.shape[4]
        taken = np.zeros((measures, steps), np.bool_)
        self._groups = [groups(taken)]
        for block in blocks:
            block.split(self._groups[0])
        self._flags = [in_all([block.told for block in blocks], number)]
        self._ends = [in_all([block.ends for block in blocks[:timed]], number)]
        # Of which measures those who told sex and age are told apart from the others.
        self._there: Lines = np.asarray(blocks[0].people[:, TOLD].any(axis=1), np.bool_)
        self._apart = self._flags[0][:, TOLD] & self._there
        for step in range(steps):
            tried = taken.copy()
            tried[:, step] = True
            finer = groups(tried)
            before = [block.marks for block in blocks]
            for block in blocks:
                block.split(finer)
            safe = in_all([block.safe for block in blocks], number)
            fine = np.where(self._apart, safe[:, TOLD], safe[:, EVERYONE])
            taken[fine, step] = True
            for block, marks in zip(blocks, before, strict=True):
                block.marks = np.where(fine[:, None, None], block.marks, marks)
            self._ends.append(in_all([block.ends for block in blocks[:timed]], number))
            self._groups.append(finer)
            self._flags.append(in_all([block.told for block in blocks], number) & fine[:, None])
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
        untold, no_sex, kinds, parts = self._untold[measure]
        if self._whole:
            return OF_ALL[untold]
        lines = partial(self._lines_of, measure, step)
        return Told(lines, whole=True, untold=untold, no_sex=no_sex, kinds=kinds, parts=parts)

    @cached_property
    def _untold(self) -> list[list[bool]]:
        """Say of each measure what `Told` says of those who told no sex or no age, whichever step is asked about."""
        safe = self._flags[0].copy()
        for step, flags in enumerate(self._flags[1:], start=1):
            taken = np.array([step in one for one in self._taken])
            safe[taken] &= flags[taken]
        untold = safe[:, UNTOLD]
        if self._whole:
            return [[told, False, False, False] for told in untold.tolist()]
        no_sex = untold & safe[:, UNTOLD_SEX].all(axis=1)
        kinds, parts = no_sex & safe[:, UNTOLD_KINDS].all(axis=1), untold & safe[:, UNTOLD_PARTS].all(axis=1)
        found: list[list[bool]] = np.stack([untold, no_sex, kinds, parts], axis=1).tolist()
        return found

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
        before = self._begun
        for earlier in self._steps(measure, step):
            flags = self.alone(measure, earlier)[:, value]
            before = self._choose(measure, flags, self._rows_alone.at(earlier)[value, :, measure], before)
            if before is None:
                return None
        return before

    @cached_property
    def _rows(self) -> HiddenRows:
        """Rows of the values that are named."""
        return HiddenRows([rows for one in self._dimensions for rows in one.rows()], self._groups_taken)

    @cached_property
    def _rows_alone(self) -> HiddenRows:
        """Rows of each month alone."""
        asked = [rows for one in self._dimensions[: self._timed] for rows in one.rows_alone()]
        asked += [rows for one in self._dimensions[self._timed :] for rows in one.rows()]
        return HiddenRows(asked, self._groups_taken)

    @property
    def _groups_taken(self) -> list[tuple[Table, Lines]]:
        """The groups of each step, and of which measures it is taken."""
        every = range(len(self._taken))
        taken = [np.array([not step or step in self._taken[one] for one in every]) for step in range(len(self._groups))]
        return list(zip(self._groups, taken, strict=True))

    def _steps(self, measure: int, step: int) -> list[int]:
        """Return the steps that are taken of a measure up to one."""
        return [0, *(taken for taken in self.taken(measure) if taken <= step)]

    def _lines_of(self, measure: int, step: int) -> Hidden | None:
        """Choose the hidden lines of a step, all those of the steps before among them."""
        key = measure, step
        if key not in self._hidden:
            *earlier, _ = self._steps(measure, step)
            before = self._lines_of(measure, earlier[-1]) if earlier else self._begun
            nothing = bool(earlier) and before is None
            self._hidden[key] = (
                None
                if nothing
                else self._choose(measure, self._flags[step][measure], self._rows.at(step)[0, :, measure], before)
            )
        return self._hidden[key]

    def _choose(self, measure: int, flags: Lines, hidden: Lines, before: Hidden | None) -> Hidden | None:
        """Choose hidden lines: rows that the values hide, those not told of otherwise, and those hidden before."""
        if not (flags[TOLD] and self._there[measure]):
            return None
        rows = hidden
        if len(flags) > ROWS.start:
            cells = flags[CELLS_OF_LINES].reshape(len(AgeBand), len(Sex))
            rows = hidden | ~flags[ROWS] | ~cells.all(axis=1)
        # Of two columns, who knows everybody and one knows the other.
        columns = np.broadcast_to(~flags[COLUMNS].all(), len(Sex))
        if before is not None:
            rows, columns = rows | before[0], columns | before[1]
        return rows, columns
