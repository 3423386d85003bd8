"""Spans of time inside months: which days and weeks to hide, and which there are."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import numpy as np

from core.records.privacy import MIN_CELL, Counts, Lines
from core.records.statistics.blocks import Table
from core.records.statistics.filters import month_number, month_start
from core.records.statistics.series import EPOCH, Period


def tiers_of(starts: Counts, period: Period) -> list[Counts]:
    """Number the parts of time that each day lies in, from months down to what a point covers: [(t,)]."""
    months, weeks = month_starts(starts), week_of(starts)
    _, month = np.unique(months, return_inverse=True)
    _, piece = np.unique(np.stack([months, weeks]), axis=1, return_inverse=True)
    tiers = [month, piece.ravel()]
    return tiers if period is Period.WEEK else [*tiers, np.arange(len(starts))]


def month_starts(days: Counts) -> Counts:
    """Return the first day of the month of each day, as days since 1970, (t,)."""
    starts: Counts = days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    return starts


def week_of(days: Counts) -> Counts:
    """Number the weeks of days since 1970, (t,)."""
    return (days + 3) // 7


def hide(pieces: Counts, tiers: list[Counts], splits: Sequence[Table], months: Sequence[Lines]) -> Lines:
    """Choose the days to hide: those of hidden months, and inside a month what is small, and what it would give away.

    Args:
        pieces: People by day, group that must not be small, and state, (t, groups, 6).
        tiers: As `tiers_of` gives them.
        splits: Parts that must not be small at each step, (6, g).
        months: The days of hidden months at each step, (t,).
    """
    before = [np.zeros(len(pieces), np.bool_) for _ in tiers]
    for groups, hidden in zip(splits, months, strict=True):
        gone = [hidden]
        for (wider, narrower), earlier in zip(pairwise(tiers), before[1:], strict=True):
            gone.append(_hide_in(pieces @ groups, wider, narrower, gone[-1] | earlier))
        before = gone
    return before[-1]


def _hide_in(counts: Table, wider: Counts, narrower: Counts, hidden: Lines) -> Lines:
    number = int(narrower.max(initial=-1)) + 1
    sums = np.zeros((number, *counts.shape[1:]))
    np.add.at(sums, narrower, counts)
    gone, parent = _is_small(sums), np.zeros(number, np.int64)
    gone[narrower[hidden]] = True
    parent[narrower] = wider
    people = np.abs(sums).sum(axis=(1, 2))
    for group in np.unique(parent[gone]):
        members = np.flatnonzero(parent == group)
        while _is_small(sums[members[gone[members]]].sum(axis=0)[None])[0]:
            rest = members[~gone[members] & (people[members] > 0)]
            if not len(rest):
                break
            gone[rest[people[rest].argmin()]] = True
    return gone[narrower]


def _is_small(sums: Table) -> Lines:
    sizes = np.abs(sums)
    return np.asarray(((sizes > 0.5) & (sizes < MIN_CELL - 0.5)).any(axis=(-1, -2)), np.bool_)


def without_gaps(starts: Counts, period: Period) -> tuple[Counts, Counts]:
    """Return the first days of all periods from first to last, and where each given day goes."""
    if not len(starts):
        return starts, starts
    if period is Period.MONTH:
        first, last = (month_number(EPOCH + timedelta(days=int(day))) for day in (starts[0], starts[-1]))
        every = np.array([(month_start(month) - EPOCH).days for month in range(first, last + 1)], np.int64)
        return every, np.searchsorted(every, starts)
    if period is Period.WEEK:
        weeks = week_of(starts)
        return np.arange(weeks[0], weeks[-1] + 1) * 7 - 3, weeks - weeks[0]
    return np.arange(starts[0], starts[-1] + 1), starts - starts[0]
