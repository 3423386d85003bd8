"""What a language model is told: the plan, and the fields it was made from. Everything in it is our own words.

Nothing a stranger wrote goes in: answers are options of ours, and products, clinics and file names are left out. So
nobody can give the model orders through them.
"""

import json
from dataclasses import dataclass
from typing import Final

from core.care.answers import CareAnswers, answer_words
from core.care.knowledge import load_knowledge
from core.care.plan import Plan, PlanLine, PlanSection
from core.locale import Language, text
from core.taxonomy import CONDITIONS, AgeBand, Condition, Region, Sex

# The fields of the project this one descends from, in its order, ahead of value_1 .. value_6.
_FIELDS: Final = {
    "shampoo_frequency": "shampoo",
    "perm_cycle": "perm",
    "dye_cycle": "dye",
    "current_hair_state": "hair",
    "products_used": "products",
    "wanted_scalp_care": "wanted",
    "what_matters_when_buying": "matters",
}
_UNTOLD: Final = "-"
_NAMES: Final = {Language.KOREAN: "Korean (polite 해요체)", Language.ENGLISH: "English"}
_ORDERS: Final = (
    "You rewrite a scalp-care plan as one short, warm letter to the person it was made for, in {language}. "
    'Use only what stands in "plan"; "fields" only set the tone. Add no medicine, ingredient, product, dose, number, '
    "rhythm, illness or cause that is not in the plan. Never say that the person has an illness. Leave no warning out. "
    "No headings, lists, links or names. 120 to 300 words of plain text, and nothing else."
)


@dataclass(frozen=True)
class Person:
    """What the person lets out about themselves besides the plan; nothing by default."""

    sex: Sex | None = None
    age_band: AgeBand | None = None
    region: Region | None = None


@dataclass(frozen=True)
class LetterRequest:
    """What is sent.

    Attributes:
        language: The language of the letter.
        orders: What the model shall do.
        data: Fields and plan, as JSON.
        plan_text: The lines of the plan alone: what a letter may hold.
    """

    language: Language
    orders: str
    data: str
    plan_text: str

    @property
    def messages(self) -> list[dict[str, str]]:
        """The messages of a chat completion."""
        return [{"role": "system", "content": self.orders}, {"role": "user", "content": self.data}]


def letter_request(plan: Plan, answers: CareAnswers, language: Language, person: Person | None = None) -> LetterRequest:
    """Put together what is sent for a letter.

    Args:
        plan: The plan; one that sends to a doctor first gets no letter (`core.care.letter.write_letter`).
        answers: What was told; only the fields of routine and wishes go out.
        language: The language of the letter.
        person: Sex, age and region, where the person agreed to send them.
    """
    person = person or Person()
    about = {
        "age": _word(language, "age_band", person.age_band),
        "sex": _word(language, "sex", person.sex),
        "location": _word(language, "region", person.region),
    }
    told = {name: _told(language, answers, field) for name, field in _FIELDS.items()}
    grades = {f"value_{number}": _grade(plan, condition) for number, condition in enumerate(CONDITIONS, start=1)}
    lines = [_line(line, language) for line in plan.lines]
    data = json.dumps({"fields": about | told | grades, "plan": lines}, ensure_ascii=False, indent=1)
    return LetterRequest(language, _ORDERS.format(language=_NAMES[language]), data, "\n".join(lines))


def _line(line: PlanLine, language: Language) -> str:
    words = f"{text(language, f'care.section.{line.section}')}: {line.text(language)}"
    # What to leave out is named where the line names it, and nowhere else: a name less to be misused.
    if not line.ingredients or line.section is PlanSection.AVOID:
        return words
    names = [load_knowledge().ingredient(name).name.in_language(language) for name in line.ingredients]
    return f"{words} ({', '.join(names)})"


def _word(language: Language, table: str, value: Sex | AgeBand | Region | None) -> str:
    return _UNTOLD if value is None else text(language, f"taxonomy.{table}.{value}")


def _told(language: Language, answers: CareAnswers, field: str) -> str:
    return ", ".join(answer_words(language, field, value) for value in answers.values_of(field)) or _UNTOLD


def _grade(plan: Plan, condition: Condition) -> str:
    severity = next((f.severity for f in plan.findings if f.condition is condition), None)
    return _UNTOLD if severity is None else str(int(severity))
