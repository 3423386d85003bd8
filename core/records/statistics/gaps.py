"""What is missing: what was not told, what the model would not grade, which photos were refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from core.findings import Refusal
from core.records.privacy import MIN_CELL, Counts, Lines, are_small
from core.records.statistics.cells import Cells
from core.records.statistics.filters import AGE_BANDS, EVERYONE, REGIONS, SEXES, Filters, month_start
from core.records.statistics.frame import Frame, Measure, open_frame, read_slices_by_value
from core.records.statistics.rates import Rate, wilson
from core.records.store import RecordStore
from core.taxonomy import Condition


@dataclass(frozen=True)
class Refusals:
    """Photos that were not graded. They were never kept, so that only time and view of a filter hold for them.

    Attributes:
        photos: Refused out of all that were checked; None where neither may be told.
        by_reason: Refused photos by their first reason; None where fewer than ten.
    """

    photos: Rate | None
    by_reason: Mapping[Refusal, int | None]


@dataclass(frozen=True)
class Gaps:
    """What is missing. A rate is None where it may not be told or there is nobody.

    Attributes:
        sex: People who did not tell their sex.
        age_band: Their age.
        region: Their region.
        abstained: By condition, people the model would not grade out of those it looked at.
        not_looked_at: By condition, people whose photos were of a view that does not show it, or whose grade was not
            imported.
        refusals: Photos refused.
    """

    sex: Rate | None
    age_band: Rate | None
    region: Rate | None
    abstained: Mapping[Condition, Rate | None]
    not_looked_at: Mapping[Condition, Rate | None]
    refusals: Refusals


def gaps(store: RecordStore, filters: Filters = EVERYONE) -> Gaps:
    """Say what is missing.

    Raises:
        RecordsError: The records cannot be read.
    """
    return store.memory.recall(store.version, ("gaps", filters), lambda: _gaps(store, open_frame(store, filters)))


def _gaps(store: RecordStore, frame: Frame) -> Gaps:
    def split(table: Counts) -> Counts:
        return np.stack([table[..., 1:].sum(axis=-1), table[..., 0]], axis=-1)

    def looked_at(cells: Cells) -> Counts:
        return split(cells.states)

    def graded(cells: Cells) -> Counts:
        return split(cells.states[..., 1:])

    untold_sex = np.zeros((len(AGE_BANDS), len(SEXES)), np.bool_)
    untold_sex[:, -1] = True
    untold_age = np.zeros_like(untold_sex)
    untold_age[-1] = True
    return Gaps(
        sex=_untold(frame, untold_sex),
        age_band=_untold(frame, untold_age),
        region=_region(store, frame),
        abstained=_by_condition(frame, graded),
        not_looked_at=_by_condition(frame, looked_at),
        refusals=_refusals(store, frame),
    )


def _untold(frame: Frame, untold: Lines) -> Rate | None:
    def measure(cells: Cells) -> Counts:
        return np.stack([cells.everyone * ~untold, cells.everyone * untold], axis=-1)

    if not frame.may_show(measure, are_small):
        return None
    return _rate(frame.inside(measure(frame.cells)))


def _by_condition(frame: Frame, measure: Measure) -> Mapping[Condition, Rate | None]:
    told = frame.may_show_all(measure, are_small)
    counts = frame.inside(measure(frame.cells))
    return MappingProxyType({c: _rate(counts[i]) if told[i] else None for i, c in enumerate(Condition)})


def _rate(counts: Counts) -> Rate | None:
    """Give the share of the second of two counts."""
    n = int(counts.sum())
    return wilson(int(counts[1]), n) if n else None


def _region(store: RecordStore, frame: Frame) -> Rate | None:
    if frame.filters.regions:
        return None
    tables = read_slices_by_value(store, frame.filters, "region")
    untold = frame.inside(tables.get(len(REGIONS) - 1, np.zeros_like(frame.cells.everyone)))
    people = frame.inside(frame.cells.everyone)
    counts = np.array([people - untold, untold])
    if bool(are_small(counts)) or not frame.may_show(lambda cells: cells.everyone[..., None], are_small):
        return None
    return _rate(counts)


def _refusals(store: RecordStore, frame: Frame) -> Refusals:
    filters = frame.filters
    if filters.demo:
        return Refusals(None, MappingProxyType(dict.fromkeys(Refusal)))
    parts, values = ["true"], list[object]()
    if filters.since is not None:
        parts.append("day >= ?")
        values.append(filters.since.replace(day=1))
    if filters.until is not None:
        parts.append("day < ?")
        values.append(month_start(filters.until.year * 12 + filters.until.month))
    if filters.views:
        parts.append("list_contains(?, view)")
        values.append([str(view) for view in filters.views])
    sql = f"SELECT reason, sum(photos)::BIGINT FROM refusals WHERE {' AND '.join(parts)} GROUP BY reason"  # noqa: S608
    rows = store.memory.recall(store.version, ("refusals", sql, str(values)), lambda: store.query(sql, values))
    found = {Refusal(reason): int(photos) for reason, photos in rows}
    refused = sum(found.values())
    timed = Filters(since=filters.since, until=filters.until, views=filters.views)
    counts = np.array([int(open_frame(store, timed).cells.all_photos.sum()), refused])
    small = [reason for reason in found if found[reason] < MIN_CELL]
    if small and sum(found[reason] for reason in small) < MIN_CELL and len(found) > len(small):
        small.append(min((r for r in found if r not in small), key=lambda reason: found[reason]))
    return Refusals(
        None if bool(are_small(counts)) else _rate(counts),
        MappingProxyType({r: found.get(r, 0) if r not in small else None for r in Refusal}),
    )
