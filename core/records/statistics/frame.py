"""What of a filter's counts may be shown.

The guarantee, for everything the statistics publish:

1. No figure stands for one to nine people: neither n nor those with the finding nor those without.
2. None can be derived within an answer: the table of age bands and sexes is published with its sums so that subtracting
   them gives only groups of ten or more, or of nobody (`core.records.privacy.hidden_lines`). People who told no sex or
   no age are in none of its lines; they are in the total and the other figures of a condition only where that gives no
   small group of them away, and in nothing at all where they are one to nine.
3. None can be derived between grades: the splits allowed of a group depend on the group alone (`shown_from`).
4. None can be derived between a filter and any wider one, the same with some of its narrowings left out: the people
   between them, every combination of inside and outside the narrowings, pass the same test, or the figure is hidden.
5. Nor between neighbours: time is filtered in whole months, and each month and each named value that a filter puts
   together holds ten people of the group or nobody, so that leaving one out changes a figure by ten people or by none.
   This holds for people; how many of those ten have the finding can be told.

Limits. Filters that overlap without one holding the other, in two or more narrowings at once, can be combined into
smaller groups of people than ten where the records are few. Looking again after somebody was added tells what was
added: figures are shown at once. How many photos of a group the model abstained on can be told from n: that is about a
photo. Someone with ten visits counts ten times, as the records do not know who came twice.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.records.privacy import Counts, Lines, are_small, hidden_lines, shown_from
from core.records.statistics.cells import CELLS, Cells, by_cell, read_all_cells, read_cells
from core.records.statistics.counting import Keys, count_by, read_kept_months, subsets
from core.records.statistics.filters import AGE_BANDS, SEXES, Filters, Narrowing
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Severity, Sex

Group = tuple[Sex | None, AgeBand | None]
Measure = Callable[[Cells], Counts]


@dataclass(frozen=True, eq=False)
class Shown:
    """Which parts of a table of age bands and sexes may be shown.

    Attributes:
        cells: (8, 3).
        by_age: Sums over the told sexes, (8,); the last place is everyone who told no age.
        by_sex: Sums over the told age bands, (3,); the last place is everyone who told no sex.
    """

    cells: Lines
    by_age: Lines
    by_sex: Lines


@dataclass(frozen=True, eq=False)
class Frame:
    """The people of a filter, and those between it and the wider ones.

    Attributes:
        filters: The filter.
        cells: Its people, any sex and age.
        around: The wider filters' people with their signs: for each combination of narrowings turned inside out,
            what has to be added and subtracted to have the people in it.
        slices: People of each month and value that the filter puts together, (m, 8, 3).
    """

    filters: Filters
    cells: Cells
    around: tuple[tuple[tuple[int, Cells], ...], ...]
    slices: Counts

    @cached_property
    def bands(self) -> Lines:
        """Age bands that the filter names, (8,)."""
        chosen = self.filters.age_bands
        return np.array([not chosen or band in chosen for band in AGE_BANDS], dtype=np.bool_)

    @cached_property
    def sexes(self) -> Lines:
        """Sexes that the filter names, (3,)."""
        chosen = self.filters.sexes
        return np.array([not chosen or sex in chosen for sex in SEXES], dtype=np.bool_)

    @cached_property
    def selected(self) -> Lines:
        """Cells that the filter's sexes and age bands name, (8, 3)."""
        cells: Lines = self.bands[:, None] & self.sexes[None, :]
        return cells

    @cached_property
    def _slices_fine(self) -> bool:
        """Whether each month and value that the filter puts together has enough of the chosen sexes and ages."""
        people = self.slices[:, self.selected].sum(axis=-1)
        return not bool(are_small(people[:, None]).any())

    def blocks(self, measure: Measure) -> Counts:
        """Measure the filter's people and each combination around them.

        Args:
            measure: Of some people, (...); it has to add up over people.

        Returns:
            (1 + combinations, ...), the filter's own first.
        """
        everyone = {id(cells): cells for terms in self.around for _, cells in terms} | {id(self.cells): self.cells}
        of = {name: measure(cells) for name, cells in everyone.items()}
        others = [sum(sign * of[id(cells)] for sign, cells in terms) for terms in self.around]
        return np.stack([of[id(self.cells)], *others])

    def shown(self, measure: Measure, small: Callable[[Counts], Lines]) -> Shown:
        """Choose what may be shown of the table of those who told both sex and age, and of those who did not.

        Args:
            measure: Of some people, (8, 3, k).
            small: Says of (..., k) which must not be seen.
        """
        blocks = self.blocks(measure)
        number, k = blocks.shape[0], blocks.shape[-1]
        stacked = np.concatenate(
            [blocks.transpose(1, 2, 0, 3).reshape(*CELLS, number * k), self.slices.transpose(1, 2, 0)], axis=2
        )

        def unsafe(cells: Counts) -> Lines:
            parts = cells[..., : number * k].reshape(*cells.shape[:-1], number, k)
            return np.logical_or(small(parts).any(axis=-1), are_small(cells[..., number * k :, None]).any(axis=-1))

        cells, by_age, by_sex = (np.zeros(shape, np.bool_) for shape in (CELLS, CELLS[0], CELLS[1]))
        hidden = hidden_lines(stacked[:-1, :-1], unsafe)
        if hidden is not None:
            by_age[:-1], by_sex[:-1] = ~hidden[0], ~hidden[1]
            cells[:-1, :-1] = by_age[:-1, None] & by_sex[None, :-1]
        no_age, no_sex, neither = stacked[-1, :-1].sum(axis=0), stacked[:-1, -1].sum(axis=0), stacked[-1, -1]
        by_age[-1] = not unsafe(np.stack([no_age + neither, no_sex])).any()
        by_sex[-1] = not unsafe(np.stack([no_sex + neither, no_age, neither][: 3 if by_age[-1] else 2])).any()
        return Shown(cells, by_age, by_sex)

    def may_show(self, measure: Measure, small: Callable[[Counts], Lines]) -> bool:
        """Say whether a figure of the chosen sexes and ages may be shown.

        Args:
            measure: Of some people, (8, 3, k).
            small: Says of (..., k) which must not be seen.
        """
        return bool(self.may_show_all(lambda cells: measure(cells)[:, :, None], small)[0])

    def may_show_all(self, measure: Measure, small: Callable[[Counts], Lines]) -> Lines:
        """Say of many figures of the chosen sexes and ages which may be shown.

        Args:
            measure: Of some people, (8, 3, figures, k).
            small: Says of (..., k) which must not be seen.

        Returns:
            One answer a figure.
        """
        blocks = self.blocks(measure)
        cornered = np.stack([self.corners(block) for block in blocks])
        return np.asarray(~small(cornered).any(axis=(0, 1)) & self._slices_fine, np.bool_)

    @cached_property
    def splits(self) -> Lines:
        """From which grades on each condition of the chosen sexes and ages may be split, as `shown_from`: (6, 4)."""
        blocks = self.blocks(lambda cells: cells.grades)
        allowed = shown_from(np.stack([self.corners(block) for block in blocks]))
        return np.asarray(allowed.all(axis=(0, 1)) & self._slices_fine, np.bool_)

    def corners(self, table: Counts) -> Counts:
        """Sum a table (8, 3, ...) up inside and outside the chosen sexes and ages: (corners, ...)."""
        if self.selected.all():
            whole: Counts = table.sum(axis=(0, 1))[None]
            return whole
        sides = [
            [chosen, np.logical_not(chosen)] if not chosen.all() else [chosen] for chosen in (self.bands, self.sexes)
        ]
        return np.stack([table[np.ix_(r, c)].sum(axis=(0, 1)) for r in sides[0] for c in sides[1]])

    def inside(self, table: Counts) -> Counts:
        """Sum a table (8, 3, ...) up over the chosen sexes and ages: (...)."""
        inner: Counts = self.corners(table)[0]
        return inner


def unsafe_from(at_least: Severity) -> Callable[[Counts], Lines]:
    """Return the test of grade counts (..., 4) for a split at a grade."""

    def unsafe(grades: Counts) -> Lines:
        return ~shown_from(grades)[..., int(at_least)]

    return unsafe


def open_frame(store: RecordStore, filters: Filters) -> Frame:
    """Count the people of a filter and those around it.

    Raises:
        RecordsError: The records cannot be read.
    """
    version = store.version
    place = filters.only(filters.narrowed)

    def open_it() -> Frame:
        around, slices = store.memory.recall(
            version, ("around", place), lambda: (_around(store, place), _slices(store, place))
        )
        return Frame(filters, read_cells(store, filters), around, slices)

    return store.memory.recall(version, ("frame", filters), open_it)


def _around(store: RecordStore, filters: Filters) -> tuple[tuple[tuple[int, Cells], ...], ...]:
    """Put inclusion and exclusion together: people outside the narrowings of a combination and inside all others."""
    used = filters.narrowed
    tables = read_all_cells(store, filters, subsets(used))
    boxes = []
    for outside in subsets(used)[1:]:
        inside = [narrowing for narrowing in used if narrowing not in outside]
        boxes.append(
            tuple(
                ((-1) ** len(turned), tables[tuple(n for n in used if n in inside or n in turned)])
                for turned in subsets(outside)
            )
        )
    return tuple(boxes)


def _slices(store: RecordStore, filters: Filters) -> Counts:
    """Count people by each month and value that the filter puts together: (m, 8, 3)."""
    tables = []
    if Narrowing.TIME in filters.narrowed:
        tables.append(read_slices(store, filters, "month"))
    if len(set(filters.regions)) > 1:
        tables.append(read_slices(store, filters, "region"))
    tables += [read_cells(store, one).everyone[None] for one in _alternatives(filters)]
    return np.concatenate([np.zeros((0, *CELLS), np.int64), *tables])


def _alternatives(filters: Filters) -> list[Filters]:
    """The same filter with one of several sources, models, views or values of an answer each time."""
    found: list[Filters] = []
    if len(filters.sources) > 1:
        found += [replace(filters, sources=(one,)) for one in filters.sources]
    if len(filters.model_ids) > 1:
        found += [replace(filters, model_ids=(one,)) for one in filters.model_ids]
    if len(filters.views) > 1:
        found += [replace(filters, views=(one,)) for one in filters.views]
    for field in {field for field, _ in filters.answers}:
        rest = tuple(pair for pair in filters.answers if pair[0] != field)
        values = [pair for pair in filters.answers if pair[0] == field]
        if len(values) > 1:
            found += [replace(filters, answers=(*rest, pair)) for pair in values]
    return found


def read_slices(store: RecordStore, filters: Filters, column: str) -> Counts:
    """Count people by the values of a column, by age band and sex: (values, 8, 3).

    Args:
        store: The records.
        filters: Which people, of any sex and age.
        column: A column of `people_sql`, `month` or `region`.

    Raises:
        RecordsError: The records cannot be read.
    """
    tables = list(read_slices_by_value(store, filters, column).values())
    return np.stack(tables) if tables else np.zeros((0, *CELLS), np.int64)


def read_slices_by_value(store: RecordStore, filters: Filters, column: str) -> dict[int, Counts]:
    """Count people as `read_slices` does: value to (8, 3)."""
    place = filters.only(filters.narrowed)
    return store.memory.recall(store.version, ("slices", place, column), lambda: _by_value(store, place, column))


def _by_value(store: RecordStore, filters: Filters, column: str) -> dict[int, Counts]:
    if column == "month" and set(filters.narrowed) <= {Narrowing.TIME}:
        # Everyone has one state of each condition.
        value, who, _, people = read_kept_months(store, filters, next(iter(Condition)))
    else:
        keys = Keys({"value": column, "who": "who"}, where=f"{column} IS NOT NULL")
        value, who, people = count_by(store, filters, [filters.narrowed], keys)[filters.narrowed]
    return {int(one): by_cell(who[value == one], people[value == one])[..., 0] for one in np.unique(value)}
