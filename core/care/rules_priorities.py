"""What matters first, and what to mind about the answers themselves."""

from typing import Final

from core.care.answers import Duration, Loss, Matters, Medication, Pregnancy, Sign, Strength, Wanted
from core.care.plan_lines import PlanSection
from core.care.rules_base import Rule
from core.care.rules_terms import (
    DANDRUFF,
    DYES,
    EXPECTING,
    HAIR_LOSS,
    PUSTULES,
    REDNESS,
    SCALING,
    SEBUM,
    USES_ANTIDANDRUFF,
    calm,
    present,
    sure,
)
from core.care.rules_when import When, all_calm, all_of, any_of, is_age, is_sex, told, unless
from core.taxonomy import AgeBand, Condition, Severity, Sex

_ADULT: Final = is_age(*(band for band in AgeBand if band is not AgeBand.TEENS))


def _priorities(condition: Condition) -> tuple[Rule, Rule]:
    possible = all_of(present(condition), unless(sure(condition)))
    return (
        Rule(f"priority_{condition}", PlanSection.PRIORITIES, sure(condition)),
        Rule(f"priority_{condition}_possible", PlanSection.PRIORITIES, possible),
    )


PRIORITY_RULES: Final[tuple[Rule, ...]] = (
    Rule(
        "priority_stubborn",
        PlanSection.PRIORITIES,
        all_of(sure(DANDRUFF, Severity.MODERATE), USES_ANTIDANDRUFF, told("duration", Duration.MONTHS, Duration.YEARS)),
        references=("r32", "r40"),
        interim=True,
    ),
    *(rule for condition in Condition for rule in _priorities(condition)),
    Rule("priority_calm", PlanSection.PRIORITIES, all_calm),
)


def _notice(name: str, when: When, *references: str) -> Rule:
    return Rule(f"notice_{name}", PlanSection.NOTICES, when, references=references or ("general",), interim=True)


def _wanted_but_calm(name: str, wanted: Wanted, *conditions: Condition) -> Rule:
    when = all_of(told("wanted", wanted), *(calm(condition) for condition in conditions))
    return Rule(f"notice_calm_{name}", PlanSection.NOTICES, when)


# Answers that contradict each other are taken the careful way, and said.
NOTICE_RULES: Final[tuple[Rule, ...]] = (
    _notice(
        "pregnant_man",
        all_of(
            is_sex(Sex.MALE),
            any_of(EXPECTING, told("pregnancy", Pregnancy.BREAST_FEEDING, Pregnancy.RECENT_BIRTH)),
        ),
    ),
    _notice("child_age", all_of(told("child", "yes"), any_of(_ADULT, EXPECTING))),
    _notice(
        "never_recent", all_of(told("dye", "never"), told("perm", "never"), told("last_treatment", "week", "month"))
    ),
    _notice(
        "none_and_signs", all_of(told("signs", Sign.NONE), told("signs", *(s for s in Sign if s is not Sign.NONE)))
    ),
    _notice(
        "none_and_medicine",
        all_of(
            told("medication", Medication.NONE),
            told("medication", *(m for m in Medication if m is not Medication.NONE)),
        ),
    ),
    _notice(
        "medicine_hair",
        all_of(
            any_of(present(HAIR_LOSS), told("loss", Loss.GRADUAL, Loss.SUDDEN)),
            told(
                "medication",
                Medication.BLOOD_PRESSURE,
                Medication.BLOOD_THINNER,
                Medication.RETINOID,
                Medication.EPILEPSY,
                Medication.THYROID,
            ),
        ),
        "r80",
    ),
    _notice(
        "medicine_pustules",
        all_of(
            present(PUSTULES),
            told("medication", Medication.STEROID, Medication.ANTIBIOTIC, Medication.EPILEPSY),
        ),
        "r70",
    ),
    _notice("immune", all_of(sure(DANDRUFF, Severity.MODERATE), told("medication", Medication.STEROID)), "r38"),
    _notice("finasteride", all_of(told("medication", Medication.FINASTERIDE), unless(EXPECTING)), "r98", "r99"),
    _notice("loss_told", all_of(told("loss", Loss.GRADUAL), calm(HAIR_LOSS)), "r62"),
    _notice(
        "itch",
        all_of(told("itching", Strength.STRONG), calm(SCALING), calm(REDNESS), calm(PUSTULES), calm(DANDRUFF)),
        "r40",
    ),
    _notice("itch_dye", all_of(told("itching", Strength.SOME, Strength.STRONG), DYES), "r59", "r60"),
    _notice("scent", all_of(told("matters", Matters.SCENT), present(REDNESS)), "r61"),
    _wanted_but_calm("flaking", Wanted.LESS_FLAKING, SCALING, DANDRUFF),
    _wanted_but_calm("oil", Wanted.LESS_OIL, SEBUM),
    _wanted_but_calm("redness", Wanted.CALM, REDNESS),
    _wanted_but_calm("bumps", Wanted.FEWER_BUMPS, PUSTULES),
    _wanted_but_calm("hair", Wanted.KEEP_HAIR, HAIR_LOSS),
)
