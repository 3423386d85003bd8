"""What charts are made for, and the columns that more than one of them has."""

from dataclasses import dataclass, replace
from typing import Any

from core.interface.charts import QUIET
from core.interface.sentences import raise_first
from core.interface.statistics_question import Question
from core.interface.statistics_words import at_least_words, filters_words, interval_words, rate_share
from core.interface.wordings import condition_name
from core.locale import Language, text
from core.records.statistics import Filters, Period, Rate, totals
from core.records.statistics.behind import Chart as Behind
from core.records.statistics.behind import sql_behind
from core.records.store import RecordStore
from core.taxonomy import Condition


@dataclass(frozen=True)
class Asked:
    """What charts are made for.

    Attributes:
        store: The records.
        question: What is asked.
        language: Of all words.
        watermark: Across every chart; empty for none.
    """

    store: RecordStore
    question: Question
    language: Language
    watermark: str

    def sql(
        self, chart: Behind, filters: Filters, condition: Condition | None = None, *, told_only: bool = False
    ) -> str:
        """Return the query behind a chart of the condition asked for, or of another.

        Args:
            chart: Which chart.
            filters: Which people.
            condition: Whose grades, where it is not the one asked for.
            told_only: As the answer to the chart says.
        """
        return sql_behind(
            chart,
            filters,
            condition=condition or self.question.condition,
            at_least=self.question.at_least,
            period=Period(self.question.by),
            told_only=told_only,
        )

    def counted(self, *without: str, question: Question | None = None) -> tuple[str, int | None]:
        """Say who a chart counts, and how many people they are.

        Args:
            *without: Filters the chart leaves out, as in `Question.filters`.
            question: What the chart is about, where it is not what the page is asked.
        """
        about = question or self.question
        left_out: dict[str, Any] = {name: () for name in without if name != "days"}
        if "days" in without:
            left_out |= {"since": None, "until": None}
        about = replace(about, **left_out)
        return filters_words(self.language, about), totals(self.store, about.filters()).people

    def words(self, key: str, **values: object) -> str:
        """Return a text of the statistics."""
        return text(self.language, f"statistics.{key}", **values)

    @property
    def grade(self) -> str:
        """The grade asked for, in words."""
        return at_least_words(self.language, self.question.at_least)

    @property
    def condition(self) -> str:
        """The condition asked for, as a title begins."""
        return raise_first(condition_name(self.language, self.question.condition))

    def titles(self, *names: str) -> dict[str, str]:
        """Return the columns of a tooltip with what they are called."""
        return {name: self.words(f"tip.{name}") for name in names}

    def tip(self, rate: Rate | None) -> dict[str, str]:
        """Return a rate as the columns of a tooltip: share, interval, and how many of how many."""
        if rate is None:
            hidden = self.words("hidden.tip")
            return {"share_told": hidden, "interval": hidden, "of": hidden}
        return {
            "share_told": rate_share(rate),
            "interval": interval_words(rate.low, rate.high),
            "of": self.words("tip_of.count", count=f"{rate.count:,}", n=f"{rate.n:,}"),
        }

    def tip_titles(self, *names: str) -> dict[str, str]:
        """Return the columns of `tip` behind others, with what they are called."""
        rates = {"share_told": "share", "interval": "interval", "of": "of"}
        return self.titles(*names) | {column: self.words(f"tip.{name}") for column, name in rates.items()}


def rate_columns(rate: Rate | None) -> dict[str, Any]:
    """Return a rate as columns of a table; what is not shown has none."""
    if rate is None:
        return {"n": None, "count": None, "share": None, "low_95": None, "high_95": None}
    return {
        "n": rate.n,
        "count": rate.count,
        "share": round(rate.share, 6),
        "low_95": round(rate.low, 6),
        "high_95": round(rate.high, 6),
    }


def strength(picked: bool, anything: bool) -> float:
    """Return how strongly something is drawn: pale where something else was picked."""
    return 1.0 if picked or not anything else QUIET
