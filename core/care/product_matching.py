"""Which products fit a plan, best match first, and why the others are left out.

The rules, in words:

- Where the plan sends to a doctor first, there are no products at all.
- A product fits where it holds an ingredient that the plan looks for. For each condition that ingredient is used
  for, the grade (0 to 3) times the strength of the evidence (A 4, B 3, C 2, D 1) counts, the best ingredient of the
  product for each condition; the sum ranks it. Equal ones stand by price, then by name. Whether somebody pays for a
  product is no part of this.
- A product is left out for an ingredient that the plan avoids, or that is better left out at one of the grades; for
  a prescription medicine, always; for another medicine, unless the plan looks for it; and where it is made for
  another sex or age, or for a certain one and none was told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.care.facts import Evidence, Ingredient, Status, Use
from core.care.plan import Plan
from core.care.plan_lines import PlanLine, PlanSection
from core.care.products import IngredientNames, Product
from core.findings import Finding
from core.taxonomy import AgeBand, Condition, Severity, Sex

_STRENGTH: Final[Mapping[Evidence | None, int]] = MappingProxyType(
    {Evidence.A: 4, Evidence.B: 3, Evidence.C: 2, Evidence.D: 1, None: 1}
)
_MEDICINES: Final = frozenset({Status.OTC_MEDICINE, Status.MEDICINE})


class Cause(StrEnum):
    """Why a product is left out; the texts are `products.left_out.<value>`."""

    PLAN_AVOIDS = "plan_avoids"
    GRADE_AVOIDS = "grade_avoids"
    PRESCRIPTION = "prescription"
    MEDICINE = "medicine"
    SEX = "sex"
    SEX_UNTOLD = "sex_untold"
    AGE = "age"
    AGE_UNTOLD = "age_untold"


@dataclass(frozen=True)
class Match:
    """One reason why a product fits.

    Attributes:
        ingredient: What it holds and the plan looks for.
        line: The line of the plan that does.
        condition: What the ingredient is used for; None where the plan looks for it for another cause than a grade.
        severity: The grade of that condition; None likewise.
        use: What is known of it there; None likewise.
    """

    ingredient: Ingredient
    line: PlanLine
    condition: Condition | None = None
    severity: Severity | None = None
    use: Use | None = None

    @property
    def weight(self) -> int:
        """Grade times strength of evidence, 0 to 12."""
        return int(self.severity or 0) * _STRENGTH[self.use.level] if self.use else 0


@dataclass(frozen=True)
class Offer:
    """A product that fits.

    Attributes:
        product: The product.
        matches: Why, the weightiest first; at least one, and one per condition at most.
        medicine: Whether it is a medicine.
    """

    product: Product
    matches: tuple[Match, ...]
    medicine: bool = False

    @property
    def score(self) -> int:
        """How well it fits."""
        return sum(match.weight for match in self.matches)


@dataclass(frozen=True)
class LeftOut:
    """A product that fits and is left out all the same.

    Attributes:
        product: The product.
        cause: Why.
        ingredient: The ingredient it is left out for; None where it is made for others.
        line: The line of the plan that avoids it; None for any other cause.
        use: What is known against it at one of the grades; None for any other cause.
    """

    product: Product
    cause: Cause
    ingredient: Ingredient | None = None
    line: PlanLine | None = None
    use: Use | None = None


@dataclass(frozen=True)
class Selection:
    """What a person is shown.

    Attributes:
        offers: What fits, the best match first.
        left_out: What would fit and is left out.
        withheld: Whether a doctor comes first; then there is nothing else in here.
    """

    offers: tuple[Offer, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    withheld: bool = False


class Catalogue:
    """Products with what is known of their ingredients, made once and asked for each plan."""

    def __init__(self, products: Iterable[Product], ingredients: Mapping[str, Ingredient]) -> None:
        names = IngredientNames(ingredients.values())
        self.products = tuple(products)
        self._held = [tuple(ingredients[identity] for identity in names.of(product)) for product in self.products]

    def select(self, plan: Plan, sex: Sex | None = None, age_band: AgeBand | None = None) -> Selection:
        """Choose the products that fit a plan.

        Args:
            plan: What the person's grades and answers ask for.
            sex: As told.
            age_band: As told.
        """
        if plan.doctor_first:
            return Selection(withheld=True)
        sought = frozenset(plan.seek)
        offers, left_out = [], []
        for product, held in zip(self.products, self._held, strict=True):
            if not any(one.id in sought for one in held):
                continue
            against = _against(product, held, plan) or _for_others(product, sex, age_band)
            if against:
                left_out.append(against)
            else:
                medicine = any(one.status in _MEDICINES for one in held)
                offers.append(Offer(product, _matches(held, plan), medicine))
        return Selection(tuple(sorted(offers, key=_rank)), tuple(left_out))


def _rank(offer: Offer) -> tuple[object, ...]:
    product = offer.product
    return -offer.score, product.price_krw is None, product.price_krw or 0, product.name, product.id


def _matches(held: Sequence[Ingredient], plan: Plan) -> tuple[Match, ...]:
    found: dict[Condition | None, Match] = {}
    for line in plan.of(PlanSection.SEEK):
        for one in held:
            if one.id in line.ingredients:
                for match in _matches_of(one, line, plan.findings):
                    known = found.get(match.condition)
                    if known is None or match.weight > known.weight:
                        found[match.condition] = match
    graded = [match for condition, match in found.items() if condition is not None]
    return tuple(sorted(graded or found.values(), key=lambda match: -match.weight))


def _matches_of(one: Ingredient, line: PlanLine, findings: Iterable[Finding]) -> list[Match]:
    used = [
        Match(one, line, finding.condition, finding.severity, use)
        for finding in findings
        if finding.severity is not None
        and finding.condition in line.conditions
        and (use := one.use_for(finding.condition, finding.severity))
    ]
    return used or [Match(one, line)]


def _against(product: Product, held: Sequence[Ingredient], plan: Plan) -> LeftOut | None:
    avoided = {name: line for line in reversed(plan.of(PlanSection.AVOID)) for name in line.ingredients}
    for one in held:
        if one.id in avoided:
            return LeftOut(product, Cause.PLAN_AVOIDS, one, line=avoided[one.id])
        if one.status is Status.PRESCRIPTION:
            return LeftOut(product, Cause.PRESCRIPTION, one)
        if one.status in _MEDICINES and one.id not in plan.seek:
            return LeftOut(product, Cause.MEDICINE, one)
        for finding in plan.findings:
            if finding.severity is not None and (use := one.avoid_for(finding.condition, finding.severity)):
                return LeftOut(product, Cause.GRADE_AVOIDS, one, use=use)
    return None


def _for_others(product: Product, sex: Sex | None, age_band: AgeBand | None) -> LeftOut | None:
    if product.sex is not None and sex != product.sex:
        return LeftOut(product, Cause.SEX_UNTOLD if sex is None else Cause.SEX)
    if product.age_bands and age_band not in product.age_bands:
        return LeftOut(product, Cause.AGE_UNTOLD if age_band is None else Cause.AGE)
    return None
