"""Counts kept up to date with every write, so that everyone is counted without reading everyone's rows.

A write counts the visits it touches, in temporary tables that `core.records.facts` makes, and adds these counts to the
kept ones, or takes them off. What nobody is counted in any more leaves no row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import duckdb

from core.records import facts_cube


@dataclass(frozen=True)
class _Kept:
    """How a table is counted.

    Attributes:
        keys: Columns that tell its rows apart; none is ever NULL.
        sql: These and `people`, counted in `derived`, a row a visit, and `derived_parts`, a row a view and model of
            each.
    """

    keys: tuple[str, ...]
    sql: str


_KEPT: Final[Mapping[str, _Kept]] = {
    "statistics_patterns": _Kept(
        ("demo", "code", "photos"), "SELECT demo, code, photos, count(*) AS people FROM derived GROUP BY ALL"
    ),
    "statistics_said": _Kept(("said",), "SELECT said, count(*) AS people FROM derived WHERE said > 0 GROUP BY said"),
    "statistics_options": _Kept(
        ("demo", "kind", "field", "value"),
        """SELECT demo, 'source' AS kind, '' AS field, source AS value, count(*) AS people FROM derived GROUP BY ALL
           UNION ALL
           SELECT demo, 'model', '', model_id, count(DISTINCT number)
           FROM derived_parts AS p JOIN statistics_models AS m ON m.code = p.model
           WHERE model_id IS NOT NULL GROUP BY ALL
           UNION ALL
           SELECT demo, 'answer', field, value, count(*)
           FROM derived JOIN statistics_answers USING (said) GROUP BY ALL""",
    ),
}

_NUMBERED_BEFORE: Final = ("statistics_patterns", "statistics_said")
_NEW_SAID: Final = """
    INSERT INTO statistics_said
    SELECT (SELECT coalesce(max(said), 0) FROM statistics_said) + row_number() OVER (ORDER BY words), words, 0
    FROM (SELECT DISTINCT words FROM derived_said) AS new
    WHERE NOT EXISTS (FROM statistics_said AS s WHERE s.words = new.words)"""
# Nobody is counted in what is new.
_NEW_ANSWERS: Final = """
    INSERT INTO statistics_answers
    SELECT said, pair[1], pair[2]
    FROM (SELECT said, unnest(from_json(words, '[["VARCHAR"]]')) AS pair FROM statistics_said WHERE people = 0)"""
_NEW_PATTERNS: Final = """
    INSERT INTO statistics_patterns
    SELECT (SELECT coalesce(max(pattern) + 1, 0) FROM statistics_patterns) + row_number() OVER (ORDER BY code) - 1,
        demo, code, photos, 0
    FROM (SELECT DISTINCT demo, code, photos FROM derived) AS new
    WHERE NOT EXISTS (
        FROM statistics_patterns AS p WHERE p.demo = new.demo AND p.code = new.code AND p.photos = new.photos
    )"""


def number_patterns(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give the patterns of `derived` that nobody had before their numbers, still without people."""
    cursor.execute(_NEW_PATTERNS)


def number_said(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give what the visits of `derived_said` answered its numbers where nobody answered the same before."""
    cursor.execute(_NEW_SAID)
    cursor.execute(_NEW_ANSWERS)


def keep(cursor: duckdb.DuckDBPyConnection) -> None:
    """Add the visits of `derived` and `derived_parts` to the kept counts; their patterns and answers are numbered."""
    for name, kept in _KEPT.items():
        columns = ", ".join(f"new.{column}" for column in (*kept.keys, "people"))
        missing = "" if name in _NUMBERED_BEFORE else f"WHEN NOT MATCHED THEN INSERT VALUES ({columns})"
        cursor.execute(f"{_merge(name, kept)} WHEN MATCHED THEN UPDATE SET people = kept.people + new.people {missing}")


def let_go(cursor: duckdb.DuckDBPyConnection) -> None:
    """Take the visits of `derived` and `derived_parts` off the kept counts."""
    for name, kept in _KEPT.items():
        cursor.execute(
            f"""{_merge(name, kept)} WHEN MATCHED AND kept.people = new.people THEN DELETE
                WHEN MATCHED THEN UPDATE SET people = kept.people - new.people"""
        )
    cursor.execute("DELETE FROM statistics_answers WHERE said NOT IN (SELECT said FROM statistics_said)")
    facts_cube.let_go(cursor)


def clear(cursor: duckdb.DuckDBPyConnection) -> None:
    """Forget all kept counts."""
    for name in _KEPT:
        cursor.execute(f"DELETE FROM {name}")  # noqa: S608 (a constant)
    facts_cube.clear(cursor)


def _merge(name: str, kept: _Kept) -> str:
    same = " AND ".join(f"kept.{key} = new.{key}" for key in kept.keys)
    return f"MERGE INTO {name} AS kept USING ({kept.sql}) AS new ON {same}"
