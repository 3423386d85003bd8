"""What knowledge is made of: frozen pieces, each text in both languages, each claim with its references.

The texts lie in `data/knowledge`; `core.care.knowledge` reads and checks them.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Final

from pydantic import ConfigDict, Field, StringConstraints

from core.locale import Language
from core.taxonomy import SEVERITIES, Condition, Severity

Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
References = Annotated[tuple[str, ...], Field(min_length=1)]
GENERAL: Final = "general"


class Mark(StrEnum):
    """Whether a claim was checked against a source."""

    VERIFIED = "verified"
    GENERAL = "general"


class Evidence(StrEnum):
    """How strong the evidence is, best first; our own grading.

    A: a systematic review, or two or more randomised trials. B: one randomised trial, or small ones. C: guideline,
    label, observation or expert opinion. D: mechanism or tradition only.
    """

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class Status(StrEnum):
    """How an ingredient may be sold in Korea, as far as was checked."""

    COSMETIC = "cosmetic"
    FUNCTIONAL_COSMETIC = "functional_cosmetic"
    OTC_MEDICINE = "otc_medicine"
    PRESCRIPTION = "prescription"
    MEDICINE = "medicine"
    UNCHECKED = "unchecked"


class Concern(StrEnum):
    """What about a person or their hair calls for care with an ingredient."""

    PREGNANCY = "pregnancy"
    BREASTFEEDING = "breastfeeding"
    CHILDREN = "children"
    DYED_HAIR = "dyed_hair"
    DRYNESS = "dryness"
    BROKEN_SKIN = "broken_skin"
    ALLERGY = "allergy"
    SUN = "sun"
    LONG_USE = "long_use"
    HEART = "heart"
    SUDDEN_LOSS = "sudden_loss"
    MOOD = "mood"
    HOUSEHOLD = "household"
    BLOOD = "blood"
    FABRIC = "fabric"
    SHEDDING = "shedding"
    PROMISES = "promises"


class Advice(StrEnum):
    """What a caution asks for: leave it, ask a doctor or pharmacist first, or know it and take care."""

    AVOID = "avoid"
    ASK = "ask"
    CARE = "care"


class Piece:
    """What is read from a file: a field that is not known there is refused, since it is a misspelt one."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class Text(Piece):
    """A text in both languages."""

    ko: Words
    en: Words

    def in_language(self, language: Language) -> str:
        """The text in one language."""
        return self.ko if language == Language.KOREAN else self.en


@dataclass(frozen=True, kw_only=True)
class Claim(Piece):
    """One thing said, and where it comes from.

    Attributes:
        text: What is said.
        references: Ids of references, at least one; `general` where no source was checked.
        level: Strength of the evidence, where it is evidence.
        grades: The severities it is said for.
    """

    text: Text
    references: References
    level: Evidence | None = None
    grades: tuple[Severity, ...] = SEVERITIES

    @property
    def mark(self) -> Mark:
        """Verified only where every reference is a checked source."""
        return Mark.GENERAL if GENERAL in self.references else Mark.VERIFIED


@dataclass(frozen=True)
class Reference(Piece):
    """A source.

    Attributes:
        id: `r` and its number, or `general`.
        citation: Authors, title and place as they were checked.
        mark: Whether it is a checked source.
        year: Of publication, where known.
        url: Its address, where there is a certain one.
        second_hand: Whether it was read in someone else's report of it.
    """

    id: Words
    citation: Words
    mark: Mark
    year: int | None = None
    url: Annotated[str, StringConstraints(pattern=r"^https://[^\s]+$")] | None = None
    second_hand: bool = False


@dataclass(frozen=True, kw_only=True)
class Use(Claim):
    """What an ingredient does for a condition, or why it is better left out there, at the claim's severities.

    Attributes:
        condition: The condition.
    """

    condition: Condition

    @property
    def strength(self) -> Evidence:
        """Its level, which sorts the strongest first; mere tradition where none is given."""
        return self.level or Evidence.D


@dataclass(frozen=True, kw_only=True)
class Caution(Claim):
    """Who should take care with an ingredient.

    Attributes:
        concern: What calls for care.
        advice: What follows.
    """

    concern: Concern
    advice: Advice


@dataclass(frozen=True)
class Ingredient(Piece):
    """An ingredient and what is known of it.

    Attributes:
        id: Its stable name in data and code.
        name: Its name.
        status: How it may be sold in Korea.
        aliases: Names on labels, both languages, for matching lists of ingredients.
        uses: What it is for, at most one per condition.
        avoid: Conditions and severities where it is better left out.
        korea: The Korean rule on concentration, status and claims.
        cautions: Who should take care.
        directions: How it is used, where a label or guideline says so.
    """

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
    name: Text
    status: Status
    aliases: tuple[Words, ...] = ()
    uses: tuple[Use, ...] = ()
    avoid: tuple[Use, ...] = ()
    korea: tuple[Claim, ...] = ()
    cautions: tuple[Caution, ...] = ()
    directions: tuple[Claim, ...] = ()

    @property
    def claims(self) -> tuple[Claim, ...]:
        """Everything said of it."""
        return (*self.uses, *self.avoid, *self.korea, *self.cautions, *self.directions)

    def use_for(self, condition: Condition, severity: Severity) -> Use | None:
        """What it is used for at this condition and severity; None where it is not."""
        return _at(self.uses, condition, severity)

    def avoid_for(self, condition: Condition, severity: Severity) -> Use | None:
        """Why it is better left out at this condition and severity; None where nothing speaks against it."""
        return _at(self.avoid, condition, severity)

    def caution(self, concern: Concern) -> Caution | None:
        """The caution about that concern; None where there is none."""
        return next((caution for caution in self.cautions if caution.concern == concern), None)


def _at(uses: tuple[Use, ...], condition: Condition, severity: Severity) -> Use | None:
    return next((use for use in uses if use.condition == condition and severity in use.grades), None)
