"""What is known about the care of six conditions, and the ingredients that are used: `data/knowledge`, checked.

Types and both languages are checked by the dataclasses of `core.care.facts`; here, that ids are unique, that every
reference exists, and that each condition says something in every section at every severity.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from core.care.condition_page import SECTIONS, ConditionPage, GradeWords
from core.care.facts import Claim, Ingredient, Piece, Reference
from core.errors import CareError
from core.settings import DATA_DIR
from core.taxonomy import CONDITIONS, SEVERITIES, Condition, Severity

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
class _ConditionFile(Piece):
    grade: Annotated[tuple[GradeWords, ...], Field(min_length=len(SEVERITIES), max_length=len(SEVERITIES))]
    what: tuple[Claim, ...]
    causes: tuple[Claim, ...]
    home: tuple[Claim, ...]
    avoid: tuple[Claim, ...]
    timing: tuple[Claim, ...]
    doctor: tuple[Claim, ...]
    similar: tuple[Claim, ...]


@dataclass(frozen=True)
class Knowledge:
    """All of it, in memory and in both languages.

    Attributes:
        references: By id.
        ingredients: By id, in the order of the file.
        pages: By condition and severity, all twenty-four.
    """

    references: Mapping[str, Reference] = field(repr=False)
    ingredients: Mapping[str, Ingredient] = field(repr=False)
    pages: Mapping[tuple[Condition, Severity], ConditionPage] = field(repr=False)

    def condition(self, condition: Condition, severity: Severity) -> ConditionPage:
        """What there is to know about a condition at a severity."""
        return self.pages[condition, severity]

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
        return self.pages[condition, severity].ingredients

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
        folder: Holds `references.toml`, `ingredients.toml`, `conditions/` and `pictures/`.

    Raises:
        CareError: `knowledge.unreadable` (missing, or no TOML), `knowledge.invalid` (a language or a field is missing
            or of the wrong kind), `knowledge.twice` (an id given twice), `knowledge.unknown_source` (a claim names a
            reference that is not listed), `knowledge.silent` (a section says nothing at a severity) or
            `knowledge.no_picture`.
    """
    references = _by_id(_read(folder, "references.toml", _ReferenceFile).reference, "references.toml")
    ingredients = _by_id(_read(folder, "ingredients.toml", _IngredientFile).ingredient, "ingredients.toml")
    for one in ingredients.values():
        _check_sources(one.claims, references, f"ingredients.toml, {one.id}")
    pages: dict[tuple[Condition, Severity], ConditionPage] = {}
    for condition in CONDITIONS:
        known = _read(folder, f"conditions/{condition}.toml", _ConditionFile)
        for section in SECTIONS:
            _check_sources(getattr(known, section), references, f"conditions/{condition}.toml, {section}")
        for severity in SEVERITIES:
            pages[condition, severity] = _page(folder, condition, severity, known, ingredients.values())
    return Knowledge(references, ingredients, MappingProxyType(pages))


def _page(
    folder: Path, condition: Condition, severity: Severity, known: _ConditionFile, ingredients: Iterable[Ingredient]
) -> ConditionPage:
    file = f"conditions/{condition}.toml"
    said: dict[str, tuple[Claim, ...]] = {}
    for section in SECTIONS:
        said[section] = tuple(claim for claim in getattr(known, section) if severity in claim.grades)
        if not said[section]:
            raise CareError("knowledge.silent", file=file, section=section, severity=int(severity))
    picture = folder / "pictures" / f"{condition}_{int(severity)}.webp"
    if not picture.is_file():
        raise CareError("knowledge.no_picture", file=picture.name)
    used = [(use, one) for one in ingredients if (use := one.use_for(condition, severity))]
    return ConditionPage(
        condition=condition,
        severity=severity,
        headline=known.grade[severity].headline,
        looks=known.grade[severity].looks,
        picture=picture,
        ingredients=tuple(one for _, one in sorted(used, key=lambda pair: pair[0].strength)),
        **said,
    )


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
