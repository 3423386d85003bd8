"""Does a letter say more than the plan? What it adds, a medicine, a dose, an illness, throws it away.

The check is deliberately narrow-minded: a good letter lost costs nothing, as the plan stands above it.
"""

import re
import tomllib
from functools import cache
from typing import Any, Final

from core.care.letter_numbers import amounts, counted, digits
from core.locale import Language
from core.settings import DATA_DIR

SHORTEST: Final = 80
LONGEST: Final = 4000
_WORDS_FILE: Final = DATA_DIR / "letter" / "words.toml"
_HANGUL: Final = re.compile(r"[가-힣]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_FOREIGN: Final = re.compile(r"[^\W\d_가-힣A-Za-zÀ-ɏ]")
_LINK: Final = re.compile(r"https?:|www\.|\w@\w|</?\w|\]\(|[\w-]+\.(?:com|net|org|kr|io)\b", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"(?<=[.!?。])\s+|\n+")


def find_faults(letter: str, plan: str, language: Language) -> frozenset[str]:
    """Find what speaks against showing a letter.

    Args:
        letter: As the model wrote it.
        plan: The lines of the plan as they were sent, one a line.
        language: The language asked for.

    Returns:
        Names of faults, none of them with words of the letter: `length`, `language`, `link`, `medicine`, `diagnosis`,
        `name`, `number`, `dose`; empty where the letter may be shown.
    """
    found = {
        "length": not SHORTEST <= len(letter) <= LONGEST,
        "language": not _is_in(letter, language),
        "link": _LINK.search(letter) is not None,
        "medicine": bool(_added(letter, plan, "medicines")),
        "diagnosis": bool(_added(letter, plan, "diagnoses")),
        "name": bool(_names(letter, language) - _tokens(plan)),
        "number": bool(digits(letter) - counted(plan, language)),
        "dose": _adds_dose(letter, plan, language),
    }
    return frozenset(name for name, holds in found.items() if holds)


def _is_in(letter: str, language: Language) -> bool:
    hangul, latin = len(_HANGUL.findall(letter)), len(_LATIN.findall(letter))
    if _FOREIGN.search(letter):
        return False
    return hangul > 4 * latin if language is Language.KOREAN else hangul == 0 and latin > 0


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(_WORDS_FILE.read_text(encoding="utf-8"))


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    stems = sorted(_words()[kind]["stems"], key=len, reverse=True)
    words = sorted(_words()[kind]["words"], key=len, reverse=True)
    return re.compile(rf"{'|'.join(map(re.escape, stems))}|(?<!\w)(?:{'|'.join(map(re.escape, words))})(?![a-z])")


def _mentions(text: str, kind: str) -> set[str]:
    """Each medicine or illness as it stands: from the start of its word to the end of what gave it away."""
    lowered = text.casefold()
    return {lowered[_word_start(lowered, match.start()) : match.end()] for match in _pattern(kind).finditer(lowered)}


def _word_start(text: str, place: int) -> int:
    while place > 0 and text[place - 1].isalnum():
        place -= 1
    return place


def _added(letter: str, plan: str, kind: str) -> set[str]:
    return _mentions(letter, kind) - _mentions(plan, kind)


def _tokens(text: str) -> set[str]:
    return {token.casefold() for token in re.findall(r"[A-Za-z][\w'-]*", text)}


def _names(letter: str, language: Language) -> set[str]:
    """Words that look like names: in a Korean letter all in Latin letters, in an English one capitals in a sentence."""
    if language is Language.KOREAN:
        return _tokens(letter)
    inside = re.findall(r"(?<![.!?:\n\"“])[ \t(]+([A-Z][\w'-]*)", letter)
    return {name.casefold() for name in inside} - set(_words()["names"]["known"])


def _adds_dose(letter: str, plan: str, language: Language) -> bool:
    """Whether an amount or rhythm is new, or stands in one sentence with a medicine it does not belong to."""
    allowed = amounts(plan, language)
    if amounts(letter, language) - allowed:
        return True
    known = [(_mentions(line, "medicines"), amounts(line, language)) for line in plan.splitlines()]
    for sentence in _SENTENCE.split(letter):
        named = _mentions(sentence, "medicines")
        belongs = {amount for medicines, found in known if named & medicines for amount in found}
        if named and amounts(sentence, language) - belongs:
            return True
    return False
