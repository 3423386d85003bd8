"""How many, and how common: totals and prevalence by age and sex."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from core.records.statistics.filters import AGE_BANDS, EVERYONE, SEXES, Filters
from core.records.statistics.frame import Frame, Group, open_frame
from core.records.statistics.rates import Rate, wilson
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Severity, Sex

_GROUPS: Final = tuple(tuple((sex, band) for sex in SEXES) for band in AGE_BANDS)


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


def rate_of(grades: Sequence[int], at_least: Severity) -> Rate | None:
    """Give the rate of grade counts (4,); None where nobody was graded."""
    n = sum(grades)
    return wilson(sum(grades[int(at_least) :]), n) if n else None


def _prevalence(frame: Frame, condition: Condition, place: int, at_least: Severity) -> Prevalence:
    told = frame.told(place, at_least)
    rows, columns = told.lines_told(frame.bands[: len(AgeBand)], frame.sexes[: len(Sex)])
    n, found = frame.graded(), frame.graded(at_least)
    by_age = [*rows.tolist(), told.kinds and frame.whole]
    by_sex = [*columns.tolist(), told.no_sex and frame.whole]
    shown = (told.cells & frame.selected).tolist()
    cells: dict[Group, Rate | None] = {}
    for row, groups in enumerate(_GROUPS):
        cells |= zip(groups, _rates(shown[row], found.cells[place][row], n.cells[place][row]), strict=True)
    counts = frame.chosen_grades(told)
    return Prevalence(
        condition,
        at_least,
        MappingProxyType(cells),
        MappingProxyType(dict(zip(SEXES, _rates(by_sex, found.by_sex[place], n.by_sex[place]), strict=True))),
        MappingProxyType(dict(zip(AGE_BANDS, _rates(by_age, found.by_age[place], n.by_age[place]), strict=True))),
        None if counts is None else rate_of(counts[place], at_least),
        told_only=frame.leaves_out(told),
    )


def _rates(shown: Sequence[bool], found: Sequence[int], n: Sequence[int]) -> list[Rate | None]:
    return [
        wilson(count, number) if told and number else None for told, count, number in zip(shown, found, n, strict=True)
    ]
