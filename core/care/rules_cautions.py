"""Who should leave what: read from the cautions of `core.care.knowledge`, so that plan and knowledge cannot disagree.

What is left out is never looked for (`core.care.rules_conflicts`), so these rules win over every other.
"""

from functools import cache
from typing import Final

from core.care.answers import Hair, LastTreatment, Medication, Pregnancy
from core.care.facts import Advice, Concern
from core.care.knowledge import load_knowledge
from core.care.plan_lines import PlanSection
from core.care.rules_base import Rule
from core.care.rules_terms import DYES, EXPECTING, FRESH, HAIR_LOSS, INFLAMED, REDNESS, present
from core.care.rules_when import When, all_of, any_of, is_age, told, unless
from core.taxonomy import AgeBand

_COLOURED: Final = any_of(
    DYES, told("hair", Hair.BLEACHED), told("last_treatment", LastTreatment.WEEK, LastTreatment.MONTH)
)
_HAIR_MEDICINES: Final = ("minoxidil", "finasteride", "dutasteride")


@cache
def caution_rules() -> tuple[Rule, ...]:
    """Return the rules.

    Raises:
        CareError: The knowledge cannot be read.
    """
    careful = (Advice.AVOID, Advice.ASK)
    return (
        _caution("pregnancy", EXPECTING, Concern.PREGNANCY, Advice.AVOID),
        _caution("ask_pregnancy", EXPECTING, Concern.PREGNANCY, Advice.ASK),
        _caution("nursing", told("pregnancy", Pregnancy.BREAST_FEEDING), Concern.BREASTFEEDING, *careful),
        _caution("child", told("child", "yes"), Concern.CHILDREN, *careful),
        _caution("inflamed", INFLAMED, Concern.BROKEN_SKIN, Advice.AVOID),
        _caution("coloured", _COLOURED, Concern.DYED_HAIR, Advice.AVOID),
        _caution(
            "heart",
            all_of(told("medication", Medication.BLOOD_PRESSURE), present(HAIR_LOSS)),
            Concern.HEART,
            Advice.ASK,
        ),
        _named("teens", all_of(is_age(AgeBand.TEENS), present(HAIR_LOSS)), _HAIR_MEDICINES, "r90"),
        _named(
            "after_birth",
            all_of(told("pregnancy", Pregnancy.RECENT_BIRTH), present(HAIR_LOSS)),
            ("minoxidil",),
            "r90",
        ),
        _named("red_loss", all_of(present(HAIR_LOSS), present(REDNESS)), ("minoxidil",), "r90"),
        _named("fresh", all_of(FRESH, unless(INFLAMED)), ("salicylic_acid",)),
    )


def _caution(name: str, when: When, concern: Concern, *advice: Advice) -> Rule:
    found = {
        one.id: caution
        for one in load_knowledge().ingredients.values()
        if (caution := one.caution(concern)) is not None and caution.advice in advice
    }
    references = tuple(dict.fromkeys(reference for caution in found.values() for reference in caution.references))
    return _named(name, when, tuple(found), *references)


def _named(name: str, when: When, ingredients: tuple[str, ...], *references: str) -> Rule:
    return Rule(f"avoid_{name}", PlanSection.AVOID, when, ingredients, references or ("general",), interim=True)
