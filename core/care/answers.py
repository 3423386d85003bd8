"""Life-style answers: what a person may tell so that a plan fits them. Every answer is optional.

The first group are the questions of the Korean data set behind the grades (shampoo, perm, dye, hair, products, wanted
care, what matters when buying, region); the second asks what a photo cannot show. An empty set means "not told".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.locale import Language, text
from core.taxonomy import Region


class Shampoo(StrEnum):
    """How often the hair is washed with shampoo."""

    TWICE_DAILY = "twice_daily"
    DAILY = "daily"
    EVERY_OTHER_DAY = "every_other_day"
    TWICE_WEEKLY = "twice_weekly"
    WEEKLY = "weekly"


class Cycle(StrEnum):
    """How often the hair is permed or dyed."""

    NEVER = "never"
    YEARLY = "yearly"
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"


class LastTreatment(StrEnum):
    """When the last dye, bleach or perm was."""

    WEEK = "week"
    MONTH = "month"
    LONGER = "longer"


class Hair(StrEnum):
    """State of the hair."""

    OILY_ROOTS = "oily_roots"
    DRY = "dry"
    DAMAGED = "damaged"
    BLEACHED = "bleached"
    CURLY = "curly"
    FINE = "fine"


class Used(StrEnum):
    """What is used on hair and scalp."""

    ANTIDANDRUFF_SHAMPOO = "antidandruff_shampoo"
    FUNCTIONAL_SHAMPOO = "functional_shampoo"
    CONDITIONER = "conditioner"
    SCALP_TONIC = "scalp_tonic"
    SCALP_SCRUB = "scalp_scrub"
    SCALP_OIL = "scalp_oil"
    STYLING = "styling"
    DRY_SHAMPOO = "dry_shampoo"


class Wanted(StrEnum):
    """What the person wants from scalp care."""

    LESS_FLAKING = "less_flaking"
    LESS_OIL = "less_oil"
    CALM = "calm"
    FEWER_BUMPS = "fewer_bumps"
    KEEP_HAIR = "keep_hair"
    UPKEEP = "upkeep"


class Matters(StrEnum):
    """What matters when buying."""

    EVIDENCE = "evidence"
    MILDNESS = "mildness"
    PRICE = "price"
    SCENT = "scent"
    FRAGRANCE_FREE = "fragrance_free"
    SIMPLE = "simple"


class Strength(StrEnum):
    """How strong something is."""

    NONE = "none"
    SOME = "some"
    STRONG = "strong"


class Loss(StrEnum):
    """How hair is lost."""

    NONE = "none"
    GRADUAL = "gradual"
    SUDDEN = "sudden"
    PATCHY = "patchy"


class Sign(StrEnum):
    """What a person can see or feel and a doctor should look at; `NONE` says that none of it applies."""

    NONE = "none"
    FEVER = "fever"
    PUS = "pus"
    SPREADING = "spreading"
    SWELLING = "swelling"
    BLISTERS = "blisters"
    SHINY = "shiny"
    PLAQUES = "plaques"
    BROWS = "brows"
    SORE = "sore"
    UNWELL = "unwell"
    LOW_MOOD = "low_mood"


class Medication(StrEnum):
    """Medicines that bear on the scalp; `NONE` says that none is taken."""

    NONE = "none"
    MINOXIDIL = "minoxidil"
    FINASTERIDE = "finasteride"
    BLOOD_PRESSURE = "blood_pressure"
    BLOOD_THINNER = "blood_thinner"
    RETINOID = "retinoid"
    EPILEPSY = "epilepsy"
    THYROID = "thyroid"
    STEROID = "steroid"
    ANTIBIOTIC = "antibiotic"
    OTHER = "other"


class Pregnancy(StrEnum):
    """Pregnancy and breast-feeding."""

    NO = "no"
    PREGNANT = "pregnant"
    POSSIBLE = "possible"
    BREAST_FEEDING = "breast_feeding"
    RECENT_BIRTH = "recent_birth"


class Duration(StrEnum):
    """How long it has been going on."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True)
class CareAnswers:
    """What was told; None, or an empty set, where it was not.

    Attributes:
        shampoo: How often the hair is washed.
        perm: How often it is permed.
        dye: How often it is dyed or bleached.
        last_treatment: When the last dye, bleach or perm was.
        hair: State of the hair.
        products: What is used now.
        wanted: What care is wanted.
        matters: What matters when buying.
        region: Province.
        itching: How strong itching is.
        pain: How strong pain, soreness or burning of the scalp is.
        loss: How hair is lost.
        signs: Signs for a doctor.
        medication: Medicines.
        pregnancy: Pregnancy and breast-feeding.
        duration: How long it has been going on.
        child: Whether the photo is of a child under 12.
    """

    shampoo: Shampoo | None = None
    perm: Cycle | None = None
    dye: Cycle | None = None
    last_treatment: LastTreatment | None = None
    hair: frozenset[Hair] = frozenset()
    products: frozenset[Used] = frozenset()
    wanted: frozenset[Wanted] = frozenset()
    matters: frozenset[Matters] = frozenset()
    region: Region | None = None
    itching: Strength | None = None
    pain: Strength | None = None
    loss: Loss | None = None
    signs: frozenset[Sign] = frozenset()
    medication: frozenset[Medication] = frozenset()
    pregnancy: Pregnancy | None = None
    duration: Duration | None = None
    child: bool | None = None

    def values_of(self, field: str) -> tuple[str, ...]:
        """Return what was told in one field, in the order of its options; empty where it was not."""
        value = getattr(self, field)
        if value is None:
            return ()
        if isinstance(value, bool):
            return ("yes",) if value else ("no",)
        return tuple(option for option in OPTIONS[field] if option in value) if field in SETS else (str(value),)

    def told(self) -> dict[str, tuple[str, ...]]:
        """Return the fields that were answered with their values, in the order of the questions."""
        return {field: values for field in OPTIONS if (values := self.values_of(field))}

    def as_mapping(self) -> Mapping[str, str]:
        """Return the answers as `Visit.answers` keeps them: field to value, several values joined with commas."""
        return MappingProxyType({field: ",".join(values) for field, values in self.told().items()})

    @classmethod
    def from_mapping(cls, stored: Mapping[str, str]) -> "CareAnswers":
        """Read answers back. What this version does not know, for example an option of another one, is left out."""
        known: dict[str, object] = {}
        for field, kind in OPTIONS.items():
            values = [value for value in kind if value in stored.get(field, "").split(",")]
            if field in SETS:
                known[field] = frozenset(values)
            elif values:
                known[field] = values[0] == "yes" if field == "child" else values[0]
        return cls(**known)  # type: ignore[arg-type]


class _YesNo(StrEnum):
    YES = "yes"
    NO = "no"


OPTIONS: Final[Mapping[str, type[StrEnum]]] = MappingProxyType(
    {
        "shampoo": Shampoo,
        "perm": Cycle,
        "dye": Cycle,
        "last_treatment": LastTreatment,
        "hair": Hair,
        "products": Used,
        "wanted": Wanted,
        "matters": Matters,
        "region": Region,
        "itching": Strength,
        "pain": Strength,
        "loss": Loss,
        "signs": Sign,
        "medication": Medication,
        "pregnancy": Pregnancy,
        "duration": Duration,
        "child": _YesNo,
    }
)
"""Field to its options, in the order of the questions."""

SETS: Final = frozenset({"hair", "products", "wanted", "matters", "signs", "medication"})
"""Fields with several values."""


def answer_label(language: Language, field: str) -> str:
    """Return the name of a question as it stands in a list, for example "Shampoo"."""
    return text(language, f"care.answers.{field}.label")


def answer_words(language: Language, field: str, value: str) -> str:
    """Return an option in words.

    Args:
        language: Korean or English.
        field: A field of `CareAnswers`.
        value: One of its options as `CareAnswers.values_of` gives it.
    """
    return text(language, f"taxonomy.region.{value}" if field == "region" else f"care.answers.{field}.{value}")


def answer_list(language: Language, answers: CareAnswers) -> list[tuple[str, str]]:
    """Return what was told as label and words, for a report or a letter; empty where nothing was told."""
    return [
        (answer_label(language, field), ", ".join(answer_words(language, field, value) for value in values))
        for field, values in answers.told().items()
    ]
