"""What the statistics page is asked: one value for everything that can be chosen, and how it stands in the address.

Knows no Streamlit. A link holds what differs from the first view; `core.interface.statistics_link` reads it.
"""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from core.records.statistics import Filters
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex, View

GRADES: Final = (Severity.MILD, Severity.MODERATE, Severity.SEVERE)
STEPS: Final = ("month", "week", "day")
STANDARDS: Final = ("pooled", "korea", "world", "equal", "first", "second")
PARAMETERS: Final = (
    *("data", "condition", "at_least", "sex", "age_band", "region", "view", "model", "source"),
    *("answers", "having", "from", "to", "by", "first", "second", "standard"),
)
"""What of the address is about the question."""

_MONTH: Final = re.compile(r"(\d{4})-(\d{2})(?:-\d{2})?")


@dataclass(frozen=True)
class Offered:
    """What there is to choose from besides what the taxonomy lists.

    Attributes:
        models: Ids of the models that graded.
        sources: Where results come from.
        answers: Life-style answers that were kept, (field, value).
        first: Day of the first visit; None where nothing is known of time.
        last: Day of the last one.
    """

    models: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Cohort:
    """One of two groups set side by side.

    Attributes:
        sexes: Sexes; empty for all.
        age_bands: Age bands; empty for all.
    """

    sexes: tuple[Sex, ...] = ()
    age_bands: tuple[AgeBand, ...] = ()

    def in_address(self) -> str:
        """Return it as it stands in the address: sexes, a colon, age bands."""
        return f"{','.join(self.sexes)}:{','.join(self.age_bands)}"


WOMEN: Final = Cohort((Sex.FEMALE,))
MEN: Final = Cohort((Sex.MALE,))


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        demo: Of the demonstration rows instead of the real ones.
        condition: The condition that charts of a single one show.
        at_least: From which grade on a condition counts.
        sexes: Sexes counted; empty for all.
        age_bands: Age bands; likewise.
        regions: Regions; likewise.
        views: Views of the photos; likewise.
        models: Models that graded, by id; likewise.
        sources: Where results come from; likewise.
        answers: Life-style answers, (field, value); likewise.
        having: Only people with this condition; None for all.
        having_at_least: From which grade on.
        since: First day of the first month counted; None for no limit.
        until: Last day of the last month counted; None for no limit.
        by: Step of the trend, one of `STEPS`.
        first: The first of two groups set side by side; their sexes and ages stand in place of those above.
        second: The second.
        standard: Whose ages both groups are weighed by, one of `STANDARDS`.
    """

    demo: bool = False
    condition: Condition = Condition.DANDRUFF
    at_least: Severity = Severity.MODERATE
    sexes: tuple[Sex, ...] = ()
    age_bands: tuple[AgeBand, ...] = ()
    regions: tuple[Region, ...] = ()
    views: tuple[View, ...] = ()
    models: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    having: Condition | None = None
    having_at_least: Severity = Severity.MODERATE
    since: date | None = None
    until: date | None = None
    by: str = STEPS[0]
    first: Cohort = WOMEN
    second: Cohort = MEN
    standard: str = STANDARDS[0]

    @property
    def narrowed(self) -> bool:
        """Whether anything is filtered."""
        return self.everyone() != self

    def everyone(self) -> "Question":
        """Return the same question without any filter."""
        return replace(
            Question(demo=self.demo, condition=self.condition, at_least=self.at_least, by=self.by),
            first=self.first,
            second=self.second,
            standard=self.standard,
        )

    def of(self, cohort: Cohort) -> "Question":
        """Return the same question about one of the two groups."""
        return replace(self, sexes=cohort.sexes, age_bands=cohort.age_bands)

    def filters(self, *without: str) -> Filters:
        """Return who is counted.

        Args:
            *without: Filters left out, `sexes`, `age_bands` or `days`: a chart that is clicked keeps its context.
        """
        dated = "days" not in without
        return Filters(
            since=self.since if dated else None,
            until=self.until if dated else None,
            sexes=() if "sexes" in without else self.sexes,
            age_bands=() if "age_bands" in without else self.age_bands,
            regions=self.regions,
            views=self.views,
            model_ids=self.models,
            sources=self.sources,
            answers=self.answers,
            having=self.having,
            having_at_least=self.having_at_least,
            demo=self.demo,
        )

    def in_address(self) -> dict[str, str]:
        """Return the parameters of a link to this view; what is as in the first view is left out."""
        words = {
            "data": "demo" if self.demo else "",
            "condition": str(self.condition),
            "at_least": str(int(self.at_least)),
            "sex": ",".join(self.sexes),
            "age_band": ",".join(self.age_bands),
            "region": ",".join(self.regions),
            "view": ",".join(self.views),
            "model": ",".join(self.models),
            "source": ",".join(self.sources),
            "answers": ",".join(f"{field}:{value}" for field, value in self.answers),
            "having": f"{self.having}:{int(self.having_at_least)}" if self.having else "",
            "from": f"{self.since:%Y-%m}" if self.since else "",
            "to": f"{self.until:%Y-%m}" if self.until else "",
            "by": "" if self.by == STEPS[0] else self.by,
            "first": "" if self.first == WOMEN else self.first.in_address(),
            "second": "" if self.second == MEN else self.second.in_address(),
            "standard": "" if self.standard == STANDARDS[0] else self.standard,
        }
        return {name: word for name, word in words.items() if word}


def changed(question: Question, name: str, value: Any) -> Question:  # noqa: ANN401 (of the attribute's type)
    """Return a question with one attribute changed, by its name."""
    return replace(question, **{name: value})


def read_month(words: str, *, last: bool) -> date:
    """Return the first or the last day of a month in words: `2026-03`, or a day of it.

    Raises:
        ValueError: It is no month.
    """
    match = _MONTH.fullmatch(words)
    if match is None:
        raise ValueError(f"{words!r} is no month")
    first = date(int(match[1]), int(match[2]), 1)
    return month_end(first) if last else first


def month_end(day: date) -> date:
    """Return the last day of the month a day lies in."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)
