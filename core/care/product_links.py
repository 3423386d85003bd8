"""Addresses that may stand in a link, and searches in shops made from the scalp type."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlsplit

from core.locale import Language, text
from core.settings import Settings
from core.taxonomy import ScalpType

LONGEST_ADDRESS: Final = 2_000
"""Characters; longer ones are cut off by some browsers and proxies."""

QUERY: Final = "{query}"


@dataclass(frozen=True)
class ShopSearch:
    """A search in one shop for one scalp type.

    Attributes:
        shop: `olive_young`, `naver_shopping` or `coupang`.
        scalp_type: What is searched for.
        words: The search words, in Korean: the shops are.
        url: The address, https, its words encoded.
    """

    shop: str
    scalp_type: ScalpType
    words: str
    url: str


def https_link(address: str) -> str | None:
    """Return an address as it may stand in a link, or None for anything but plain https.

    Refused are other schemes (`javascript:`, `data:`, `http:`), names and passwords before the host, which make a
    link look as if it led elsewhere, and letters that no address holds unencoded.
    """
    address = address.strip()
    if len(address) > LONGEST_ADDRESS or any(_out_of_place(letter) for letter in address):
        return None
    try:
        parts = urlsplit(address)
        # Reading the port checks it.
        usable = parts.scheme == "https" and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:
        return None
    return parts.geturl() if usable else None


def host_of(link: str) -> str:
    """Return the host a link leads to, as a person may read it: ASCII, so that no look-alike letters deceive."""
    host = urlsplit(link).hostname or ""
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host.encode("ascii", "backslashreplace").decode("ascii")


def shop_searches(types: Iterable[ScalpType], settings: Settings) -> tuple[ShopSearch, ...]:
    """Return the searches for scalp types, shop after shop within each type.

    Args:
        types: What `core.findings.scalp_types` gave.
        settings: Hold the pattern of each shop; an empty one leaves the shop out.
    """
    found = []
    for scalp_type in types:
        words = search_words(Language.KOREAN, scalp_type)
        for shop, pattern in shop_patterns(settings).items():
            url = pattern.replace(QUERY, quote(words, safe=""))
            found.append(ShopSearch(shop, scalp_type, words, url))
    return tuple(found)


def search_words(language: Language, scalp_type: ScalpType) -> str:
    """Say what is searched for."""
    return text(language, f"products.search.words.{scalp_type}")


def shop_patterns(settings: Settings) -> Mapping[str, str]:
    """Return the address patterns of the shops that are switched on."""
    shops = {
        "olive_young": settings.shop_olive_young,
        "naver_shopping": settings.shop_naver_shopping,
        "coupang": settings.shop_coupang,
    }
    return MappingProxyType({shop: pattern for shop, pattern in shops.items() if pattern})


def _out_of_place(letter: str) -> bool:
    return letter in "<>\"'`\\{}|^" or letter.isspace() or unicodedata.category(letter).startswith("C")
