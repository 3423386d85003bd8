"""All people by two narrowings at once, as filters of both see them (`core.records.statistics.plane`).

Time, sources or models are laid out on the tree; regions, sources or models are the things told apart by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from core.records.facts_code import STATES
from core.records.facts_cube import UNKNOWN_TIME, Array, CubeRows
from core.records.privacy import Counts
from core.records.statistics.cube import REGIONS_IN_ORDER, STATES_PART, SummedTally, count_rows, model_names
from core.records.statistics.filters import REGIONS, Filters, Narrowing, in_order
from core.records.statistics.plane import PlaneLayer
from core.records.statistics.tallies import named_by
from core.records.statistics.tree import Node, ends_of, nodes_at, tree_of, tree_of_values
from core.records.store import RecordStore

CROSSED: Final = frozenset({Narrowing.TIME, Narrowing.REGION})
"""Where nothing else is narrowed, one plane says all that is to be said of both, save of time itself."""
_Models = Mapping[int, str | None]
_THINGS: Final = (Narrowing.REGION, Narrowing.SOURCE, Narrowing.MODEL)
_ON_TREES: Final = (Narrowing.TIME, Narrowing.MODEL, Narrowing.SOURCE)


@dataclass(frozen=True, eq=False)
class _Everyone:
    """All people by the values of two narrowings.

    Attributes:
        values: Of the one on the tree in its order: months, the unknown one first, or the largest first, (t,).
        things: Of the other, with people, (things,).
        sizes: People of each, (things,).
        tree: Of the values.
        states: Counts by value and thing, (t, things, 24, STATE_CELLS).
    """

    values: tuple[object, ...]
    things: tuple[object, ...]
    sizes: Counts
    tree: tuple[Node, ...]
    states: Counts


def planes_of_filter(store: RecordStore, filters: Filters) -> list[PlaneLayer]:
    """Lay everyone out by each two narrowings of a filter, as far as these decide on it.

    Raises:
        RecordsError: The records cannot be read.
    """
    pairs = [
        (on_tree, things)
        for place, on_tree in enumerate(_ON_TREES)
        for things in _THINGS
        if things not in _ON_TREES[: place + 1] and {on_tree, things} <= set(filters.narrowed)
    ]
    return [_lay_out(store, filters, on_tree, things, every=False) for on_tree, things in pairs]


def planes_of_months(store: RecordStore, filters: Filters) -> list[PlaneLayer]:
    """Lay everyone out by month, the unknown one first, and by each narrowing of a filter, whatever time it names.

    Raises:
        RecordsError: The records cannot be read.
    """
    things = [one for one in _THINGS if one in filters.narrowed]
    return [_lay_out(store, filters, Narrowing.TIME, one, every=True) for one in things]


def _everyone(store: RecordStore, on_tree: Narrowing, things: Narrowing, *, demo: bool) -> _Everyone:
    def count() -> _Everyone:
        parts = count_rows(store, STATES_PART, regions=things is Narrowing.REGION, demo=demo)
        models = _models(store, demo=demo)
        values, others = (_names(one, [rows for rows, _ in parts], models) for one in (on_tree, things))
        counts = _sum_up(parts, models, (on_tree, things), values, others)
        people = counts[..., :STATES].sum(axis=(2, 3))
        there = people.any(axis=0) | (not people.any())
        sizes = people.sum(axis=1)
        if on_tree is Narrowing.TIME:
            order = np.flatnonzero(sizes | (np.array(values) == UNKNOWN_TIME))
            tree = tree_of(np.array(values)[order], sizes[order])
        else:
            order = np.argsort(-sizes, kind="stable")
            tree = tree_of_values(sizes[order])
        values = tuple(values[place] for place in order)
        others = tuple(name for name, any_of in zip(others, there, strict=True) if any_of)
        return _Everyone(values, others, people.sum(axis=0)[there], tree, counts[order][:, there])

    return store.memory.recall(store.version, ("everyone", on_tree, things, demo), count)


def _lay_out(store: RecordStore, filters: Filters, on_tree: Narrowing, things: Narrowing, *, every: bool) -> PlaneLayer:
    """Lay everyone out by things, and by the values that decide on the named ones, or by every value."""
    everyone = _everyone(store, on_tree, things, demo=filters.demo)
    number = len(everyone.values)
    named = np.ones(number, np.bool_) if every else named_by(filters, on_tree, everyone.values)
    if every:
        nodes, begins = everyone.tree, list(range(number))
    else:
        nodes, begins = nodes_at(everyone.tree, ends_of(named))
        begins = [begin for begin in begins if begin < number]

    def pairs(part: str) -> Counts:
        parts = count_rows(store, part, regions=things is Narrowing.REGION, demo=filters.demo)
        models = _models(store, demo=filters.demo)
        counts = _sum_up(parts, models, (on_tree, things), everyone.values, everyone.things)
        return _one_by_one(np.add.reduceat(counts, begins, axis=0))

    spans = pairwise([*begins, number])
    states = _one_by_one(np.stack([everyone.states[begin:end].sum(axis=0) for begin, end in spans]))
    order = np.argsort(-everyone.sizes, kind="stable")
    chosen = named_by(filters, things, everyone.things)
    return PlaneLayer(SummedTally(states, pairs), chosen, nodes, order, named[begins])


def _one_by_one(counts: Counts) -> Counts:
    return counts.reshape(-1, *counts.shape[2:])


def _models(store: RecordStore, *, demo: bool) -> _Models:
    return {code: name for code, (name, _) in model_names(store, demo=demo).items()}


def _names(narrowing: Narrowing, parts: Sequence[CubeRows], models: _Models) -> tuple[object, ...]:
    """Return the values that rows have, in order."""
    if narrowing is Narrowing.REGION:
        return tuple(REGIONS[place] for place in REGIONS_IN_ORDER)
    found = {name for rows in parts for name in _values(narrowing, rows, models)}
    if narrowing is Narrowing.TIME:
        found.add(UNKNOWN_TIME)
    return tuple(sorted(found or {None}, key=in_order))


def _values(narrowing: Narrowing, rows: CubeRows, models: _Models) -> list[object]:
    """Return the value of each row."""
    if narrowing is Narrowing.MODEL:
        return [models.get(model) for model in rows.models.tolist()]
    return list((rows.months if narrowing is Narrowing.TIME else rows.sources).tolist())


def _sum_up(
    parts: Sequence[tuple[CubeRows, Array]],
    models: _Models,
    narrowings: tuple[Narrowing, Narrowing],
    values: Sequence[object],
    things: Sequence[object],
) -> Counts:
    """Add counts by row, or by row and region, up by value and thing: (values, things, groups, k)."""
    on_tree, others = narrowings
    sums = np.zeros((len(values), len(things), *parts[0][1].shape[-2:]), np.int64)
    regions = [place for thing in things for place, region in enumerate(REGIONS) if region == thing]
    for rows, arrays in parts:
        places = _places(_values(on_tree, rows, models), values)
        if others is Narrowing.REGION:
            for place, chosen in _groups(places):
                sums[place] += arrays[chosen].sum(axis=0, dtype=np.int64)[regions]
        else:
            other = _places(_values(others, rows, models), things)
            both = np.where((places < 0) | (other < 0), -1, places * len(things) + other)
            for place, chosen in _groups(both):
                sums[divmod(place, len(things))] += arrays[chosen].sum(axis=0, dtype=np.int64)
    return sums


def _places(given: Sequence[object], names: Sequence[object]) -> Counts:
    """Give the place of each name, -1 where nobody is."""
    places = {name: place for place, name in enumerate(names)}
    return np.array([places.get(name, -1) for name in given], np.int64)


def _groups(places: Counts) -> list[tuple[int, slice]]:
    """Say which rows are at which place, run after run."""
    cuts = np.flatnonzero(np.diff(places)) + 1
    runs = [slice(begin, end) for begin, end in pairwise([0, *cuts.tolist(), len(places)]) if begin < end]
    return [(int(places[run.start]), run) for run in runs if places[run.start] >= 0]
