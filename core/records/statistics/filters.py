"""Which people are counted, and the SQL that chooses them."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from core.records.facts import MONTHS
from core.records.facts_code import NARROW, PUT_TOGETHER
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex, View

SEXES: Final[tuple[Sex | None, ...]] = (*Sex, None)
AGE_BANDS: Final[tuple[AgeBand | None, ...]] = (*AgeBand, None)
REGIONS: Final[tuple[Region | None, ...]] = (*Region, None)
FIRST_GRADE: Final = 2
"""The state of grade 0 in a code of `core.records.facts`."""


class Narrowing(StrEnum):
    """What a filter may narrow besides sex and age, which every table is laid out by."""

    TIME = "time"
    REGION = "region"
    VIEW = "view"
    MODEL = "model"
    SOURCE = "source"
    ANSWERS = "answers"
    HAVING = "having"


@dataclass(frozen=True)
class Filters:
    """Which people are counted; everyone by default. A person is a visit.

    Time is counted in whole calendar months of Korean time, so that no filter can be moved by a day.

    Attributes:
        since: Visits from the month of this day on; visits whose time is unknown are left out once a time is given.
        until: Visits up to the end of the month of this day.
        sexes: Sexes, None for not told; empty for all.
        age_bands: Age bands; likewise.
        regions: Regions; likewise.
        views: Views of the photos; empty for all.
        model_ids: Models that graded; empty for all.
        sources: Where visits come from, for example `app` and `import`; empty for all.
        answers: Life-style answers that were kept, (field, value): one value of each named field has to be there.
        having: Only people with this condition, at `having_at_least` or worse; None for all.
        having_at_least: As `having` says.
        demo: Count the demonstration rows instead of the real ones; example pictures are in neither.
    """

    since: date | None = None
    until: date | None = None
    sexes: tuple[Sex | None, ...] = ()
    age_bands: tuple[AgeBand | None, ...] = ()
    regions: tuple[Region | None, ...] = ()
    views: tuple[View, ...] = ()
    model_ids: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    having: Condition | None = None
    having_at_least: Severity = Severity.MILD
    demo: bool = False

    @property
    def narrowed(self) -> tuple[Narrowing, ...]:
        """What it narrows besides sex and age."""
        given = {
            Narrowing.TIME: self.since is not None or self.until is not None,
            Narrowing.REGION: bool(self.regions),
            Narrowing.VIEW: bool(self.views),
            Narrowing.MODEL: bool(self.model_ids),
            Narrowing.SOURCE: bool(self.sources),
            Narrowing.ANSWERS: bool(self.answers),
            Narrowing.HAVING: self.having is not None,
        }
        return tuple(narrowing for narrowing, used in given.items() if used)

    def only(self, kept: tuple[Narrowing, ...]) -> "Filters":
        """Return the filter with these narrowings alone, for any sex and age, equal for equal people."""
        time, view = Narrowing.TIME in kept, Narrowing.VIEW in kept
        return Filters(
            since=_first_day(self.since) if time and self.since else None,
            until=_first_day(self.until) if time and self.until else None,
            regions=tuple(r for r in REGIONS if r in self.regions) if Narrowing.REGION in kept else (),
            views=tuple(v for v in View if v in self.views) if view else (),
            model_ids=tuple(sorted(set(self.model_ids))) if Narrowing.MODEL in kept else (),
            sources=tuple(sorted(set(self.sources))) if Narrowing.SOURCE in kept else (),
            answers=tuple(sorted(set(self.answers))) if Narrowing.ANSWERS in kept else (),
            having=self.having if Narrowing.HAVING in kept else None,
            having_at_least=self.having_at_least if Narrowing.HAVING in kept else Severity.MILD,
            demo=self.demo,
        )


EVERYONE: Final = Filters()
"""No narrowing at all: all real results."""


def _first_day(day: date) -> date:
    return day.replace(day=1)


def month_number(day: date) -> int:
    """Return the month of a day as `statistics_facts.month` counts it."""
    return day.year * MONTHS + day.month - 1


def month_start(number: int) -> date:
    """Return the first day of such a month."""
    return date(number // MONTHS, number % MONTHS + 1, 1)


def in_order(name: object) -> tuple[bool, int, str]:
    """Give the place of a value among others: unknown ones first."""
    return name is not None, name if isinstance(name, int) else 0, str(name)


@dataclass(frozen=True)
class Chosen:
    """SQL for a relation of one row a person.

    Attributes:
        sql: With the columns code, photos, day, month, region, model, source, certainty, number, said, who, and one by
            the name of each condition; `pattern` only where neither views nor models are named.
        parameters: Values for its question marks.
    """

    sql: str
    parameters: tuple[object, ...]


def people_sql(filters: Filters) -> Chosen:
    """Choose people by everything but sex and age, which are in the code.

    Someone graded by several models or in several views is put together from the parts that the filter leaves.
    """
    narrowed = narrowing_sql(filters)
    if not filters.views and not filters.model_ids:
        return Chosen(
            f"SELECT * FROM statistics_facts WHERE demo = ? AND {narrowed.sql}",  # noqa: S608 (as below)
            (filters.demo, *narrowed.parameters),
        )
    graded = _graded_sql(filters)
    chosen = (filters.demo, *graded.parameters)
    columns = "code, photos, day, month, region, model, source, certainty, number, said"
    return Chosen(
        sql=f"""SELECT *, {NARROW} FROM (
        SELECT {columns} FROM statistics_facts WHERE parts = 1 AND demo = ? AND {graded.sql}
        UNION ALL
        SELECT {columns} FROM (
            SELECT number, any_value(said) AS said, {PUT_TOGETHER}
            FROM statistics_parts WHERE demo = ? AND {graded.sql} GROUP BY number
        )
    ) WHERE {narrowed.sql}""",  # noqa: S608 (constants; values are parameters)
        parameters=(*chosen, *chosen, *narrowed.parameters),
    )


def narrowing_sql(filters: Filters) -> Chosen:
    """Return a condition over the columns of `people_sql` for narrowings other than view and model."""
    parts: list[str] = []
    values: list[object] = []
    if filters.since is not None:
        parts.append("month >= ?")
        values.append(month_number(filters.since))
    if filters.until is not None:
        parts.append("month <= ?")
        values.append(month_number(filters.until))
    if filters.regions:
        parts.append(f"region IN ({', '.join(str(REGIONS.index(region)) for region in filters.regions)})")
    if filters.sources:
        parts.append(f"source IN ({', '.join('?' for _ in filters.sources)})")
        values.extend(filters.sources)
    for field in dict.fromkeys(field for field, _ in filters.answers):
        parts.append("said IN (SELECT said FROM statistics_answers WHERE field = ? AND list_contains(?, value))")
        values.extend([field, [value for name, value in filters.answers if name == field]])
    if filters.having is not None:
        parts.append(f"{filters.having} >= ?")
        values.append(FIRST_GRADE + int(filters.having_at_least))
    return Chosen(" AND ".join(parts) or "true", tuple(values))


def _graded_sql(filters: Filters) -> Chosen:
    """Return a condition over parts for the views and models of a filter."""
    parts, values = ["true"], list[object]()
    if filters.views:
        parts.append(f"view IN ({', '.join(str(list(View).index(view)) for view in filters.views)})")
    if filters.model_ids:
        parts.append("model IN (SELECT code FROM statistics_models WHERE list_contains(?, model_id))")
        values.append(list(filters.model_ids))
    return Chosen(" AND ".join(parts), tuple(values))
