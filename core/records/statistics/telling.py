"""What may be told of the people of one filter, whichever sexes, ages and grades are asked for, and in whatever order.

Ways to split people are taken one after another: everyone, those graded, mild or worse, moderate or worse, severe. Each
is told of no finer groups than the one before (`blocks` of values, hidden lines of sexes and ages), and only where its
parts and those of all splits before it are ten people or nobody. So the answers to several grades fit together as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Final

import numpy as np

from core.records.privacy import Counts, Lines, hidden_lines
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
    first_marks,
    is_safe,
    is_told,
    refine,
)
from core.taxonomy import AgeBand, Severity, Sex

ORDER: Final = (Severity.MILD, Severity.MODERATE, Severity.SEVERE)
"""The order in which splits at a grade are taken."""

Hidden = tuple[Lines, Lines]
Groups = Callable[[Lines], Table]


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
        kept = self.untold if chosen.all() else self.parts
        return chosen if kept else chosen & LINES[TOLD]

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


class Telling:
    """What may be told of several measures of the same people, split ever finer.

    Args:
        dimensions: The people by the values of each narrowing, (values, boxes, 8, 3, m, k).
        groups: For the splits taken so far, (m, steps), the parts that must not be small, (m, k, g).
        steps: How many splits there are behind the first.
        begun: Hidden rows and columns of what is split here.
        whole: Whether nothing will be asked but of everyone together, which takes less counting.
    """

    def __init__(
        self,
        dimensions: Sequence[Dimension],
        groups: Groups,
        steps: int = 0,
        begun: Hidden | None = None,
        *,
        whole: bool = False,
    ) -> None:
        self._dimensions = dimensions
        self._begun = begun
        self._lines = [dimension.lines(WHOLE_LINES if whole else LINES) for dimension in dimensions]
        self._whole = whole
        self._hidden: dict[tuple[int, int], Hidden | None] = {}
        measures = dimensions[0].people.shape[4]
        taken = np.zeros((measures, steps), np.bool_)
        self._groups = [groups(taken)]
        marks = [first_marks(*pair) for pair in zip(dimensions, self._lines, strict=True)]
        marks = self._refined(marks, self._groups[0])
        self._marks = [marks]
        self._flags = [self._told(marks, self._groups[0])]
        told = self._lines[0][TOLD].sum(axis=(1, 2, 3)) != 0
        # Of which measures those who told sex and age are told apart from the others.
        self._apart = self._flags[0][TOLD] & told
        for step in range(steps):
            tried = taken.copy()
            tried[:, step] = True
            finer = groups(tried)
            fine = np.where(self._apart, *(self._is_safe(line, finer) for line in (TOLD, EVERYONE)))
            taken[fine, step] = True
            new = self._refined(marks, finer)
            marks = [np.where(fine[None, :, None], after, before) for before, after in zip(marks, new, strict=True)]
            self._marks.append(marks)
            self._groups.append(np.where(fine[:, None, None], finer, self._groups[-1]))
            self._flags.append(self._told(marks, self._groups[-1]) & fine)
        self._taken = taken

    def _refined(self, marks: list[Lines], groups: Table) -> list[Lines]:
        return [
            refine(dimension, lines, before, groups)
            for dimension, lines, before in zip(self._dimensions, self._lines, marks, strict=True)
        ]

    def _is_safe(self, line: int, groups: Table) -> Lines:
        """Whether a line as a whole may be split, whatever values are chosen: (m,)."""
        safe: Lines = np.logical_and.reduce([is_safe(lines[line].sum(axis=1), groups) for lines in self._lines])
        return safe

    def _told(self, marks: list[Lines], groups: Table) -> Lines:
        told: Lines = np.logical_and.reduce(
            [
                is_told(dimension, lines, mark, groups)
                for dimension, lines, mark in zip(self._dimensions, self._lines, marks, strict=True)
            ]
        )
        return told

    def taken(self, measure: int) -> tuple[int, ...]:
        """Return the steps of a measure that are told of at all."""
        return tuple(int(step) + 1 for step in np.flatnonzero(self._taken[measure]))

    def of(self, measure: int, step: int = 0) -> Told:
        """Say what may be told of a measure at a step, 0 for no split."""
        flags = [self._flags[0], *(self._flags[1 + one] for one in np.flatnonzero(self._taken[measure]))]
        if step and not self._taken[measure, step - 1]:
            return NOTHING
        safe = np.logical_and.reduce([one[:, measure] for one in flags])
        if not self._apart[measure]:
            return Told(
                lambda: None,
                whole=bool(self._flags[step][EVERYONE, measure]),
                untold=True,
                no_sex=False,
                kinds=False,
                parts=False,
            )
        if not self._flags[step][TOLD, measure]:
            return NOTHING
        if self._whole:
            untold = bool(safe[UNTOLD])
            return Told(lambda: None, whole=True, untold=untold, no_sex=False, kinds=False, parts=False)
        return Told(
            partial(self._lines_of, measure, step),
            whole=True,
            untold=bool(safe[UNTOLD]),
            no_sex=bool(safe[UNTOLD] and safe[UNTOLD_SEX].all()),
            kinds=bool(safe[UNTOLD] and safe[UNTOLD_SEX].all() and safe[UNTOLD_KINDS].all()),
            parts=bool(safe[UNTOLD] and safe[UNTOLD_PARTS].all()),
        )

    def alone(self, measure: int, step: int) -> Lines:
        """Say which values of the first dimension may be told alone, each beside all others, by line: (lines, values).

        The dimension has to be ordered, with all of its values chosen.
        """
        ends = self._marks[step][0][:, measure]
        begins = np.concatenate([np.ones_like(ends[:, :1]), ends[:, :-1]], axis=1)
        alone: Lines = ends & begins & self._flags[step][:, measure, None]
        return alone

    def lines_alone(self, measure: int, step: int, value: int) -> Hidden | None:
        """Choose the hidden lines of one value of the first dimension, as `alone` says."""
        chosen = np.arange(self._lines[0].shape[2]) == value
        one = (replace(self._dimensions[0], chosen=chosen), *self._dimensions[1:])
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
            flags = self._flags[step][:, measure]
            nothing = bool(earlier) and before is None
            self._hidden[key] = None if nothing else self._choose(self._dimensions, measure, step, flags, before)
        return self._hidden[key]

    def _choose(
        self, dimensions: Sequence[Dimension], measure: int, step: int, flags: Lines, before: Hidden | None
    ) -> Hidden | None:
        cells = flags[CELLS_OF_LINES].reshape(len(AgeBand), len(Sex))
        rows, columns = ~flags[ROWS] | ~cells.all(axis=1), ~flags[COLUMNS]
        if before is not None:
            rows, columns = rows | before[0], columns | before[1]
        shapes = [dimension.people[:, :, 0, 0, measure].shape for dimension in dimensions]
        splits = [self._groups[earlier][measure : measure + 1] for earlier in self._steps(measure, step)]

        def small(counts: Counts) -> Lines:
            told = np.ones(counts.shape[:-1], np.bool_).ravel()
            pieces = np.split(
                counts.reshape(len(told), -1), np.cumsum([np.prod(shape) for shape in shapes])[:-1], axis=1
            )
            for dimension, shape, piece in zip(dimensions, shapes, pieces, strict=True):
                lines = piece.reshape(len(told), 1, *shape).astype(np.float64)
                marks = first_marks(dimension, lines)
                for groups in splits:
                    marks = refine(dimension, lines, marks, groups)
                told &= is_told(dimension, lines, marks, splits[-1])[:, 0]
            return ~told.reshape(counts.shape[:-1])

        people = [
            dimension.people[:, :, : len(AgeBand), : len(Sex), measure].transpose(2, 3, 0, 1, 4)
            for dimension in dimensions
        ]
        table = np.concatenate([one.reshape(len(AgeBand), len(Sex), -1) for one in people], axis=2)
        return hidden_lines(table, small, (rows, columns))
