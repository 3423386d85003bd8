"""Counts of people by everything in their code, from one scan a filter: most charts are sums of these.

Rows stay in DuckDB; what leaves it are counts. They are exact, and nothing may show them that did not ask
`core.records.statistics.frame` what may be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final

import numpy as np
import numpy.typing as npt

from core.records.facts_code import BAND_SHIFT, STATE_BITS
from core.records.privacy import Counts
from core.records.statistics.codes import Codes, read_codes
from core.records.statistics.counting import Narrowings
from core.records.statistics.filters import AGE_BANDS, SEXES, Filters
from core.records.store import RecordStore

CELLS: Final = (len(AGE_BANDS), len(SEXES))
_GROUPS: Final = len(AGE_BANDS) * (len(SEXES) + 1)


@dataclass(frozen=True, eq=False)
class Cells:
    """People of one filter, any sex and age, by code.

    Attributes:
        codes: As in `core.records.facts_code`, (k,); the same may be there again.
        people: How many, (k,).
        all_photos: Their graded photos by age band and sex, (8, 3).
    """

    codes: npt.NDArray[np.int64]
    people: Counts
    all_photos: Counts

    @cached_property
    def _groups(self) -> npt.NDArray[np.int64]:
        return self.codes >> BAND_SHIFT

    @cached_property
    def everyone(self) -> Counts:
        """People by age band and sex, (8, 3)."""
        return self.sum_up(self.people)

    def state_of(self, place: int) -> npt.NDArray[np.int64]:
        """Return the state of a condition of each code, (k,)."""
        return (self.codes >> (STATE_BITS * place)) & 7

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

    Asked once for each state of the records.

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
        return _cells(codes[one] if one in codes else read_codes(store, filters, [one])[one])

    return {one: store.memory.recall(version, question, partial(make, one)) for one, question in questions.items()}


def _cells(counted: Codes) -> Cells:
    codes, people, photos = counted
    return Cells(codes, people, by_cell(codes >> BAND_SHIFT, photos)[..., 0])
