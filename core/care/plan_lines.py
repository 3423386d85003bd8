"""What a plan is made of: lines, each with the grades or answers it comes from."""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from core.care.answers import answer_label, answer_words
from core.locale import Language, text
from core.taxonomy import Condition, Severity, View


class PlanSection(StrEnum):
    """Parts of a plan, in the order they are shown."""

    RED_FLAGS = "red_flags"
    NOTICES = "notices"
    PRIORITIES = "priorities"
    DAILY = "daily"
    WEEKLY = "weekly"
    SEEK = "seek"
    AVOID = "avoid"
    WASHING = "washing"
    PERM_DYE = "perm_dye"
    EXPECT = "expect"
    RECHECK = "recheck"


class Urgency(IntEnum):
    """How soon a doctor should look; the lowest number first."""

    EMERGENCY = 0
    TODAY = 1
    THIS_WEEK = 2
    SOON = 3


class ReasonKind(StrEnum):
    """Where a line comes from."""

    GRADE = "grade"
    UNSURE = "unsure"
    ANSWER = "answer"
    PERSON = "person"


@dataclass(frozen=True)
class Reason:
    """One grade or answer that a line comes from.

    Attributes:
        kind: A grade, a grade that could not be given (`UNSURE`: leads only to taking another photo, never to
            advice on the condition), a life-style answer, or sex and age band (`PERSON`).
        name: The condition, the field of `CareAnswers`, or `sex` or `age_band`; `photo` where no photo was graded.
        value: The severity as a digit, the option of the answer, the sex or the age band; empty for `UNSURE`.
        severity_set: For a grade, the severities that stay possible.
        view: For a grade, what the photo showed (a crown's lowest grade stands for "none to mild").
    """

    kind: ReasonKind
    name: str
    value: str = ""
    severity_set: tuple[Severity, ...] = ()
    view: View | None = None

    def text(self, language: Language) -> str:
        """Say it, for example "Dandruff: moderate (mild to moderate is possible)" or "Shampoo: every day"."""
        if self.kind is ReasonKind.ANSWER:
            label, words = answer_label(language, self.name), answer_words(language, self.name, self.value)
            return text(language, "care.reason.answer", label=label, words=words)
        if self.kind is ReasonKind.PERSON:
            words = text(language, f"taxonomy.{self.name}.{self.value}")
            return text(language, "care.reason.answer", label=text(language, f"care.reason.{self.name}"), words=words)
        if self.name == "photo":
            return text(language, "care.reason.photo")
        condition = text(language, f"taxonomy.condition.{self.name}")
        condition = condition[:1].upper() + condition[1:]
        if self.kind is ReasonKind.UNSURE:
            return text(language, "care.reason.unsure", condition=condition)
        return self._grade(language, condition)

    def _grade(self, language: Language, condition: str) -> str:
        table = "severity_crown" if self.view is View.CROWN else "severity"
        words = [text(language, f"taxonomy.{table}.{severity}") for severity in (self.value, *self.severity_set)]
        if len(self.severity_set) < 2:
            return text(language, "care.reason.grade", condition=condition, grade=words[0])
        return text(
            language, "care.reason.grade_range", condition=condition, grade=words[0], low=words[1], high=words[-1]
        )


@dataclass(frozen=True)
class PlanLine:
    """One line of a plan.

    Attributes:
        id: Names the line and its text, unique within a plan.
        section: The part of the plan it stands in.
        reasons: The grades and answers it comes from, at least one.
        conditions: The conditions it advises on; never one that could not be graded.
        ingredients: Ids of ingredients (`core.care.knowledge`) to look for or, in `AVOID`, to leave out.
        references: Ids of references (`core.care.knowledge`), at least one; `general` for general advice.
        urgency: For a red flag, how soon a doctor should look; None for any other line.
        dates: What braces of its text name, as brace and day.
    """

    id: str
    section: PlanSection
    reasons: tuple[Reason, ...]
    conditions: tuple[Condition, ...] = ()
    ingredients: tuple[str, ...] = ()
    references: tuple[str, ...] = ("general",)
    urgency: Urgency | None = None
    dates: tuple[tuple[str, date], ...] = ()

    def __post_init__(self) -> None:
        """Check that the line says where it comes from, and that red flags alone have an urgency."""
        if not self.reasons:
            raise ValueError(f"the line {self.id} has no reason")
        if (self.urgency is None) == (self.section is PlanSection.RED_FLAGS):
            raise ValueError(f"the line {self.id}: a red flag has an urgency, and nothing else has")

    def text(self, language: Language) -> str:
        """Return the line in words."""
        values = {brace: day_words(language, day) for brace, day in self.dates}
        return text(language, f"care.line.{self.id}", **values)


def day_words(language: Language, day: date) -> str:
    """Return a day as it stands in a sentence, for example "20 December 2026"."""
    month = text(language, f"care.month.{day.month}")
    return text(language, "care.day", year=day.year, month=month, day=day.day)
