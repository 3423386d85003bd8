"""The report's font: Noto Sans CJK (SIL Open Font License 1.1), which the package `manimgx-fonts-cjk` ships.

It has all Hangul syllables, Latin, Greek, Cyrillic and the ideographs, in every weight. Only the letters used are
embedded in a report.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import typst

FONT_FAMILY: Final = "Noto Sans CJK KR"
# The file is a collection; the Korean face is the second.
FONT_INDEX: Final = 1


@cache
def find_font() -> Path:
    """Return the font's file.

    Raises:
        ModuleNotFoundError: Its package is not installed.
    """
    spec = find_spec("manimgx_fonts_cjk")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("manimgx-fonts-cjk holds the report's font: pip install -r requirements.txt")
    return Path(spec.origin).with_name("NotoSansCJK-VF.otf.ttc")


@cache
def load_fonts() -> "typst.Fonts":
    """Load the font once per process; fonts of this computer are left out, so that a report looks the same anywhere.

    Raises:
        ModuleNotFoundError: As `find_font`.
    """
    import typst

    folder = str(find_font().parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
