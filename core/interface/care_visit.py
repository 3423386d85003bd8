"""What the care page is about: the check under way with what was told, and the plan that follows."""

from dataclasses import dataclass

from core.care.answers import CareAnswers
from core.care.plan import Plan, make_plan
from core.findings import Finding, worst_findings
from core.interface.answers import Answers, told_answers
from core.interface.care_answers import current_care_answers
from core.interface.checkup import Checkup, current_checkup


@dataclass(frozen=True)
class CareVisit:
    """The visit of this session as the care page sees it.

    Attributes:
        checkup: The check, at least one of its photos graded.
        told: Sex, age band, region and consent.
        answers: Life-style answers.
        plan: What follows from both.
    """

    checkup: Checkup
    told: Answers
    answers: CareAnswers
    plan: Plan

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The worst credible finding of each condition, abstentions among them."""
        return worst_findings(self.checkup.diagnoses)


def current_care_visit() -> CareVisit | None:
    """Return the visit with its plan, or None where no photo of this session was graded.

    Raises:
        CareError: The knowledge cannot be read.
    """
    checkup = current_checkup()
    if checkup is None or not checkup.graded:
        return None
    told, answers = told_answers(), current_care_answers()
    day = checkup.checked_at.astimezone().date()
    plan = make_plan(checkup.diagnoses, answers, sex=told.sex, age_band=told.age_band, on=day)
    return CareVisit(checkup, told, answers, plan)
