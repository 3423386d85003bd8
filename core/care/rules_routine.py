"""Every day, every week, washing, perm and dye: habits. They cost little, so a grade is enough, sure or not."""

from typing import Final

from core.care.answers import Cycle, Hair, LastTreatment, Shampoo, Used
from core.care.plan_lines import PlanSection
from core.care.rules_base import Rule
from core.care.rules_terms import (
    DANDRUFF,
    DRY_HAIR,
    DYES,
    FLAKES,
    FRESH,
    HAIR_LOSS,
    INFLAMED,
    ITCHES,
    PERMS,
    PUSTULES,
    REDNESS,
    SCALING,
    SEBUM,
    TENDER,
    USES_ANTIDANDRUFF,
    present,
    sure,
)
from core.care.rules_when import When, all_calm, all_of, any_of, graded, told, unless
from core.taxonomy import Severity

_RARELY: Final = told("shampoo", Shampoo.TWICE_WEEKLY, Shampoo.WEEKLY)
_OFTEN: Final = told("shampoo", Shampoo.DAILY, Shampoo.EVERY_OTHER_DAY)
_TWICE: Final = told("shampoo", Shampoo.TWICE_DAILY)


def _daily(name: str, when: When, *references: str) -> Rule:
    return Rule(f"daily_{name}", PlanSection.DAILY, when, references=references or ("general",), interim=True)


def _wash(name: str, when: When, *references: str) -> Rule:
    return Rule(f"wash_{name}", PlanSection.WASHING, when, references=references or ("general",), interim=True)


def _dye(name: str, when: When, *references: str) -> Rule:
    return Rule(f"dye_{name}", PlanSection.PERM_DYE, when, references=references or ("general",), interim=True)


DAILY_RULES: Final[tuple[Rule, ...]] = (
    _daily("dry", any_of(present(SEBUM), present(DANDRUFF)), "r46", "r51"),
    _daily("hands_off", any_of(FLAKES, TENDER, ITCHES)),
    _daily("own_towel", present(PUSTULES)),
    _daily("compress", present(PUSTULES), "r70"),
    _daily("shade", any_of(present(REDNESS), graded(HAIR_LOSS, Severity.MODERATE))),
    _daily("loose", present(HAIR_LOSS)),
    _daily("food", present(HAIR_LOSS)),
    _daily("calm", all_calm),
)

WEEKLY_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "weekly_antifungal",
        PlanSection.WEEKLY,
        sure(DANDRUFF, Severity.MODERATE),
        ingredients=("ketoconazole", "ciclopirox"),
        references=("r31", "r32", "r33"),
    ),
    Rule(
        "weekly_switch",
        PlanSection.WEEKLY,
        all_of(sure(DANDRUFF), USES_ANTIDANDRUFF),
        references=("r39",),
    ),
    Rule(
        "weekly_liner", PlanSection.WEEKLY, any_of(present(SEBUM), present(PUSTULES)), references=("r51",), interim=True
    ),
)

# `wash_balance` (oil against dryness), `wash_fresh` and `wash_after_acid` replace general lines: rules_conflicts.
WASHING_RULES: Final[tuple[Rule, ...]] = (
    _wash("often", all_of(present(SEBUM), unless(any_of(_OFTEN, _RARELY, _TWICE))), "r1", "r39"),
    _wash("more", all_of(any_of(present(SEBUM), present(DANDRUFF)), _RARELY), "r1", "r39"),
    _wash("keep", all_of(any_of(present(SEBUM), present(DANDRUFF)), _OFTEN), "r1", "r39"),
    _wash("flakes", all_of(FLAKES, unless(present(SEBUM)), unless(any_of(_OFTEN, _RARELY, _TWICE))), "r39"),
    _wash(
        "once", all_of(_TWICE, any_of(present(SCALING), present(REDNESS), present(SEBUM), present(DANDRUFF), DRY_HAIR))
    ),
    _wash("sparing", all_of(DRY_HAIR, unless(any_of(present(SEBUM), present(DANDRUFF))))),
    _wash("lukewarm", any_of(FLAKES, TENDER)),
    _wash("bland", TENDER),
    _wash("conditioner", any_of(present(SEBUM), present(SCALING), present(DANDRUFF)), "r51"),
    _wash("balance", all_of(present(SEBUM), any_of(present(SCALING), DRY_HAIR)), "r1", "r39", "r51"),
    _wash("fresh", FRESH),
    _wash(
        "after_acid",
        all_of(sure(SCALING), DRY_HAIR, unless(any_of(present(SEBUM), present(DANDRUFF), TENDER, FRESH))),
        "r40",
    ),
    _wash("styling", all_of(told("products", Used.STYLING), any_of(present(SEBUM), present(PUSTULES)))),
)

PERM_DYE_RULES: Final[tuple[Rule, ...]] = (
    _dye("pause", TENDER, "r50"),
    _dye(
        "suspect",
        all_of(present(REDNESS), told("last_treatment", LastTreatment.WEEK, LastTreatment.MONTH)),
        "r59",
        "r61",
    ),
    _dye("stretch", all_of(told("dye", Cycle.MONTHLY), any_of(present(REDNESS), present(SCALING))), "r59"),
    _dye("patch_test", DYES, "r50", "r60"),
    _dye("not_before", all_of(DYES, unless(INFLAMED)), "r50"),
    _dye("gap", all_of(DYES, PERMS), "r108"),
    _dye("flaking", all_of(sure(SCALING), any_of(DYES, PERMS))),
    _dye("breakage", all_of(present(HAIR_LOSS), any_of(told("hair", Hair.BLEACHED, Hair.DAMAGED)))),
)
