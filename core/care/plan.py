"""Grades and answers to a plan: deterministic, and every line says which grade or answer it comes from.

The rules are data: `core.care.rules` (advice), `core.care.rules_conflicts` (what wins where two collide) and
`core.care.red_flags` (what sends to a doctor first).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from core.care.answers import CareAnswers, Wanted
from core.care.plan_lines import PlanLine, PlanSection, Reason, ReasonKind, Urgency
from core.care.red_flags import RED_FLAG_RULES
from core.care.rules import RULES
from core.care.rules_cautions import caution_rules
from core.care.rules_conflicts import settle
from core.care.rules_recheck import recheck_lines
from core.care.rules_when import Situation, look_at, usable
from core.findings import Diagnosis, Finding
from core.taxonomy import AgeBand, Condition, Sex

__all__ = ["Plan", "PlanLine", "PlanSection", "Reason", "ReasonKind", "Urgency", "make_plan"]

_SECTIONS: Final = tuple(PlanSection)
# What a person wants decides between grades of the same weight.
_WANTED: Final[dict[Wanted, tuple[Condition, ...]]] = {
    Wanted.LESS_FLAKING: (Condition.FINE_SCALING, Condition.DANDRUFF),
    Wanted.LESS_OIL: (Condition.EXCESS_SEBUM,),
    Wanted.CALM: (Condition.INTERFOLLICULAR_ERYTHEMA,),
    Wanted.FEWER_BUMPS: (Condition.FOLLICULAR_PUSTULES,),
    Wanted.KEEP_HAIR: (Condition.HAIR_LOSS,),
}


@dataclass(frozen=True)
class Plan:
    """What follows from grades and answers.

    Attributes:
        lines: In the order of `PlanSection`, red flags first and the most urgent of them first; priorities by weight.
        findings: The grades the plan builds on: the worst credible one per condition.
        unsure: Conditions that were looked at and could not be graded; nothing advises on them.
        made_on: The day the plan is for.
        recheck_on: When to take the next photo.
    """

    lines: tuple[PlanLine, ...]
    findings: tuple[Finding, ...]
    unsure: tuple[Condition, ...]
    made_on: date
    recheck_on: date

    def of(self, section: PlanSection) -> tuple[PlanLine, ...]:
        """Return the lines of one section, in order."""
        return tuple(line for line in self.lines if line.section is section)

    @property
    def red_flags(self) -> tuple[PlanLine, ...]:
        """What sends to a doctor first, the most urgent first."""
        return self.of(PlanSection.RED_FLAGS)

    @property
    def doctor_first(self) -> bool:
        """Whether a doctor comes before any product: then nothing sponsored is shown, and no ingredient is sought."""
        return bool(self.red_flags)

    @property
    def urgency(self) -> Urgency | None:
        """How soon a doctor should look; None where nothing sends to one."""
        return min((line.urgency for line in self.red_flags if line.urgency is not None), default=None)

    @property
    def seek(self) -> tuple[str, ...]:
        """Ids of ingredients to look for, the ones that fit best first; none of them is in `avoid`."""
        return _ingredients(self.of(PlanSection.SEEK))

    @property
    def avoid(self) -> tuple[str, ...]:
        """Ids of ingredients to leave out."""
        return _ingredients(self.of(PlanSection.AVOID))


def _ingredients(lines: Sequence[PlanLine]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ingredient for line in lines for ingredient in line.ingredients))


def make_plan(
    diagnoses: Sequence[Diagnosis],
    answers: CareAnswers,
    *,
    sex: Sex | None = None,
    age_band: AgeBand | None = None,
    on: date,
) -> Plan:
    """Make the plan of one visit. The same input gives the same plan.

    Args:
        diagnoses: The photos of the visit; refused ones are passed over, and there may be none at all.
        answers: What was told; `CareAnswers()` where nothing was.
        sex: As told.
        age_band: As told.
        on: The day of the visit; the day to re-check counts from it.

    Returns:
        The plan. With red flags it holds them first, what is safe until a doctor has looked, and what to avoid; then
        it seeks no ingredient. A condition without a grade, or whose set runs from good to severe, is in `unsure`
        and gets no advice.
    """
    situation = look_at(diagnoses, answers, sex, age_band)
    rules = (*RED_FLAG_RULES, *RULES, *caution_rules())
    written = [line for rule in rules if (line := rule.line(situation)) is not None]
    lines = settle(written, frozenset(rule.id for rule in rules if rule.interim))
    because = tuple(
        dict.fromkeys(reason for line in lines if line.section is PlanSection.RED_FLAGS for reason in line.reasons)
    )
    recheck_on, recheck = recheck_lines(situation, on, because)
    return Plan(
        lines=tuple(sorted((*lines, *recheck), key=lambda line: _rank(line, situation))),
        findings=tuple(finding for finding in situation.graded.values() if usable(finding)),
        unsure=situation.unsure,
        made_on=on,
        recheck_on=recheck_on,
    )


def _rank(line: PlanLine, situation: Situation) -> tuple[int, ...]:
    """Sections in their order; red flags by urgency; priorities by grade, then certainty, then what is wanted."""
    section = _SECTIONS.index(line.section)
    if line.section is PlanSection.RED_FLAGS:
        return (section, int(line.urgency or 0))
    if line.section is not PlanSection.PRIORITIES:
        return (section,)
    findings = [situation.graded[condition] for condition in line.conditions]
    wanted = {condition for name in situation.answers.wanted for condition in _WANTED.get(name, ())}
    return (
        section,
        -max(int(finding.severity or 0) for finding in findings),
        -int(any(finding.certain for finding in findings)),
        -int(any(finding.condition in wanted for finding in findings)),
    )
