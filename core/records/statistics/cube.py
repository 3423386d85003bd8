"""Counts of filters of time, place, source, view and model, summed up from kept arrays (`core.records.facts_cube`)."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Final, TypeVar

import duckdb
import numpy as np

from core.records import facts_cube
from core.records.facts_code import STATES
from core.records.facts_cube import (
    GRADES,
    GROUPS,
    MEASURES,
    PAIRS,
    SEVERAL,
    STATE_CELLS,
    UNKNOWN_TIME,
    Array,
    Cube,
    CubeRows,
    told_and_untold,
)
from core.records.privacy import Counts, Lines
from core.records.statistics.filters import REGIONS, Filters, Narrowing, in_order, month_number
from core.records.store import RecordStore
from core.taxonomy import View

SUMMED: Final = frozenset({Narrowing.TIME, Narrowing.REGION, Narrowing.SOURCE, Narrowing.VIEW, Narrowing.MODEL})
"""What a filter may narrow, besides sex and age, to be a sum of what is kept."""
# As unknown ones come first everywhere.
REGIONS_IN_ORDER: Final = np.array(sorted(range(len(REGIONS)), key=lambda place: str(REGIONS[place] or "")))
T = TypeVar("T")

STATES_PART: Final = "states"
PAIRS_APART: Final = "pairs"
PAIRS_TOGETHER: Final = "pairs together"
"""What is counted: of the two last, pairs by age and sex or not."""
_COUNTED: Final = ("counted",)
_EVER: Final = (UNKNOWN_TIME, int(np.iinfo(np.int16).max))


@dataclass(frozen=True, eq=False)
class SummedTally:
    """People by value, and by everything in their code.

    Attributes:
        numbers: States and photos by value and group, (values, 24, STATE_CELLS).
        count_pairs: Counts the grades of pairs likewise, (values, 24, PAIR_CELLS), or of those who told sex and age
            and of the others, (values, 2, PAIR_CELLS), as `PAIRS_APART` or `PAIRS_TOGETHER` is asked for.
    """

    numbers: Array
    count_pairs: Callable[[str], Array]

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
        pairs = _by_cell(self.count_pairs(PAIRS_APART))
        return pairs.reshape(len(pairs), GROUPS[1], GROUPS[0], len(PAIRS), GRADES**2)

    @cached_property
    def pairs_together(self) -> Counts:
        """Likewise, (values, 2, 1, 15, 16)."""
        pairs = self.count_pairs(PAIRS_TOGETHER).astype(np.int64, copy=False)
        return pairs.reshape(len(pairs), 2, 1, len(PAIRS), GRADES**2)

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
        names: Values with people, in order, unknown first; None alone without a narrowing.
        tally: Their people.
    """

    names: tuple[object, ...]
    tally: SummedTally


@dataclass(frozen=True)
class _Asked:
    """What is summed up; of regions, sources, views and models empty means all.

    Attributes:
        months: From which month to which.
        regions: Places.
        sources: Words.
        views: Places.
        models: As in `statistics_facts`.
        by: What the sums are by; None for one sum.
        demo: Of the demonstration.
        both: By row and region, whatever `by` says.
    """

    months: tuple[int, int] = _EVER
    regions: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    views: tuple[int, ...] = ()
    models: tuple[int, ...] | None = None
    by: Narrowing | None = None
    demo: bool = False
    both: bool = False

    @property
    def whole(self) -> bool:
        """Whether all regions are put together."""
        return not (self.both or self.regions or self.by is Narrowing.REGION)

    @property
    def graded(self) -> bool:
        """Whether views or models are named."""
        return bool(self.views) or self.models is not None

    def rows_of(self, rows: CubeRows) -> Lines | slice:
        """Say which rows are asked for."""
        months = slice(*np.searchsorted(rows.months, [self.months[0], self.months[1] + 1]))
        if not (self.sources or self.graded):
            return months
        chosen = np.zeros(len(rows), np.bool_)
        chosen[months] = True
        if self.sources:
            chosen &= np.isin(rows.sources, np.array(self.sources, np.object_))
        if self.views:
            chosen &= np.isin(rows.views, self.views)
        if self.models is not None:
            chosen &= np.isin(rows.models, self.models)
        # What is left of visits in several parts is put together anew.
        return chosen & (rows.views != SEVERAL) if self.graded else chosen


def sum_up(store: RecordStore, filters: Filters, by: Narrowing | None = None) -> Summed:
    """Count the people of a filter, whatever sexes and ages it names, by the values of something or together.

    Args:
        store: The records.
        filters: Narrows nothing but `SUMMED`.
        by: `TIME`, `REGION`, `SOURCE`, `MODEL`, or None.

    Raises:
        RecordsError: The records cannot be read.
    """
    return store.memory.recall(store.version, ("summed", filters, by), lambda: _sum_up(store, filters, by))


def _sum_up(store: RecordStore, filters: Filters, by: Narrowing | None) -> Summed:
    asked = _asked(store, filters, by)
    given = _count(store, asked, STATES_PART, _summed)
    words = [_words(store, asked, names) for names, _ in given]
    found = {
        part[place]
        for part, (_, sums) in zip(words, given, strict=True)
        for place in np.flatnonzero(sums[..., :STATES].any(axis=(1, 2)))
    }
    names = (None,) if by is None else tuple(sorted(found, key=in_order))

    def count_pairs(part: str) -> Counts:
        pairs = _count(store, asked, part, _summed)
        return _aligned(names, [(_words(store, asked, part), sums) for part, sums in pairs])

    numbers = _aligned(names, [(part, sums) for part, (_, sums) in zip(words, given, strict=True)])
    return Summed(names, SummedTally(numbers, count_pairs))


def _asked(store: RecordStore, filters: Filters, by: Narrowing | None) -> _Asked:
    timed = filters.since is not None or filters.until is not None
    models: tuple[int, ...] | None = None
    if filters.model_ids:
        names = model_names(store, demo=filters.demo)
        models = tuple(code for code, (name, _) in names.items() if name in filters.model_ids)
    return _Asked(
        months=(
            (month_number(filters.since) if filters.since else 0) if timed else _EVER[0],
            month_number(filters.until) if filters.until else _EVER[1],
        ),
        regions=tuple(REGIONS.index(region) for region in filters.regions),
        sources=filters.sources,
        views=tuple(list(View).index(view) for view in filters.views),
        models=models,
        by=by,
        demo=filters.demo,
    )


def model_names(store: RecordStore, *, demo: bool) -> dict[int, tuple[str | None, str | None]]:
    """Return the id and the version of each model that graded visits, by its number.

    Raises:
        RecordsError: The records cannot be read.
    """
    waiting, changes = _waiting(store, demo=demo)

    def read() -> dict[int, tuple[str | None, str | None]]:
        rows = store.query("SELECT code, model_id, model_version FROM statistics_models")
        return {code: (name, version) for code, name, version in rows}

    known = store.arrays.recall(changes, ("models",), read)
    # A model that is new since then has a greater number than others, and one of these visits has it.
    if known.keys() >= set(waiting.rows.models.tolist()):
        return known
    return store.memory.recall(store.version, ("models",), read)


def count_by_model(store: RecordStore, filters: Filters) -> dict[tuple[int, int], int]:
    """Count people by month and model, each as in `statistics_facts`, whatever sexes and ages the filter names.

    Args:
        store: The records.
        filters: As of `sum_up`.

    Raises:
        RecordsError: The records cannot be read.
    """
    people: dict[tuple[int, int], int] = {}
    for rows, numbers in _count(store, _asked(store, filters, None), STATES_PART, _numbers):
        for month, model, number in zip(rows.months.tolist(), rows.models.tolist(), numbers.tolist(), strict=True):
            people[month, model] = people.get((month, model), 0) + number
    return people


def count_rows(store: RecordStore, part: str, *, regions: bool, demo: bool) -> list[tuple[CubeRows, Array]]:
    """Count states or pairs of all people by row (r, 24, k), or by row and region (r, REGIONS, 24, k).

    Returns:
        Several of these, to be added up; the same may be there more than once.

    Raises:
        RecordsError: The records cannot be read.
    """
    return _count(store, _Asked(demo=demo, both=regions), part, _apart)


_Make = Callable[[_Asked, CubeRows, Array], T]


def _count(store: RecordStore, asked: _Asked, part: str, make: "_Make[T]") -> list[T]:
    """Make something of the rows that are kept, of those that wait, and of those that a filter puts together anew."""
    while True:
        waiting, changes = _waiting(store, demo=asked.demo)
        try:
            kept = _kept(store, asked, part, changes, make)
            break
        except _ChangedError:
            store.memory.forget(lambda question: question == ("waiting", asked.demo))
    found = [kept, _of_cube(asked, waiting, part, make)]
    if asked.graded:
        left = replace(asked, views=(), models=None)
        found.append(_of_cube(left, _put_together(store, asked), part, make))
    return found


class _ChangedError(Exception):
    """The kept arrays are others than those that the waiting visits go with."""


def _waiting(store: RecordStore, *, demo: bool) -> tuple[Cube, int]:
    """Count the visits that are not in the kept arrays yet, and say of which state of the arrays that is true."""

    def read() -> tuple[Cube, int]:
        with store.cursor() as cursor:
            version = store.arrays.version
            while True:
                until, changes = store.arrays.recall(version, _COUNTED, lambda: facts_cube.read_counted(cursor))
                waiting, version = facts_cube.read_waiting(cursor, until, demo=demo)
                if version == changes:
                    return waiting, changes

    return store.memory.recall(store.version, ("waiting", demo), read)


def _put_together(store: RecordStore, asked: _Asked) -> Cube:
    """Count the visits in several parts by those parts that the views and models of a filter leave."""

    def read() -> Cube:
        wanted = {"view": asked.views or None, "model": asked.models}
        chosen = [
            f"{name} IN ({', '.join(map(str, ones)) or 'NULL'})" for name, ones in wanted.items() if ones is not None
        ]
        with store.cursor() as cursor:
            return facts_cube.read_put_together(cursor, " AND ".join([*chosen, "demo = ?"]), [asked.demo])

    question = ("put together", asked.views, asked.models, asked.demo)
    return store.memory.recall(store.version, question, read)


def _of_cube(asked: _Asked, cube: Cube, part: str, make: "_Make[T]") -> T:
    arrays = cube.states if part == STATES_PART else cube.pairs
    arrays = arrays.sum(axis=1, dtype=np.int64) if asked.whole else arrays
    return make(asked, cube.rows, told_and_untold(arrays) if part == PAIRS_TOGETHER else arrays)


def _kept(store: RecordStore, asked: _Asked, part: str, changes: int, make: "_Make[T]") -> T:
    """Do so with the kept arrays; most writes do not change them."""
    column = "people" if asked.whole else (STATES_PART if part == STATES_PART else PAIRS_APART)

    def read() -> tuple[CubeRows, Array]:
        with store.cursor() as cursor, _at_once(cursor):
            if facts_cube.read_counted(cursor)[1] != changes:
                raise _ChangedError
            return facts_cube.read_part(cursor, column, demo=asked.demo)

    def ask() -> T:
        rows, arrays = store.arrays.recall(changes, (column, asked.demo), read)
        if asked.whole:
            arrays = arrays[..., :STATE_CELLS] if part == STATES_PART else arrays[..., STATE_CELLS:]
        if part == PAIRS_TOGETHER:
            arrays = store.arrays.recall(changes, (part, column, asked.demo), partial(told_and_untold, arrays))
        return make(asked, rows, arrays)

    return store.arrays.recall(changes, (part, make, asked), ask)


@contextmanager
def _at_once(cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Read one state of the records with several queries."""
    cursor.execute("BEGIN")
    try:
        yield
    finally:
        cursor.execute("ROLLBACK")


def _apart(_: _Asked, rows: CubeRows, arrays: Array) -> tuple[CubeRows, Array]:
    """Leave everyone's arrays as they are."""
    return rows, arrays


def _numbers(asked: _Asked, rows: CubeRows, arrays: Array) -> tuple[CubeRows, Array]:
    """Count the people of each row that is asked for, of arrays (r, 24, k) or (r, REGIONS, 24, k)."""
    chosen = asked.rows_of(rows)
    counts = arrays[chosen][..., :STATES].sum(axis=(-1, -2), dtype=np.int64)
    if counts.ndim == 2:
        counts = counts[:, list(asked.regions)].sum(axis=1)
    kept = CubeRows(rows.months[chosen], rows.sources[chosen], rows.views[chosen], rows.models[chosen])
    return kept, counts


def _summed(asked: _Asked, rows: CubeRows, arrays: Array) -> tuple[tuple[object, ...], Array]:
    """Sum arrays (r, 24, k) or (r, REGIONS, 24, k) up: names (v,), of regions and models their places; (v, 24, k)."""
    chosen = asked.rows_of(rows)
    arrays = arrays[chosen]
    if asked.by is Narrowing.REGION:
        regions = asked.regions or tuple(range(facts_cube.REGIONS))
        return regions, arrays.sum(axis=0, dtype=np.int64)[list(regions)]
    if arrays.ndim == 4:
        arrays = (arrays[:, list(asked.regions)] if asked.regions else arrays).sum(axis=1, dtype=np.int64)
    if asked.by is None:
        return (None,), arrays.sum(axis=0, dtype=np.int64)[None]
    values = {Narrowing.TIME: rows.months, Narrowing.SOURCE: rows.sources, Narrowing.MODEL: rows.models}[asked.by][
        chosen
    ]
    names = tuple(dict.fromkeys(values.tolist()))
    if len(names) == len(values):
        return names, arrays.astype(np.int64, copy=False)
    sums = [arrays[values == name].sum(axis=0, dtype=np.int64) for name in names]
    return names, np.stack(sums)


def _words(store: RecordStore, asked: _Asked, names: Sequence[object]) -> list[object]:
    """Return the values that `_summed` names."""
    if asked.by is Narrowing.REGION:
        return [REGIONS[int(str(name))] for name in names]
    if asked.by is Narrowing.MODEL:
        models = model_names(store, demo=asked.demo)
        return [models[int(str(name))][0] for name in names]
    return list(names)


def _aligned(names: Sequence[object], parts: Sequence[tuple[Sequence[object], Array]]) -> Counts:
    """Add numbers up by names, among which are all that count anybody."""
    places = {name: place for place, name in enumerate(names)}
    sums = np.zeros((len(names), *parts[0][1].shape[1:]), np.int64)
    for given, numbers in parts:
        known = [(places[name], place) for place, name in enumerate(given) if name in places]
        if len(dict(known)) == len(known):
            sums[[to for to, _ in known]] += numbers[[place for _, place in known]]
        else:
            for to, place in known:
                sums[to] += numbers[place]
    return sums
