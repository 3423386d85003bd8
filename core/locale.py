"""Korean and English texts, read from `data/locale/<language>/<area>.toml`.

A text is named `area.table.key`; braces in it are filled with the keyword arguments given. Both languages hold the
same keys (a test compares them), so a missing key is a bug and raises `KeyError`.
"""

import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

LOCALE_DIR = Path(__file__).resolve().parent.parent / "data" / "locale"


class Language(StrEnum):
    """The languages of the application."""

    KOREAN = "ko"
    ENGLISH = "en"


@cache
def read_area(language: Language, area: str) -> dict[str, Any]:
    """Read one file of texts as nested tables."""
    return tomllib.loads((LOCALE_DIR / language.value / f"{area}.toml").read_text(encoding="utf-8"))


def text(language: Language, key: str, /, **values: object) -> str:
    """Return the text named `key` in `language`, its braces filled from `values`.

    Args:
        language: Korean or English.
        key: Area, tables and name joined with dots, for example `taxonomy.severity.0`.
        values: What the braces of the text name.

    Raises:
        KeyError: No such text, or a brace without a value.
    """
    area, *path = key.split(".")
    node: Any = read_area(language, area)
    for name in path:
        if not isinstance(node, dict) or name not in node:
            raise KeyError(f"no text {key!r} in {language.value}")
        node = node[name]
    if not isinstance(node, str):
        raise KeyError(f"{key!r} names a table of texts, not a text")
    return node.format(**values) if values else node


def preferred_language(accept_language: str | None) -> Language:
    """Choose a language from a browser's preference ("ko-KR,ko;q=0.9,en;q=0.8"): Korean where it comes first.

    Args:
        accept_language: The value of an `Accept-Language` header or of `navigator.language`; may be missing.
    """
    for part in (accept_language or "").split(","):
        tag = part.split(";")[0].strip().lower()
        for language in Language:
            if tag == language.value or tag.startswith(f"{language.value}-"):
                return language
    return Language.ENGLISH
