"""Both languages say the same things."""

import re
import tomllib

import pytest

from core.locale import LOCALE_DIR, Language, preferred_language, text

AREAS = sorted(path.stem for path in (LOCALE_DIR / "en").glob("*.toml"))


def read(language, area):
    return dict(flatten(tomllib.loads((LOCALE_DIR / language / f"{area}.toml").read_text(encoding="utf-8"))))


def flatten(table, prefix=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from flatten(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def test_both_languages_have_the_same_files():
    assert sorted(path.stem for path in (LOCALE_DIR / "ko").glob("*.toml")) == AREAS


@pytest.mark.parametrize("area", AREAS)
def test_both_languages_have_the_same_keys_and_braces(area):
    english, korean = read("en", area), read("ko", area)
    assert english.keys() == korean.keys()
    for key, words in english.items():
        assert words.strip()
        assert korean[key].strip()
        assert set(re.findall(r"{(\w+)", words)) == set(re.findall(r"{(\w+)", korean[key])), key


def test_missing_text_is_a_bug():
    with pytest.raises(KeyError):
        text(Language.ENGLISH, "common.app.nowhere")
    with pytest.raises(KeyError):
        text(Language.ENGLISH, "common.app")


@pytest.mark.parametrize(
    ("preference", "language"),
    [
        ("ko-KR,ko;q=0.9,en;q=0.8", Language.KOREAN),
        ("en-GB,ko;q=0.5", Language.ENGLISH),
        ("fr,ko;q=0.3", Language.KOREAN),
        ("kok", Language.ENGLISH),
        ("", Language.ENGLISH),
        (None, Language.ENGLISH),
    ],
)
def test_browser_preference_chooses_the_language(preference, language):
    assert preferred_language(preference) is language
