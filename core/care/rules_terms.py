"""Questions that several rules ask, by name."""

from typing import Final

from core.care.answers import Cycle, Hair, LastTreatment, Loss, Medication, Pregnancy, Strength, Used
from core.care.rules_when import When, all_of, any_of, graded, told, unless
from core.taxonomy import Condition, Severity

SCALING: Final = Condition.FINE_SCALING
SEBUM: Final = Condition.EXCESS_SEBUM
REDNESS: Final = Condition.INTERFOLLICULAR_ERYTHEMA
PUSTULES: Final = Condition.FOLLICULAR_PUSTULES
DANDRUFF: Final = Condition.DANDRUFF
HAIR_LOSS: Final = Condition.HAIR_LOSS

FLAKES: Final = any_of(graded(SCALING), graded(DANDRUFF))
TENDER: Final = any_of(graded(REDNESS), graded(PUSTULES))
INFLAMED: Final = any_of(graded(REDNESS, Severity.MODERATE), graded(PUSTULES))
ITCHES: Final = told("itching", Strength.SOME, Strength.STRONG)

DYES: Final = told("dye", Cycle.YEARLY, Cycle.QUARTERLY, Cycle.MONTHLY)
PERMS: Final = told("perm", Cycle.YEARLY, Cycle.QUARTERLY, Cycle.MONTHLY)
FRESH: Final = told("last_treatment", LastTreatment.WEEK)
DRY_HAIR: Final = told("hair", Hair.DRY, Hair.DAMAGED, Hair.BLEACHED, Hair.CURLY)
USES_ANTIDANDRUFF: Final = told("products", Used.ANTIDANDRUFF_SHAMPOO)

EXPECTING: Final = told("pregnancy", Pregnancy.PREGNANT, Pregnancy.POSSIBLE)
TAKES_MINOXIDIL: Final = told("medication", Medication.MINOXIDIL)
GRADUAL_LOSS: Final = all_of(
    graded(HAIR_LOSS, sure=True), told("loss", Loss.GRADUAL), unless(told("loss", Loss.SUDDEN, Loss.PATCHY))
)


def present(condition: Condition) -> When:
    """A condition has a grade above good, sure or not."""
    return graded(condition)


def sure(condition: Condition, at_least: Severity = Severity.MILD, at_most: Severity = Severity.SEVERE) -> When:
    """A condition has such a grade, and its set rules "good" out."""
    return graded(condition, at_least, at_most, sure=True)


def calm(condition: Condition) -> When:
    """A condition is graded good."""
    return graded(condition, Severity.GOOD, Severity.GOOD)
