"""How a condition's share moves by day, week or month, and which model graded when.

The three series fit together: where a day or week is hidden, neither the months nor the other weeks and days give it
away. A week that lies in two months is taken as two pieces for that, and shown where both may be.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from core.records.facts_code import STATES
from core.records.privacy import MIN_CELL, Counts, Lines, are_small
from core.records.statistics.cells import read_cells
from core.records.statistics.counting import subsets
from core.records.statistics.filters import (
    EVERYONE,
    FIRST_GRADE,
    Filters,
    Narrowing,
    month_number,
    month_start,
    people_sql,
)
from core.records.statistics.frame import Frame, open_frame, unsafe_from
from core.records.statistics.prevalence import rate_of
from core.records.statistics.rates import Rate
from core.records.statistics.series import EPOCH, Period, Series, read_all_series
from core.records.store import RecordStore
from core.taxonomy import Condition, Severity

Unsafe = Callable[[Counts], Lines]


@dataclass(frozen=True)
class TrendPoint:
    """One period.

    Attributes:
        start: Its first day.
        rate: The share of those graded in it; None where nobody was or it may not be told.
    """

    start: date
    rate: Rate | None


@dataclass(frozen=True)
class ModelMark:
    """The first month in which a version of a model graded at least ten people.

    Attributes:
        start: First day of the month.
        model_id: The model; None for imported grades that named none.
        model_version: Its version; likewise.
    """

    start: date
    model_id: str | None
    model_version: str | None


@dataclass(frozen=True)
class Trend:
    """A condition over time.

    Attributes:
        condition: The condition.
        at_least: The lowest grade that counts.
        period: What a point covers.
        points: From the first period to the last, none left out between.
        marks: Where models changed, in order.
        told_only: Whether those who told no sex or no age are left out, as in `Prevalence`.
    """

    condition: Condition
    at_least: Severity
    period: Period
    points: tuple[TrendPoint, ...]
    marks: tuple[ModelMark, ...]
    told_only: bool = False


def trend(
    store: RecordStore,
    condition: Condition,
    at_least: Severity = Severity.MILD,
    period: Period = Period.MONTH,
    filters: Filters = EVERYONE,
) -> Trend:
    """Say how common a condition is over time. Imported grades without a time are left out.

    Args:
        store: The records.
        condition: Which condition.
        at_least: The lowest grade that counts.
        period: What a point covers.
        filters: Which people.

    Raises:
        RecordsError: The records cannot be read.
    """
    return store.memory.recall(
        store.version,
        ("trend", condition, at_least, period, filters),
        lambda: _trend(store, condition, at_least, period, filters),
    )


def _trend(store: RecordStore, condition: Condition, at_least: Severity, period: Period, filters: Filters) -> Trend:
    series = shown_series(store, condition, at_least, period, filters)
    points = tuple(
        TrendPoint(EPOCH + timedelta(days=int(start)), rate_of(grades, at_least) if told else None)
        for start, grades, told in zip(series.starts, series.grades, series.told, strict=True)
    )
    cells = read_cells(store, filters)
    told_only = bool(cells.left_out or cells.untold_out[list(Condition).index(condition)])
    return Trend(condition, at_least, period, points, model_marks(store, filters), told_only)


@dataclass(frozen=True, eq=False)
class ShownSeries:
    """A series of the chosen sexes and ages, and what of it may be told.

    Attributes:
        starts: As in `Series`, none left out between, (t,).
        grades: People by grade, (t, 4).
        abstained: People the model gave no grade, (t,).
        told: Which periods may be told, (t,).
    """

    starts: npt.NDArray[np.int64]
    grades: Counts
    abstained: Counts
    told: Lines


def shown_series(
    store: RecordStore, condition: Condition, at_least: Severity, period: Period, filters: Filters
) -> ShownSeries:
    """Count people by time and choose what may be told of a split at a grade.

    Raises:
        RecordsError: The records cannot be read.
    """
    frame = open_frame(store, filters)
    grain = Period.MONTH if period == Period.MONTH else Period.DAY
    blocks, starts = _blocks(store, frame, condition, grain)
    own = blocks[:, 0]
    measured = blocks[..., FIRST_GRADE:]
    tiers = _tiers(starts, period)
    hidden = _hide(measured, tiers, unsafe_from(at_least))
    every, place = _without_gaps(starts, period)
    states = np.zeros((len(every), STATES), np.int64)
    np.add.at(states, place, own)
    told = np.ones(len(every), np.bool_)
    told[place[hidden]] = False
    summed = np.zeros((len(every), *measured.shape[1:]), np.int64)
    np.add.at(summed, place, measured)
    told &= ~unsafe_from(at_least)(summed).any(axis=1)
    return ShownSeries(every, states[:, FIRST_GRADE:], states[:, 1], told)


def _blocks(store: RecordStore, frame: Frame, condition: Condition, grain: Period) -> tuple[Counts, Counts]:
    """Count by period, inside and outside of all that narrows: (t, blocks, 6), the filter's own first, and starts."""
    place = frame.filters.only(frame.filters.narrowed)
    used = tuple(narrowing for narrowing in place.narrowed if narrowing != Narrowing.TIME)
    timed = (Narrowing.TIME,) if Narrowing.TIME in place.narrowed else ()
    asked = {subset: tuple(n for n in Narrowing if n in (*timed, *subset)) for subset in subsets(used)}
    series = read_all_series(store, place, list(asked.values()), condition, grain)
    tables = {subset: series[narrowings] for subset, narrowings in asked.items()}
    starts = np.unique(np.concatenate([series.starts for series in tables.values()]))
    laid = {subset: _laid_out(series, starts) for subset, series in tables.items()}
    blocks = []
    for outside in subsets(used):
        inside = [narrowing for narrowing in used if narrowing not in outside]
        block = np.sum(
            [
                (-1) ** len(turned) * laid[tuple(n for n in used if n in inside or n in turned)]
                for turned in subsets(outside)
            ],
            axis=0,
        )
        blocks += list(frame.corners(block.transpose(1, 2, 0, 3)))
    return np.stack(blocks, axis=1), starts


def _laid_out(series: Series, starts: Counts) -> Counts:
    table = np.zeros((len(starts), *series.states.shape[1:]), np.int64)
    table[np.searchsorted(starts, series.starts)] = series.states
    return table


def _tiers(starts: Counts, period: Period) -> list[Counts]:
    """Number the parts of time that each day or month lies in, from all of it down to what a point covers: [(t,)]."""
    whole = np.zeros(len(starts), np.int64)
    if period == Period.MONTH:
        return [whole, np.arange(len(starts))]
    months = np.array([month_number(EPOCH + timedelta(days=int(start))) for start in starts], np.int64)
    weeks = _week(starts)
    _, month = np.unique(months, return_inverse=True)
    _, piece = np.unique(np.stack([months, weeks]), axis=1, return_inverse=True)
    tiers = [whole, month, piece.ravel()]
    return tiers if period == Period.WEEK else [*tiers, np.arange(len(starts))]


def _week(days: Counts) -> Counts:
    return (days + 3) // 7


def _hide(measured: Counts, tiers: list[Counts], unsafe: Unsafe) -> Lines:
    """Choose the days or months to hide, from the widest tier down.

    Args:
        measured: People by period, block and grade, (t, blocks, 4).
        tiers: As `_tiers` gives them.
        unsafe: Says of grades (..., 4) which must not be seen.
    """
    hidden = np.zeros(len(measured), np.bool_)
    if not len(measured):
        return hidden
    for wider, narrower in pairwise(tiers):
        number = int(narrower.max()) + 1
        sums = np.zeros((number, *measured.shape[1:]), np.int64)
        np.add.at(sums, narrower, measured)
        gone = np.zeros(number, np.bool_)
        gone[narrower[hidden]] = True
        parent = np.zeros(number, np.int64)
        parent[narrower] = wider
        gone |= _small(sums, unsafe)
        for group in np.unique(parent[gone]):
            members = np.flatnonzero(parent == group)
            _hide_more(gone, members, sums, unsafe)
        hidden |= gone[narrower]
    return hidden


def _hide_more(gone: Lines, members: Counts, sums: Counts, unsafe: Unsafe) -> None:
    people = np.abs(sums).sum(axis=(1, 2))
    while _small(sums[members[gone[members]]].sum(axis=0)[None], unsafe)[0]:
        rest = [member for member in members if not gone[member] and people[member]]
        if not rest:
            return
        gone[min(rest, key=lambda member: int(people[member]))] = True


def _small(sums: Counts, unsafe: Unsafe) -> Lines:
    return np.logical_or(unsafe(sums).any(axis=-1), are_small(sums.sum(axis=-1, keepdims=True)).any(axis=-1))


def _without_gaps(starts: Counts, period: Period) -> tuple[Counts, Counts]:
    """Return the first days of all periods from first to last, and where each given day goes."""
    if not len(starts):
        return starts, starts
    if period == Period.MONTH:
        first, last = (month_number(EPOCH + timedelta(days=int(day))) for day in (starts[0], starts[-1]))
        days = [(date(m // 12, m % 12 + 1, 1) - EPOCH).days for m in range(first, last + 1)]
        every = np.array(days, np.int64)
        return every, np.searchsorted(every, starts)
    if period == Period.WEEK:
        weeks = _week(starts)
        return np.arange(weeks[0], weeks[-1] + 1) * 7 - 3, weeks - weeks[0]
    return np.arange(starts[0], starts[-1] + 1), starts - starts[0]


def model_marks(store: RecordStore, filters: Filters = EVERYONE) -> tuple[ModelMark, ...]:
    """Say in which month each version of a model first graded at least ten people, of any sex, age, region or time.

    Of the filter only views, models and sources are looked at: a model comes into use for everyone at once.

    Raises:
        RecordsError: The records cannot be read.
    """
    chosen = filters.only((Narrowing.VIEW, Narrowing.MODEL, Narrowing.SOURCE))
    return store.memory.recall(store.version, ("marks", chosen), lambda: _marks(store, chosen))


def _marks(store: RecordStore, filters: Filters) -> tuple[ModelMark, ...]:
    people = people_sql(filters)
    sql, parameters = f"SELECT month, model, count(*) FROM ({people.sql}) GROUP BY month, model", people.parameters  # noqa: S608
    if not filters.narrowed:
        # Kept, and everyone has one state of each condition.
        sql = """SELECT month, model, sum(people)::BIGINT FROM statistics_months
                 WHERE demo = ? AND condition = 0 GROUP BY month, model"""
        parameters = (filters.demo,)
    first: dict[int, int] = {}
    for month, model, number in store.query(sql, parameters):
        if month is not None and number >= MIN_CELL:
            first[model] = min(month, first.get(model, month))
    names = {code: (name, version) for code, name, version in store.query("FROM statistics_models")}
    marks = [ModelMark(month_start(month), *names[model]) for model, month in first.items()]
    return tuple(sorted(marks, key=lambda mark: (mark.start, mark.model_id or "", mark.model_version or "")))
