"""People counted by day or month."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial

import numpy as np
import numpy.typing as npt

from core.records.facts_code import STATES
from core.records.facts_cube import UNKNOWN_TIME
from core.records.privacy import Counts
from core.records.statistics.cells import CELLS
from core.records.statistics.counting import Keys, Narrowings, count_by
from core.records.statistics.cube import SUMMED, sum_up
from core.records.statistics.filters import Filters, Narrowing, month_start
from core.records.store import RecordStore
from core.taxonomy import Condition

EPOCH = date(1970, 1, 1)


class Period(StrEnum):
    """What one point of a series covers; weeks start on Monday, days are Korean."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, eq=False)
class Series:
    """People by time.

    Attributes:
        starts: First day of each period as days since 1970, ascending, (t,).
        states: People by period, age band, sex and state of the condition, (t, 8, 3, 6).
    """

    starts: npt.NDArray[np.int64]
    states: Counts


def read_series(store: RecordStore, filters: Filters, condition: Condition, grain: Period) -> Series:
    """Count people by time, age band, sex and state of a condition, whatever sexes and ages the filter names.

    Args:
        store: The records.
        filters: Which people.
        condition: Which condition.
        grain: Days or months.

    Raises:
        RecordsError: The records cannot be read.
    """
    return read_all_series(store, filters, [filters.narrowed], condition, grain)[filters.narrowed]


def read_all_series(
    store: RecordStore, filters: Filters, asked: Sequence[Narrowings], condition: Condition, grain: Period
) -> dict[Narrowings, Series]:
    """Count people by time for several combinations of a filter's narrowings, each as `read_series` does.

    Raises:
        RecordsError: The records cannot be read.
    """
    version = store.version
    questions = {one: ("series", filters.only(one), condition, grain) for one in asked}
    unknown = [one for one, question in questions.items() if not store.memory.knows(version, question)]
    kept = [one for one in unknown if grain == Period.MONTH and SUMMED.issuperset(one)]
    column = "month" if grain == Period.MONTH else "day"
    keys = Keys({"time": column, "who": "who", "state": str(condition)}, where=f"{column} IS NOT NULL")
    scanned = [one for one in unknown if one not in kept]
    counted = count_by(store, filters, scanned, keys)

    def make(one: Narrowings) -> Series:
        if one in kept:
            return _summed(store, filters.only(one), condition)
        if one not in counted:  # what was known a moment ago may be forgotten by now
            return read_series(store, filters.only(one), condition, grain)
        return _lay_out(counted[one], grain)

    return {one: store.memory.recall(version, question, partial(make, one)) for one, question in questions.items()}


def _summed(store: RecordStore, filters: Filters, condition: Condition) -> Series:
    months = sum_up(store, filters, Narrowing.TIME)
    states = months.tally.states[:, :, :, list(Condition).index(condition)]
    known = [place for place, month in enumerate(months.names) if month != UNKNOWN_TIME]
    return Series(_month_starts([int(str(months.names[place])) for place in known]), states[known])


def _month_starts(months: Sequence[int]) -> npt.NDArray[np.int64]:
    return np.array([(month_start(month) - EPOCH).days for month in months], np.int64)


def _lay_out(counted: tuple[Counts, ...], grain: Period) -> Series:
    time, who, state, people = counted
    times, row = np.unique(time, return_inverse=True)
    table = np.zeros((len(times), CELLS[1], CELLS[0], STATES), np.int64)
    np.add.at(table, (row, who // CELLS[0], who % CELLS[0], state), people)
    if grain == Period.MONTH:
        times = _month_starts(times.tolist())
    return Series(times, table.transpose(0, 2, 1, 3))
