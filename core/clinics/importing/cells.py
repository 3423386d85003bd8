"""Cells of tables: text as it is, and what spreadsheets hold besides."""

import datetime
from collections.abc import Sequence

# A row with the number of its line, from 1; a cell is made text when somebody looks at it.
Numbered = tuple[int, Sequence[object]]


def cell_text(value: object) -> str:
    """Return a cell as a text file would have it: 6351.0 becomes 6351, a date 2026-06-30."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    return str(value)


def row_texts(cells: Sequence[object]) -> list[str]:
    """Return all cells of a row as texts."""
    return [cell_text(cell) for cell in cells]
