"""One row of a product file: checked, and refused with a reason where anything in it is not as it should be."""

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from core.care.product_links import https_link
from core.care.products import STARTER, Product, ProductKind
from core.locale import Language, text
from core.taxonomy import AgeBand, Sex

SEARCH: Final = "search-"
"""How the ids begin under which searches in shops are counted; no product may have such a one."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PRICE = re.compile(r"[₩￦]?\s*(\d{1,3}(?:,\d{3})*|\d{1,9})(?:\.0+)?\s*(?:원|krw)?")
_LONGEST_NAME: Final = 120
_LONGEST_BRAND: Final = 60
_LONGEST_INGREDIENT: Final = 80
_MOST_INGREDIENTS: Final = 100
_YES: Final = frozenset({"yes", "y", "true", "1", "o", "예", "네", "광고", "협찬", "유료"})
_NO: Final = frozenset({"no", "n", "false", "0", "x", "아니오", "아니요", "무료"})
_SEXES: Final = {
    **dict.fromkeys(("female", "f", "women", "여", "여성", "여자"), Sex.FEMALE),
    **dict.fromkeys(("male", "m", "men", "남", "남성", "남자"), Sex.MALE),
}
_EVERYONE: Final = frozenset({"", "all", "unisex", "모두", "공용", "전체", "남녀공용"})
_KINDS: Final = {
    **{kind.value: kind for kind in ProductKind},
    "샴푸": ProductKind.SHAMPOO,
    "린스": ProductKind.CONDITIONER,
    "컨디셔너": ProductKind.CONDITIONER,
    "토닉": ProductKind.TONIC,
    "세럼": ProductKind.SERUM,
    "앰플": ProductKind.SERUM,
    "스케일링": ProductKind.SCRUB,
    "스크럽": ProductKind.SCRUB,
    "": ProductKind.OTHER,
    "기타": ProductKind.OTHER,
}
_AGES: Final = {band.value: band for band in AgeBand} | {band.value.replace("s", "대"): band for band in AgeBand}

_T = TypeVar("_T")


class Flaw(StrEnum):
    """Why a row is left out; the texts are `products.flaw.<value>`."""

    ID = "id"
    RESERVED = "reserved"
    DUPLICATE = "duplicate"
    NAME = "name"
    BRAND = "brand"
    INGREDIENTS = "ingredients"
    PRICE = "price"
    IMAGE = "image"
    LINK = "link"
    SPONSORED = "sponsored"
    KIND = "kind"
    SEX = "sex"
    AGE_BANDS = "age_bands"

    def message(self, language: Language = Language.ENGLISH) -> str:
        """Say what is wrong and how to put it right."""
        return text(language, f"products.flaw.{self}")


class _FlawFoundError(Exception):
    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw)
        self.flaw = flaw


def read_row(cells: Mapping[str, str], *, shipped: bool = False) -> Product | Flaw:
    """Read one row.

    Args:
        cells: Text by column; the columns of `core.care.product_file`, optional ones may be missing.
        shipped: Whether it is of the set that ships, whose ids are its own.

    Returns:
        The product, or the first thing that is wrong with the row.
    """
    try:
        # An ingredient a line is common in spreadsheets: there the end of a line parts, and elsewhere it is a space.
        parted = {**cells, "ingredients": re.sub(r"[\r\n]+", "|", cells["ingredients"].strip())}
        return _read({column: _visible(cell) for column, cell in parted.items()}, shipped=shipped)
    except _FlawFoundError as found:
        return found.flaw


def _read(cell: Mapping[str, str], *, shipped: bool) -> Product:
    return Product(
        id=_identity(cell["id"], shipped=shipped),
        name=_limited(cell["name"], _LONGEST_NAME, Flaw.NAME, needed=True),
        name_en=_limited(cell.get("name_en", ""), _LONGEST_NAME, Flaw.NAME),
        brand=_limited(cell["brand"], _LONGEST_BRAND, Flaw.BRAND),
        kind=_word(cell.get("kind", ""), _KINDS, Flaw.KIND),
        ingredients=_ingredients(cell["ingredients"]),
        price_krw=_price(cell["price"]),
        image=_address(cell["image"], Flaw.IMAGE),
        link=_address(cell["link"], Flaw.LINK),
        sponsored=_sponsored(cell["sponsored"]),
        sex=_sex(cell.get("sex", "")),
        age_bands=_ages(cell.get("age_bands", "")),
    )


def _visible(cell: str) -> str:
    """Leave out what cannot be seen: control characters, and those that turn the direction of writing.

    Out goes, too, the apostrophe that an export of ours puts before what a spreadsheet would take for a formula.
    """
    cell = re.sub(r"^'(?=\s*[=+\-@\t\r])", "", cell)
    shown = "".join(" " if letter.isspace() else letter for letter in cell)
    return " ".join("".join(c for c in shown if unicodedata.category(c)[0] != "C").split())


def _identity(identity: str, *, shipped: bool) -> str:
    if not _ID.fullmatch(identity):
        raise _FlawFoundError(Flaw.ID)
    if identity.startswith(SEARCH) or identity.startswith(STARTER) is not shipped:
        raise _FlawFoundError(Flaw.RESERVED)
    return identity


def _limited(words: str, longest: int, flaw: Flaw, *, needed: bool = False) -> str:
    if len(words) > longest or (needed and not words):
        raise _FlawFoundError(flaw)
    return words


def _ingredients(listed: str) -> tuple[str, ...]:
    # "1,2-hexanediol" is one ingredient: a comma between digits parts nothing.
    parts = re.split(r"[|;]", listed) if re.search(r"[|;]", listed) else re.split(r",(?!\d)", listed)
    names = tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))
    if not names or len(names) > _MOST_INGREDIENTS or any(len(name) > _LONGEST_INGREDIENT for name in names):
        raise _FlawFoundError(Flaw.INGREDIENTS)
    return names


def _price(price: str) -> int | None:
    if not price:
        return None
    found = _PRICE.fullmatch(price.lower())
    if not found:
        raise _FlawFoundError(Flaw.PRICE)
    return int(found[1].replace(",", ""))


def _address(address: str, flaw: Flaw) -> str:
    if not address:
        return ""
    link = https_link(address)
    if link is None:
        raise _FlawFoundError(flaw)
    return link


def _sponsored(word: str) -> bool:
    # Never guessed: an advertisement that is not labelled would deceive.
    plain = word.lower()
    if plain not in _YES | _NO:
        raise _FlawFoundError(Flaw.SPONSORED)
    return plain in _YES


def _word(word: str, known: Mapping[str, _T], flaw: Flaw) -> _T:
    found = known.get(word.lower())
    if found is None:
        raise _FlawFoundError(flaw)
    return found


def _sex(word: str) -> Sex | None:
    return None if word.lower() in _EVERYONE else _word(word, _SEXES, Flaw.SEX)


def _ages(listed: str) -> tuple[AgeBand, ...]:
    if listed.lower() in _EVERYONE:
        return ()
    told = {_word(part.strip(), _AGES, Flaw.AGE_BANDS) for part in re.split(r"[|;,/]", listed) if part.strip()}
    return tuple(band for band in AgeBand if band in told)
