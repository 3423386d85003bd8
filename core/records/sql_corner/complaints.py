"""What DuckDB complains about in a query, as errors that name the cause and the way out."""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from core.errors import RecordsError
from core.records.sql_corner.tables import PublishedTable

_LONGEST_DETAIL: Final = 300
_TABLE: Final = re.compile(r"Table with name (.+?) does not exist")
_COLUMN: Final = re.compile(r'Referenced (?:column|table) "(.+?)" not found|does not have a column named "(.+?)"')
_FUNCTION: Final = re.compile(r"Function with name (.+?) does not exist", re.IGNORECASE)
_WRITES: Final = ("a cte needs a select", "read-only", "data-modifying")
_FILES: Final = ("file system operations are disabled", "disabled by configuration", "access is disabled")
_MEMORY: Final = (
    "out of memory",
    "bad allocation",
    "bad_alloc",
    "failed to allocate",
    "out of range in vector of string",
)


def explain_complaint(kind: str, message: str, tables: Sequence[PublishedTable]) -> RecordsError:
    """Say what was wrong with a query.

    Args:
        kind: Name of the exception, or what the child found before running it.
        message: Its text.
        tables: What could have been asked.
    """
    words = message.lower()
    if kind == "Statements":
        return RecordsError("sql.several") if int(message) else RecordsError("sql.empty")
    if kind == "Statement":
        return RecordsError("sql.not_select")
    if kind == "Size":
        return RecordsError("sql.too_large")
    if kind in ("MemoryError", "OutOfMemoryException") or any(sign in words for sign in _MEMORY):
        return RecordsError("sql.too_much_memory")
    if any(sign in words for sign in _WRITES):
        return RecordsError("sql.writes")
    if kind == "PermissionException" or any(sign in words for sign in _FILES):
        return RecordsError("sql.no_files")
    return _unknown_name(message, tables) or _as_told(kind, message)


def _unknown_name(message: str, tables: Sequence[PublishedTable]) -> RecordsError | None:
    names = [table.name for table in tables]
    table = _TABLE.search(message)
    if table:
        return _nearest("sql.unknown_table", "sql.unknown_table_near", _first(table), names, ", ".join(names))
    column = _COLUMN.search(message)
    if column:
        columns = dict.fromkeys(name for table in tables for name in table.rows.column_names)
        return _nearest("sql.unknown_column", "sql.unknown_column_near", _first(column), columns, ", ".join(columns))
    function = _FUNCTION.search(message)
    return RecordsError("sql.unknown_function", name=_short(_first(function))) if function else None


def _first(found: re.Match[str]) -> str:
    return next(group for group in found.groups() if group is not None)


def _nearest(code: str, near_code: str, name: str, known: Iterable[str], listed: str) -> RecordsError:
    near = get_close_matches(name.lower().rpartition(".")[2], list(known), n=1, cutoff=0.5)
    if near:
        return RecordsError(near_code, name=_short(name), near=near[0])
    return RecordsError(code, name=_short(name), known=listed)


def _as_told(kind: str, message: str) -> RecordsError:
    # Behind an empty line stands DuckDB's advice, or the query again, which the analyst sees anyway.
    detail = _short(" ".join(message.split("\n\n")[0].split()))
    return RecordsError("sql.syntax" if kind == "ParserException" else "sql.failed", detail=detail)


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST_DETAIL else f"{words[:_LONGEST_DETAIL]}…"
