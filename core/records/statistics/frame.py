"""What of a filter's counts may be shown.

The guarantee, for everything the statistics publish of one state of the records:

1. No figure stands for one to nine people: neither n nor those with the finding nor those without.
2. None can be derived within an answer: the table of age bands and sexes is published with its sums so that subtracting
   them, and those of other filters' tables, gives only groups of ten or more, or of nobody
   (`core.records.statistics.rows`), and figures of chosen sexes and ages are told where that table tells them. People
   who told no sex or no age are in none of its lines; they are counted beside them only where that gives no small group
   of them away.
3. None can be derived between grades, however many are asked for: what a finer split tells, all coarser ones tell
   (`core.records.statistics.telling`).
4. None can be derived between filters: a filter's people, those of each wider one outside of it, and those of its
   neighbours, which name other months, regions, sources, models or values of an answer in its place, are put together
   into blocks that pass the same test, and the filter is told of where it takes whole blocks
   (`core.records.statistics.blocks`). Filters and series of two of time, region, source and model are put together on
   both at once (`core.records.statistics.plane`, `core.records.statistics.days`).

What is not promised stands in docs/statistics-privacy.md: looking again after somebody was added tells what was added,
as figures are shown at once, and filters in three or more narrowings at once can, where records are few, be put
together into a small group.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.records.privacy import Counts, Lines
from core.records.statistics.filters import AGE_BANDS, FIRST_GRADE, SEXES, Filters
from core.records.statistics.lines import LINES, TOLD
from core.records.statistics.place import Place, open_place
from core.records.statistics.telling import ORDER
from core.records.statistics.told import Told
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Severity, Sex

Group = tuple[Sex | None, AgeBand | None]


@dataclass(frozen=True)
class Graded:
    """People by measure, sex and age.

    Attributes:
        cells: By measure, age band and sex, whatever was chosen, (7, 8, 3).
        by_age: The chosen ones who told both, by measure and age band; last all who told no age, (7, 8).
        by_sex: Likewise by sex, (7, 3).
    """

    cells: list[list[list[int]]]
    by_age: list[list[int]]
    by_sex: list[list[int]]


@dataclass(frozen=True, eq=False)
class Frame:
    """The people of a filter, and what may be told of them.

    Attributes:
        filters: The filter.
        place: What may be told, any sex and age.
    """

    filters: Filters
    place: Place

    @cached_property
    def bands(self) -> Lines:
        """Age bands that the filter names, (8,)."""
        chosen = self.filters.age_bands
        return np.array([not chosen or band in chosen for band in AGE_BANDS], dtype=np.bool_)

    @cached_property
    def sexes(self) -> Lines:
        """Sexes that the filter names, (3,)."""
        chosen = self.filters.sexes
        return np.array([not chosen or sex in chosen for sex in SEXES], dtype=np.bool_)

    @cached_property
    def whole(self) -> bool:
        """Whether it names all sexes and age bands."""
        return bool(self.bands.all() and self.sexes.all())

    @cached_property
    def selected(self) -> Lines:
        """Cells that the filter's sexes and age bands name, (8, 3)."""
        cells: Lines = self.bands[:, None] & self.sexes[None, :]
        return cells

    def tells(self, told: Told) -> bool:
        """Say whether a figure of the chosen sexes and ages may be told."""
        return told.whole if self.whole else told.tells(self.bands, self.sexes)

    def keeps_untold(self, told: Told) -> bool:
        """Say whether such a figure counts those of them who told no sex or no age."""
        return told.untold if self.whole else told.parts

    def sum_up(self, table: Counts, told: Told) -> Counts | None:
        """Add a table (8, 3, ...) up over the chosen sexes and ages: (...); None where it may not be told."""
        if not self.tells(told):
            return None
        summed: Counts = table[self.counted(with_untold=self.keeps_untold(told))].sum(axis=0)
        return summed

    def counted(self, *, with_untold: bool) -> Lines:
        """Return the cells that figures of the chosen sexes and ages count, (8, 3)."""
        return self.selected if with_untold else np.asarray(self.selected & LINES[TOLD], np.bool_)

    def chosen_grades(self, told: Told) -> list[list[int]] | None:
        """Count the chosen people by measure and grade, where a measure may be told of as this says: (7, 4)."""
        return self.grades_of_chosen(with_untold=self.keeps_untold(told)) if self.tells(told) else None

    def grades_of_chosen(self, *, with_untold: bool) -> list[list[int]]:
        """Count the chosen people by measure and grade, (7, 4)."""
        if with_untold not in self._grades:
            cells = self.counted(with_untold=with_untold)
            self._grades[with_untold] = self.place.tally.states[0][cells][..., FIRST_GRADE:].sum(axis=0).tolist()
        return self._grades[with_untold]

    @cached_property
    def _grades(self) -> dict[bool, list[list[int]]]:
        return {}

    def graded(self, at_least: Severity = Severity.GOOD) -> "Graded":
        """Count people who have a grade from one on."""
        if at_least not in self._graded:
            states = self.place.tally.states[0][..., FIRST_GRADE + int(at_least) :]
            cells = states.sum(axis=-1).transpose(2, 0, 1)
            chosen = cells * self.selected
            by_age, by_sex = chosen[:, :, : len(Sex)].sum(axis=2), chosen[:, : len(AgeBand)].sum(axis=1)
            by_age[:, -1], by_sex[:, -1] = cells[:, -1].sum(axis=1), cells[:, :, -1].sum(axis=1)
            self._graded[at_least] = Graded(cells.tolist(), by_age.tolist(), by_sex.tolist())
        return self._graded[at_least]

    @cached_property
    def _graded(self) -> "dict[Severity, Graded]":
        return {}

    def told(self, measure: int, at_least: Severity = Severity.GOOD) -> Told:
        """Say what may be told of a condition, or `WORST`, split at a grade; not split at the best one."""
        return self.place.grades.of(measure, ORDER.index(at_least) + 1 if at_least else 0)

    def pairs(self, *, with_untold: bool) -> Counts:
        """Count the chosen people by pair of conditions and both grades: (15, 16)."""
        if with_untold not in self._pairs:
            self._pairs[with_untold] = self.place.tally.pairs[0][self.counted(with_untold=with_untold)].sum(axis=0)
        return self._pairs[with_untold]

    @cached_property
    def _pairs(self) -> dict[bool, Counts]:
        return {}

    def leaves_out(self, told: Told) -> bool:
        """Whether a figure leaves those out who told no sex or no age, and there are any."""
        return self._has_untold and not self.keeps_untold(told)

    @cached_property
    def _has_untold(self) -> bool:
        return bool(self.place.people[self.selected & ~LINES[TOLD]].any())


def open_frame(store: RecordStore, filters: Filters) -> Frame:
    """Count the people of a filter and those around it.

    Raises:
        RecordsError: The records cannot be read.
    """
    return store.memory.recall(store.version, ("frame", filters), lambda: Frame(filters, open_place(store, filters)))
