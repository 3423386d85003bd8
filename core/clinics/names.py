"""Clinic names that can be searched: in Korean, in Latin letters, or by the first consonants (ㄱㄴ finds 강남)."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from core.clinics.romanize import spell

# In the order of Unicode's Hangul syllables.
_INITIALS: Final = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_FIRST, _LAST = ord("가"), ord("힣")
_WORDS_KEPT: Final = 64

Flags = npt.NDArray[np.bool_]


def fold(text: str) -> str:
    """Return a text as it is compared: composed, without upper case and without gaps."""
    return "".join(unicodedata.normalize("NFC", text).casefold().split())


def latin_forms(name: str, name_en: str) -> str:
    """Return a name in Latin letters, folded: as given, and spelled after its sound."""
    given, spelled = fold(name_en), fold(spell(name))
    return f"{given}/{spelled}" if given else spelled


def initials(text: str) -> str:
    """Return a text with each Korean syllable replaced by its first consonant."""
    return "".join(_INITIALS[(ord(c) - _FIRST) // 588] if _FIRST <= ord(c) <= _LAST else c for c in text)


class Names:
    """Names of rows, immutable.

    Args:
        names: Korean names, one a row.
        latin: What `latin_forms` makes of each.
    """

    def __init__(self, names: Sequence[str], latin: Sequence[str]) -> None:
        folded = [fold(name) for name in names]
        self._rows = len(folded)
        self._korean = _Haystack(folded)
        self._latin = _Haystack(latin)
        self._folded = folded
        self._matching_word = lru_cache(_WORDS_KEPT)(self._search)
        self._initials = lru_cache(1)(lambda: _Haystack([initials(name) for name in self._folded]))

    def matching(self, words: str) -> Flags | None:
        """Return the rows (n,) whose name holds every word; None where there are no words."""
        asked = [fold(word) for word in words.split()]
        if not asked:
            return None
        matching: Flags = np.ones(self._rows, dtype=np.bool_)
        for word in asked:
            matching &= self._matching_word(word)
        return matching

    def _search(self, word: str) -> Flags:
        if all(letter in _INITIALS for letter in word):
            return self._initials().holding(word)
        found = self._korean.holding(word)
        return found | self._latin.holding(word) if word.isascii() else found


class _Haystack:
    """Texts in one piece: a search through it is one pass in C."""

    def __init__(self, texts: Sequence[str]) -> None:
        encoded = [text.encode() for text in texts]
        self._whole = b"\n".join(encoded)
        self._ends = np.cumsum([len(text) + 1 for text in encoded])

    def holding(self, word: str) -> Flags:
        hits = np.fromiter((hit.start() for hit in re.finditer(re.escape(word.encode()), self._whole)), dtype=np.int64)
        holding: Flags = np.zeros(len(self._ends), dtype=np.bool_)
        holding[np.searchsorted(self._ends, hits, side="right")] = True
        return holding
