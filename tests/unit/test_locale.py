"""Both languages say the same things, and every text that core asks for is there."""

import ast
import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

from core.errors import CommandError, PhotoError, ScalpError
from core.findings import Refusal
from core.locale import LOCALE_DIR, Language, preferred_language, text
from core.taxonomy import AgeBand, Condition, Region, ScalpType, Severity, Sex, Site, View

ROOT = Path(__file__).resolve().parents[2]
AREAS = sorted({path.stem for language in Language for path in (LOCALE_DIR / language).glob("*.toml")})
SOURCES = [*(ROOT / "core").rglob("*.py"), *(ROOT / "pages").glob("*.py"), ROOT / "Home.py"]
EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf\ufe0f]")


def flat(node, path=""):
    for key, value in node.items():
        name = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            yield from flat(value, name)
        else:
            yield name, value


def read(language, area):
    return dict(flat(tomllib.loads((LOCALE_DIR / language / f"{area}.toml").read_text(encoding="utf-8"))))


def braces(value):
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in Formatter().parse(value) if name is not None}


def calls():
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield path, node


def called(node):
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def constant(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


ERRORS = {f"errors.{key}": value for key, value in read(Language.ENGLISH, "errors").items()}


@pytest.mark.parametrize("area", AREAS)
def test_both_languages_hold_the_same_keys(area):
    assert read(Language.KOREAN, area).keys() == read(Language.ENGLISH, area).keys()


@pytest.mark.parametrize("area", AREAS)
def test_texts_are_texts_with_the_same_braces(area):
    korean, english = read(Language.KOREAN, area), read(Language.ENGLISH, area)
    for key in english:
        for value in (korean[key], english[key]):
            assert isinstance(value, str), key
            assert value.strip(), key
            assert not EMOJI.search(value), key
        assert braces(korean[key]) == braces(english[key]), key


@pytest.mark.parametrize("area", [area for area in AREAS if area != "errors"])
def test_korean_is_korean(area):
    """A text of several English words has Hangul in Korean: nothing was left untranslated."""
    korean, english = read(Language.KOREAN, area), read(Language.ENGLISH, area)
    left = [
        k for k, v in english.items() if len(re.findall("[a-z]{3,}", v)) > 3 and not re.search("[가-힣]", korean[k])
    ]
    assert left == []


def raised_codes():
    """Every error made in core: the file, the code, and the values given; None where these cannot be read."""
    kinds = {cls.__name__ for cls in (ScalpError, *ScalpError.__subclasses__())}
    for path, node in calls():
        if called(node) not in kinds or not node.args:
            continue
        code = node.args[0]
        known = [constant(code)] if not isinstance(code, ast.IfExp) else [constant(code.body), constant(code.orelse)]
        values = {keyword.arg for keyword in node.keywords}
        yield from ((path, one, None if None in values else values) for one in known if one is not None)


def test_every_error_raised_has_a_text_and_gives_its_braces():
    seen = 0
    for path, code, values in raised_codes():
        seen += 1
        assert f"errors.{code}" in ERRORS, f"{path.name} raises {code}, which has no text"
        if values is not None:
            assert braces(ERRORS[f"errors.{code}"]) <= values, f"{path.name}: {code}"
    assert seen > 60


def test_every_error_text_is_used():
    words = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (word := constant(node)) is not None:
                words.add(word)
    unused = [key for key in ERRORS if key.removeprefix("errors.") not in words and key.split(".")[-1] not in words]
    assert unused == []


def test_every_text_asked_for_by_name_is_there():
    texts = {f"{area}.{key}" for area in AREAS for key in read(Language.ENGLISH, area)}
    for path, node in calls():
        if called(node) == "text" and len(node.args) == 2 and (key := constant(node.args[1])) is not None:
            assert key in texts, f"{path.name} asks for {key}"


@pytest.mark.parametrize("language", Language)
def test_everything_in_the_taxonomy_has_a_name(language):
    for table, kind in (
        ("condition", Condition), ("view", View), ("sex", Sex), ("age_band", AgeBand),
        ("scalp_type", ScalpType), ("site", Site), ("region", Region),
    ):  # fmt: skip
        assert all(text(language, f"taxonomy.{table}.{member}") for member in kind)
    for severity in Severity:
        assert text(language, f"taxonomy.severity.{severity:d}")
        assert text(language, f"taxonomy.severity_crown.{severity:d}")
    for refusal in Refusal:
        assert text(language, f"diagnosis.refused.{refusal}.why")
        assert text(language, f"diagnosis.refused.{refusal}.how")


class TestText:
    def test_values_fill_braces(self):
        assert "4 MB" in text(Language.ENGLISH, "errors.photo.too_large", limit=4)

    def test_hostile_values_stay_text(self):
        name = "{limit} {0} {name.__class__}"
        assert name in text(Language.ENGLISH, "errors.photo.not_found", name=name)

    @pytest.mark.parametrize("key", ["errors.photo", "errors.photo.nothing", "errors.photo.empty.more"])
    def test_a_missing_text_is_a_bug(self, key):
        with pytest.raises(KeyError):
            text(Language.KOREAN, key)

    def test_an_error_speaks_both_languages(self):
        error = PhotoError("photo.empty")
        assert str(error) == error.message(Language.ENGLISH) != error.message(Language.KOREAN)
        assert isinstance(CommandError("command.stopped"), ScalpError)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("ko-KR,ko;q=0.9,en-US;q=0.8", Language.KOREAN),
        ("ko", Language.KOREAN),
        ("en-GB,en;q=0.9,ko;q=0.8", Language.ENGLISH),
        ("de-DE,ko;q=0.5", Language.KOREAN),
        ("de-DE,fr", Language.ENGLISH),
        ("kok", Language.ENGLISH),
        ("", Language.ENGLISH),
        (None, Language.ENGLISH),
    ],
)
def test_language_of_a_browser(header, language):
    assert preferred_language(header) is language
