"""Korean place names in Latin letters, by the Revised Romanization of 2000, for readers of English."""

from functools import cache
from typing import Final

# In the order of Unicode's Hangul syllables.
# fmt: off
_INITIALS: Final = ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_VOWELS: Final = ("a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi",
                  "yu", "eu", "ui", "i")
_FINALS: Final = ("", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t",
                  "t", "ng", "t", "t", "k", "t", "p", "t")
# Final consonants before a vowel: they open the next syllable.
_LINKED: Final = ("", "g", "kk", "ks", "n", "nj", "n", "d", "r", "lg", "lm", "lb", "ls", "lt", "lp", "r", "m", "b",
                  "ps", "s", "ss", "ng", "j", "ch", "k", "t", "p", "")
# fmt: on
_NASAL: Final = {"k": "ng", "t": "n", "p": "m"}
_ADMINISTRATIVE: Final = {"시": "-si", "군": "-gun", "구": "-gu"}

_FIRST, _LAST = ord("가"), ord("힣")


def romanize(name: str) -> str:
    """Return a Korean place name in Latin letters: 종로구 becomes Jongno-gu. Other letters stay as they are."""
    ending = _ADMINISTRATIVE.get(name[-1:], "") if len(name) > 1 else ""
    stem = name[:-1] if ending else name
    return spell(stem).capitalize() + ending


def spell(stem: str) -> str:
    """Return Korean text in small Latin letters after its sound; other letters stay as they are."""
    spelled = ""
    carried = 0  # the final consonant of the syllable before, as yet unspelled
    for letter in stem:
        if not _FIRST <= ord(letter) <= _LAST:
            spelled, carried = spelled + _FINALS[carried] + letter, 0
            continue
        number = ord(letter) - _FIRST
        left, opening = _meet(carried, _INITIALS[number // 588])
        spelled += left + opening + _VOWELS[number % 588 // 28]
        carried = number % 28
    return spelled + _FINALS[carried]


@cache
def _meet(number: int, initial: str) -> tuple[str, str]:
    """Return how a final consonant, by its number, and the initial after it sound together."""
    if initial == "":
        return _LINKED[number], ""
    final = _FINALS[number]
    if not final:
        return "", initial
    if initial == "r":
        if final in ("l", "n"):
            return "l", "l"
        return _NASAL.get(final, final), "n"
    if initial in ("n", "m"):
        if final == "l" and initial == "n":
            return "l", "l"
        return _NASAL.get(final, final), initial
    return final, initial
