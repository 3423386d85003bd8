"""People counted by all that is told of them, and by the values of one narrowing beside it.

What is told apart by a filter is counted for every value it could name, so that `core.records.statistics.blocks` can
see what subtracting filters from each other would give.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import numpy as np

from core.records.facts_code import BAND_SHIFT, STATE_BITS, STATES
from core.records.facts_cube import GRADES, PAIRS, UNKNOWN_TIME
from core.records.privacy import Counts, Lines
from core.records.statistics.cells import Cells, read_cells
from core.records.statistics.cube import SUMMED, SummedTally, sum_up
from core.records.statistics.filters import (
    AGE_BANDS,
    FIRST_GRADE,
    REGIONS,
    SEXES,
    Filters,
    Narrowing,
    in_order,
    month_number,
    people_sql,
)
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Sex

WORST: Final = len(Condition)
"""The place, behind those of the conditions, of the worst state of them all."""
_WHO: Final = len(AGE_BANDS) * (len(SEXES) + 1)


class Tally(Protocol):
    """People by value, age band and sex."""

    @property
    def states(self) -> Counts:
        """By condition or the worst of all, and state: (values, 8, 3, 7, 6)."""

    @property
    def pairs(self) -> Counts:
        """Those graded for both of a pair, by pair and both grades: (values, 8, 3, 15, 16)."""

    @property
    def pairs_together(self) -> Counts:
        """The same of those who told sex and age, and of the others: (values, 2, 1, 15, 16)."""


@dataclass(frozen=True, eq=False)
class CodeTally:
    """People by value, and by everything in their code.

    Attributes:
        rows: Place of the value of each count, (k,).
        codes: As in `core.records.facts_code`, (k,).
        people: How many, (k,).
        values: How many values there are.
    """

    rows: Counts
    codes: Counts
    people: Counts
    values: int

    @cached_property
    def states(self) -> Counts:
        """As of `Tally`."""
        each = [(self.codes >> (STATE_BITS * place)) & 7 for place in range(len(Condition))]
        each.append(np.max(each, axis=0, initial=0))
        return np.stack([self._spread(state, STATES) for state in each], axis=3)

    @cached_property
    def pairs(self) -> Counts:
        """As of `Tally`."""
        grades = [((self.codes >> (STATE_BITS * place)) & 7) - FIRST_GRADE for place in range(len(Condition))]
        tables = []
        for first, second in PAIRS:
            both = (grades[first] >= 0) & (grades[second] >= 0)
            place = np.where(both, grades[first] * GRADES + grades[second], GRADES**2)
            tables.append(self._spread(place, GRADES**2 + 1)[..., : GRADES**2])
        return np.stack(tables, axis=3)

    @cached_property
    def pairs_together(self) -> Counts:
        """As of `Tally`."""
        return _together(self.pairs)

    def _spread(self, place: Counts, number: int) -> Counts:
        where = (self.rows * _WHO + (self.codes >> BAND_SHIFT)) * number + place
        sums = np.bincount(where, self.people, self.values * _WHO * number)
        table = np.rint(sums).astype(np.int64).reshape(self.values, len(SEXES) + 1, len(AGE_BANDS), number)
        return table[:, : len(SEXES)].transpose(0, 2, 1, 3)


def _together(pairs: Counts) -> Counts:
    told: Counts = pairs[:, : len(AgeBand), : len(Sex)].sum(axis=(1, 2))
    return np.stack([told, pairs.sum(axis=(1, 2)) - told], axis=1)[:, :, None]


def tally_of(cells: Cells) -> CodeTally:
    """Return the people of one filter as a tally of a single value."""
    return CodeTally(np.zeros(len(cells.codes), np.int64), cells.codes, cells.people, 1)


@dataclass(frozen=True, eq=False)
class Values:
    """People by the values that one narrowing could name.

    Attributes:
        names: The values, months in order and unknown ones first.
        tally: Their people.
    """

    names: tuple[object, ...]
    tally: Tally

    def at(self, names: tuple[object, ...]) -> "Values":
        """Return the same with the values in another order, or with more that nobody has."""
        if names == self.names:
            return self
        return Values(
            names, _Arranged(self.tally, np.array([names.index(name) for name in self.names], np.int64), len(names))
        )


@dataclass(frozen=True, eq=False)
class _Arranged:
    """A tally with its values in other places, (values,), out of so many."""

    tally: Tally
    places: Counts
    number: int

    @cached_property
    def states(self) -> Counts:
        """As of `Tally`."""
        return self._arrange(self.tally.states)

    @cached_property
    def pairs(self) -> Counts:
        """As of `Tally`."""
        return self._arrange(self.tally.pairs)

    @cached_property
    def pairs_together(self) -> Counts:
        """As of `Tally`."""
        return self._arrange(self.tally.pairs_together)

    def _arrange(self, counts: Counts) -> Counts:
        arranged = np.zeros((self.number, *counts.shape[1:]), np.int64)
        arranged[self.places] = counts[: len(self.places)]
        return arranged


def read_values(store: RecordStore, place: Filters, narrowing: Narrowing, field: str = "") -> Values:
    """Count the people of a filter by the values of something it does not narrow.

    Args:
        store: The records.
        place: Which people, of any sex and age.
        narrowing: What the values are of: `TIME` (months), `REGION`, `SOURCE`, `MODEL` or `ANSWERS`.
        field: Of the answers; whoever gave several values to it counts for each.

    Raises:
        RecordsError: The records cannot be read.
    """
    if narrowing in SUMMED and SUMMED.issuperset(place.narrowed):
        summed = sum_up(store, place, narrowing)
        return Values(summed.names, summed.tally)
    return store.memory.recall(
        store.version, ("values", place, narrowing, field), lambda: _read(store, place, narrowing, field)
    )


_COLUMNS: Final = {
    Narrowing.TIME: f"coalesce(month, {UNKNOWN_TIME})",
    Narrowing.REGION: "region",
    Narrowing.SOURCE: "source",
    Narrowing.MODEL: "(SELECT model_id FROM statistics_models AS m WHERE m.code = p.model)",
    Narrowing.ANSWERS: "value",
}


def _read(store: RecordStore, place: Filters, narrowing: Narrowing, field: str) -> Values:
    people, parameters = people_sql(place), list[object]()
    source = f"({people.sql}) AS p"
    if narrowing is Narrowing.ANSWERS:
        source += " LEFT JOIN (SELECT said, value FROM statistics_answers WHERE field = ?) AS a USING (said)"
        parameters.append(field)
    # Numbers of patterns are small: DuckDB groups by them without hashing.
    code = "code" if place.views or place.model_ids else "pattern"
    sql = f"SELECT {_COLUMNS[narrowing]} AS value, {code}, count(*) AS people FROM {source} GROUP BY ALL"  # noqa: S608
    with store.cursor() as cursor:
        found = cursor.execute(sql, [*people.parameters, *parameters]).to_arrow_table()
    codes, counts = (found.column(name).to_numpy().astype(np.int64) for name in (code, "people"))
    if code == "pattern":
        codes = _codes_of_patterns(store)[codes]
    column = found.column("value").combine_chunks().dictionary_encode()
    given = [*column.dictionary.to_pylist(), None]
    rows = column.indices.fill_null(len(given) - 1).to_numpy(zero_copy_only=False)
    words = [REGIONS[place] if narrowing is Narrowing.REGION and place is not None else place for place in given]
    names = tuple(sorted({words[row] for row in np.unique(rows)}, key=in_order))
    places = np.array([names.index(word) if word in names else 0 for word in words], np.int64)
    return Values(names, CodeTally(places[rows], codes, counts, len(names)))


def _codes_of_patterns(store: RecordStore) -> Counts:
    """Return the code of each pattern by its number."""
    version = store.version

    def read() -> Counts:
        with store.cursor() as cursor:
            found = cursor.execute("SELECT pattern, code FROM statistics_patterns").fetchnumpy()
        patterns, codes = (np.asarray(found[name]).astype(np.int64) for name in ("pattern", "code"))
        table = np.zeros(int(patterns.max(initial=-1)) + 1, np.int64)
        table[patterns] = codes
        return table

    return store.memory.recall(version, ("codes of patterns",), read)


def values_of_having(cells: Cells, condition: Condition) -> Values:
    """Count the people of a filter by their state of a condition, in the order of the states."""
    states = cells.state_of(list(Condition).index(condition))
    return Values(tuple(range(STATES)), CodeTally(states, cells.codes, cells.people, STATES))


def named_by(filters: Filters, narrowing: Narrowing, names: tuple[object, ...], field: str = "") -> Lines:
    """Say which values a filter names, (values,)."""
    if narrowing is Narrowing.TIME:
        first = month_number(filters.since) if filters.since else 0
        last = month_number(filters.until) if filters.until else np.inf
        named = [isinstance(name, int) and name != UNKNOWN_TIME and first <= name <= last for name in names]
    elif narrowing is Narrowing.HAVING:
        named = [isinstance(name, int) and name >= FIRST_GRADE + int(filters.having_at_least) for name in names]
    else:
        wanted: dict[Narrowing, tuple[object, ...]] = {
            Narrowing.REGION: filters.regions,
            Narrowing.SOURCE: filters.sources,
            Narrowing.MODEL: filters.model_ids,
            Narrowing.ANSWERS: tuple(value for name, value in filters.answers if name == field),
        }
        named = [name in wanted[narrowing] for name in names]
    return np.array(named, dtype=np.bool_)


def inside_and_outside(store: RecordStore, place: Filters, wider: Filters) -> Tally:
    """Count the people of a filter, and behind them those of a wider one who are not in it.

    Raises:
        RecordsError: The records cannot be read.
    """
    if SUMMED.issuperset(wider.narrowed) and SUMMED.issuperset(place.narrowed):
        within, around = sum_up(store, place).tally, sum_up(store, wider).tally
        return SummedTally(
            np.concatenate([within.numbers, around.numbers - within.numbers]),
            lambda part: np.concatenate(
                [within.count_pairs(part), around.count_pairs(part) - within.count_pairs(part)]
            ),
        )
    inner, outer = read_cells(store, place), read_cells(store, wider)
    rows = np.concatenate(
        [np.zeros(len(inner.codes), np.int64), np.ones(len(outer.codes) + len(inner.codes), np.int64)]
    )
    codes = np.concatenate([inner.codes, outer.codes, inner.codes])
    return CodeTally(rows, codes, np.concatenate([inner.people, outer.people, -inner.people]), 2)
