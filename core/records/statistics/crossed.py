"""The people of all regions and times, as filters of both see them (`core.records.statistics.plane`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.records.facts_code import STATES
from core.records.facts_cube import UNKNOWN_TIME, Array
from core.records.privacy import Counts
from core.records.statistics.cube import REGIONS_IN_ORDER, SummedTally, count_both
from core.records.statistics.filters import REGIONS, Filters, month_number
from core.records.statistics.plane import PlaneLayer
from core.records.statistics.tree import Node, nodes_at, tree_of
from core.records.store import RecordStore


@dataclass(frozen=True, eq=False)
class _Everyone:
    """All people by month and region.

    Attributes:
        months: Unknown, and those with people, (t,).
        regions: Places in `REGIONS` of those with people, (regions,).
        sizes: People of each, (regions,).
        tree: Of the months.
        states: Counts by month and region, (t, regions, 24, STATE_CELLS).
    """

    months: Array
    regions: Array
    sizes: Counts
    tree: tuple[Node, ...]
    states: Counts


def plane_of_filter(store: RecordStore, filters: Filters) -> PlaneLayer:
    """Lay everyone out by region, and by the spans that decide on a filter of time and place.

    Raises:
        RecordsError: The records cannot be read.
    """
    months = _everyone(store, demo=filters.demo).months
    first = int(np.searchsorted(months[1:], month_number(filters.since))) + 1 if filters.since else 1
    behind = int(np.searchsorted(months, month_number(filters.until), "right")) if filters.until else len(months)
    return _lay_out(store, filters, (first, behind) if first < behind else (0, len(months)))


def plane_of_months(store: RecordStore, filters: Filters) -> PlaneLayer:
    """Lay everyone out by region and month, whatever time a filter names; the unknown one is the first.

    Raises:
        RecordsError: The records cannot be read.
    """
    return _lay_out(store, filters, None)


def _everyone(store: RecordStore, *, demo: bool) -> _Everyone:
    def count() -> _Everyone:
        parts = count_both(store, "states", demo=demo)
        months = np.union1d([UNKNOWN_TIME], np.concatenate([months for months, _ in parts]))
        states = _by_span(parts, months, np.arange(len(REGIONS)))
        people = states[..., :STATES].sum(axis=(2, 3))
        there = people.any(axis=1) | (months == UNKNOWN_TIME)
        sizes = people.sum(axis=0)
        regions = REGIONS_IN_ORDER[(sizes > 0)[REGIONS_IN_ORDER] | (not sizes.any())]
        tree = tree_of(months[there], people[there].sum(axis=1))
        return _Everyone(months[there], regions, sizes[regions], tree, states[there][:, regions])

    return store.memory.recall(store.version, ("everyone by time and place", demo), count)


def _lay_out(store: RecordStore, filters: Filters, span: tuple[int, int] | None) -> PlaneLayer:
    """Lay everyone out by region and by the spans that decide on the ends of one, or by month."""
    everyone = _everyone(store, demo=filters.demo)
    if span is None:
        nodes, begins = tuple(everyone.tree), list(range(len(everyone.months)))
        span = 0, len(begins)
    else:
        nodes, begins = nodes_at(everyone.tree, span)
        begins = [begin for begin in begins if begin < len(everyone.months)]
        span = begins.index(span[0]), begins.index(span[1]) if span[1] in begins else len(begins)

    def pairs(part: str) -> Counts:
        counts = _by_span(count_both(store, part, demo=filters.demo), everyone.months[begins], everyone.regions)
        return _one_by_one(counts)

    chosen = np.array([REGIONS[place] in filters.regions for place in everyone.regions], np.bool_)
    order = np.argsort(-everyone.sizes, kind="stable")
    spans = pairwise([*begins, len(everyone.months)])
    states = _one_by_one(np.stack([everyone.states[begin:end].sum(axis=0) for begin, end in spans]))
    return PlaneLayer(SummedTally(states, pairs), chosen, nodes, order, span)


def _one_by_one(counts: Counts) -> Counts:
    return counts.reshape(-1, *counts.shape[2:])


def _by_span(parts: Sequence[tuple[Array, Array]], starts: Array, regions: Array) -> Counts:
    """Add counts by month and region up by spans that start with some months: (spans, regions, groups, k)."""
    summed = np.zeros((len(starts), len(regions), *parts[0][1].shape[2:]), np.int64)
    for months, arrays in parts:
        cuts = [*np.searchsorted(months, starts).tolist(), len(months)]
        for span, (begin, end) in enumerate(pairwise(cuts)):
            if begin < end:
                summed[span] += arrays[begin:end].sum(axis=0, dtype=np.int64)[regions]
    return summed
