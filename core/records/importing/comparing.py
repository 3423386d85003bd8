# ruff: noqa: S608 - every word of the SQL is a constant of ours; texts of strangers are only ever values
"""What the records lack of visits that were read."""

from typing import Final

import duckdb

from core.records.importing.foreign_rows import Checks
from core.records.importing.judging import GOOD, TOGETHER, mark, put_together
from core.records.importing.staging import Stage, Staging


def compare(staging: Staging, checks: Checks, records: duckdb.DuckDBPyConnection) -> None:
    """Make `stored`, the grades that the records hold of these visits, and what they lack.

    That is `new_photos`, with `known` and `photo_known`, and `new_grades`. A row of another system that is stored
    with other values is marked: its id may belong to another system.

    Args:
        staging: After `core.records.importing.judging.check_rows`.
        checks: How the rows were checked.
        records: A cursor on the records.
    """
    empty = records.execute("SELECT count(*) FROM visits").fetchone() == (0,)
    limit = "LIMIT 0" if empty else ""
    asked = staging.connection.execute(
        f"SELECT DISTINCT visit_id::VARCHAR AS visit_id FROM photos {limit}"
    ).to_arrow_reader()
    records.register("asked", asked)
    try:
        found = records.execute(
            """SELECT v.id::VARCHAR AS visit_id, d.id::VARCHAR AS diagnosis_id, epoch_us(v.visited_at) AS visited_us,
                   v.sex, v.age_band, v.region, g.condition, g.severity
               FROM (SELECT visit_id::UUID AS id FROM asked) AS a
               JOIN visits AS v ON v.id = a.id
               JOIN diagnoses AS d ON d.visit_id = v.id
               LEFT JOIN gradings AS g ON g.diagnosis_id = d.id"""
        ).to_arrow_reader()
        staging.connection.register("found", found)
        staging.run(
            Stage.CHECKING,
            """CREATE TABLE stored AS
               SELECT * REPLACE (visit_id::UUID AS visit_id, diagnosis_id::UUID AS diagnosis_id) FROM found""",
            since=TOGETHER,
            until=_LOOKED_UP,
        )
        staging.connection.unregister("found")
    finally:
        records.unregister("asked")
    known = staging.number("SELECT count(*) FROM stored") > 0
    if known and not checks.own and mark(staging, _DIFFERING) and checks.grouped:
        put_together(staging)
    staging.run(
        Stage.CHECKING,
        # A view costs nothing, unless it puts rows and photos together anew for each piece that is asked for.
        f"CREATE {'TABLE' if known or checks.grouped else 'VIEW'} new_grades AS {_LACKING if known else _ALL}",
        since=_LOOKED_UP,
    )
    staging.run(Stage.CHECKING, _NEW_PHOTOS if known else _ALL_NEW_PHOTOS, since=1.0)


_LOOKED_UP: Final = 0.6
"""Of checking what was read, what is done when it is known which visits are stored."""
_ALL: Final = "FROM grades WHERE reason IS NULL"
_LACKING: Final = f"""{_ALL} AND NOT EXISTS (
    FROM stored AS s WHERE s.diagnosis_id = grades.diagnosis_id AND s.condition = grades.condition)"""
_ALL_NEW_PHOTOS: Final = "CREATE VIEW new_photos AS SELECT *, false AS known, false AS photo_known FROM photos"
_NEW_PHOTOS: Final = """
    CREATE TABLE new_photos AS
        SELECT *, visit_id IN (SELECT visit_id FROM stored) AS known,
            diagnosis_id IN (SELECT diagnosis_id FROM stored) AS photo_known
        FROM photos WHERE diagnosis_id IN (SELECT diagnosis_id FROM new_grades)"""
_DIFFERING: Final = f"""
    SELECT DISTINCT c."row", 'differs' AS reason
    FROM (SELECT rowid AS "row", visit_id, visited_at, sex, age_band, region {GOOD}) AS c
    JOIN stored AS s ON s.visit_id = c.visit_id
    LEFT JOIN grades AS g ON g."row" = c."row" AND g.diagnosis_id = s.diagnosis_id AND g.condition = s.condition
    WHERE (c.sex, c.age_band, c.region, epoch_us(c.visited_at))
            IS DISTINCT FROM (s.sex, s.age_band, s.region, s.visited_us)
        OR (g.condition IS NOT NULL AND g.severity IS DISTINCT FROM s.severity)"""
