"""The questions analysts ask, as SQL with n and intervals; nothing leaves here that stands for fewer than ten people.

A person is a visit: the records do not know whether two visits are of one person. Demonstration rows and real ones
are never counted together, and example pictures not at all.

Hidden cells cannot be derived within one answer. Across answers (two thresholds, two filters) that is not yet so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from types import MappingProxyType

import numpy as np

from core.records.privacy import Counts, hidden_lines, is_small, population
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex, View

_Z95 = 1.959963984540054

Group = tuple[Sex | None, AgeBand | None]


@dataclass(frozen=True)
class Filters:
    """Which visits are counted; everything by default.

    Attributes:
        since: Visits at or after this time; visits whose time is unknown are left out once a time is given.
        until: Visits before this time.
        sexes: Sexes; empty for all, those not told included.
        age_bands: Age bands; likewise.
        regions: Regions; likewise.
        views: Views of the photos; empty for all.
        model_ids: Models that graded; empty for all.
        demo: Count the demonstration rows instead of the real ones.
    """

    since: datetime | None = None
    until: datetime | None = None
    sexes: tuple[Sex, ...] = ()
    age_bands: tuple[AgeBand, ...] = ()
    regions: tuple[Region, ...] = ()
    views: tuple[View, ...] = ()
    model_ids: tuple[str, ...] = ()
    demo: bool = False


@dataclass(frozen=True)
class Totals:
    """How much there is.

    Attributes:
        people: Visits with at least one graded photo; None where fewer than ten.
        photos: Graded photos of these visits; None likewise.
    """

    people: int | None
    photos: int | None


@dataclass(frozen=True)
class Rate:
    """A share with its interval.

    Attributes:
        n: People graded.
        count: Those at or above the grade asked for.
        share: count / n.
        low: Lower end of the 95 % Wilson interval, 0..1.
        high: Upper end.
    """

    n: int
    count: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Prevalence:
    """How common a condition is. Each rate is None where nobody was graded or the cell is not published.

    Attributes:
        condition: The condition.
        at_least: The lowest grade that counts.
        cells: By sex and age band; None in a key stands for "not told".
        by_sex: By sex alone.
        by_age: By age band alone.
        total: Everyone graded.
    """

    condition: Condition
    at_least: Severity
    cells: Mapping[Group, Rate | None]
    by_sex: Mapping[Sex | None, Rate | None]
    by_age: Mapping[AgeBand | None, Rate | None]
    total: Rate | None


def totals(store: RecordStore, filters: Filters = Filters()) -> Totals:
    """Count people and photos.

    Raises:
        RecordsError: The records cannot be read.
    """
    where, values = _where(filters)
    people, photos = store.query(
        f"""SELECT count(DISTINCT v.id), count(*)
            FROM visits AS v JOIN diagnoses AS d ON d.visit_id = v.id WHERE {where}""",  # noqa: S608 (constants)
        values,
    )[0]
    return Totals(None, None) if is_small(np.array([people])) else Totals(people, photos)


def prevalence(
    store: RecordStore,
    condition: Condition,
    at_least: Severity = Severity.MILD,
    filters: Filters = Filters(),
) -> Prevalence:
    """Say how common a condition is at or above a grade, by sex and age band.

    A visit counts with its worst grade, and only where the model did not abstain on every photo.

    Args:
        store: The records.
        condition: Which condition.
        at_least: The lowest grade that counts.
        filters: Which visits.

    Raises:
        RecordsError: The records cannot be read.
    """
    where, values = _where(filters)
    rows = store.query(
        f"""WITH worst AS (
                SELECT v.id, any_value(v.sex) AS sex, any_value(v.age_band) AS age_band, max(g.severity) AS severity
                FROM gradings AS g JOIN diagnoses AS d ON d.id = g.diagnosis_id JOIN visits AS v ON v.id = d.visit_id
                WHERE g.condition = ? AND NOT g.abstained AND {where} GROUP BY v.id
            )
            SELECT sex, age_band, count(*) FILTER (severity >= ?), count(*) FILTER (severity < ?)
            FROM worst GROUP BY ALL""",  # noqa: S608 (constants)
        [condition, *values, int(at_least), int(at_least)],
    )
    return _publish(condition, at_least, _table(rows))


def wilson(count: int, n: int) -> Rate:
    """Give a share with its 95 % Wilson score interval.

    Args:
        count: How many have it, 0..n.
        n: Out of how many, at least 1.
    """
    share = count / n
    centre = (share + _Z95**2 / (2 * n)) / (1 + _Z95**2 / n)
    half = _Z95 * sqrt(share * (1 - share) / n + _Z95**2 / (4 * n**2)) / (1 + _Z95**2 / n)
    return Rate(n=n, count=count, share=share, low=max(0.0, centre - half), high=min(1.0, centre + half))


_SEXES: tuple[Sex | None, ...] = (*Sex, None)
_AGE_BANDS: tuple[AgeBand | None, ...] = (*AgeBand, None)


def _table(rows: list[tuple[str | None, str | None, int, int]]) -> Counts:
    """Arrange people by age band, sex, and with or without the finding: (8, 3, 2)."""
    table = np.zeros((len(_AGE_BANDS), len(_SEXES), 2), dtype=np.int64)
    for sex, age_band, present, absent in rows:
        row = _AGE_BANDS.index(AgeBand(age_band) if age_band else None)
        table[row, _SEXES.index(Sex(sex) if sex else None)] = present, absent
    return table


def _publish(condition: Condition, at_least: Severity, table: Counts) -> Prevalence:
    hidden = hidden_lines(table)
    rows, columns = hidden if hidden else (np.ones(len(_AGE_BANDS), np.bool_), np.ones(len(_SEXES), np.bool_))
    by_age, by_sex = table.sum(axis=1), table.sum(axis=0)
    return Prevalence(
        condition=condition,
        at_least=at_least,
        cells=MappingProxyType(
            {
                (sex, band): _rate(table[r, c], hidden=bool(rows[r] or columns[c]))
                for r, band in enumerate(_AGE_BANDS)
                for c, sex in enumerate(_SEXES)
            }
        ),
        by_sex=MappingProxyType({sex: _rate(by_sex[c], hidden=bool(columns[c])) for c, sex in enumerate(_SEXES)}),
        by_age=MappingProxyType({band: _rate(by_age[r], hidden=bool(rows[r])) for r, band in enumerate(_AGE_BANDS)}),
        total=_rate(table.sum(axis=(0, 1)), hidden=hidden is None),
    )


def _rate(people: Counts, *, hidden: bool) -> Rate | None:
    n = int(people.sum())
    return None if hidden or n == 0 else wilson(int(people[0]), n)


def _where(filters: Filters) -> tuple[str, list[object]]:
    """Turn filters into a condition over `v` (visits) and `d` (diagnoses), with the values of its question marks."""
    parts: list[str] = [population(demo=filters.demo)]
    values: list[object] = []
    if filters.since is not None:
        parts.append("v.visited_at >= ?")
        values.append(filters.since)
    if filters.until is not None:
        parts.append("v.visited_at < ?")
        values.append(filters.until)
    chosen: dict[str, tuple[str, ...]] = {
        "v.sex": filters.sexes,
        "v.age_band": filters.age_bands,
        "v.region": filters.regions,
        "d.view": filters.views,
        "d.model_id": filters.model_ids,
    }
    for column, words in chosen.items():
        if words:
            parts.append(f"list_contains(?, {column})")
            values.append([str(word) for word in words])
    return " AND ".join(parts), values
