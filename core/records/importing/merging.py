# ruff: noqa: S608 - every word of the SQL is a constant of ours; texts of strangers are only ever values
"""Good rows from the staging place into the records, piece by piece."""

from dataclasses import dataclass
from typing import Final

import duckdb

from core.records.facts import derive, derive_arriving, forget
from core.records.importing.columns import columns_of
from core.records.importing.staging import Stage, Staging
from core.records.store import RecordStore

_PIECE: Final = 1 << 19
"""Rows of the file that are stored at a time: what is not stored yet stays in memory, however large the file is.

Twice as many where several are of one photo: DuckDB takes fewer than 122,880 of one table through its log, for which
they are written twice.
"""
_BATCH: Final = 1 << 16
"""Rows handed over at a time, so that both sides work at the same time."""


@dataclass(frozen=True)
class Merged:
    """What was added to the records."""

    gradings: int
    visits: int


def merge(staging: Staging, store: RecordStore) -> Merged:
    """Add what is not stored yet. Each piece is stored whole or not at all, with what the statistics count of it.

    Args:
        staging: After `core.records.importing.comparing.compare`, while no other import is under way.
        store: The records.

    Raises:
        RecordsError: The records cannot be written; importing again adds what is missing.
    """
    rows = staging.number("SELECT count(*) FROM checked")
    several = 2 * staging.number("SELECT count(*) FROM photos") < rows
    step = 2 * _PIECE if several else _PIECE
    answered = "answers" in {name for name, *_ in staging.rows("DESCRIBE new_photos")}
    visits = gradings = 0
    for start in range(0, rows, step):
        piece = f"BETWEEN {start} AND {start + step - 1}"
        if staging.number(f'SELECT count(*) FROM (FROM new_photos WHERE "row" {piece} LIMIT 1)'):
            with store.writing("import") as records:
                visits += _add_photos(staging, records, piece)
                gradings += _add_grades(staging, records, piece)
                _derive(records, with_answers=answered)
        staging.tell(Stage.ADDING, min((start + step) / rows, 1.0))
    return Merged(gradings, visits)


def _add_photos(staging: Staging, records: duckdb.DuckDBPyConnection, piece: str) -> int:
    """Store visits and photos, and leave them in `arriving` with their `number` and whether they are `simple`."""
    reader = staging.connection.execute(f'SELECT * FROM new_photos WHERE "row" {piece}').to_arrow_reader(_BATCH)
    named = set(reader.schema.names)
    answers = "coalesce(answers, '{}')" if "answers" in named else "'{}'"
    records.register("reader", reader)
    records.execute(
        """CREATE TEMP TABLE arriving AS
            SELECT *, nextval('diagnosis_number') AS number, alone AND NOT known AS simple
            FROM reader"""
    )
    records.unregister("reader")
    of_visit = ", ".join(name for name in columns_of("visit") if name in named and name not in {"visit_id", "answers"})
    added = records.execute(
        f"""INSERT INTO visits (id, {of_visit}, answers, stored_at)
            SELECT visit_id, {of_visit}, {answers}, now() FROM arriving WHERE first AND NOT known"""
    ).fetchone()
    of_photo = ", ".join(name for name in columns_of("photo") if name in named and name != "diagnosis_id")
    records.execute(
        f"""INSERT INTO diagnoses (id, visit_id, number, {of_photo}, created_at)
            SELECT diagnosis_id, visit_id, number, {of_photo}, now() FROM arriving WHERE NOT photo_known"""
    )
    return int(added[0]) if added else 0


def _add_grades(staging: Staging, records: duckdb.DuckDBPyConnection, piece: str) -> int:
    reader = staging.connection.execute(
        f'SELECT * EXCLUDE (place, "row", reason) FROM new_grades WHERE place {piece}'
    ).to_arrow_reader(_BATCH)
    records.register("reader", reader)
    added = records.execute("INSERT INTO gradings BY NAME FROM reader").fetchone()
    records.unregister("reader")
    return int(added[0]) if added else 0


def _derive(records: duckdb.DuckDBPyConnection, *, with_answers: bool) -> None:
    """Derive what the statistics count of `arriving`, and drop it."""
    derive_arriving(records, "(FROM arriving WHERE simple)", with_answers=with_answers)
    # The others are put together from what is stored.
    records.execute(
        """CREATE TEMP TABLE touched AS
           SELECT visit_id AS id, bool_or(known) AS known FROM arriving WHERE NOT simple GROUP BY visit_id"""
    )
    if records.execute("SELECT count(*) FROM touched").fetchone() != (0,):
        forget(records, "(FROM touched WHERE known)")
        derive(records, "touched")
    for table in ("arriving", "touched"):
        records.execute(f"DROP TABLE {table}")
