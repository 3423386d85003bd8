"""What a file's name tells: the state of the data, and which list it is an edition of."""

import re
from typing import Final

# 2026-06-30, 2026.6., 20260630, 2026년 6월, 2026_06
_DATE: Final = re.compile(r"(?<!\d)(20\d\d)(?:[-._년 ]\s?(\d{1,2})(?:[-._월 ]\s?(\d{1,2})일?|월)?|(\d\d)(\d\d)?)(?!\d)")


def release_date(name: str) -> str:
    """Return the date in a file's name as `2026-06-30` or `2026-06`; empty where there is none."""
    for found in _DATE.finditer(name):
        year, month, day = found[1], int(found[2] or found[4]), int(found[3] or found[5] or 0)
        if 1 <= month <= 12 and day <= 31:
            return f"{year}-{month:02d}" + (f"-{day:02d}" if day else "")
    return ""


def series_of(name: str) -> str:
    """Return what editions of a list have in common: the name of the file without its date and ending."""
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", name)
    letters = re.sub(r"[\W\d_]", "", _DATE.sub("", stem))
    return letters.casefold() or "list"


def title_of(name: str) -> str:
    """Return what to call a list: the name of the file without its ending."""
    return re.sub(r"\.[A-Za-z]{2,5}$", "", name).strip() or name
