"""How a condition's share moves by day, week or month, and which model graded when.

The three series fit together: where a day or week is hidden, neither the months nor the other weeks and days give it
away. A week that lies in two months is taken as two pieces for that, and shown where both may be.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from core.records.facts_cube import UNKNOWN_TIME
from core.records.privacy import MIN_CELL
from core.records.statistics.cube import count_by_model, model_names
from core.records.statistics.filters import EVERYONE, Filters, Narrowing, month_start
from core.records.statistics.months import shown_series
from core.records.statistics.rates import Rate, wilson
from core.records.statistics.series import EPOCH, Period
from core.records.store import RecordStore
from core.taxonomy import Condition, Severity


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
    graded, with_it = series.grades.sum(axis=1), series.grades[:, int(at_least) :].sum(axis=1)
    columns = (column.tolist() for column in (series.starts, with_it, graded, series.told))
    points = tuple(
        TrendPoint(EPOCH + timedelta(days=start), wilson(count, n) if told and n else None)
        for start, count, n, told in zip(*columns, strict=True)
    )
    return Trend(condition, at_least, period, points, model_marks(store, filters), series.told_only)


def model_marks(store: RecordStore, filters: Filters = EVERYONE) -> tuple[ModelMark, ...]:
    """Say in which month each version of a model first graded at least ten people, of any sex, age, region or time.

    Of the filter only views, models and sources are looked at: a model comes into use for everyone at once.

    Raises:
        RecordsError: The records cannot be read.
    """
    chosen = filters.only((Narrowing.VIEW, Narrowing.MODEL, Narrowing.SOURCE))
    return store.memory.recall(store.version, ("marks", chosen), lambda: _marks(store, chosen))


def _marks(store: RecordStore, filters: Filters) -> tuple[ModelMark, ...]:
    first: dict[tuple[str | None, str | None], int] = {}
    names = model_names(store, demo=filters.demo)
    for (month, model), people in sorted(count_by_model(store, filters).items()):
        if month != UNKNOWN_TIME and people >= MIN_CELL:
            first.setdefault(names[model], month)
    marks = [ModelMark(month_start(month), *name) for name, month in first.items()]
    return tuple(sorted(marks, key=lambda mark: (mark.start, mark.model_id or "", mark.model_version or "")))
