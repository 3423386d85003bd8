"""The tables an analyst may query: the figures behind the charts of the page, hidden ones NULL as in its exports.

Nothing is counted here. Every figure comes from `core.records.statistics`, asked as the page asks it, so that queries
can tell nothing that the page does not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import pyarrow as pa

from core.records.statistics import (
    Filters,
    Pair,
    Prevalence,
    Rate,
    co_occurrence,
    model_marks,
    prevalence,
    prevalences,
    severity_shares,
    totals,
    trend,
)
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Severity, Sex

Value = str | int | float | None

_RATE: Final = {
    "n": pa.int64(),
    "count": pa.int64(),
    "share": pa.float64(),
    "low_95": pa.float64(),
    "high_95": pa.float64(),
}
_NAME: Final = pa.string()
COLUMNS: Final[Mapping[str, Mapping[str, pa.DataType]]] = {
    "prevalence": {"condition": _NAME, "at_least": pa.int64(), "sex": _NAME, "age_band": _NAME, **_RATE},
    "prevalence_by_age": {"condition": _NAME, "at_least": pa.int64(), "age_band": _NAME, **_RATE},
    "prevalence_by_sex": {"condition": _NAME, "at_least": pa.int64(), "sex": _NAME, **_RATE},
    "prevalence_total": {"condition": _NAME, "at_least": pa.int64(), **_RATE},
    "severity": {"condition": _NAME, "lowest": pa.int64(), "highest": pa.int64(), **_RATE},
    "trend": {"condition": _NAME, "at_least": pa.int64(), "month": pa.date32(), **_RATE},
    "together": {
        "first": _NAME,
        "second": _NAME,
        "at_least": pa.int64(),
        "n": pa.int64(),
        "both": pa.int64(),
        "expected": pa.float64(),
        "lift": pa.float64(),
        "low_95": pa.float64(),
        "high_95": pa.float64(),
    },
    "models": {"month": pa.date32(), "model_id": _NAME, "model_version": _NAME},
    "about": {"data": _NAME, "at_least": pa.int64(), "people": pa.int64(), "photos": pa.int64()},
}
"""Every table with its columns, in the order they are listed."""

_WITHOUT: Final[Mapping[str, None]] = dict.fromkeys(_RATE)


@dataclass(frozen=True)
class PublishedTable:
    """One table as it is published.

    Attributes:
        name: What it is called in SQL.
        rows: Its rows, as Arrow.
    """

    name: str
    rows: pa.Table


def published_tables(store: RecordStore, filters: Filters, at_least: Severity) -> tuple[PublishedTable, ...]:
    """Make the tables of one view of the page.

    Args:
        store: The records.
        filters: Whom the page counts. As in its charts, the tables by sex or age are of all sexes and ages, and the
            one by month is of all months.
        at_least: The grade from which on a condition counts.

    Returns:
        The tables of `COLUMNS`, in this order.

    Raises:
        RecordsError: The records cannot be read.
    """
    level = int(at_least)
    groups = prevalences(store, at_least, replace(filters, sexes=(), age_bands=()))
    whole = {one: prevalence(store, one, at_least, filters) for one in Condition}
    counted = totals(store, filters)
    rows: dict[str, list[dict[str, object]]] = {
        "prevalence": [
            {"condition": one, "at_least": level, "sex": sex, "age_band": band, **_rate(groups[one].cells[sex, band])}
            for one in Condition
            for sex in Sex
            for band in AgeBand
        ],
        "prevalence_by_age": [
            {"condition": one, "at_least": level, "age_band": band, **_rate(groups[one].by_age[band])}
            for one in Condition
            for band in AgeBand
        ],
        "prevalence_by_sex": [
            {"condition": one, "at_least": level, "sex": sex, **_rate(groups[one].by_sex[sex])}
            for one in Condition
            for sex in Sex
        ],
        "prevalence_total": [
            {"condition": one, "at_least": level, **_rate(found.total)} for one, found in whole.items()
        ],
        "severity": [
            {"condition": one, "lowest": int(share.lowest), "highest": int(share.highest), **_rate(share.rate)}
            for one, found in severity_shares(store, filters).items()
            for share in found.shares
        ],
        "trend": _months(store, filters, at_least),
        "together": [_pair(pair, whole, level) for pair in co_occurrence(store, at_least, filters)],
        "models": [
            {"month": mark.start, "model_id": mark.model_id, "model_version": mark.model_version}
            for mark in model_marks(store, filters)
        ],
        "about": [
            {
                "data": "demonstration" if filters.demo else "results",
                "at_least": level,
                "people": counted.people,
                "photos": counted.photos,
            }
        ],
    }
    return tuple(
        PublishedTable(name, pa.Table.from_pylist(rows[name], pa.schema(list(columns.items()))))
        for name, columns in COLUMNS.items()
    )


def _months(store: RecordStore, filters: Filters, at_least: Severity) -> list[dict[str, object]]:
    ever = replace(filters, since=None, until=None)
    return [
        {"condition": one, "at_least": int(at_least), "month": point.start, **_rate(point.rate)}
        for one in Condition
        for point in trend(store, one, at_least, filters=ever).points
    ]


def _rate(rate: Rate | None) -> Mapping[str, Value]:
    if rate is None:
        return _WITHOUT
    return {"n": rate.n, "count": rate.count, "share": rate.share, "low_95": rate.low, "high_95": rate.high}


def _pair(pair: Pair, whole: Mapping[Condition, Prevalence], level: int) -> dict[str, object]:
    row: dict[str, object] = {"first": pair.first, "second": pair.second, "at_least": level}
    # Where one of the two is not told alone, how often both meet would tell of it.
    if pair.lift is None or whole[pair.first].total is None or whole[pair.second].total is None:
        return row
    return row | {
        "n": pair.n,
        "both": pair.both,
        "expected": pair.expected,
        "lift": pair.lift.value,
        "low_95": pair.lift.low,
        "high_95": pair.lift.high,
    }
