"""Counts of everyone by month, region, age band and sex, kept as arrays: filters of time and place are sums of them.

Within each of these groups people are counted by the state of each condition and of the worst of all, and by the grades
of each two conditions. A write adds the visits it touches only where these are counted already; new ones wait until
there are many of them, so that storing one visit writes no array. What waits is found by its number.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import duckdb
import numpy as np
import numpy.typing as npt

from core.records.facts_code import BAND_SHIFT, STATE_BITS, STATES
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex

Array = npt.NDArray[np.integer]

REGIONS: Final = len(Region) + 1
"""Regions, and not told."""
GROUPS: Final = (len(Sex) + 1, len(AgeBand) + 1)
"""Sexes and age bands, each with not told: the upper part of a code in order."""
MEASURES: Final = len(Condition) + 1
"""Conditions, and the worst of all."""
PAIRS: Final = tuple(combinations(range(len(Condition)), 2))
GRADES: Final = len(Severity)
STATE_CELLS: Final = MEASURES * STATES + 1
"""Numbers of a group: states by measure, and photos."""
PAIR_CELLS: Final = len(PAIRS) * GRADES**2
UNKNOWN_TIME: Final = -1
MOST_WAITING: Final = 1 << 12
"""More visits than this are not left to be counted when somebody asks."""

_WHO: Final = GROUPS[0] * GROUPS[1]
_FIRST_GRADE: Final = STATES - GRADES
_CHUNK: Final = 1 << 20
_COLUMNS: Final = f"demo, coalesce(month, {UNKNOWN_TIME})::SMALLINT AS month, region, code, photos"


@dataclass(frozen=True, eq=False)
class Cube:
    """Counts by month.

    Attributes:
        months: As in `statistics_facts`, ascending, `UNKNOWN_TIME` first, (t,).
        states: By month, region, group and number, (t, REGIONS, 24, STATE_CELLS).
        pairs: Likewise, (t, REGIONS, 24, PAIR_CELLS).
    """

    months: Array
    states: Array
    pairs: Array


def count(months: Array, regions: Array, codes: Array, photos: Array) -> Cube:
    """Count visits.

    Args:
        months: Of each visit, (n,).
        regions: Places of their regions, (n,).
        codes: As in `core.records.facts_code`, (n,).
        photos: How many of each, (n,).
    """
    named, place = np.unique(months, return_inverse=True)
    codes = codes.astype(np.int64)
    group = (place * REGIONS + regions) * _WHO + (codes >> BAND_SHIFT)
    number = len(named) * REGIONS * _WHO
    each = [(codes >> (STATE_BITS * one)) & 7 for one in range(len(Condition))]
    states = np.empty((number, STATE_CELLS), np.int64)
    for one, state in enumerate([*each, np.max(each, axis=0, initial=0)]):
        states[:, one * STATES : (one + 1) * STATES] = _spread(group, state, STATES, number)
    states[:, -1] = np.rint(np.bincount(group, photos, number))
    pairs = np.empty((number, PAIR_CELLS), np.int64)
    cells = GRADES**2
    for one, (first, second) in enumerate(PAIRS):
        both = (each[first] >= _FIRST_GRADE) & (each[second] >= _FIRST_GRADE)
        place = (each[first][both] - _FIRST_GRADE) * GRADES + each[second][both] - _FIRST_GRADE
        pairs[:, one * cells : (one + 1) * cells] = _spread(group[both], place, cells, number)
    shape = len(named), REGIONS, _WHO
    return Cube(named.astype(np.int64), states.reshape(*shape, STATE_CELLS), pairs.reshape(*shape, PAIR_CELLS))


def _spread(group: Array, place: Array, places: int, number: int) -> Array:
    counted: Array = np.bincount(group * places + place, minlength=number * places).reshape(number, places)
    return counted


def read_waiting(cursor: duckdb.DuckDBPyConnection, until: int, *, demo: bool) -> Cube:
    """Count the visits that wait, which are few."""
    found = cursor.execute(
        f"SELECT {_COLUMNS} FROM statistics_facts WHERE number > ? AND demo = ?",  # noqa: S608 (constants)
        [until, demo],
    ).fetchnumpy()
    return count(*(np.asarray(found[name]) for name in ("month", "region", "code", "photos")))


def read_counted(cursor: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Return up to which number visits are counted, and how often the cube was written."""
    until, changes = cursor.execute("SELECT until, changes FROM statistics_counted").fetchall()[0]
    return int(until), int(changes)


def read_part(cursor: duckdb.DuckDBPyConnection, part: str, *, demo: bool) -> tuple[Array, Array]:
    """Read the kept arrays.

    Args:
        cursor: For reading.
        part: `people`, `states` or `pairs`.
        demo: Of the demonstration.

    Returns:
        Months (t,) and their arrays: people (t, 24, STATE_CELLS + PAIR_CELLS), states and pairs as in `Cube`.
    """
    rows = cursor.execute(
        f"SELECT month, {part} FROM statistics_cube WHERE demo = ? ORDER BY month",  # noqa: S608 (a constant)
        [demo],
    ).fetchall()
    shape = {
        "people": (_WHO, STATE_CELLS + PAIR_CELLS),
        "states": (REGIONS, _WHO, STATE_CELLS),
        "pairs": (REGIONS, _WHO, PAIR_CELLS),
    }[part]
    arrays = [_opened(blob, shape) for _, blob in rows]
    stacked = np.stack(arrays) if arrays else np.zeros((0, *shape), np.uint8)
    return np.array([month for month, _ in rows], np.int64), stacked


def keep(cursor: duckdb.DuckDBPyConnection) -> None:
    """Add the visits of `derived`, which are not in `statistics_facts` yet, or let them wait."""
    until, _ = read_counted(cursor)
    waiting, last = cursor.execute(
        """SELECT count(*), max(number) FROM (
               SELECT number FROM statistics_facts UNION ALL SELECT number FROM derived
           ) WHERE number > ?""",
        [until],
    ).fetchall()[0]
    if waiting <= MOST_WAITING:
        _add(cursor, "derived", f"number <= {until}", 1)
        return
    _add(cursor, "derived", "true", 1)
    _add(cursor, "statistics_facts", f"number > {until}", 1)
    cursor.execute("UPDATE statistics_counted SET until = ?", [last])


def let_go(cursor: duckdb.DuckDBPyConnection) -> None:
    """Take the visits of `derived` off where they are counted."""
    _add(cursor, "derived", f"number <= {read_counted(cursor)[0]}", -1)


def clear(cursor: duckdb.DuckDBPyConnection) -> None:
    """Forget all counts."""
    cursor.execute("DELETE FROM statistics_cube")
    cursor.execute("UPDATE statistics_counted SET until = -1, changes = changes + 1")


def _add(cursor: duckdb.DuckDBPyConnection, table: str, chosen: str, sign: int) -> None:
    for demo in (False, True):
        counted: dict[int, tuple[Array, Array]] = {}
        for piece in _pieces(cursor, f"{table} WHERE {chosen} AND demo = {demo}"):
            for month, states, pairs in zip(piece.months.tolist(), piece.states, piece.pairs, strict=True):
                before = counted.get(month)
                counted[month] = (states, pairs) if before is None else (before[0] + states, before[1] + pairs)
        for month, (states, pairs) in counted.items():
            _put(cursor, demo, month, states * sign, pairs * sign)
        if counted:
            cursor.execute("UPDATE statistics_counted SET changes = changes + 1")


def _pieces(cursor: duckdb.DuckDBPyConnection, chosen: str) -> Iterator[Cube]:
    for batch in cursor.execute(f"SELECT {_COLUMNS} FROM {chosen}").to_arrow_reader(_CHUNK):  # noqa: S608 (our own SQL)
        yield count(*(batch.column(name).to_numpy() for name in ("month", "region", "code", "photos")))


def _put(cursor: duckdb.DuckDBPyConnection, demo: bool, month: int, states: Array, pairs: Array) -> None:
    key = [demo, month]
    for old_states, old_pairs in cursor.execute(
        "DELETE FROM statistics_cube WHERE demo = ? AND month = ? RETURNING states, pairs", key
    ).fetchall():
        states = states + _opened(old_states, states.shape)
        pairs = pairs + _opened(old_pairs, pairs.shape)
    if not states.any():
        return
    people = np.concatenate([states.sum(axis=0), pairs.sum(axis=0)], axis=1)
    cursor.execute("INSERT INTO statistics_cube VALUES (?, ?, ?, ?, ?)", [*key, *map(_packed, (people, states, pairs))])


def _packed(counts: Array) -> bytes:
    """Pack counts into as few bytes each as the greatest needs."""
    if counts.min(initial=0) < 0:
        raise ValueError("more visits are taken off the statistics than were counted")
    return counts.astype(np.min_scalar_type(int(counts.max(initial=0)))).tobytes()


def _opened(packed: bytes, shape: tuple[int, ...]) -> Array:
    width = len(packed) // int(np.prod(shape))
    counts: Array = np.frombuffer(packed, np.dtype(f"<u{width}")).reshape(shape)
    return counts
