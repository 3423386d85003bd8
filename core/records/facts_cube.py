"""Counts of everyone by month, source, view, model, region, age band and sex, kept as arrays: filters are sums of them.

Within each of these groups people are counted by the state of each condition and of the worst of all, and by the grades
of each two conditions. A write adds the visits it touches only where these are counted already; new ones wait until
there are many of them, so that storing one visit writes no array. What waits is found by its number.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import duckdb
import numpy as np
import numpy.typing as npt

from core.records.facts_code import BAND_SHIFT, PUT_TOGETHER, STATE_BITS, STATES
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex, View

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
SEVERAL: Final = len(View)
"""In the place of a view: graded in several views or by several models."""
MOST_WAITING: Final = 1 << 12
"""More visits than this are not left to be counted when somebody asks."""

_WHO: Final = GROUPS[0] * GROUPS[1]
_FIRST_GRADE: Final = STATES - GRADES
_CHUNK: Final = 1 << 20
FEW: Final = 64
"""So many visits are counted one by one."""
_KEYS: Final = f"coalesce(month, {UNKNOWN_TIME})::SMALLINT AS month, source, coalesce(view, {SEVERAL}) AS view, model"


@dataclass(frozen=True, eq=False)
class CubeRows:
    """What is counted together, ascending by month.

    Attributes:
        months: As in `statistics_facts`, `UNKNOWN_TIME` first, (r,).
        sources: Words, (r,).
        views: As in `statistics_facts`, or `SEVERAL`, (r,).
        models: As in `statistics_facts`, (r,).
    """

    months: Array
    sources: npt.NDArray[np.object_]
    views: Array
    models: Array

    def __len__(self) -> int:
        return len(self.months)


@dataclass(frozen=True, eq=False)
class Cube:
    """Counts.

    Attributes:
        rows: Of whom, (r,).
        states: By row, region, group and number, (r, REGIONS, 24, STATE_CELLS).
        pairs: Likewise, (r, REGIONS, 24, PAIR_CELLS).
    """

    rows: CubeRows
    states: Array
    pairs: Array


@dataclass(frozen=True, eq=False)
class Visits:
    """Visits to be counted, as in `statistics_facts`; each array (n,).

    Attributes:
        words: Sources.
        source: Places among these.
        months: Unknown ones are `UNKNOWN_TIME`.
        views: None is `SEVERAL`.
        models: Numbers.
        regions: Places.
        codes: As in `core.records.facts_code`.
        photos: How many of each.
        people: How many visits each stands for.
    """

    words: Sequence[str]
    source: Array
    months: Array
    views: Array
    models: Array
    regions: Array
    codes: Array
    photos: Array
    people: Array


def count(visits: Visits) -> Cube:
    """Count visits."""
    months, models = visits.months, visits.models
    known = months[months != UNKNOWN_TIME]
    month = np.maximum(months - known.min(initial=known.max(initial=0)) + 1, 0)
    least = int(models.min(initial=0))
    key = (month * max(1, len(visits.words)) + visits.source) * (SEVERAL + 1) + visits.views
    row, chosen = _number(key * (int(models.max(initial=0)) - least + 1) + models - least)
    words = np.array(visits.words, np.object_)
    rows = CubeRows(months[chosen], words[visits.source[chosen]], visits.views[chosen], models[chosen])
    place = row * REGIONS + visits.regions
    states, pairs = _count(place, len(rows) * REGIONS, visits.codes, visits.photos, visits.people)
    shape = len(rows), REGIONS, _WHO
    return Cube(rows, states.reshape(*shape, STATE_CELLS), pairs.reshape(*shape, PAIR_CELLS))


def _number(keys: Array) -> tuple[Array, Array]:
    """Number keys in their order without gaps: the number of each (n,), and where each number is for one (r,).

    Keys lie close together, so that no sorting is needed.
    """
    if not len(keys):
        return keys, keys
    keys = keys - keys.min()
    where = np.zeros(int(keys.max()) + 1, np.int64)
    where[keys] = np.arange(1, len(keys) + 1)
    there = where > 0
    return (there.cumsum() - 1)[keys], where[there] - 1


def _count(place: Array, places: int, codes: Array, photos: Array, people: Array) -> tuple[Array, Array]:
    group, number = place * _WHO + (codes >> BAND_SHIFT), places * _WHO
    each = [(codes >> (STATE_BITS * one)) & 7 for one in range(len(Condition))]
    # Without weights NumPy counts whole numbers, which is faster.
    weights = people if (people != 1).any() else None
    if len(codes) <= FEW:
        return _count_few(group, number, np.array(each), photos, people)
    # Counts that fit: there may be a thousand rows in an import of ten years.
    states = np.empty((number, STATE_CELLS), np.int32)
    for one, state in enumerate([*each, np.max(each, axis=0, initial=0)]):
        states[:, one * STATES : (one + 1) * STATES] = _spread(group, state, STATES, number, weights)
    states[:, -1] = np.rint(np.bincount(group, photos * people, number))
    pairs = np.empty((number, PAIR_CELLS), np.int32)
    cells = GRADES**2
    for one, (first, second) in enumerate(PAIRS):
        both = (each[first] >= _FIRST_GRADE) & (each[second] >= _FIRST_GRADE)
        grades = (each[first][both] - _FIRST_GRADE) * GRADES + each[second][both] - _FIRST_GRADE
        pairs[:, one * cells : (one + 1) * cells] = _spread(
            group[both], grades, cells, number, None if weights is None else weights[both]
        )
    return states, pairs


def _count_few(group: Array, number: int, each: Array, photos: Array, people: Array) -> tuple[Array, Array]:
    """Do so visit by visit: of one that waits, most of the time would go into counting nobody.

    Args:
        group: Of each visit, (n,).
        number: Of groups.
        each: State by condition, (6, n).
        photos: How many of each, (n,).
        people: How many visits each stands for, (n,).
    """
    states, pairs = np.zeros((number, STATE_CELLS), np.int32), np.zeros((number, PAIR_CELLS), np.int32)
    measured = np.concatenate([each, each.max(axis=0, initial=0)[None]])
    np.add.at(states, (group, measured + STATES * np.arange(MEASURES)[:, None]), people)
    np.add.at(states[:, -1], group, photos * people)
    first, second = np.array(PAIRS).T
    grades = each - _FIRST_GRADE
    cells = grades[first] * GRADES + grades[second] + GRADES**2 * np.arange(len(PAIRS))[:, None]
    both = (grades[first] >= 0) & (grades[second] >= 0)
    groups, numbers = (np.broadcast_to(one, both.shape)[both] for one in (group, people))
    np.add.at(pairs, (groups, cells[both]), numbers)
    return states, pairs


def _spread(group: Array, place: Array, places: int, number: int, people: Array | None) -> Array:
    counted: Array = np.bincount(group * places + place, people, minlength=number * places).reshape(number, places)
    return counted if people is None else np.rint(counted)


def told_and_untold(arrays: Array) -> Array:
    """Add arrays by group up to those who told their sex and age, and the others.

    Args:
        arrays: (..., 24, k).

    Returns:
        (..., 2, k).
    """
    cells = arrays.reshape(*arrays.shape[:-2], *GROUPS, arrays.shape[-1])
    told = cells[..., : len(Sex), : len(AgeBand), :].sum(axis=(-3, -2), dtype=np.int64)
    return np.stack([told, arrays.sum(axis=-2, dtype=np.int64) - told], axis=-2)


def read_waiting(cursor: duckdb.DuckDBPyConnection, until: int, *, demo: bool) -> tuple[Cube, int]:
    """Count the visits behind a number, which are few, and say how often the cube was written, at the same time."""
    *columns, changes = _columns(
        cursor.execute(
            f"""SELECT {_KEYS}, region, code, photos, 1 AS people, 0::BIGINT AS changes
                FROM statistics_facts WHERE number > ? AND demo = ?
                UNION ALL SELECT 0, '', 0, 0, 0, 0, 0, 0, changes FROM statistics_counted""",  # noqa: S608 (constants)
            [until, demo],
        )
    )
    counted = columns[-1] > 0
    return count(_visits(column[counted] for column in columns)), int(changes.sum())


def read_put_together(cursor: duckdb.DuckDBPyConnection, chosen: str, parameters: list[object]) -> Cube:
    """Count the visits in several parts by the parts that a filter of views and models leaves.

    Args:
        cursor: For reading.
        chosen: SQL that says of a row of `statistics_parts` whether it is left.
        parameters: Values for its question marks.
    """
    return count(
        _visits(
            _columns(
                cursor.execute(
                    f"""SELECT coalesce(month, {UNKNOWN_TIME}) AS month, source, {SEVERAL} AS view, model, region, code,
                            photos, count(*) AS people
                        FROM (SELECT number, {PUT_TOGETHER} FROM statistics_parts WHERE {chosen} GROUP BY number)
                        GROUP BY ALL""",  # noqa: S608 (our own SQL; values are parameters)
                    parameters,
                )
            )
        )
    )


def _columns(cursor: duckdb.DuckDBPyConnection) -> list[npt.NDArray[Any]]:
    return [np.asarray(column) for column in cursor.fetchnumpy().values()]


def _visits(columns: Iterable[npt.NDArray[Any]]) -> Visits:
    months, sources, *others = columns
    views, models, regions, codes, photos, people = (column.astype(np.int64) for column in others)
    places = {word: place for place, word in enumerate(dict.fromkeys(sources.tolist()))}
    source = np.array([places[word] for word in sources.tolist()], np.int64)
    return Visits(tuple(places), source, months.astype(np.int64), views, models, regions, codes, photos, people)


def read_counted(cursor: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """Return up to which number visits are counted, and how often the cube was written."""
    until, changes = cursor.execute("SELECT until, changes FROM statistics_counted").fetchall()[0]
    return int(until), int(changes)


def read_part(cursor: duckdb.DuckDBPyConnection, part: str, *, demo: bool) -> tuple[CubeRows, Array]:
    """Read the kept arrays.

    Args:
        cursor: For reading.
        part: `people`, `states` or `pairs`.
        demo: Of the demonstration.

    Returns:
        CubeRows (r,) and their arrays: people (r, 24, STATE_CELLS + PAIR_CELLS), states and pairs as in `Cube`.
    """
    found = cursor.execute(
        f"""SELECT month, source, view, model, {part} FROM statistics_cube WHERE demo = ?
            ORDER BY month, source, view, model""",  # noqa: S608 (a constant)
        [demo],
    ).fetchall()
    shape = {
        "people": (_WHO, STATE_CELLS + PAIR_CELLS),
        "states": (REGIONS, _WHO, STATE_CELLS),
        "pairs": (REGIONS, _WHO, PAIR_CELLS),
    }[part]
    arrays = [_opened(blob, shape) for *_, blob in found]
    stacked = np.stack(arrays) if arrays else np.zeros((0, *shape), np.uint8)
    months, sources, views, models = zip(*(row[:-1] for row in found), strict=True) if found else ((), (), (), ())
    return CubeRows(
        np.array(months, np.int64), np.array(sources, np.object_), np.array(views), np.array(models)
    ), stacked


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


_Key = tuple[bool, int, str, int, int]


def _add(cursor: duckdb.DuckDBPyConnection, table: str, chosen: str, sign: int) -> None:
    for demo in (False, True):
        counted: dict[_Key, tuple[Array, Array]] = {}
        for piece in _pieces(cursor, f"{table} WHERE {chosen} AND demo = {demo}"):
            rows = piece.rows
            columns = (column.tolist() for column in (rows.months, rows.sources, rows.views, rows.models))
            for key, states, pairs in zip(zip(*columns, strict=True), piece.states, piece.pairs, strict=True):
                before = counted.get((demo, *key))
                both = (states, pairs) if before is None else (before[0] + states, before[1] + pairs)
                counted[demo, *key] = both
        for of_whom, (states, pairs) in counted.items():
            _put(cursor, of_whom, states * sign, pairs * sign)
        if counted:
            note_change(cursor)


def note_change(cursor: duckdb.DuckDBPyConnection) -> None:
    """Note that what is read of the kept arrays and models is not true any more: numbers of models are given again."""
    cursor.execute("UPDATE statistics_counted SET changes = changes + 1")


def _pieces(cursor: duckdb.DuckDBPyConnection, chosen: str) -> Iterator[Cube]:
    sql = f"SELECT {_KEYS}, region, code, photos, 1 AS people FROM {chosen}"  # noqa: S608 (our own SQL)
    for batch in cursor.execute(sql).to_arrow_reader(_CHUNK):
        months, sources, *others = batch.columns
        words = sources.dictionary_encode()
        arrays = (column.to_numpy().astype(np.int64) for column in (words.indices, months, *others))
        yield count(Visits(tuple(words.dictionary.to_pylist()), *arrays))


def _put(cursor: duckdb.DuckDBPyConnection, key: _Key, states: Array, pairs: Array) -> None:
    for old_states, old_pairs in cursor.execute(
        """DELETE FROM statistics_cube WHERE demo = ? AND month = ? AND source = ? AND view = ? AND model = ?
           RETURNING states, pairs""",
        key,
    ).fetchall():
        states = states + _opened(old_states, states.shape)
        pairs = pairs + _opened(old_pairs, pairs.shape)
    if not states.any():
        return
    people = np.concatenate([states.sum(axis=0), pairs.sum(axis=0)], axis=1)
    blobs = map(_packed, (people, states, pairs))
    cursor.execute("INSERT INTO statistics_cube VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [*key, *blobs])


def _packed(counts: Array) -> bytes:
    """Pack counts into as few bytes each as the greatest needs."""
    if counts.min(initial=0) < 0:
        raise ValueError("more visits are taken off the statistics than were counted")
    return counts.astype(np.min_scalar_type(int(counts.max(initial=0)))).tobytes()


def _opened(packed: bytes, shape: tuple[int, ...]) -> Array:
    width = len(packed) // int(np.prod(shape))
    counts: Array = np.frombuffer(packed, np.dtype(f"<u{width}")).reshape(shape)
    return counts
