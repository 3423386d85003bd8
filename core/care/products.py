"""The product directory: what the operator offers, and a small neutral set by kind of ingredient that ships.

Names, brands and links are third-party text: they are checked when a file is read (`core.care.product_file`) and
escaped where they are shown.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from core.care.facts import Ingredient
from core.locale import Language
from core.taxonomy import AgeBand, Sex

STARTER: Final = "starter-"
"""How the ids of the shipped set begin; the operator's may not."""

_STRENGTH = re.compile(r"[(\[]?\s*\d+(?:[.,]\d+)?\s*(?:%|percent|퍼센트|mg/g|mg/ml|ppm)\s*[)\]]?")


class ProductKind(StrEnum):
    """What sort of product it is."""

    SHAMPOO = "shampoo"
    CONDITIONER = "conditioner"
    TONIC = "tonic"
    SERUM = "serum"
    SCRUB = "scrub"
    OTHER = "other"


@dataclass(frozen=True)
class Product:
    """One product.

    Attributes:
        id: The operator's own number or name for it; the same on every import.
        name: As sold.
        name_en: In English, or empty.
        brand: Brand or maker, or empty.
        kind: What sort of product.
        ingredients: Names of ingredients as in the file, strengths included.
        price_krw: Price in won; None where it is not given.
        image: https address of a picture, or empty.
        link: https address of a shop, or empty.
        sponsored: Whether someone pays for it to be listed.
        sex: Whom it is made for; None for everyone.
        age_bands: Ages it is made for; empty for every age.
    """

    id: str
    name: str
    name_en: str
    brand: str
    kind: ProductKind
    ingredients: tuple[str, ...]
    price_krw: int | None
    image: str
    link: str
    sponsored: bool
    sex: Sex | None = None
    age_bands: tuple[AgeBand, ...] = ()

    @property
    def starter(self) -> bool:
        """Whether it belongs to the neutral set that ships: a kind of product, not one to buy."""
        return self.id.startswith(STARTER)

    def name_in(self, language: Language) -> str:
        """Return the English name for English where there is one, else the name as sold."""
        return self.name_en or self.name if language is Language.ENGLISH else self.name

    def as_row(self) -> dict[str, object]:
        """Return plain values for the records (`core.records.product_directory`)."""
        return {
            "id": self.id,
            "name": self.name,
            "name_en": self.name_en,
            "brand": self.brand,
            "kind": self.kind.value,
            "ingredients": "|".join(self.ingredients),
            "price_krw": self.price_krw,
            "image": self.image,
            "link": self.link,
            "sponsored": self.sponsored,
            "sex": self.sex.value if self.sex else None,
            "age_bands": "|".join(self.age_bands),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Product":
        """Make a product from what `as_row` gave."""
        return cls(
            id=row["id"],
            name=row["name"],
            name_en=row["name_en"],
            brand=row["brand"],
            kind=ProductKind(row["kind"]),
            ingredients=_split(row["ingredients"]),
            price_krw=row["price_krw"],
            image=row["image"],
            link=row["link"],
            sponsored=row["sponsored"],
            sex=Sex(row["sex"]) if row["sex"] else None,
            age_bands=tuple(AgeBand(band) for band in _split(row["age_bands"])),
        )


class IngredientNames:
    """Finds known ingredients by the names that stand on labels, in Korean, English or as ids."""

    def __init__(self, ingredients: Iterable[Ingredient]) -> None:
        self._ids: dict[str, str] = {}
        for one in ingredients:
            for name in (one.id, one.name.ko, one.name.en, *one.aliases):
                self._ids.setdefault(_bare(name), one.id)

    def find(self, name: str) -> str | None:
        """Return the id of the ingredient of that name, strength or none beside it; None for an unknown one."""
        return self._ids.get(_bare(name))

    def of(self, product: Product) -> tuple[str, ...]:
        """Return the ids of the known ingredients of a product, in the order of its list."""
        found = (self.find(name) for name in product.ingredients)
        return tuple(dict.fromkeys(identity for identity in found if identity))


def _bare(name: str) -> str:
    """Reduce a name to what tells ingredients apart: no case, width, strength, spaces or hyphens."""
    plain = _STRENGTH.sub(" ", unicodedata.normalize("NFKC", name).casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def _split(words: str) -> tuple[str, ...]:
    return tuple(word for word in words.split("|") if word)
