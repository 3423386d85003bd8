"""How many, and how common: totals and prevalence by age and sex."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.records.privacy import Counts, Lines, are_small
from core.records.statistics.cells import Cells, counted_in
from core.records.statistics.filters import AGE_BANDS, EVERYONE, FIRST_GRADE, SEXES, Filters
from core.records.statistics.frame import Frame, Group, Shown, open_frame, unsafe_from
from core.records.statistics.rates import Rate, wilson
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Severity, Sex


@dataclass(frozen=True)
class Totals:
    """How much there is.

    Attributes:
        people: Visits with at least one graded photo; None where they may not be told.
        photos: Graded photos of these visits; None likewise.
    """

    people: int | None
    photos: int | None


@dataclass(frozen=True)
class Prevalence:
    """How common a condition is. Each rate is None where nobody was graded or the cell is not published.

    Attributes:
        condition: The condition.
        at_least: The lowest grade that counts.
        cells: By sex and age band; with None, "not told", in a key there is never a rate.
        by_sex: By sex, of those who told both; under None everyone who did not tell their sex.
        by_age: By age band, of those who told both; under None everyone who did not tell their age.
        total: Everyone graded. Those who told no sex or no age are in it where that gives no small group of them away.
        told_only: Whether they are not.
    """

    condition: Condition
    at_least: Severity
    cells: Mapping[Group, Rate | None]
    by_sex: Mapping[Sex | None, Rate | None]
    by_age: Mapping[AgeBand | None, Rate | None]
    total: Rate | None
    told_only: bool


def totals(store: RecordStore, filters: Filters = EVERYONE) -> Totals:
    """Count people and photos.

    Raises:
        RecordsError: The records cannot be read.
    """
    frame = open_frame(store, filters)
    people = int(frame.inside(frame.cells.everyone))
    if people and not frame.may_show(lambda cells: cells.everyone[..., None], are_small):
        return Totals(None, None)
    return Totals(people, int(frame.inside(frame.cells.all_photos)))


def people_by_group(store: RecordStore, filters: Filters = EVERYONE) -> Mapping[Group, int | None]:
    """Count people by sex and age band; None where they may not be told, or there are none.

    Raises:
        RecordsError: The records cannot be read.
    """
    frame = open_frame(store, filters)
    shown = frame.shown(lambda cells: cells.everyone[..., None], are_small)
    people = frame.cells.everyone
    return MappingProxyType(
        {
            (sex, band): int(people[r, c]) or None if shown.cells[r, c] and frame.selected[r, c] else None
            for r, band in enumerate(AGE_BANDS)
            for c, sex in enumerate(SEXES)
        }
    )


def prevalence(
    store: RecordStore,
    condition: Condition,
    at_least: Severity = Severity.MILD,
    filters: Filters = EVERYONE,
) -> Prevalence:
    """Say how common a condition is at or above a grade, by sex and age band.

    A visit counts with its worst grade, and only where the model did not abstain on every photo.

    Args:
        store: The records.
        condition: Which condition.
        at_least: The lowest grade that counts, at least mild.
        filters: Which people.

    Raises:
        RecordsError: The records cannot be read.
    """
    version, place = store.version, list(Condition).index(condition)
    return store.memory.recall(
        version,
        ("prevalence", place, at_least, filters),
        lambda: _prevalence(open_frame(store, filters), condition, place, at_least),
    )


def prevalences(
    store: RecordStore, at_least: Severity = Severity.MILD, filters: Filters = EVERYONE
) -> Mapping[Condition, Prevalence]:
    """Say how common each condition is, as `prevalence` does.

    Raises:
        RecordsError: The records cannot be read.
    """
    return MappingProxyType({c: prevalence(store, c, at_least, filters) for c in Condition})


def any_finding(store: RecordStore, at_least: Severity = Severity.MILD, filters: Filters = EVERYONE) -> Rate | None:
    """Say how common at least one condition is at or above a grade, among people graded for at least one.

    Raises:
        RecordsError: The records cannot be read.
    """
    frame = open_frame(store, filters)

    def worst(cells: Cells) -> Counts:
        return counted_in(cells.worst[..., FIRST_GRADE:])

    if not frame.may_show(worst, unsafe_from(at_least)):
        return None
    return rate_of(frame.inside(worst(frame.cells)), at_least)


def rate_of(grades: Counts, at_least: Severity) -> Rate | None:
    """Give the rate of grade counts (4,); None where nobody was graded."""
    counts = grades.tolist()
    n = sum(counts)
    return wilson(sum(counts[int(at_least) :]), n) if n else None


def _prevalence(frame: Frame, condition: Condition, place: int, at_least: Severity) -> Prevalence:
    shown = frame.shown(lambda cells: cells.grades[:, :, place], unsafe_from(at_least))
    grades = frame.cells.grades[:, :, place]
    bands, sexes = frame.bands, frame.sexes

    def rate(table: Counts, *, told: bool) -> Rate | None:
        return rate_of(table, at_least) if told else None

    cells = {
        (sex, band): rate(grades[r, c], told=bool(shown.cells[r, c] and bands[r] and sexes[c]))
        for r, band in enumerate(AGE_BANDS)
        for c, sex in enumerate(SEXES)
    }
    by_sex: dict[Sex | None, Rate | None] = {
        sex: rate(grades[:-1][bands[:-1], c].sum(axis=0), told=bool(sexes[c]) and _column_told(shown, grades, bands, c))
        for c, sex in enumerate(Sex)
    }
    by_age: dict[AgeBand | None, Rate | None] = {
        band: rate(grades[r, :-1][sexes[:-1]].sum(axis=0), told=bool(bands[r]) and _row_told(shown, grades, sexes, r))
        for r, band in enumerate(AgeBand)
    }
    whole_table = bool(bands.all() and sexes.all())
    by_sex[None] = rate(grades[:, -1].sum(axis=0), told=whole_table and bool(shown.by_sex[-1]))
    by_age[None] = rate(grades[-1].sum(axis=0), told=whole_table and bool(shown.by_age[-1]))
    total = rate(frame.inside(grades), told=bool(frame.splits[place, at_least]))
    return Prevalence(
        condition,
        at_least,
        MappingProxyType(cells),
        MappingProxyType(by_sex),
        MappingProxyType(by_age),
        total,
        told_only=bool(frame.cells.left_out or frame.cells.untold_out[place]),
    )


def _column_told(shown: Shown, grades: Counts, bands: Lines, column: int) -> bool:
    """Whether the sum of a sex may be told: as a whole line, or because each part of it is told."""
    if bands.all():
        return bool(shown.by_sex[column])
    filled = grades[:-1, column].any(axis=-1)
    return bool(shown.cells[:-1, column][bands[:-1] & filled].all())


def _row_told(shown: Shown, grades: Counts, sexes: Lines, row: int) -> bool:
    """Whether the sum of an age band may be told; likewise."""
    if sexes.all():
        return bool(shown.by_age[row])
    filled = grades[row, :-1].any(axis=-1)
    return bool(shown.cells[row, :-1][sexes[:-1] & filled].all())
