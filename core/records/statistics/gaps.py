"""What is missing: what was not told, what the model would not grade, which photos were refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from core.findings import Refusal
from core.records.privacy import MIN_CELL, Lines, are_small
from core.records.statistics.crossed import planes_of_filter
from core.records.statistics.filters import AGE_BANDS, EVERYONE, SEXES, Filters, Narrowing, month_start
from core.records.statistics.frame import Frame, open_frame
from core.records.statistics.place import Layer, by_values
from core.records.statistics.plane import PlaneLayer
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
    told = frame.place.everyone.of(0)
    no_sex, no_age = (np.zeros((len(AGE_BANDS), len(SEXES)), np.bool_) for _ in range(2))
    no_sex[:, -1], no_age[-1] = True, True
    return Gaps(
        sex=_untold(frame, no_sex, alone=told.no_sex),
        age_band=_untold(frame, no_age, alone=told.kinds),
        region=_region(store, frame),
        abstained=_by_condition(frame, 1),
        not_looked_at=_by_condition(frame, 0),
        refusals=_refusals(store, frame),
    )


def _untold(frame: Frame, untold: Lines, *, alone: bool) -> Rate | None:
    told, people = frame.place.everyone.of(0), frame.place.people
    if not (alone if frame.selected.all() else told.parts) or not told.tells(frame.bands, frame.sexes):
        return None
    return _rate(int(people[frame.selected & untold].sum()), int(people[frame.selected].sum()))


def _by_condition(frame: Frame, state: int) -> Mapping[Condition, Rate | None]:
    """Say of how many of those in a state or the ones behind it are in that state."""
    telling, states = frame.place.splits(state, [state + 1]), frame.place.tally.states[0]
    found: dict[Condition, Rate | None] = {}
    for place, condition in enumerate(Condition):
        counts = frame.sum_up(states[:, :, place, state:], telling.of(place, 1))
        found[condition] = None if counts is None else _rate(int(counts[0]), int(counts.sum()))
    return MappingProxyType(found)


def _rate(count: int, n: int) -> Rate | None:
    return wilson(count, n) if n else None


def _region(store: RecordStore, frame: Frame) -> Rate | None:
    """Say how many told no region, where a filter for them would be told of and counts the same people."""
    if frame.filters.regions:
        return None
    layer = by_values(store, frame.filters, Narrowing.REGION, Filters(regions=(None,)))
    values = layer.measure(lambda tally: tally.states[:, :, :, :1]).people
    untold = values[layer.chosen, 0].sum(axis=(0, -2, -1))
    layers: list[Layer | PlaneLayer] = [layer]
    if Narrowing.TIME in frame.filters.narrowed:
        layers += planes_of_filter(store, replace(frame.filters, regions=(None,)))
    everyone, alone = frame.place.everyone.of(0), frame.place.everyone_in(*layers).of(0)
    counts = [frame.sum_up(table, told) for table, told in ((untold, alone), (frame.place.people, everyone))]
    lost = [untold[frame.selected & ~told.counted(frame.bands, frame.sexes)].any() for told in (alone, everyone)]
    if counts[0] is None or counts[1] is None or lost[0] != lost[1]:
        return None
    return _rate(int(counts[0]), int(counts[1]))


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
    counts = np.array([int(open_frame(store, timed).place.photos.sum()), refused])
    small = [reason for reason in found if found[reason] < MIN_CELL]
    if small and sum(found[reason] for reason in small) < MIN_CELL and len(found) > len(small):
        small.append(min((r for r in found if r not in small), key=lambda reason: found[reason]))
    return Refusals(
        None if bool(are_small(counts)) else _rate(refused, int(counts.sum())),
        MappingProxyType({r: found.get(r, 0) if r not in small else None for r in Refusal}),
    )
