"""The tables of an import: the first rows as they stand in the file, and as they would be read."""

from datetime import timedelta
from typing import Final

import pandas as pd

from core.interface.language import current_language, say
from core.interface.sentences import raise_first
from core.records.importing.preview import Preview, ReadRow
from core.records.importing.reasons import explain_reason
from core.taxonomy import Condition

_KOREAN_TIME: Final = timedelta(hours=9)
_NOTHING: Final = "–"


def cells_table(seen: Preview) -> pd.DataFrame:
    """Arrange the first rows as they stand; columns are numbered, as their names may be missing."""
    names = [f"{number}. {name}" for number, name in enumerate(seen.columns, 1)]
    return pd.DataFrame([[cell or "" for cell in row] for row in seen.cells], columns=names)


def read_table(seen: Preview) -> pd.DataFrame:
    """Arrange the first rows as they would be read, a column for each condition among them."""
    rows = seen.sample
    columns: dict[str, list[object]] = {say("imports.column.row"): [row.row for row in rows]}
    if any(row.reason for row in rows):
        columns[say("imports.column.reason")] = [
            explain_reason(row.reason, current_language()) if row.reason else "" for row in rows
        ]
    columns |= {
        say("imports.column.when"): [
            f"{row.visited_at + _KOREAN_TIME:%Y-%m-%d %H:%M}" if row.visited_at else _NOTHING for row in rows
        ],
        say("imports.column.sex"): [_word("sex", row.sex) for row in rows],
        say("imports.column.age"): [_word("age_band", row.age_band) for row in rows],
        say("imports.column.region"): [_word("region", row.region) for row in rows],
        say("imports.column.view"): [_word("view", row.view) for row in rows],
    }
    for condition in Condition:
        if any(condition in row.grades for row in rows):
            columns[raise_first(say(f"taxonomy.condition.{condition}"))] = [_grade(row, condition) for row in rows]
    return pd.DataFrame(columns)


def _word(area: str, word: str | None) -> str:
    return raise_first(say(f"taxonomy.{area}.{word}")) if word else _NOTHING


def _grade(row: ReadRow, condition: Condition) -> str:
    severity = row.grades.get(condition)
    return _NOTHING if severity is None else f"{severity} {say(f'taxonomy.severity.{severity}')}"
