"""Counts of people by everything in their code, from one scan a filter: most charts are sums of these.

Rows stay in DuckDB; what leaves it are counts. They are exact, and nothing may show them that did not ask
`core.records.statistics.frame` what may be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt

from core.records.facts_code import BAND_SHIFT, STATE_BITS, STATES
from core.records.privacy import MIN_CELL, Counts, Lines, shown_from
from core.records.statistics.codes import Codes, read_codes
from core.records.statistics.counting import Narrowings
from core.records.statistics.filters import AGE_BANDS, FIRST_GRADE, SEXES, Filters
from core.records.store import RecordStore
from core.taxonomy import Condition

CELLS: Final = (len(AGE_BANDS), len(SEXES))
_GROUPS: Final = len(AGE_BANDS) * (len(SEXES) + 1)
_CONDITIONS: Final = len(Condition)
PAIRS: Final = tuple(combinations(range(_CONDITIONS), 2))
"""Places of each two conditions, in the order of the taxonomy."""


@dataclass(frozen=True, eq=False)
class Cells:
    """People of one filter, any sex and age, by code.

    Attributes:
        codes: As in `core.records.facts_code`, (k,); the same may be there again.
        people: How many, (k,).
        all_photos: Their graded photos by age band and sex, (8, 3).
        left_out: Whether one to nine people told no sex or no age, and so are not in here at all.
    """

    codes: npt.NDArray[np.int64]
    people: Counts
    all_photos: Counts
    left_out: bool

    @cached_property
    def _groups(self) -> npt.NDArray[np.int64]:
        return self.codes >> BAND_SHIFT

    @cached_property
    def everyone(self) -> Counts:
        """People by age band and sex, (8, 3)."""
        return self.sum_up(self.people)

    @cached_property
    def _tables(self) -> tuple[Counts, Counts, Counts]:
        """Sum up what `states`, `worst` and `pairs` say."""
        places = [(self.codes >> (STATE_BITS * place)) & 7 for place in range(_CONDITIONS)]
        within = [self._groups * STATES + state for state in places]
        worst = by_cell(np.maximum.reduce(within), self.people, STATES)
        pairs = [by_cell(within[a] * STATES + places[b], self.people, STATES**2) for a, b in PAIRS]
        table = np.stack(pairs, axis=2).reshape(*CELLS, len(PAIRS), STATES, STATES)
        # The first condition stands first in the first pair, each other one second in its pair with the first.
        states = [table[:, :, 0].sum(axis=-1), *(table[:, :, place].sum(axis=-2) for place in range(_CONDITIONS - 1))]
        return np.stack(states, axis=2), worst, table

    @property
    def states(self) -> Counts:
        """People by age band, sex, condition and state (not looked at, abstained, four grades): (8, 3, 6, 6)."""
        return self._tables[0]

    @property
    def worst(self) -> Counts:
        """People by age band, sex and greatest state of any condition: (8, 3, 6)."""
        return self._tables[1]

    @property
    def pairs(self) -> Counts:
        """People by age band, sex, pair of conditions and the state of each: (8, 3, 15, 6, 6)."""
        return self._tables[2]

    @cached_property
    def grades(self) -> Counts:
        """People by age band, sex, condition and grade, as `counted_in` has them: (8, 3, 6, 4)."""
        return counted_in(self.states[..., FIRST_GRADE:])

    @cached_property
    def untold_out(self) -> Lines:
        """Conditions whose figures leave those out who told no sex or no age, (6,)."""
        return untold_unsafe(self.states[..., FIRST_GRADE:])

    def sum_up(self, counts: Counts) -> Counts:
        """Add counts of codes (k,) up by age band and sex, (8, 3)."""
        return by_cell(self._groups, counts)[..., 0]


def by_cell(places: Counts, people: Counts, states: int = 1) -> Counts:
    """Add people up by age band, sex and state.

    Args:
        places: (code >> BAND_SHIFT) * states + state of each number, (k,).
        people: The numbers, (k,).
        states: How many states there are.

    Returns:
        (8, 3, states).
    """
    sums = np.rint(np.bincount(places, people, _GROUPS * states)).astype(np.int64)
    table = sums.reshape(len(SEXES) + 1, len(AGE_BANDS), states)
    return table[: len(SEXES)].transpose(1, 0, 2)


def read_cells(store: RecordStore, filters: Filters) -> Cells:
    """Count the people of a filter by code, whatever sexes and ages it names.

    Asked once for each state of the records. Where one to nine of them told no sex or no age, these are left out.

    Raises:
        RecordsError: The records cannot be read.
    """
    return read_all_cells(store, filters, [filters.narrowed])[filters.narrowed]


def read_all_cells(store: RecordStore, filters: Filters, asked: Sequence[Narrowings]) -> dict[Narrowings, Cells]:
    """Count the people of several combinations of a filter's narrowings, each as `read_cells` does.

    Raises:
        RecordsError: The records cannot be read.
    """
    version = store.version
    questions = {one: ("cells", filters.only(one)) for one in asked}
    unknown = [one for one, question in questions.items() if not store.memory.knows(version, question)]
    codes = read_codes(store, filters, unknown)

    def make(one: Narrowings) -> Cells:
        # What was known a moment ago may be forgotten by now.
        return _without_few(codes[one] if one in codes else read_codes(store, filters, [one])[one])

    return {one: store.memory.recall(version, question, partial(make, one)) for one, question in questions.items()}


def _without_few(counted: Codes) -> Cells:
    codes, people, photos = counted
    all_photos = by_cell(codes >> BAND_SHIFT, photos)
    untold = is_untold(codes >> BAND_SHIFT)
    few = 0 < int(people[untold].sum()) < MIN_CELL
    if few:
        codes, people = codes[~untold], people[~untold]
        all_photos[-1], all_photos[:, -1] = 0, 0
    return Cells(codes, people, all_photos[..., 0], few)


def is_untold(groups: Counts) -> Lines:
    """Say of (code >> BAND_SHIFT) whether sex or age was not told."""
    sexes, bands = groups // len(AGE_BANDS), groups % len(AGE_BANDS)
    untold: Lines = np.logical_or(sexes >= len(SEXES) - 1, bands == len(AGE_BANDS) - 1)
    return untold


def untold_unsafe(grades: Counts) -> Lines:
    """Say where grades of those who told no sex or no age would give small groups away beside a table of the others.

    Args:
        grades: People by age band, sex, anything and grade, (8, 3, ..., 4).

    Returns:
        One answer for each of anything (...).
    """
    untold = grades[-1].sum(axis=0) + grades[:-1, -1].sum(axis=0)
    unsafe: Lines = np.logical_not(shown_from(untold).all(axis=-1))
    return unsafe


def counted_in(grades: Counts) -> Counts:
    """Return grades as figures count them: without those who told no sex or no age where `untold_unsafe` says so."""
    kept = np.logical_not(untold_unsafe(grades))[..., None]
    table = grades.copy()
    table[-1] *= kept
    table[:-1, -1] *= kept
    return table
