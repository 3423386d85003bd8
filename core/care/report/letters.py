"""Words from anyone, made fit for a page: only letters that the report's font can draw."""

import re
import textwrap
import unicodedata
from functools import cache
from typing import Final

from core.care.report.fonts import FONT_INDEX, find_font

# Stands for a letter that the font does not have.
UNKNOWN: Final = "□"
# A run this long is no word of any language; breaks in between keep it on the page.
_LONGEST_RUN: Final = 40
_PARAGRAPH: Final = 900
_BREAK: Final = "\u200b"
_MARKS: Final = 2
# Drawn by the font in full (a test looks), so that ordinary reports never read its table of letters.
_SURE: Final = re.compile(r"[\x20-\x7e\u00a1-\u00ac\u00ae-\u00ff\uac00-\ud7a3]*")
_INVISIBLE: Final = {"Cc", "Cf", "Cs", "Co", "Cn"}
_MARK: Final = {"Mn", "Me"}


def printable(words: str) -> str:
    """Return words as the report can print them.

    Letters are composed, spaces collapsed; controls, invisible and direction marks are dropped (so that text never
    runs backwards or hides), and a letter the font does not have becomes an empty box.

    Args:
        words: From anyone: any code points, any length.
    """
    composed = unicodedata.normalize("NFC", " ".join(words.split()))
    if not _SURE.fullmatch(composed):
        composed = " ".join(_keep_drawable(composed).split())
    return re.sub(rf"\S{{{_LONGEST_RUN}}}(?=\S)", rf"\g<0>{_BREAK}", composed)


def paragraphs(words: str) -> list[str]:
    """Return a long text as the report can print it, in the person's own lines.

    A line of no end is cut into pieces: the typesetter treats only so many words of one paragraph as words.
    """
    lines = (printable(line) for line in words.splitlines())
    return [piece for line in lines for piece in textwrap.wrap(line, _PARAGRAPH, break_on_hyphens=False)]


def without_controls(words: str) -> str:
    """Return words without controls and halves of letters, which neither JSON nor FHIR's texts may hold."""
    return "".join(letter for letter in words if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cs"))


def _keep_drawable(words: str) -> str:
    letters = drawable_letters()
    kept: list[str] = []
    marks = 0
    for letter in words:
        category = unicodedata.category(letter)
        marks = marks + 1 if category in _MARK else 0
        if marks > _MARKS or (category in _INVISIBLE and category != "Cn"):
            continue
        kept.append(letter if ord(letter) in letters else UNKNOWN)
    return "".join(kept)


@cache
def drawable_letters() -> frozenset[int]:
    """Return the code points of the report's font, read once per process and only where an unusual letter asks."""
    from fontTools.ttLib import TTFont

    with TTFont(find_font(), fontNumber=FONT_INDEX, lazy=True) as font:
        return frozenset(font.getBestCmap())
