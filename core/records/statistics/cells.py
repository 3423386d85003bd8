"""Counts of people by everything in their code, from one scan a filter: most charts are sums of these.

Rows stay in DuckDB; what leaves it are counts. They are exact, and nothing may show them that did not ask
`core.records.statistics.frame` what may be shown.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from core.records.facts import BAND_SHIFT, STATE_BITS, STATES
from core.records.privacy import Counts
from core.records.statistics.filters import AGE_BANDS, FIRST_GRADE, SEXES, Filters, people_sql
from core.records.store import RecordStore
from core.taxonomy import Condition

CELLS: Final = (len(AGE_BANDS), len(SEXES))
_GROUPS: Final = len(AGE_BANDS) * (len(SEXES) + 1)
_CONDITIONS: Final = len(Condition)


@dataclass(frozen=True, eq=False)
class Cells:
    """People of one filter, any sex and age, by code.

    Attributes:
        codes: As in `core.records.facts`, (k,), each once.
        people: How many, (k,).
        photos: Their graded photos, (k,).
    """

    codes: npt.NDArray[np.int64]
    people: Counts
    photos: Counts

    @cached_property
    def _groups(self) -> npt.NDArray[np.int64]:
        return self.codes >> BAND_SHIFT

    @cached_property
    def everyone(self) -> Counts:
        """People by age band and sex, (8, 3)."""
        return self.sum_up(self.people)

    @cached_property
    def all_photos(self) -> Counts:
        """Photos by age band and sex, (8, 3)."""
        return self.sum_up(self.photos)

    @cached_property
    def states(self) -> Counts:
        """People by age band, sex, condition and state (not looked at, abstained, four grades): (8, 3, 6, 6)."""
        tables = [
            by_cell(self._groups * STATES + self.state_of(place), self.people, STATES) for place in range(_CONDITIONS)
        ]
        return np.stack(tables, axis=2)

    @property
    def grades(self) -> Counts:
        """People by age band, sex, condition and grade, those without one left out: (8, 3, 6, 4)."""
        return self.states[..., FIRST_GRADE:]

    def state_of(self, place: int) -> npt.NDArray[np.int64]:
        """Return the state of a condition of each code, (k,)."""
        return (self.codes >> (STATE_BITS * place)) & 7

    @cached_property
    def all_states(self) -> npt.NDArray[np.int64]:
        """States of all conditions of each code, (6, k)."""
        return np.stack([self.state_of(place) for place in range(_CONDITIONS)])

    def chosen(self, selected: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
        """Say which codes are of the chosen cells.

        Args:
            selected: Cells (8, 3).

        Returns:
            One answer a code, (k,).
        """
        flat = np.zeros((len(SEXES) + 1, len(AGE_BANDS)), dtype=np.bool_)
        flat[: len(SEXES)] = selected.T
        answer: npt.NDArray[np.bool_] = flat.ravel()[self._groups]
        return answer

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
    chosen = filters.only(filters.narrowed)
    return store.memory.recall(store.version, ("cells", chosen), lambda: _count(store, chosen))


def cells_sql(filters: Filters) -> tuple[str, tuple[object, ...]]:
    """Return the query behind `read_cells` with the values of its question marks."""
    people = people_sql(filters)
    return (
        f"SELECT code, count(*) AS people, sum(photos) AS photos FROM ({people.sql}\n) GROUP BY code",  # noqa: S608
        people.parameters,
    )


def _count(store: RecordStore, filters: Filters) -> Cells:
    sql, parameters = cells_sql(filters)
    with store.cursor() as cursor:
        columns = cursor.execute(sql, list(parameters)).fetchnumpy()
    codes, people, photos = (np.asarray(columns[name]).astype(np.int64) for name in ("code", "people", "photos"))
    return Cells(codes, people, photos)
