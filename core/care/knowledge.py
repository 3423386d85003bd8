"""What is known about the care of six conditions, and the ingredients that are used: `data/knowledge`, checked.

Types and both languages are checked by the dataclasses of `core.care.facts`; here, that ids are unique and that every
reference exists.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from core.care.facts import Claim, Ingredient, Piece, Reference
from core.errors import CareError
from core.settings import DATA_DIR
from core.taxonomy import Condition, Severity

KNOWLEDGE_DIR: Final = DATA_DIR / "knowledge"
Kind = TypeVar("Kind")
Named = TypeVar("Named", Reference, Ingredient)


@dataclass(frozen=True)
class _ReferenceFile(Piece):
    reference: tuple[Reference, ...]


@dataclass(frozen=True)
class _IngredientFile(Piece):
    ingredient: tuple[Ingredient, ...]


@dataclass(frozen=True)
class Knowledge:
    """All of it, in memory and in both languages.

    Attributes:
        references: By id.
        ingredients: By id, in the order of the file.
    """

    references: Mapping[str, Reference] = field(repr=False)
    ingredients: Mapping[str, Ingredient] = field(repr=False)

    def ingredient(self, name: str) -> Ingredient:
        """The ingredient of that id.

        Raises:
            CareError: `knowledge.unknown_ingredient`.
        """
        if name not in self.ingredients:
            raise CareError("knowledge.unknown_ingredient", name=name)
        return self.ingredients[name]

    def ingredients_for(self, condition: Condition, severity: Severity) -> tuple[Ingredient, ...]:
        """Ingredients with a use at this condition and severity, strongest evidence first."""
        used = [(use, one) for one in self.ingredients.values() if (use := one.use_for(condition, severity))]
        return tuple(one for _, one in sorted(used, key=lambda pair: pair[0].strength))

    def reference(self, name: str) -> Reference:
        """The reference of that id.

        Raises:
            CareError: `knowledge.unknown_reference`.
        """
        if name not in self.references:
            raise CareError("knowledge.unknown_reference", name=name)
        return self.references[name]


@cache
def load_knowledge(folder: Path = KNOWLEDGE_DIR) -> Knowledge:
    """Read the knowledge once per process.

    Args:
        folder: Holds `references.toml` and `ingredients.toml`.

    Raises:
        CareError: `knowledge.unreadable` (missing, or no TOML), `knowledge.invalid` (a language or a field is missing
            or of the wrong kind), `knowledge.twice` (an id given twice) or `knowledge.unknown_source` (a claim names
            a reference that is not listed).
    """
    references = _by_id(_read(folder, "references.toml", _ReferenceFile).reference, "references.toml")
    ingredients = _by_id(_read(folder, "ingredients.toml", _IngredientFile).ingredient, "ingredients.toml")
    for one in ingredients.values():
        _check_sources(one.claims, references, f"ingredients.toml, {one.id}")
    return Knowledge(references, ingredients)


def _read(folder: Path, name: str, kind: type[Kind]) -> Kind:
    try:
        values = tomllib.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CareError("knowledge.unreadable", file=name, detail=error) from error
    try:
        return TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise CareError("knowledge.invalid", file=name, place=place, detail=first["msg"]) from error


def _by_id(things: Iterable[Named], file: str) -> Mapping[str, Named]:
    things = tuple(things)
    for name, count in Counter(one.id for one in things).items():
        if count > 1:
            raise CareError("knowledge.twice", file=file, name=name)
    return MappingProxyType({one.id: one for one in things})


def _check_sources(claims: Iterable[Claim], references: Mapping[str, Reference], place: str) -> None:
    for claim in claims:
        for name in claim.references:
            if name not in references:
                raise CareError("knowledge.unknown_source", file=place, name=name)
