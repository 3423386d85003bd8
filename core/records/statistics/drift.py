"""Whether photos and predictions change over time, with the same people or with others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log, sqrt

import numpy as np

from core.records.privacy import MIN_CELL, Counts, Lines
from core.records.statistics.filters import AGE_BANDS, EVERYONE, SEXES, Filters, month_number, people_sql
from core.records.statistics.months import shown_series
from core.records.statistics.rates import Z95, Estimate, Rate, wilson
from core.records.statistics.series import Period
from core.records.statistics.trend import ModelMark, model_marks
from core.records.store import RecordStore
from core.taxonomy import Condition, Severity, View

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class DriftPoint:
    """One month. What may not be told, or is not there, is None.

    Attributes:
        start: Its first day.
        n: People graded.
        abstained: People the model would not grade, out of those it looked at.
        refused: Photos refused, out of all that were checked, of any person: refusals are counted without them.
        certainty: Mean probability of the likeliest grade, 0 to 1, over all conditions.
        mean_grade: Mean grade in the steps of `Drift.levels`, 0 to how many they are, with the interval of a mean.
        shift: Population stability index of the same grades against the reference; by custom .1 is some, .25 much.
    """

    start: date
    n: int | None
    abstained: Rate | None
    refused: Rate | None
    certainty: float | None
    mean_grade: Estimate | None
    shift: float | None


@dataclass(frozen=True)
class Drift:
    """How photos and predictions of a condition change.

    Attributes:
        condition: The condition.
        levels: Where a grade begins: all above good, or fewer where one is so rare that most months would not be told.
        points: From the first month to the last, none left out between.
        reference: The month whose grades the others are held against: the first that may be told; None for none.
        marks: Where models changed.
    """

    condition: Condition
    levels: tuple[Severity, ...]
    points: tuple[DriftPoint, ...]
    reference: date | None
    marks: tuple[ModelMark, ...]


def drift(store: RecordStore, condition: Condition, filters: Filters = EVERYONE) -> Drift:
    """Say how photo quality and predicted grades change from month to month.

    Figures of a month's grades are there where `trend` tells of each split they are made of. Where a split is told in
    fewer than half of the months, the grades on its two sides count as one: in all months, so that they compare.

    Args:
        store: The records.
        condition: Whose grades.
        filters: Which people.

    Raises:
        RecordsError: The records cannot be read.
    """
    return store.memory.recall(store.version, ("drift", condition, filters), lambda: _drift(store, condition, filters))


def _drift(store: RecordStore, condition: Condition, filters: Filters) -> Drift:
    splits = {grade: shown_series(store, condition, grade, Period.MONTH, filters) for grade in Severity}
    series = splits[Severity.GOOD]
    graded = series.told & (series.grades.sum(axis=1) > 0)
    levels = _levels({grade: split.told & graded for grade, split in splits.items()}, int(graded.sum()))
    told = np.logical_and.reduce([splits[level].told for level in levels]) & graded
    merged = _merged(series.grades, levels)
    certain, refused = _certainties(store, filters), _refused(store, filters)
    first = next((i for i in range(len(told)) if told[i]), None)
    points = []
    for i, day in enumerate(series.starts):
        start = _EPOCH + timedelta(days=int(day))
        grades, n, full = merged[i], int(series.grades[i].sum()), bool(told[i])
        without = int(series.abstained[i])
        points.append(
            DriftPoint(
                start=start,
                n=n if bool(graded[i]) else None,
                abstained=wilson(without, n + without)
                if bool(graded[i]) and (without == 0 or without >= MIN_CELL)
                else None,
                refused=refused.get(month_number(start)),
                certainty=certain.get(month_number(start)) if bool(graded[i]) else None,
                mean_grade=_mean(grades) if full else None,
                shift=_stability(merged[first], grades) if full and first is not None else None,
            )
        )
    reference = None if first is None else points[first].start
    return Drift(condition, levels, tuple(points), reference, model_marks(store, filters))


def _levels(told: Mapping[Severity, Lines], months: int) -> tuple[Severity, ...]:
    """Choose where a grade begins: each level at least half of the months are told of, together with the others."""
    levels = [grade for grade in Severity if grade is not Severity.GOOD]
    while len(levels) > 1 and 2 * np.logical_and.reduce([told[level] for level in levels]).sum() < months:
        levels.remove(min(reversed(levels), key=lambda level: int(told[level].sum())))
    return tuple(levels)


def _merged(grades: Counts, levels: Sequence[Severity]) -> Counts:
    """Add grades up between levels, (t, levels + 1)."""
    starts = [int(Severity.GOOD), *map(int, levels)]
    return np.add.reduceat(grades, starts, axis=1)


def _mean(grades: Counts) -> Estimate:
    n, values = int(grades.sum()), np.arange(len(grades))
    mean = float((grades * values).sum() / n)
    variance = float((grades * (values - mean) ** 2).sum() / (n - 1))
    half = Z95 * sqrt(variance / n)
    return Estimate(mean, max(0.0, mean - half), min(float(len(grades) - 1), mean + half))


def _stability(reference: Counts, grades: Counts) -> float:
    """Population stability index; half a person is added to each grade, so that empty ones do not make it infinite."""
    before, now = ((counts + 0.5) / (counts.sum() + 0.5 * len(counts)) for counts in (reference, grades))
    return float(sum((b - a) * log(b / a) for a, b in zip(before, now, strict=True)))


def _certainties(store: RecordStore, filters: Filters) -> dict[int, float]:
    people = people_sql(filters.only(filters.narrowed))
    groups = _groups(filters)
    rows = store.query(
        f"""SELECT month, avg(certainty) / 100 FROM ({people.sql})
            WHERE month IS NOT NULL AND certainty IS NOT NULL AND list_contains(?, who::INTEGER)
            GROUP BY month HAVING count(*) >= {MIN_CELL}""",  # noqa: S608 (constants; values are parameters)
        (*people.parameters, groups),
    )
    return {int(month): round(float(mean), 3) for month, mean in rows}


def _groups(filters: Filters) -> list[int]:
    """Return the sexes and ages that a filter names as the upper part of a code."""
    return [
        SEXES.index(sex) * len(AGE_BANDS) + AGE_BANDS.index(band)
        for sex in filters.sexes or SEXES
        for band in filters.age_bands or AGE_BANDS
    ]


def _refused(store: RecordStore, filters: Filters) -> dict[int, Rate]:
    """Give the share of refused photos by month; of real photos only, as nothing refuses a drawn person."""
    if filters.demo:
        return {}
    rows = store.query(
        """SELECT month, sum(refused)::BIGINT, sum(graded)::BIGINT FROM (
               SELECT year(day) * 12 + month(day) - 1 AS month, photos AS refused, 0 AS graded
               FROM refusals WHERE len(?) = 0 OR list_contains(?, view)
               UNION ALL
               SELECT month, 0, photos FROM (
                   SELECT demo, month, view, photos FROM statistics_facts WHERE parts = 1
                   UNION ALL SELECT demo, month, view, photos FROM statistics_parts)
               WHERE NOT demo AND month IS NOT NULL AND (len(?) = 0 OR list_contains(?, view::INTEGER))
           ) GROUP BY month""",
        [
            *[[str(view) for view in filters.views]] * 2,
            *[[list(View).index(view) for view in filters.views]] * 2,
        ],
    )
    return {
        int(month): wilson(int(refused), int(refused + graded))
        for month, refused, graded in rows
        if (refused == 0 or refused >= MIN_CELL) and (graded == 0 or graded >= MIN_CELL) and refused + graded
    }
