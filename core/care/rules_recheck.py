"""When to take the next photo, and of what to take another one now.

Days follow the facts: redness and bumps settle within two weeks or need a doctor; a moderate grade is looked at again
in two to four weeks, a calm or mild one in eight.
"""

from datetime import date, timedelta
from typing import Final

from core.care.plan_lines import PlanLine, PlanSection, Reason, ReasonKind
from core.care.rules_when import Situation, grade_reason, usable
from core.findings import Finding
from core.taxonomy import Condition, Severity

TWO_WEEKS: Final = 14
FOUR_WEEKS: Final = 28
EIGHT_WEEKS: Final = 56
_QUICK: Final = frozenset({Condition.INTERFOLLICULAR_ERYTHEMA, Condition.FOLLICULAR_PUSTULES})


def recheck_lines(situation: Situation, on: date, red_flags: tuple[Reason, ...]) -> tuple[date, list[PlanLine]]:
    """Say when to look again.

    Args:
        situation: What is known.
        on: The day of the visit.
        red_flags: The reasons that send to a doctor; empty for none.

    Returns:
        The day of the next photo, and the lines that say so. Where nothing was graded, that is the day itself.
    """
    lines = _retake(situation)
    days = {f.condition: _days(f) for f in situation.graded.values() if usable(f)}
    if red_flags:
        lines.insert(0, _dated("recheck_doctor", on + timedelta(days=TWO_WEEKS), red_flags))
        return on + timedelta(days=TWO_WEEKS), lines
    if not days:
        return on, lines
    soonest = min(days.values())
    because = tuple(grade_reason(situation, situation.graded[c]) for c, count in days.items() if count == soonest)
    lines.insert(0, _dated(f"recheck_{soonest}", on + timedelta(days=soonest), because))
    return on + timedelta(days=soonest), lines


def _days(finding: Finding) -> int:
    if finding.present and finding.condition in _QUICK:
        return TWO_WEEKS
    return FOUR_WEEKS if finding.severity_set[-1] >= Severity.MODERATE else EIGHT_WEEKS


def _dated(name: str, day: date, reasons: tuple[Reason, ...]) -> PlanLine:
    return PlanLine(name, PlanSection.RECHECK, reasons, dates=(("date", day),))


def _retake(situation: Situation) -> list[PlanLine]:
    unsure = tuple(Reason(ReasonKind.UNSURE, condition) for condition in situation.unsure)
    if not situation.views:
        unsure = (Reason(ReasonKind.UNSURE, "photo"),)
    return [PlanLine("retake", PlanSection.RECHECK, unsure)] if unsure else []
