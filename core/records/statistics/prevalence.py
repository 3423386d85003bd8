"""How many, and how common: totals and prevalence by age and sex."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from core.records.privacy import Counts, Lines
from core.records.statistics.filters import AGE_BANDS, EVERYONE, SEXES, Filters
from core.records.statistics.frame import Frame, Group, open_frame
from core.records.statistics.rates import Rate, wilson
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Severity, Sex

_GROUPS: Final[tuple[Group, ...]] = tuple((sex, band) for band in AGE_BANDS for sex in SEXES)


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
    told = frame.place.everyone.of(0)
    people, photos = (frame.sum_up(table, told) for table in (frame.place.people, frame.place.photos))
    if people is None or photos is None:
        return Totals(None, None)
    return Totals(int(people), int(photos))


def people_by_group(store: RecordStore, filters: Filters = EVERYONE) -> Mapping[Group, int | None]:
    """Count people by sex and age band; None where they may not be told, or there are none.

    Raises:
        RecordsError: The records cannot be read.
    """
    frame = open_frame(store, filters)
    shown = frame.place.everyone.of(0).cells & frame.selected
    people = frame.place.people
    return MappingProxyType(
        {
            (sex, band): int(people[r, c]) or None if shown[r, c] else None
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


def rate_of(grades: Counts, at_least: Severity) -> Rate | None:
    """Give the rate of grade counts (4,); None where nobody was graded."""
    n = int(grades.sum())
    return wilson(int(grades[int(at_least) :].sum()), n) if n else None


def _prevalence(frame: Frame, condition: Condition, place: int, at_least: Severity) -> Prevalence:
    told, grades = frame.told(place, at_least), frame.grades(place)
    bands, sexes = frame.bands[: len(AgeBand)], frame.sexes[: len(Sex)]
    chosen = (grades * frame.selected[:, :, None])[: len(AgeBand), : len(Sex)]
    rows, columns = told.lines_told(bands, sexes)

    def untold(chosen: Counts, *, alone: bool) -> Rate | None:
        return rate_of(chosen.sum(axis=0), at_least) if alone and frame.selected.all() else None

    def rates(counts: Counts, shown: Lines) -> list[Rate | None]:
        numbers = counts.sum(axis=-1).tolist(), counts[..., int(at_least) :].sum(axis=-1).tolist()
        return [wilson(with_it, n) if n and told else None for n, with_it, told in zip(*numbers, shown, strict=True)]

    total = frame.sum_up(grades, told)
    by_sex: dict[Sex | None, Rate | None] = dict(zip(Sex, rates(chosen.sum(axis=0), columns), strict=True))
    by_age: dict[AgeBand | None, Rate | None] = dict(zip(AgeBand, rates(chosen.sum(axis=1), rows), strict=True))
    shown = told.cells & frame.selected
    cells = rates(grades.reshape(-1, grades.shape[-1]), shown.ravel())
    return Prevalence(
        condition,
        at_least,
        MappingProxyType(dict(zip(_GROUPS, cells, strict=True))),
        MappingProxyType(by_sex | {None: untold(grades[:, -1], alone=told.no_sex)}),
        MappingProxyType(by_age | {None: untold(grades[-1], alone=told.kinds)}),
        None if total is None else rate_of(total, at_least),
        told_only=frame.leaves_out(told),
    )
