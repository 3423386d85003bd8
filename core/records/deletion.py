"""Rows that go. Everything here works on a cursor that `RecordStore.deleting` lends, so that their bytes go too."""

from collections.abc import Sequence

import duckdb

from core.records.facts import forget, forget_models


def delete_visits(cursor: duckdb.DuckDBPyConnection, condition: str, parameters: Sequence[object]) -> int:
    """Delete the visits for which a condition over the table `visits` holds, with their photos and grades.

    Args:
        cursor: Lent by `RecordStore.deleting`.
        condition: SQL written by us, never by a person.
        parameters: Values for its question marks.

    Returns:
        How many visits were deleted.
    """
    cursor.execute(
        f"CREATE TEMP TABLE doomed AS SELECT id FROM visits WHERE {condition}",  # noqa: S608 (our own SQL)
        list(parameters),
    )
    forget(cursor, "doomed")
    forget_models(cursor)
    cursor.execute(
        """DELETE FROM gradings WHERE diagnosis_id IN (
               SELECT id FROM diagnoses WHERE visit_id IN (FROM doomed))"""
    )
    cursor.execute("DELETE FROM diagnoses WHERE visit_id IN (FROM doomed)")
    row = cursor.execute("DELETE FROM visits WHERE id IN (FROM doomed)").fetchone()
    cursor.execute("DROP TABLE doomed")
    return int(row[0]) if row else 0


def delete_entries(cursor: duckdb.DuckDBPyConnection, condition: str, parameters: Sequence[object]) -> int:
    """Delete the visits under a key for which a condition over `history_entries` holds, with their kept photos.

    Args:
        cursor: As in `delete_visits`.
        condition: As in `delete_visits`.
        parameters: As in `delete_visits`.

    Returns:
        How many were deleted.
    """
    cursor.execute(
        f"""DELETE FROM history_photos WHERE entry_id IN (
                SELECT id FROM history_entries WHERE {condition})""",  # noqa: S608 (our own SQL)
        list(parameters),
    )
    row = cursor.execute(f"DELETE FROM history_entries WHERE {condition}", list(parameters)).fetchone()  # noqa: S608
    return int(row[0]) if row else 0
