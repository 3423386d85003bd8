"""Counts of filters of time and place, summed up from arrays that are kept (`core.records.facts_cube`)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import duckdb
import numpy as np

from core.records import facts_cube
from core.records.facts_code import STATES
from core.records.facts_cube import GRADES, GROUPS, MEASURES, PAIRS, STATE_CELLS, UNKNOWN_TIME, Array
from core.records.privacy import Counts, Lines
from core.records.statistics.filters import REGIONS, Filters, Narrowing, month_number
from core.records.store import RecordStore

SUMMED: Final = frozenset({Narrowing.TIME, Narrowing.REGION})
"""What a filter may narrow, besides sex and age, to be a sum of what is kept."""


# As unknown ones come first everywhere.
REGIONS_IN_ORDER: Final = np.array(sorted(range(len(REGIONS)), key=lambda place: str(REGIONS[place] or "")))


@dataclass(frozen=True, eq=False)
class SummedTally:
    """People by value, and by everything in their code.

    Attributes:
        numbers: States and photos by value and group, (values, 24, STATE_CELLS).
        count_pairs: Counts the grades of pairs likewise, (values, 24, PAIR_CELLS).
    """

    numbers: Array
    count_pairs: Callable[[], Array]

    @cached_property
    def states(self) -> Counts:
        """As of `core.records.statistics.tallies.Tally`: (values, 8, 3, 7, 6)."""
        states: Counts = _by_cell(self.numbers[..., :-1]).reshape(
            len(self.numbers), GROUPS[1], GROUPS[0], MEASURES, STATES
        )
        return states

    @cached_property
    def pairs(self) -> Counts:
        """Likewise, (values, 8, 3, 15, 16)."""
        pairs = _by_cell(self.count_pairs())
        return pairs.reshape(len(pairs), GROUPS[1], GROUPS[0], len(PAIRS), GRADES**2)

    @cached_property
    def photos(self) -> Counts:
        """Graded photos, (values, 8, 3)."""
        photos: Counts = _by_cell(self.numbers)[..., -1]
        return photos


def _by_cell(numbers: Array) -> Counts:
    return numbers.astype(np.int64, copy=False).reshape(len(numbers), *GROUPS, numbers.shape[-1]).swapaxes(1, 2)


@dataclass(frozen=True, eq=False)
class Summed:
    """People by the values of one narrowing.

    Attributes:
        names: Months in order, unknown first, or regions; nothing without a narrowing.
        tally: Their people.
    """

    names: tuple[object, ...]
    tally: SummedTally


@dataclass(frozen=True)
class _Asked:
    """What is summed up: months and regions that count, and what the sums are by."""

    since: int
    until: int
    regions: tuple[int, ...]
    by: Narrowing | None
    demo: bool
    both: bool = False
    """By month and region, whatever `by` says."""

    @property
    def whole(self) -> bool:
        """Whether all regions are put together."""
        return not (self.both or self.regions or self.by is Narrowing.REGION)


def sum_up(store: RecordStore, filters: Filters, by: Narrowing | None = None) -> Summed:
    """Count the people of a filter, whatever sexes and ages it names, by the values of time, of place or together.

    Args:
        store: The records.
        filters: Narrows nothing but `SUMMED`.
        by: `TIME`, `REGION`, or None.

    Raises:
        RecordsError: The records cannot be read.
    """
    return store.memory.recall(store.version, ("summed", filters, by), lambda: _sum_up(store, filters, by))


def _sum_up(store: RecordStore, filters: Filters, by: Narrowing | None) -> Summed:
    timed = filters.since is not None or filters.until is not None
    asked = _Asked(
        (month_number(filters.since) if filters.since else 0) if timed else UNKNOWN_TIME,
        month_number(filters.until) if filters.until else np.iinfo(np.int16).max,
        tuple(REGIONS.index(region) for region in filters.regions),
        by,
        filters.demo,
    )
    names, numbers = _count(store, asked, "states")

    def count_pairs() -> Counts:
        return _aligned(names, *_count(store, asked, "pairs"))

    if by is None:
        return Summed((), SummedTally(numbers, count_pairs))
    there: Lines = np.asarray(numbers[..., :STATES].any(axis=(1, 2)), np.bool_)
    places = np.flatnonzero(there) if by is Narrowing.TIME else REGIONS_IN_ORDER[there[REGIONS_IN_ORDER]]
    words = tuple(REGIONS[name] if by is Narrowing.REGION else name for name in names[places].tolist())
    return Summed(words, SummedTally(numbers[places], lambda: count_pairs()[places]))


def count_both(store: RecordStore, part: str, *, demo: bool) -> list[tuple[Array, Array]]:
    """Count states or pairs of all people: months (t,), counts by month and region (t, REGIONS, 24, k).

    Returns:
        Several of these, to be added up.

    Raises:
        RecordsError: The records cannot be read.
    """
    asked = _Asked(UNKNOWN_TIME, np.iinfo(np.int16).max, (), None, demo, both=True)
    return _count_apart(store, asked, part)


def _count(store: RecordStore, asked: _Asked, part: str) -> tuple[Array, Array]:
    """Count states or pairs by name: names (v,), counts (v, 24, k)."""
    kept, new = _count_apart(store, asked, part)
    if not new[1].any():
        return kept
    names = np.union1d(kept[0], new[0])
    return names, _aligned(names, *kept) + _aligned(names, *new)


def _count_apart(store: RecordStore, asked: _Asked, part: str) -> list[tuple[Array, Array]]:
    """Do so for those who are counted in the kept arrays, and for those who wait."""
    while True:
        waiting, changes = _waiting(store, demo=asked.demo)
        try:
            kept = _kept(store, asked, part, changes)
            break
        except _ChangedError:
            store.memory.forget(lambda question: question == ("waiting", asked.demo))
    return [kept, _summed(asked, waiting.months, waiting.states if part == "states" else waiting.pairs)]


class _ChangedError(Exception):
    """The kept arrays are others than those that the waiting visits go with."""


def _waiting(store: RecordStore, *, demo: bool) -> tuple[facts_cube.Cube, int]:
    """Count the visits that are not in the kept arrays yet, and say of which state of the arrays that is true."""

    def read() -> tuple[facts_cube.Cube, int]:
        with store.cursor() as cursor, _at_once(cursor):
            until, changes = facts_cube.read_counted(cursor)
            return facts_cube.read_waiting(cursor, until, demo=demo), changes

    return store.memory.recall(store.version, ("waiting", demo), read)


def _kept(store: RecordStore, asked: _Asked, part: str, changes: int) -> tuple[Array, Array]:
    """Sum kept arrays up; most writes do not change them."""
    column = "people" if asked.whole else part

    def read() -> tuple[Array, Array]:
        with store.cursor() as cursor, _at_once(cursor):
            if facts_cube.read_counted(cursor)[1] != changes:
                raise _ChangedError
            return facts_cube.read_part(cursor, column, demo=asked.demo)

    def ask() -> tuple[Array, Array]:
        months, arrays = store.arrays.recall(changes, (column, asked.demo), read)
        if asked.whole:
            arrays = arrays[..., :STATE_CELLS] if part == "states" else arrays[..., STATE_CELLS:]
        return _summed(asked, months, arrays)

    return store.arrays.recall(changes, (part, asked), ask)


@contextmanager
def _at_once(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Read one state of the records with several queries."""
    cursor.execute("BEGIN")
    try:
        yield
    finally:
        cursor.execute("ROLLBACK")


def _summed(asked: _Asked, months: Array, arrays: Array) -> tuple[Array, Array]:
    """Sum arrays by month, (t, 24, k) or (t, REGIONS, 24, k), up: names (v,), sums (v, 24, k); by both as they are."""
    chosen = slice(*np.searchsorted(months, [asked.since, asked.until + 1]))
    arrays, months = arrays[chosen], months[chosen]
    if asked.both:
        return months, arrays
    if arrays.ndim == 4:
        if asked.by is Narrowing.REGION:
            regions = asked.regions or tuple(range(facts_cube.REGIONS))
            return np.array(regions), arrays.sum(axis=0, dtype=np.int64)[list(regions)]
        arrays = arrays[:, list(asked.regions)] if asked.regions else arrays
        arrays = arrays.sum(axis=1, dtype=np.int64)
    if asked.by is None:
        return np.zeros(1, np.int64), arrays.sum(axis=0, dtype=np.int64)[None]
    return months, arrays.astype(np.int64)


def _aligned(names: Array, given: Array, numbers: Array) -> Counts:
    """Lay numbers out by names, which are ascending and hold those given that count anybody."""
    sums = np.zeros((len(names), *numbers.shape[1:]), np.int64)
    known = np.isin(given, names)
    sums[np.searchsorted(names, given[known])] = numbers[known]
    return sums
