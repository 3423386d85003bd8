"""Lines of a table of age bands and sexes: which of its 8 x 3 cells are told of together."""

from typing import Final

import numpy as np

from core.records.privacy import Lines

_AGES: Final = 7
_SEXES: Final = 2


def _line_places() -> Lines:
    """Return which of the 8 x 3 cells make each line, (lines, 8, 3)."""
    told = np.zeros((8, 3), np.bool_)
    told[:_AGES, :_SEXES] = True
    rows = [told & (np.arange(8) == row)[:, None] for row in range(_AGES)]
    columns = [told & (np.arange(3) == column)[None] for column in range(_SEXES)]
    cells = [row & column for row in rows for column in columns]
    single = np.eye(24, dtype=np.bool_).reshape(24, 8, 3)
    untold = [one for one in single if (one & ~told).any()]
    no_age, no_sex = np.zeros_like(told), np.zeros_like(told)
    no_age[-1, :_SEXES], no_sex[:_AGES, -1] = True, True
    no_sex_at_all = np.broadcast_to(np.arange(3) == _SEXES, (8, 3))
    return np.stack([told, ~told, told | ~told, *columns, no_age, no_sex_at_all, no_sex, *untold, *rows, *cells])


LINES: Final = _line_places()
TOLD: Final = 0
UNTOLD: Final = 1
EVERYONE: Final = 2
WHOLE_LINES: Final = LINES[:3]
COLUMNS: Final = slice(3, 5)
UNTOLD_SEX: Final = np.array([5, 6])
"""Those who told their sex and no age, and those who told no sex."""
UNTOLD_KINDS: Final = np.array([5, 7, 17])
"""Those who told no age, no sex, and neither."""
UNTOLD_PARTS: Final = slice(5, 18)
"""All of these, and each single cell of them."""
ROWS: Final = slice(18, 25)
CELLS_OF_LINES: Final = slice(25, 39)
WITHOUT_ROWS: Final = LINES[: ROWS.start]
"""Lines that are told of by blocks alone."""
