"""Counts of people by everything in their code, from one scan a filter: most charts are sums of these.

Rows stay in DuckDB; what leaves it are counts. They are exact, and nothing may show them that did not ask
`core.records.statistics.frame` what may be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from core.records.facts import BAND_SHIFT, STATE_BITS, STATES
from core.records.privacy import MIN_CELL, Counts, Lines, shown_from
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
    def states(self) -> Counts:
        """People by age band, sex, condition and state (not looked at, abstained, four grades): (8, 3, 6, 6)."""
        tables = [
            by_cell(self._groups * STATES + self.state_of(place), self.people, STATES) for place in range(_CONDITIONS)
        ]
        return np.stack(tables, axis=2)

    @cached_property
    def grades(self) -> Counts:
        """People by age band, sex, condition and grade, as `counted_in` has them: (8, 3, 6, 4)."""
        return counted_in(self.states[..., FIRST_GRADE:])

    @cached_property
    def untold_out(self) -> Lines:
        """Conditions whose figures leave those out who told no sex or no age, (6,)."""
        return untold_unsafe(self.states[..., FIRST_GRADE:])

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

    Asked once for each state of the records. Where one to nine of them told no sex or no age, these are left out.

    Raises:
        RecordsError: The records cannot be read.
    """
    chosen = filters.only(filters.narrowed)
    return store.memory.recall(store.version, ("cells", chosen), lambda: _count(store, chosen))


def _count(store: RecordStore, filters: Filters) -> Cells:
    people = people_sql(filters)
    codes, counts = _read(store, f"SELECT code, count(*) FROM ({people.sql}) GROUP BY code", people.parameters)  # noqa: S608
    # Most visits have one photo: to look for the others costs less than to add up all.
    groups, more = _read(
        store,
        f"""SELECT code >> {BAND_SHIFT}, sum(photos - 1)::BIGINT FROM ({people.sql})
            WHERE photos > 1 GROUP BY code >> {BAND_SHIFT}""",  # noqa: S608 (constants; values are parameters)
        people.parameters,
    )
    photos = by_cell(codes >> BAND_SHIFT, counts) + by_cell(groups, more)
    untold = is_untold(codes >> BAND_SHIFT)
    few = 0 < int(counts[untold].sum()) < MIN_CELL
    if few:
        codes, counts = codes[~untold], counts[~untold]
        photos[-1], photos[:, -1] = 0, 0
    return Cells(codes, counts, photos[..., 0], few)


def is_untold(groups: Counts) -> Lines:
    """Say of (code >> BAND_SHIFT) whether sex or age was not told."""
    sexes, bands = groups // len(AGE_BANDS), groups % len(AGE_BANDS)
    untold: Lines = np.logical_or(sexes >= len(SEXES) - 1, bands == len(AGE_BANDS) - 1)
    return untold


def _read(store: RecordStore, sql: str, parameters: Sequence[object]) -> tuple[Counts, Counts]:
    """Read two columns of numbers."""
    with store.cursor() as cursor:
        columns = cursor.execute(sql, list(parameters)).fetchnumpy()
    first, second = (np.asarray(column).astype(np.int64) for column in columns.values())
    return first, second


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
