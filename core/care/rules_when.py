"""What a rule may ask of grades and answers. Each question answers with the reasons that make it hold.

A question returns the grades and answers it rests on, an empty tuple where it holds without resting on any (a thing is
absent), and None where it does not hold. So a line cannot come without its reasons, nor a reason without its line.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.care.answers import CareAnswers
from core.care.plan_lines import Reason, ReasonKind
from core.findings import Diagnosis, Finding, worst_findings
from core.taxonomy import AgeBand, Condition, Severity, Sex, View


@dataclass(frozen=True)
class Situation:
    """What the rules know.

    Attributes:
        graded: The worst credible finding of each condition that has a grade.
        unsure: Conditions that were looked at and have no grade to build on.
        views: What the photo of each finding showed.
        answers: What was told.
        sex: As told.
        age_band: As told.
    """

    graded: Mapping[Condition, Finding]
    unsure: tuple[Condition, ...]
    views: Mapping[Condition, View | None]
    answers: CareAnswers
    sex: Sex | None
    age_band: AgeBand | None


When = Callable[[Situation], tuple[Reason, ...] | None]


def look_at(
    diagnoses: Sequence[Diagnosis], answers: CareAnswers, sex: Sex | None, age_band: AgeBand | None
) -> Situation:
    """Put together what is known; refused photos are passed over."""
    origin = {id(finding): one.view for one in diagnoses for finding in one.findings}
    worst = worst_findings(diagnoses)
    return Situation(
        graded={f.condition: f for f in worst if not f.abstained},
        unsure=tuple(f.condition for f in worst if not usable(f)),
        views={f.condition: origin[id(f)] for f in worst},
        answers=answers,
        sex=sex,
        age_band=age_band,
    )


def usable(finding: Finding) -> bool:
    """Whether advice may build on a finding: it has a grade, and its set rules something out.

    A set from good to severe says nothing, whatever grade stands in it. Red flags look at the grade alone: sending
    someone to a doctor once too often does less harm than once too seldom.
    """
    return not finding.abstained and not (
        finding.severity_set[0] == Severity.GOOD and finding.severity_set[-1] == Severity.SEVERE
    )


def graded(
    condition: Condition,
    at_least: Severity = Severity.MILD,
    at_most: Severity = Severity.SEVERE,
    *,
    sure: bool = False,
    flag: bool = False,
) -> When:
    """A condition has a grade in this range.

    Args:
        condition: The condition.
        at_least: The lowest grade.
        at_most: The highest grade.
        sure: The set rules "good" out. What costs money or carries risk asks for this.
        flag: Sets from good to severe count as well: for red flags alone.
    """

    def ask(situation: Situation) -> tuple[Reason, ...] | None:
        finding = situation.graded.get(condition)
        if finding is None or finding.severity is None or not (flag or usable(finding)):
            return None
        if not at_least <= finding.severity <= at_most or (sure and Severity.GOOD in finding.severity_set):
            return None
        return (grade_reason(situation, finding),)

    return ask


def all_calm(situation: Situation) -> tuple[Reason, ...] | None:
    """Everything that could be graded is graded good, and something could."""
    findings = [finding for finding in situation.graded.values() if usable(finding)]
    if not findings or any(finding.present for finding in situation.graded.values()):
        return None
    return tuple(grade_reason(situation, finding) for finding in findings)


def could_be(condition: Condition, severity: Severity) -> When:
    """A condition has a lower grade, but this one stays possible: what warns asks for this."""

    def ask(situation: Situation) -> tuple[Reason, ...] | None:
        finding = situation.graded.get(condition)
        if finding is None or finding.severity is None or not usable(finding):
            return None
        if finding.severity >= severity or finding.severity_set[-1] < severity:
            return None
        return (grade_reason(situation, finding),)

    return ask


def told(field: str, *values: str) -> When:
    """One of these options was told."""

    def ask(situation: Situation) -> tuple[Reason, ...] | None:
        given = [value for value in situation.answers.values_of(field) if value in values]
        return tuple(Reason(ReasonKind.ANSWER, field, value) for value in given) or None

    return ask


def is_sex(sex: Sex) -> When:
    """The sex was told to be this."""
    return lambda situation: (Reason(ReasonKind.PERSON, "sex", sex),) if situation.sex is sex else None


def is_age(*bands: AgeBand) -> When:
    """The age band was told to be one of these."""

    def ask(situation: Situation) -> tuple[Reason, ...] | None:
        band = situation.age_band
        return (Reason(ReasonKind.PERSON, "age_band", band),) if band in bands and band is not None else None

    return ask


def all_of(*questions: When) -> When:
    """All hold; the reasons of all."""

    def ask(situation: Situation) -> tuple[Reason, ...] | None:
        reasons: list[Reason] = []
        for question in questions:
            found = question(situation)
            if found is None:
                return None
            reasons += found
        return tuple(dict.fromkeys(reasons))

    return ask


def any_of(*questions: When) -> When:
    """At least one holds; the reasons of those that do."""

    def ask(situation: Situation) -> tuple[Reason, ...] | None:
        found = [reasons for question in questions if (reasons := question(situation)) is not None]
        return tuple(dict.fromkeys(reason for reasons in found for reason in reasons)) if found else None

    return ask


def unless(question: When) -> When:
    """It does not hold; gives no reason."""
    return lambda situation: () if question(situation) is None else None


def grade_reason(situation: Situation, finding: Finding) -> Reason:
    """Return a grade as a reason."""
    assert finding.severity is not None
    return Reason(
        ReasonKind.GRADE,
        finding.condition,
        str(int(finding.severity)),
        finding.severity_set,
        situation.views[finding.condition],
    )
