"""People by code: most charts of a filter are sums of these, from one scan."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np

from core.records.facts_code import STATE_BITS
from core.records.privacy import Counts
from core.records.statistics.counting import Keys, Narrowings, count_by
from core.records.statistics.filters import FIRST_GRADE, Filters, Narrowing
from core.records.store import RecordStore
from core.taxonomy import Condition

Codes = tuple[Counts, Counts, Counts]
"""Codes as in `core.records.facts_code`, the people of each and their photos: (k,), (k,), (k,)."""

_GRADED: Final = frozenset({Narrowing.VIEW, Narrowing.MODEL})
_PATTERNS: Final = Keys({"pattern": "pattern"}, looked_up=("code", "photos"), table="statistics_patterns")
# What is put together anew from parts has no number.
_PUT_TOGETHER: Final = Keys({"code": "code", "photos": "photos"})


def read_codes(store: RecordStore, filters: Filters, asked: Sequence[Narrowings]) -> dict[Narrowings, Codes]:
    """Count people by code for several combinations of a filter's narrowings.

    Raises:
        RecordsError: The records cannot be read.
    """
    version = store.version
    # Who has a condition stands in the code: nobody needs to be counted again for that.
    wider = {one: tuple(n for n in one if n != Narrowing.HAVING) for one in asked}
    questions = {one: ("codes", filters.only(one)) for one in wider.values()}
    unknown = [one for one, question in questions.items() if not store.memory.knows(version, question)]
    counted = _count(store, filters, unknown)
    known = {
        one: store.memory.recall(version, question, partial(_taken, store, filters, counted, one))
        for one, question in questions.items()
    }
    return {one: known[wider[one]] if one == wider[one] else _having(known[wider[one]], filters) for one in asked}


def _taken(store: RecordStore, filters: Filters, counted: dict[Narrowings, Codes], one: Narrowings) -> Codes:
    """Take what was counted; what was known a moment ago may be forgotten by now."""
    return counted[one] if one in counted else _count(store, filters, [one])[one]


def _count(store: RecordStore, filters: Filters, asked: Sequence[Narrowings]) -> dict[Narrowings, Codes]:
    counted = count_by(store, filters, [one for one in asked if one and not _GRADED.intersection(one)], _PATTERNS)
    counted |= count_by(store, filters, [one for one in asked if _GRADED.intersection(one)], _PUT_TOGETHER)
    if () in asked:
        counted[()] = _everyone(store, demo=filters.demo)
    return {one: (codes, people, photos * people) for one, (codes, photos, people) in counted.items()}


def _everyone(store: RecordStore, *, demo: bool) -> tuple[Counts, ...]:
    """Read codes, photos and people of everyone, which are kept."""
    with store.cursor() as cursor:
        columns = cursor.execute(
            "SELECT code, photos, people FROM statistics_patterns WHERE demo = ?", [demo]
        ).fetchnumpy()
    return tuple(np.asarray(column).astype(np.int64) for column in columns.values())


def _having(codes: Codes, filters: Filters) -> Codes:
    if filters.having is None:
        return codes
    shift = STATE_BITS * list(Condition).index(filters.having)
    there = (codes[0] >> shift) & 7 >= FIRST_GRADE + int(filters.having_at_least)
    return codes[0][there], codes[1][there], codes[2][there]
