"""How many, and how common: totals and prevalence by age and sex."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from core.records.statistics.filters import AGE_BANDS, EVERYONE, SEXES, Filters
from core.records.statistics.frame import Frame, Group, open_frame
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
    bands, sexes = frame.bands[: len(AgeBand)], frame.sexes[: len(Sex)]
    rows, columns = (line.tolist() for line in told.lines_told(bands, sexes))
    shown, selected = told.cells.tolist(), frame.selected.tolist()
    n, found = frame.graded()[place], frame.graded(at_least)[place]

    def rate(*cells: tuple[int, int]) -> Rate | None:
        graded = sum(n[row][column] for row, column in cells)
        return wilson(sum(found[row][column] for row, column in cells), graded) if graded else None

    def chosen(*cells: tuple[int, int]) -> Rate | None:
        return rate(*(cell for cell in cells if selected[cell[0]][cell[1]]))

    ages, kinds = range(len(AgeBand)), range(len(Sex))
    by_sex: dict[Sex | None, Rate | None] = {
        sex: chosen(*((row, column) for row in ages)) if columns[column] else None for column, sex in enumerate(Sex)
    }
    by_sex[None] = rate(*((row, len(Sex)) for row in range(len(AGE_BANDS)))) if told.no_sex and frame.whole else None
    by_age: dict[AgeBand | None, Rate | None] = {
        band: chosen(*((row, column) for column in kinds)) if rows[row] else None for row, band in enumerate(AgeBand)
    }
    by_age[None] = (
        rate(*((len(AgeBand), column) for column in range(len(SEXES)))) if told.kinds and frame.whole else None
    )
    counts = frame.chosen_grades(told)
    return Prevalence(
        condition,
        at_least,
        MappingProxyType(
            {
                (sex, band): rate((row, column)) if shown[row][column] and selected[row][column] else None
                for row, band in enumerate(AGE_BANDS)
                for column, sex in enumerate(SEXES)
            }
        ),
        MappingProxyType(by_sex),
        MappingProxyType(by_age),
        None if counts is None else rate_of(counts[place], at_least),
        told_only=frame.leaves_out(told),
    )
