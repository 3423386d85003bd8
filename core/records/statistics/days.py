"""Which days and weeks of a region may be told of beside those of the other regions and of everybody.

Regions are told of in a month as `core.records.statistics.plane` says. Inside a month, each region that is told of
there hides some weeks, and inside a week some days, which are not small together. Who takes all weeks of some regions
from everybody's then finds only regions that are hidden in other weeks, too, and all of these together (`_hide_among`).
So it is of sources and models.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from core.records.facts_code import STATES
from core.records.facts_cube import UNKNOWN_TIME, Array
from core.records.privacy import MIN_CELL, Counts, Lines
from core.records.statistics.blocks import Table, is_safe
from core.records.statistics.cells import CELLS
from core.records.statistics.cube import model_names
from core.records.statistics.filters import REGIONS, Filters, Narrowing, people_sql
from core.records.statistics.series import Period
from core.records.statistics.spans import week_of
from core.records.statistics.tallies import named_by
from core.records.statistics.tree import Node, are_safe_counts, part_at_nodes, tree_of
from core.records.store import RecordStore
from core.taxonomy import Condition

_THINGS: Final = {Narrowing.REGION: "region", Narrowing.SOURCE: "source", Narrowing.MODEL: "model"}
_NEVER: Final = int(np.iinfo(np.int32).min)
"""The day of visits whose time is unknown, before all others."""


@dataclass(frozen=True, eq=False)
class _Everyone:
    """All people by day and by the values of a narrowing.

    Attributes:
        days: Since 1970, `_NEVER` first, (t,).
        things: The values, the largest first, (things,).
        people: By day, thing, age band, sex and state of a condition, (t, things, 8, 3, 6).
    """

    days: Counts
    things: tuple[object, ...]
    people: Counts


def hidden_days(
    store: RecordStore,
    filters: Filters,
    condition: Condition,
    starts: Counts,
    period: Period,
    pieces: Callable[[Counts], Counts],
    splits: Sequence[Table],
) -> Lines:
    """Choose the days to hide of those that a filter's series has, (t,).

    Args:
        store: The records.
        filters: Which people, whenever they came.
        condition: Whose states are counted.
        starts: The days.
        period: Days or weeks.
        pieces: Adds people (t, n, 8, 3, 6) up by what a series has to keep apart, (t, n * groups, 6).
        splits: Parts that must not be small at each step, (6, g).

    Raises:
        RecordsError: The records cannot be read.
    """
    hidden = np.zeros(len(starts), np.bool_)
    for narrowing in _THINGS.keys() & set(filters.narrowed):
        everyone = _everyone(store, condition, narrowing, demo=filters.demo)
        counts = pieces(everyone.people).reshape(len(everyone.days), len(everyone.things), -1, STATES)
        alone = np.logical_not(_hidden(everyone.days, counts, splits, period))
        chosen = named_by(filters, narrowing, everyone.things)
        # Who knows of everybody and of all others knows of them as well.
        told = np.logical_or(alone[:, chosen].all(axis=1), alone[:, ~chosen].all(axis=1))
        hidden |= ~told[np.searchsorted(everyone.days, starts)]
    return hidden


def _everyone(store: RecordStore, condition: Condition, narrowing: Narrowing, *, demo: bool) -> _Everyone:
    def count() -> _Everyone:
        people = people_sql(Filters(demo=demo))
        sql = f"""SELECT coalesce(day, {_NEVER}) AS day, {_THINGS[narrowing]} AS thing, who, {condition} AS state,
            count(*) AS people FROM ({people.sql}) GROUP BY ALL"""  # noqa: S608 (constants; values are parameters)
        with store.cursor() as cursor:
            found = cursor.execute(sql, list(people.parameters)).to_arrow_table()
        day, who, state, number = (
            found.column(name).to_numpy().astype(np.int64) for name in ("day", "who", "state", "people")
        )
        column = found.column("thing").combine_chunks().dictionary_encode()
        given = column.dictionary.to_pylist()
        thing = column.indices.fill_null(len(given)).to_numpy(zero_copy_only=False)
        order = np.argsort(-np.bincount(thing, number, len(given) + 1), kind="stable")
        days = np.union1d([_NEVER], day)
        table = np.zeros((len(days), len(order), CELLS[1], CELLS[0], STATES), np.int64)
        where = np.searchsorted(days, day), np.argsort(order)[thing], who // CELLS[0], who % CELLS[0], state
        np.add.at(table, where, number)
        words = _words(store, narrowing, [*given, None], demo=demo)
        return _Everyone(days, tuple(words[place] for place in order), table.swapaxes(2, 3))

    return store.memory.recall(store.version, ("everyone by day", condition, narrowing, demo), count)


def _words(store: RecordStore, narrowing: Narrowing, given: list[object], *, demo: bool) -> list[object]:
    if narrowing is Narrowing.SOURCE:
        return given
    if narrowing is Narrowing.REGION:
        return [REGIONS[place] if isinstance(place, int) else None for place in given]
    names = model_names(store, demo=demo)
    return [names[model][0] if model in names else None for model in given]


def _hidden(days: Counts, counts: Counts, splits: Sequence[Table], period: Period) -> Lines:
    """Say which things are hidden on which days, (t, things), of people by day, thing, group and state."""
    months, first = np.unique(_month(days), return_index=True)
    by_month = np.add.reduceat(counts, first, axis=0)
    nodes = ((0, len(months), len(months) + 1), *tree_of(months, by_month.sum(axis=(1, 2, 3))))
    apart = np.ones((len(nodes), counts.shape[1], 1), np.bool_)
    in_weeks, in_days = np.zeros((2, *counts.shape[:2]), np.bool_)
    weeks = week_of(days)
    for groups in splits:
        parts = (counts @ groups).reshape(*counts.shape[:2], -1)
        apart = _part_months(nodes, by_month, groups, apart)
        ends = np.zeros((len(months) + 1, counts.shape[1]), np.bool_)
        ends[[middle for _, middle, _ in nodes]] = apart[..., 0]
        ends[0] = ends[-1]
        in_months = ~(ends[:-1] & ends[1:])
        for month, (begin, end) in enumerate(pairwise([*first.tolist(), len(days)])):
            begins = begin + np.flatnonzero(np.diff(weeks[begin:end], prepend=weeks[begin] - 1))
            sums = np.add.reduceat(parts[begin:end], begins - begin, axis=0)
            gone = _hide_among(sums, in_weeks[begins] | in_months[month])
            for week, (start, stop) in zip(gone, pairwise([*begins.tolist(), end]), strict=True):
                in_weeks[start:stop] = week
                if period is Period.DAY:
                    in_days[start:stop] = _hide_among(parts[start:stop], in_days[start:stop] | week)
    hidden: Lines = in_days if period is Period.DAY else in_weeks
    return hidden


def _part_months(nodes: tuple[Node, ...], by_month: Counts, groups: Table, apart: Lines) -> Lines:
    """Say which things may be told apart by the halves of each node, (nodes, things, 1)."""
    months, things = by_month.shape[:2]
    until = np.zeros((months + 2, *by_month.shape[1:]), np.int64)
    by_month.cumsum(axis=0, out=until[1:-1])
    until[-1] = until[-2]
    begin, middle, end = np.array(nodes).T
    sums = np.stack([until[middle] - until[begin], until[end] - until[middle]]) @ groups
    few: Array = np.minimum(sums, MIN_CELL).astype(
        np.uint8 if MIN_CELL * things <= np.iinfo(np.uint8).max else np.uint16
    )
    both: Lines = np.logical_and.reduce(few.any(axis=-1)) | (np.arange(len(nodes)) == 0)[:, None, None]
    seen = np.repeat(both.transpose(2, 0, 1), few.shape[-1], axis=0)[..., None]
    return part_at_nodes(
        nodes, few.transpose(3, 4, 0, 1, 2).reshape(-1, *few.shape[:3], 1), seen, apart, are_safe_counts
    )


def _hide_among(sums: Table, gone: Lines) -> Lines:
    """Hide things in parts of a span of time, of things told of in all of it.

    What a thing is hidden in is not small together, nor are all things together in any parts, save those that are
    hidden in these alone: with some parts of everybody and all that is hidden of the latter, the former follow.

    Args:
        sums: People by part of the span, thing and group, (k, things, g).
        gone: What is hidden in any case, (k, things).
    """
    fine = is_safe(sums)
    gone = gone | ~fine
    if not gone.any():
        return gone
    sizes = sums.sum(axis=-1)
    for thing in np.flatnonzero(gone.any(axis=0) & ~gone.all(axis=0)):
        while not is_safe(sums[gone[:, thing], thing].sum(axis=0)):
            others = np.flatnonzero(~gone[:, thing] & (sizes[:, thing] > 0))
            if not len(others):
                break
            gone[others[sizes[others, thing].argmin()], thing] = True
    some = (np.arange(1 << len(sums))[:, None] >> np.arange(len(sums))) & 1 == 1
    smallest = iter(np.argsort(sizes.sum(axis=0), kind="stable"))
    while not gone.all():
        # Of some parts, who of the things that are hidden in others, too, is hidden in these: (some, g).
        beyond = (~some).astype(np.float64) @ gone.astype(np.float64) > 0
        inside = some.astype(np.float64) @ (sums * gone[..., None]).reshape(len(sums), -1)
        left = (inside.reshape(len(some), *sums.shape[1:]) * beyond[..., None]).sum(axis=1)
        if is_safe(left).all():
            break
        gone[:, next(smallest)] = True
    return gone


def _month(days: Counts) -> Counts:
    """Return the months of days as `statistics_facts.month` counts them, (t,)."""
    months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) + 1970 * 12
    return np.where(days == _NEVER, UNKNOWN_TIME, months)
