"""Findings and answers that always point to a doctor, whatever else a result says."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from core.care.answers import Loss, Medication, Sign, Strength
from core.care.plan_lines import PlanSection, Urgency
from core.care.rules_base import Rule
from core.care.rules_terms import EXPECTING
from core.care.rules_when import When, all_of, graded, told
from core.findings import Finding
from core.taxonomy import Condition, Severity


@dataclass(frozen=True)
class RedFlags:
    """What in a result calls for a dermatologist.

    Attributes:
        pustules: Grade of follicular pustules where it is moderate or worse: infection is possible.
        severe: Other conditions graded severe.
    """

    pustules: Severity | None
    severe: tuple[Condition, ...]

    def __bool__(self) -> bool:
        """Whether anything calls for a doctor."""
        return self.pustules is not None or bool(self.severe)


def find_red_flags(findings: Iterable[Finding]) -> RedFlags:
    """Find what calls for a dermatologist, sure or not: a grade that is only possible counts as well."""
    graded = {f.condition: f.severity for f in findings if f.severity is not None}
    pustules = graded.pop(Condition.FOLLICULAR_PUSTULES, None)
    return RedFlags(
        pustules=pustules if pustules is not None and pustules >= Severity.MODERATE else None,
        severe=tuple(condition for condition, severity in graded.items() if severity == Severity.SEVERE),
    )


def _flag(name: str, urgency: Urgency, when: When, *references: str) -> Rule:
    return Rule(f"flag_{name}", PlanSection.RED_FLAGS, when, (), references or ("general",), urgency)


def _severe(condition: Condition) -> Rule:
    return _flag(f"severe_{condition}", Urgency.SOON, graded(condition, Severity.SEVERE, flag=True))


# Grades count here as `find_red_flags` counts them: sure or not.
RED_FLAG_RULES: Final[tuple[Rule, ...]] = (
    _flag("swelling", Urgency.EMERGENCY, told("signs", Sign.SWELLING), "r76", "r108"),
    _flag("fever", Urgency.TODAY, told("signs", Sign.FEVER), "r68"),
    _flag("spreading", Urgency.TODAY, told("signs", Sign.SPREADING), "r68"),
    _flag("pus", Urgency.TODAY, told("signs", Sign.PUS), "r68"),
    _flag("pain_strong", Urgency.TODAY, told("pain", Strength.STRONG), "r68"),
    _flag("blisters", Urgency.TODAY, told("signs", Sign.BLISTERS), "r76"),
    _flag("low_mood", Urgency.TODAY, told("signs", Sign.LOW_MOOD), "r99"),
    _flag(
        "finasteride", Urgency.TODAY, all_of(told("medication", Medication.FINASTERIDE), EXPECTING), "r91", "r95", "r96"
    ),
    _flag("pustules", Urgency.THIS_WEEK, graded(Condition.FOLLICULAR_PUSTULES, Severity.MODERATE, flag=True), "r68"),
    _flag("pain", Urgency.THIS_WEEK, told("pain", Strength.SOME)),
    _flag("child", Urgency.THIS_WEEK, told("child", "yes"), "r58", "r83", "r84"),
    _flag("sudden", Urgency.SOON, told("loss", Loss.SUDDEN)),
    _flag("patchy", Urgency.SOON, told("loss", Loss.PATCHY), "r81"),
    _flag("scarring", Urgency.SOON, told("signs", Sign.SHINY), "r58", "r65", "r82"),
    _flag("brows", Urgency.SOON, told("signs", Sign.BROWS)),
    _flag("plaques", Urgency.SOON, told("signs", Sign.PLAQUES), "r72"),
    _flag("sore", Urgency.SOON, told("signs", Sign.SORE)),
    _flag("unwell", Urgency.SOON, told("signs", Sign.UNWELL)),
    *(_severe(condition) for condition in Condition if condition is not Condition.FOLLICULAR_PUSTULES),
)
