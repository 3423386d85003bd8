"""What to expect by when, and when to stop waiting."""

from typing import Final

from core.care.answers import Pregnancy
from core.care.plan_lines import PlanSection
from core.care.rules_base import Rule
from core.care.rules_terms import (
    DANDRUFF,
    GRADUAL_LOSS,
    HAIR_LOSS,
    PUSTULES,
    REDNESS,
    SCALING,
    SEBUM,
    TAKES_MINOXIDIL,
    calm,
    present,
    sure,
)
from core.care.rules_when import When, all_of, any_of, could_be, graded, told, unless
from core.taxonomy import Condition, Severity


def _expect(name: str, when: When, *references: str, interim: bool = False) -> Rule:
    return Rule(f"expect_{name}", PlanSection.EXPECT, when, references=references or ("general",), interim=interim)


EXPECT_RULES: Final[tuple[Rule, ...]] = (
    _expect("scaling", present(SCALING)),
    _expect("sebum", present(SEBUM)),
    _expect("redness", present(REDNESS), interim=True),
    _expect("pustules", present(PUSTULES), "r68", interim=True),
    _expect("dandruff", present(DANDRUFF), "r32"),
    _expect("relapse", sure(DANDRUFF, Severity.MODERATE), "r12", "r17"),
    _expect("hair", present(HAIR_LOSS), "r62", interim=True),
    _expect("hair_cause", all_of(sure(HAIR_LOSS), unless(GRADUAL_LOSS), unless(TAKES_MINOXIDIL)), "r90"),
    Rule("expect_minoxidil", PlanSection.EXPECT, GRADUAL_LOSS, ("minoxidil",), ("r88", "r89")),
    Rule("expect_household", PlanSection.EXPECT, GRADUAL_LOSS, ("minoxidil",), ("r93", "r94")),
    _expect("household_used", TAKES_MINOXIDIL, "r93", "r94", interim=True),
    Rule(
        "expect_keep_minoxidil",
        PlanSection.EXPECT,
        all_of(TAKES_MINOXIDIL, present(HAIR_LOSS)),
        ("minoxidil",),
        ("r88",),
    ),
    _expect("birth", all_of(told("pregnancy", Pregnancy.RECENT_BIRTH), present(HAIR_LOSS)), "r62", interim=True),
    _expect("shampoo", present(HAIR_LOSS), "r34", "r35"),
    _expect("moderate", any_of(*(graded(c, Severity.MODERATE, Severity.MODERATE) for c in Condition))),
    _expect("watch", any_of(*(all_of(calm(c), could_be(c, Severity.MODERATE)) for c in Condition))),
    _expect("worse", any_of(*(could_be(c, Severity.SEVERE) for c in Condition)), interim=True),
)
