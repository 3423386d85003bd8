"""The people of a filter, any sex and age, laid out by all that its narrowings could name instead."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Final

import numpy as np

from core.records.facts_code import STATES
from core.records.facts_cube import GRADES, PAIRS
from core.records.privacy import Counts, Lines
from core.records.statistics.blocks import Dimension, Table, split_at
from core.records.statistics.boxes import alternatives, boxes_of
from core.records.statistics.cells import read_all_cells, read_cells
from core.records.statistics.counting import subsets
from core.records.statistics.crossed import CROSSED, planes_of_filter
from core.records.statistics.cube import SUMMED, sum_up
from core.records.statistics.filters import FIRST_GRADE, Filters, Narrowing, in_order
from core.records.statistics.meetings import parts_that_follow
from core.records.statistics.plane import PlaneLayer
from core.records.statistics.tallies import (
    Tally,
    Values,
    inside_and_outside,
    named_by,
    read_values,
    tally_of,
    values_of_having,
)
from core.records.statistics.telling import ORDER, Telling
from core.records.store import RecordStore
from core.taxonomy import Condition

Signed = tuple[tuple[int, Tally], ...]

_BOTH: Final = np.ones(2, np.bool_)
_ORDERED: Final = frozenset({Narrowing.TIME, Narrowing.HAVING})


@dataclass(frozen=True, eq=False)
class Layer:
    """The people of a filter by the values of one narrowing.

    Attributes:
        boxes: For each way of being inside and outside of the other narrowings, what to add and subtract.
        chosen: As in `Dimension`.
        ordered: Likewise.
        apart: Likewise.
        months: Likewise.
    """

    boxes: tuple[Signed, ...]
    chosen: Lines
    ordered: bool = False
    apart: bool = False
    months: Counts | None = None

    def measure(self, of: Callable[[Tally], Counts]) -> Dimension:
        """Count something of the people.

        Args:
            of: Counts it, (values, 8, 3, m, k), or those who told sex and age and the others, (values, 2, 1, m, k).
        """
        people = [np.sum([sign * of(tally) for sign, tally in signed], axis=0) for signed in self.boxes]
        return Dimension(np.stack(people, axis=1), self.chosen, self.ordered, self.apart, self.months)


@dataclass(frozen=True, eq=False)
class Place:
    """A filter's narrowings besides sex and age, and what they let be told.

    Attributes:
        tally: Its people.
        around: For each way of being inside and outside of its narrowings, what to add and subtract; itself first.
        layers: Its people by what each of its narrowings could name.
        photos: Their graded photos by age band and sex, (8, 3).
    """

    tally: Tally
    around: tuple[Signed, ...]
    layers: tuple[Layer | PlaneLayer, ...]
    photos: Counts

    @cached_property
    def people(self) -> Counts:
        """Its people by age band and sex, (8, 3)."""
        people: Counts = self.tally.states[0, :, :, 0].sum(axis=-1)
        return people

    def measure(self, of: Callable[[Tally], Counts]) -> list[Dimension]:
        """Count something, as `Layer.measure`, by each layer; as a single value where nothing is narrowed."""
        layers: Sequence[Layer | PlaneLayer] = self.layers or (Layer((((1, self.tally),),), np.ones(1, np.bool_)),)
        return [layer.measure(of) for layer in layers]

    @cached_property
    def everyone(self) -> Telling:
        """How many people there are."""
        dimensions = self.measure(lambda tally: tally.states[:, :, :, :1])
        return Telling(dimensions, lambda _: split_at((), STATES, 0)[None])

    def everyone_in(self, *layers: Layer | PlaneLayer) -> Telling:
        """How many people there are in the chosen values of other layers."""
        dimensions = [one.measure(lambda tally: tally.states[:, :, :, :1]) for one in (*layers, *self.layers)]
        return Telling(dimensions, lambda _: split_at((), STATES, 0)[None], 0, self.everyone.of(0).hidden)

    @cached_property
    def grades(self) -> Telling:
        """Grades of each condition, and the worst of all."""
        return self.splits(FIRST_GRADE, [FIRST_GRADE + int(grade) for grade in ORDER])

    @cached_property
    def meetings(self) -> Telling:
        """Grades of both of each pair of conditions, split where a grade of both begins, one after the other."""
        return self._meetings(whole=False)

    @cached_property
    def meetings_of_all(self) -> Telling:
        """The same, of everyone together."""
        return self._meetings(whole=True)

    def _meetings(self, *, whole: bool) -> Telling:
        alone = tuple(self.grades.taken(place) for place in range(len(Condition)))

        def groups(taken: Lines) -> Table:
            return _parts_of_pairs(alone, taken.tobytes())

        dimensions = self.measure(lambda tally: tally.pairs_together if whole else tally.pairs)
        begun = None if whole else self.everyone.of(0).hidden
        return Telling(dimensions, groups, len(ORDER), begun, whole=whole)

    def splits(self, first: int, levels: Sequence[int]) -> Telling:
        """Return what may be told of states from one on, split at one after the other."""

        def groups(taken: Lines) -> Table:
            split = [[level for level, used in zip(levels, row, strict=True) if used] for row in taken]
            return np.stack([split_at(one, STATES, first) for one in split])

        dimensions = self.measure(lambda tally: tally.states)
        return Telling(dimensions, groups, len(levels), self.everyone.of(0).hidden)


def _levels(steps: Iterable[int]) -> frozenset[int]:
    return frozenset(int(ORDER[step - 1]) for step in steps)


@lru_cache(maxsize=512)
def _parts_of_pairs(alone: tuple[tuple[int, ...], ...], both: bytes) -> Table:
    """Return the parts of each pair's table that must not be small, (15, 16, g), as `parts_that_follow` does.

    Args:
        alone: Steps that are taken of each condition.
        both: Whether each step is taken of each pair, (15, steps) as bytes: a key made in no time.
    """
    levels = [_levels(steps) for steps in alone]
    taken = np.frombuffer(both, np.bool_).reshape(len(PAIRS), -1)
    parts = [
        parts_that_follow(levels[a], levels[b], _levels(np.flatnonzero(row) + 1))
        for (a, b), row in zip(PAIRS, taken, strict=True)
    ]
    groups = np.zeros((len(parts), GRADES**2, max(part.shape[1] for part in parts)))
    for place, part in enumerate(parts):
        groups[place, :, : part.shape[1]] = part
    return groups


def open_place(store: RecordStore, filters: Filters) -> Place:
    """Count the people of a filter, of any sex and age, and those around it.

    Raises:
        RecordsError: The records cannot be read.
    """
    chosen = filters.only(filters.narrowed)
    return store.memory.recall(store.version, ("place", chosen), lambda: _place(store, chosen))


def _place(store: RecordStore, filters: Filters) -> Place:
    around: tuple[Signed, ...]
    if SUMMED.issuperset(filters.narrowed):
        photos = sum_up(store, filters).tally.photos[0]
        around = boxes_of(filters, None, lambda kept: sum_up(store, filters.only(kept)).tally)
    else:
        cells = read_all_cells(store, filters, subsets(filters.narrowed))
        photos = cells[filters.narrowed].all_photos
        around = boxes_of(filters, None, lambda kept: tally_of(cells[kept]))
    return Place(around[0][0][1], around, tuple(_all_layers(store, filters)), photos)


def _all_layers(store: RecordStore, filters: Filters) -> list[Layer | PlaneLayer]:
    narrowed, layers = set(filters.narrowed), list[Layer | PlaneLayer]()
    layers += planes_of_filter(store, filters)
    if narrowed >= CROSSED:
        # What holds for all regions and times holds for each of both beside the other.
        layers += _layers(store, filters.only((Narrowing.TIME,)), Narrowing.TIME)
    if narrowed != CROSSED:
        layers += [layer for narrowing in filters.narrowed for layer in _layers(store, filters, narrowing)]
    return layers


def _layers(store: RecordStore, filters: Filters, narrowing: Narrowing) -> list[Layer]:
    """Lay people out by the values that a narrowing could name, and where these may overlap by in and out as well."""
    layers = list[Layer]()
    if narrowing is not Narrowing.VIEW and (narrowing is not Narrowing.ANSWERS or len(_fields(filters)) == 1):
        layers.append(by_values(store, filters, narrowing, filters))
    if narrowing in (Narrowing.VIEW, Narrowing.MODEL, Narrowing.ANSWERS):
        boxes = boxes_of(
            filters,
            narrowing,
            lambda kept: inside_and_outside(store, filters.only((*kept, narrowing)), filters.only(kept)),
        )
        layers.append(Layer(boxes, np.array([True, False])))
        for one in alternatives(filters, narrowing):
            layers.append(
                Layer(boxes_of(filters, narrowing, partial(_one, store, filters, one, narrowing)), _BOTH, apart=True)
            )
    return layers


def by_values(store: RecordStore, filters: Filters, narrowing: Narrowing, naming: Filters) -> Layer:
    """Lay the people of a filter out by the values of a narrowing.

    Args:
        store: The records.
        filters: Which people; the narrowing itself is not looked at.
        narrowing: What the values are of.
        naming: Names the values that are chosen.

    Raises:
        RecordsError: The records cannot be read.
    """
    field = next(iter(_fields(naming)), "")
    others = filters.only(tuple(one for one in filters.narrowed if one is not narrowing))
    # Of somebody graded by several models, a view may leave one that is not theirs otherwise.
    given = [_values(store, others.only(kept), filters, narrowing, field).names for kept in subsets(others.narrowed)]
    names = tuple(sorted({name for one in given for name in one}, key=in_order)) or (None,)
    boxes = boxes_of(
        others,
        None,
        lambda kept: _values(store, others.only(kept), filters, narrowing, field).at(names).tally,
    )
    months = np.array(names, np.int64) if narrowing is Narrowing.TIME and None not in names else None
    return Layer(boxes, named_by(naming, narrowing, names, field), narrowing in _ORDERED, months=months)


def _fields(filters: Filters) -> set[str]:
    return {field for field, _ in filters.answers}


def _one(
    store: RecordStore, filters: Filters, one: Filters, narrowing: Narrowing, kept: tuple[Narrowing, ...]
) -> Tally:
    used = (*kept, narrowing)
    return inside_and_outside(store, one.only(used), filters.only(used))


def _values(store: RecordStore, place: Filters, filters: Filters, narrowing: Narrowing, field: str) -> Values:
    if narrowing is Narrowing.HAVING and filters.having is not None:
        return values_of_having(read_cells(store, place), filters.having)
    return read_values(store, place, narrowing, field if narrowing is Narrowing.ANSWERS else "")
