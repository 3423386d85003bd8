"""Counting the people of a filter and of the wider ones around it in as few scans as there can be.

What a filter publishes depends on each combination of its narrowings (`core.records.statistics.frame`), which overlap:
those that have a narrowing in common are counted in one scan of the people it leaves, a column a combination.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Final

import numpy as np

from core.records.privacy import Counts
from core.records.statistics.filters import Filters, Narrowing, narrowing_sql, people_sql
from core.records.store import RecordStore

Narrowings = tuple[Narrowing, ...]
# Keys that have no more bits than this together are an index for DuckDB, which hashes others.
_KEY_BITS: Final = 18

# These decide what of a person is counted, or look another table up: each combination of them has a scan of its own.
_APART: Final = frozenset({Narrowing.VIEW, Narrowing.MODEL, Narrowing.ANSWERS})


def subsets(narrowings: Narrowings) -> list[Narrowings]:
    """Return all combinations, the empty one first."""
    return list(chain.from_iterable(combinations(narrowings, size) for size in range(len(narrowings) + 1)))


@dataclass(frozen=True)
class Keys:
    """What people are counted by.

    Attributes:
        sql: SQL over `people_sql` by name of the key, whole numbers that are never NULL.
        where: SQL over the same: who is counted at all.
        looked_up: Names to give in place of the keys, from a table that has the keys.
        table: This table.
    """

    sql: Mapping[str, str]
    where: str = "true"
    looked_up: tuple[str, ...] = ()
    table: str = ""


def count_by(
    store: RecordStore, filters: Filters, asked: Sequence[Narrowings], keys: Keys
) -> dict[Narrowings, tuple[Counts, ...]]:
    """Count people by keys for several combinations of a filter's narrowings, whatever sexes and ages it names.

    Args:
        store: The records.
        filters: The filter.
        asked: Combinations of its narrowings.
        keys: What they are counted by.

    Returns:
        By combination: the keys, or what is looked up by them, and the people, each (k,).

    Raises:
        RecordsError: The records cannot be read.
    """
    found: dict[Narrowings, tuple[Counts, ...]] = {}
    for common, together in _scans(asked):
        extras = [narrowing_sql(filters.only(tuple(n for n in one if n not in common))) for one in together]
        sums = [
            f"count(*){'' if extra.sql == 'true' else f' FILTER ({extra.sql})'} AS people_{place}"
            for place, extra in enumerate(extras)
        ]
        people = people_sql(filters.only(common))
        told, names = keys.looked_up or tuple(keys.sql), ", ".join(keys.sql)
        listed = ", ".join(f"{sql} AS {name}" for name, sql in keys.sql.items())
        counted = f"SELECT {listed}, {', '.join(sums)} FROM ({people.sql}) WHERE {keys.where} GROUP BY {names}"  # noqa: S608
        if keys.table:
            numbers = (f"people_{place}" for place in range(len(together)))
            counted = f"SELECT {', '.join((*told, *numbers))} FROM ({counted}) JOIN {keys.table} USING ({names})"  # noqa: S608
        values = [*chain.from_iterable(extra.parameters for extra in extras), *people.parameters]
        whole = _read(store, counted, values)
        for place, one in enumerate(together):
            there = whole[len(told) + place] > 0
            found[one] = tuple(column[there] for column in (*whole[: len(told)], whole[len(told) + place]))
    return found


def _read(store: RecordStore, sql: str, parameters: Sequence[object]) -> tuple[Counts, ...]:
    with store.cursor() as cursor:
        cursor.execute(f"SET perfect_ht_threshold = {_KEY_BITS}")
        columns = cursor.execute(sql, list(parameters)).fetchnumpy()
    return tuple(np.asarray(column).astype(np.int64) for column in columns.values())


def _scans(asked: Sequence[Narrowings]) -> Iterator[tuple[Narrowings, list[Narrowings]]]:
    """Part combinations into scans: what all of one have in common, and its combinations."""
    pending = list(asked)
    while pending:
        apart = _APART.intersection(pending[0])
        alike = [one for one in pending if _APART.intersection(one) == apart]
        often = Counter(narrowing for one in alike for narrowing in one)
        if often:
            (most, _), *_ = often.most_common(1)
            alike = [one for one in alike if most in one]
        yield tuple(n for n in Narrowing if all(n in one for one in alike)), alike
        pending = [one for one in pending if one not in alike]
