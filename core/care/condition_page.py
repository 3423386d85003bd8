"""What there is to know about one condition at one severity."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core.care.facts import Claim, Ingredient, Piece, Text
from core.taxonomy import Condition, Severity

SECTIONS: Final = ("what", "causes", "home", "avoid", "timing", "doctor", "similar")


@dataclass(frozen=True)
class GradeWords(Piece):
    """What is said of one severity alone.

    Attributes:
        headline: One kind sentence.
        looks: What the photo shows.
    """

    headline: Text
    looks: Text


@dataclass(frozen=True)
class ConditionPage:
    """What there is to know about one condition at one severity.

    Attributes:
        condition: The condition.
        severity: The severity.
        headline: One kind sentence for this grade.
        looks: What the photo shows at this grade.
        picture: A drawn picture of it (WebP).
        what: What it is.
        causes: What tends to bring it on.
        home: What helps at home.
        ingredients: Active ingredients that come into question, strongest evidence first.
        avoid: What to leave.
        timing: How long until an effect.
        doctor: When to see a doctor.
        similar: What can look alike.
    """

    condition: Condition
    severity: Severity
    headline: Text
    looks: Text
    picture: Path
    what: tuple[Claim, ...]
    causes: tuple[Claim, ...]
    home: tuple[Claim, ...]
    ingredients: tuple[Ingredient, ...]
    avoid: tuple[Claim, ...]
    timing: tuple[Claim, ...]
    doctor: tuple[Claim, ...]
    similar: tuple[Claim, ...]

    def said(self, section: str) -> tuple[Claim, ...]:
        """The claims of one of `SECTIONS`."""
        claims: tuple[Claim, ...] = getattr(self, section)
        return claims
