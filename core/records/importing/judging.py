# ruff: noqa: S608 - every word of the SQL is a constant of ours; texts of strangers are only ever values
"""Checked rows put together to visits: what repeats, contradicts itself or is stored already.

Leaves in the staging place `checked` (a row of the file each, in its order: its `rowid` is the number of the row, from
0), `photos` (one each, with the packed grades that the statistics count) and the view `grades`. The `row` of a photo
and the `place` of a grade are the first row of their visit.
"""

from pathlib import Path
from typing import Final

from core.records.facts_code import STATE_BITS
from core.records.importing.columns import columns_of
from core.records.importing.foreign_rows import WIDE_ROLES, Checks, id_again, photo_id
from core.records.importing.reading import RawTable, first_rows, read_rows
from core.records.importing.staging import Stage, Staging
from core.records.vocabulary import CONDITION_LIST

TOGETHER: Final = 0.3
"""Of checking what was read, what putting rows together takes."""
AGAIN: Final = "again"
"""The `reason` of a row that says what a row before it says; not counted as rejected."""

_PLACE: Final = f"(list_position({CONDITION_LIST}, condition) - 1)::UTINYINT"
GOOD: Final = "FROM checked WHERE reason IS NULL"
"""The rows that stand."""


def check_rows(staging: Staging, checks: Checks, raw: RawTable, source: Path) -> RawTable:
    """Read the file into `checked`, `photos` and `grades`, and mark in `checked` what cannot be.

    Of rows that are of one photo and condition, the first counts; visits and photos whose rows contradict each other
    are left out altogether.

    Returns:
        How the rows are read again.

    Raises:
        RecordsError: As `core.records.importing.reading.read_rows`.
    """
    raw = read_rows(staging, raw, source, _checked(checks, raw))
    if checks.counted:
        _count_again(staging)
    if checks.grouped:
        _group(staging)
        if mark(staging, _CONTRADICTING) + mark(staging, _REPEATED):
            _group(staging)
        _gather(staging)
    elif checks.same:
        mark(staging, _THE_SAME)
    if not checks.grouped:
        _each(staging, checks)
    _list_grades(staging, checks)
    return raw


def check_first(staging: Staging, checks: Checks, raw: RawTable, source: Path, rows: int) -> None:
    """Read so many rows at the start of the file into `checked`, each looked at by itself, for a first answer.

    Raises:
        RecordsError: As `core.records.importing.reading.read_rows`.
    """
    read_rows(staging, first_rows(raw, rows), source, _checked(checks, raw))


def _checked(checks: Checks, raw: RawTable) -> str:
    # What stands in a row that is good is never needed again.
    cells = ", ".join(f"cells.c{place}" for place in range(len(raw.columns)))
    kept = f"SELECT * REPLACE (CASE WHEN reason IS NOT NULL THEN [{cells}] END AS cells) FROM ({checks.sql})"
    return f"CREATE OR REPLACE TABLE checked AS {kept}"


def mark(staging: Staging, late: str) -> int:
    """Give rows of `checked` the reason that a query over them finds; return how many."""
    staging.run(Stage.CHECKING, f"CREATE OR REPLACE TABLE late AS {late}", until=TOGETHER)
    marked = staging.number("SELECT count(*) FROM late")
    if marked:
        staging.run(
            Stage.CHECKING, 'UPDATE checked SET reason = late.reason FROM late WHERE late."row" = checked.rowid'
        )
    return marked


def put_together(staging: Staging) -> None:
    """Make `photos` anew of the good rows, several of which may be of one photo."""
    _group(staging)
    _gather(staging)


def _count_again(staging: Staging) -> None:
    """Give rows that say what rows before them said ids of their own."""
    staging.run(
        Stage.CHECKING,
        """CREATE TABLE again AS FROM (
               SELECT rowid AS "row", row_number() OVER (PARTITION BY visit_id ORDER BY rowid) AS again
               FROM checked WHERE visit_id IN (SELECT visit_id FROM checked GROUP BY visit_id HAVING count(*) > 1)
           ) WHERE again > 1""",
        until=TOGETHER,
    )
    if not staging.number("SELECT count(*) FROM again"):
        return
    staging.run(
        Stage.CHECKING,
        f"""CREATE TABLE told_apart AS
            SELECT * EXCLUDE ("row", again) REPLACE ({photo_id("visit_id")} AS diagnosis_id) FROM (
                SELECT a.again, c.* REPLACE (
                    CASE WHEN a.again IS NULL THEN visit_id ELSE {id_again("visit_id", "a.again")} END AS visit_id
                ) FROM (SELECT rowid AS "row", * FROM checked) AS c LEFT JOIN again AS a USING ("row")
            ) ORDER BY "row\"""",
        until=TOGETHER,
    )
    staging.connection.execute("DROP TABLE checked; ALTER TABLE told_apart RENAME TO checked")


_THE_SAME: Final = f"""
    SELECT "row", CASE WHEN content = first THEN '{AGAIN}' ELSE 'duplicate' END AS reason
    FROM (
        SELECT rowid AS "row", content, row_number() OVER told AS turn, first_value(content) OVER told AS first
        {GOOD} AND same IN (SELECT same {GOOD} GROUP BY same HAVING count(*) > 1)
        WINDOW told AS (PARTITION BY same ORDER BY rowid)
    ) WHERE turn > 1"""


def _group(staging: Staging) -> None:
    """Make `groups`, a row a photo of the good rows."""
    staging.run(
        Stage.CHECKING,
        f"""CREATE OR REPLACE TABLE groups AS
            SELECT diagnosis_id, any_value(visit_id) AS visit_id, min(rowid) AS "row", count(*) AS grades,
                bit_or(1 << {_PLACE}::INTEGER) AS kinds, min(visit_hash) AS low, max(visit_hash) AS high,
                min(photo_hash) <> max(photo_hash) AS torn,
                bit_or({_state("coalesce(severity + 2, 1)", _PLACE)}) AS states,
                {_certainty(staging)} AS certainty
            {GOOD} GROUP BY diagnosis_id""",
        until=TOGETHER,
    )


def _certainty(staging: Staging) -> str:
    named = {name for name, *_ in staging.rows("DESCRIBE checked")}
    return "round(100 * avg(greatest(p0, p1, p2, p3)))::UTINYINT" if "p0" in named else "NULL::UTINYINT"


_CONTRADICTING: Final = f"""
    SELECT rowid AS "row", 'conflict' AS reason {GOOD} AND (
        visit_id IN (SELECT visit_id FROM groups GROUP BY visit_id HAVING min(low) <> max(high))
        OR diagnosis_id IN (SELECT diagnosis_id FROM groups WHERE torn)
    )"""
_REPEATED: Final = f"""
    SELECT "row", CASE WHEN content = first THEN '{AGAIN}' ELSE 'duplicate' END AS reason
    FROM (
        SELECT rowid AS "row", content, row_number() OVER told AS turn, first_value(content) OVER told AS first
        {GOOD} AND diagnosis_id IN (SELECT diagnosis_id FROM groups WHERE grades <> bit_count(kinds))
        WINDOW told AS (PARTITION BY diagnosis_id, condition ORDER BY rowid)
    ) WHERE turn > 1"""


def _gather(staging: Staging) -> None:
    """Make `photos` of groups, in the order of the file, so that a part of it is found without reading the rest."""
    staging.run(
        Stage.CHECKING,
        f"""CREATE OR REPLACE TABLE photos AS
            SELECT g.place AS "row", {_told(staging, "visit", "photo")}, g.states, g.certainty, g.alone, g.first
            FROM checked AS c JOIN (
                SELECT "row", states, certainty, min("row") OVER visit AS place, count(*) OVER visit = 1 AS alone,
                    row_number() OVER visit = 1 AS first
                FROM groups WINDOW visit AS (PARTITION BY visit_id ORDER BY "row"
                    ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
            ) AS g ON g."row" = c.rowid""",
        until=TOGETHER,
    )


def _each(staging: Staging, checks: Checks) -> None:
    """Make `photos` where each row is a photo."""
    states = (
        " + ".join(_state(f"coalesce(grade_{role} + 2, 0)", str(place)) for place, role in enumerate(WIDE_ROLES))
        if checks.wide
        else _state("severity + 2", _PLACE)
    )
    staging.connection.execute(
        f"""CREATE VIEW photos AS
            SELECT rowid AS "row", {_told(staging, "visit", "photo")}, {states} AS states, NULL::UTINYINT AS certainty,
                true AS alone, true AS first
            FROM checked AS c WHERE reason IS NULL"""
    )


def _list_grades(staging: Staging, checks: Checks) -> None:
    if checks.wide:
        listed = ", ".join(f"grade_{role}" for role in WIDE_ROLES)
        told = "c.diagnosis_id, c.condition, c.severity"
        of_all = f"""(SELECT * FROM (
            SELECT rowid AS "row", *, unnest({CONDITION_LIST}) AS condition, unnest([{listed}]) AS severity FROM checked
        ) WHERE severity IS NOT NULL)"""
    else:
        of_all, told = '(SELECT rowid AS "row", * FROM checked)', f"c.diagnosis_id, {_told(staging, 'grade')}"
    placed = "JOIN photos AS p ON p.diagnosis_id = c.diagnosis_id" if checks.grouped else ""
    staging.connection.execute(
        f"""CREATE VIEW grades AS
            SELECT {"p" if placed else "c"}."row" AS place, c."row", reason, {told}, c.severity IS NULL AS abstained
            FROM {of_all} AS c {placed} WHERE reason IS NULL OR reason = '{AGAIN}'"""
    )


def _told(staging: Staging, *levels: str) -> str:
    """List the columns about these that the table has; what it lacks is left to what the records take for it."""
    named = {name for name, *_ in staging.rows("DESCRIBE checked")}
    return ", ".join(f"c.{name}" for name in columns_of(*levels) if name in named)


def _state(value: str, place: str) -> str:
    return f"(({value})::UINTEGER << ({STATE_BITS} * {place})::UINTEGER)"
