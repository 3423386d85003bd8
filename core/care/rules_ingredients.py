"""Ingredients to look for, and to leave out. To look for one asks for a grade whose set rules "good" out."""

from typing import Final

from core.care.answers import Loss, Sign, Used
from core.care.plan_lines import PlanSection
from core.care.rules_base import Rule
from core.care.rules_terms import (
    DANDRUFF,
    FLAKES,
    GRADUAL_LOSS,
    HAIR_LOSS,
    PUSTULES,
    REDNESS,
    SCALING,
    SEBUM,
    TENDER,
    present,
    sure,
)
from core.care.rules_when import When, all_of, any_of, graded, is_sex, told, unless
from core.taxonomy import Severity, Sex


def _seek(name: str, when: When, ingredients: tuple[str, ...], *references: str) -> Rule:
    return Rule(f"seek_{name}", PlanSection.SEEK, when, ingredients, references or ("general",))


def _avoid(name: str, when: When, ingredients: tuple[str, ...], *references: str) -> Rule:
    return Rule(f"avoid_{name}", PlanSection.AVOID, when, ingredients, references or ("general",), interim=True)


SEEK_RULES: Final[tuple[Rule, ...]] = (
    _seek(
        "antifungal",
        sure(DANDRUFF, Severity.MODERATE),
        ("ketoconazole", "ciclopirox"),
        "r13",
        "r14",
        "r18",
    ),
    _seek(
        "antidandruff",
        sure(DANDRUFF),
        ("zinc_pyrithione", "piroctone_olamine", "climbazole"),
        "r3",
        "r19",
        "r21",
    ),
    _seek("scale", all_of(sure(SCALING), unless(present(DANDRUFF))), ("salicylic_acid",), "r24", "r40"),
    _seek("antiseptic", sure(PUSTULES, Severity.MILD, Severity.MILD), ("benzoyl_peroxide",), "r71"),
    _seek("minoxidil_men", all_of(GRADUAL_LOSS, is_sex(Sex.MALE)), ("minoxidil",), "r85", "r91"),
    _seek("minoxidil_women", all_of(GRADUAL_LOSS, is_sex(Sex.FEMALE)), ("minoxidil",), "r86", "r87", "r91"),
    _seek(
        "minoxidil",
        all_of(GRADUAL_LOSS, unless(any_of(is_sex(Sex.MALE), is_sex(Sex.FEMALE)))),
        ("minoxidil",),
        "r85",
        "r86",
        "r91",
    ),
    _seek("mild", any_of(present(SCALING), present(SEBUM), present(REDNESS), present(PUSTULES)), ("gentle_cleanser",)),
)

AVOID_RULES: Final[tuple[Rule, ...]] = (
    _avoid("squeeze", present(PUSTULES), ()),
    _avoid("leftovers", present(PUSTULES), ("topical_steroid",)),
    _avoid("scrub", all_of(any_of(FLAKES, TENDER), unless(told("products", Used.SCALP_SCRUB))), ("scrub",)),
    _avoid("scrub_used", all_of(told("products", Used.SCALP_SCRUB), any_of(FLAKES, TENDER)), ("scrub",)),
    _avoid(
        "oil",
        all_of(any_of(present(SEBUM), present(DANDRUFF), present(PUSTULES)), unless(told("products", Used.SCALP_OIL))),
        ("plant_oil",),
        "general",
        "r70",
    ),
    _avoid(
        "oil_used",
        all_of(told("products", Used.SCALP_OIL), any_of(present(SEBUM), present(DANDRUFF), present(PUSTULES))),
        ("plant_oil",),
        "general",
        "r70",
    ),
    _avoid("tonic", any_of(present(SCALING), present(REDNESS)), ("alcohol",)),
    _avoid("menthol", present(REDNESS), ("menthol", "salicylic_acid")),
    _avoid("fragrance", graded(REDNESS, Severity.MODERATE), ("fragrance",), "r61"),
    _avoid("dyes", graded(REDNESS), ("ppd", "persulfate", "thioglycolate"), "r59", "r61"),
    _avoid("dry_shampoo", all_of(told("products", Used.DRY_SHAMPOO), any_of(present(SEBUM), present(DANDRUFF))), ()),
    _avoid("reaction", told("signs", Sign.BLISTERS, Sign.SWELLING), ("ppd",), "r76"),
    _avoid("sudden", told("loss", Loss.SUDDEN, Loss.PATCHY), ("minoxidil",), "r90"),
    _avoid("promises", present(HAIR_LOSS), ("caffeine", "saw_palmetto", "peptides")),
    _avoid("supplements", present(HAIR_LOSS), (), "r100"),
)
