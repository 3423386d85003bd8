"""The rows that statistics count, derived from visits in the transaction that changes them.

A visit is one row. Where several views or models graded it, each of these parts is a row of `statistics_parts` too. The
worst grade of each condition, the age band and the sex are packed into `code`, so that one `GROUP BY code` answers most
questions (`core.records.facts_code`).
"""

from typing import Final

import duckdb

from core.records import facts_cube
from core.records.facts_code import BAND_SHIFT, NARROW, PUT_TOGETHER, SEX_SHIFT, STATE_BITS
from core.records.facts_kept import clear, keep, let_go, number_patterns, number_said
from core.taxonomy import AgeBand, Condition, Region, Sex, View

VERSION: Final = 3
"""Of the rows; another one in the file has them derived anew when the records are opened."""

MONTHS: Final = 12


def _place(column: str, words: type[AgeBand] | type[Region] | type[Sex] | type[View]) -> str:
    cases = " ".join(f"WHEN '{word}' THEN {place}" for place, word in enumerate(words))
    return f"CASE {column} {cases} ELSE {len(words)} END"


def _state(place: int, condition: Condition) -> str:
    state = f"max(CASE WHEN g.condition = '{condition}' THEN CASE WHEN g.abstained THEN 1 ELSE g.severity + 2 END END)"
    return f"(coalesce({state}, 0)::UINTEGER << {STATE_BITS * place})"


def _selected(part: str, source: str) -> str:
    """SQL for rows of `derived_parts`, of visits `v` and their parts."""
    return f"""SELECT v.id AS visit_id, {part}.number, {part}.parts::UTINYINT AS parts, v.source = 'demo' AS demo,
            v.source, floor(v.second / 86400)::INTEGER AS day,
            (year(DATE '1970-01-01' + floor(v.second / 86400)::INTEGER) * {MONTHS}
                + month(DATE '1970-01-01' + floor(v.second / 86400)::INTEGER) - 1)::SMALLINT AS month,
            ({_place("v.region", Region)})::UTINYINT AS region, ({_place(f"{part}.view", View)})::UTINYINT AS view,
            m.code AS model, {part}.photos::USMALLINT AS photos,
            ({part}.states + ({_place("v.age_band", AgeBand)} << {BAND_SHIFT})
                + ({_place("v.sex", Sex)} << {SEX_SHIFT}))::UINTEGER AS code,
            {part}.certainty::DOUBLE AS certainty
        FROM {source}
        JOIN statistics_models AS m ON m.model_id IS NOT DISTINCT FROM {part}.model_id
            AND m.model_version IS NOT DISTINCT FROM {part}.model_version"""  # noqa: S608 (constants)


# Korea has no summer time: its days are those of UTC nine hours on.
_PARTS = f"""
    CREATE TEMP TABLE derived_parts AS
    WITH graded AS (
        SELECT d.visit_id, d.view, d.model_id, d.model_version, min(d.number) AS first_number,
            count(DISTINCT d.id) AS photos,
            {" + ".join(_state(place, condition) for place, condition in enumerate(Condition))} AS states,
            round(100 * avg(greatest(g.p0, g.p1, g.p2, g.p3)))::UTINYINT AS certainty
        FROM diagnoses AS d LEFT JOIN gradings AS g ON g.diagnosis_id = d.id
        WHERE d.visit_id IN (SELECT id FROM {{chosen}})
        GROUP BY ALL
    ), counted AS (
        SELECT *, min(first_number) OVER visit AS number, count(*) OVER visit AS parts
        FROM graded WINDOW visit AS (PARTITION BY visit_id)
    ), timed AS (
        SELECT *, (epoch_us(visited_at) // 1000000 + 9 * 3600) AS second
        FROM visits WHERE source <> 'example' AND id IN (SELECT id FROM {{chosen}})
    )
    {_selected("c", "timed AS v JOIN counted AS c ON c.visit_id = v.id")}"""  # noqa: S608 (constants)

_COLUMNS = "visit_id, number, parts, demo, source, day, month, region, view, model, photos, code, certainty"
_VISITS = f"""
    CREATE TEMP TABLE derived AS
    SELECT {_COLUMNS}, {{said}} AS said FROM (
        SELECT {_COLUMNS} FROM derived_parts WHERE parts = 1
        UNION ALL
        SELECT {_COLUMNS} FROM (
            SELECT visit_id, number, parts, demo, NULL::UTINYINT AS view, {PUT_TOGETHER}
            FROM derived_parts WHERE parts > 1 GROUP BY visit_id, number, parts, demo
        )
    ) {{answers}}"""  # noqa: S608 (constants)
_WITHOUT_ANSWERS = _VISITS.format(said="0::UINTEGER", answers="")
# Each visit in one part is that part; nothing is copied.
_OF_ONE_PART = f"CREATE TEMP VIEW derived AS SELECT {_COLUMNS}, 0::UINTEGER AS said FROM derived_parts"  # noqa: S608
_WITH_ANSWERS = _VISITS.format(
    said="coalesce(said, 0)::UINTEGER",
    answers="""LEFT JOIN (
        SELECT visit_id, said FROM derived_said JOIN statistics_said USING (words)) AS answered USING (visit_id)""",
)

_ARRIVING = f"""
    CREATE TEMP TABLE derived_parts AS
    WITH timed AS (
        SELECT *, visit_id AS id, 1 AS parts, 1 AS photos, (epoch_us(visited_at) // 1000000 + 9 * 3600) AS second
        FROM {{arriving}}
    )
    {_selected("v", "timed AS v")}"""  # noqa: S608 (constants)

_NAMED = "(SELECT model_id, model_version FROM diagnoses WHERE visit_id IN (SELECT id FROM {chosen}))"
_NUMBERED = f"""
    INSERT INTO statistics_facts
    SELECT {_COLUMNS}, pattern, {NARROW}, said
    FROM derived JOIN statistics_patterns USING (demo, code, photos) ORDER BY number"""  # noqa: S608 (constants)

_MODELS = """
    INSERT INTO statistics_models
    SELECT (SELECT coalesce(max(code), 0) FROM statistics_models)
            + row_number() OVER (ORDER BY model_id, model_version),
        model_id, model_version
    FROM (
        SELECT DISTINCT model_id, model_version FROM {named} AS d
        WHERE NOT EXISTS (
            FROM statistics_models AS m
            WHERE m.model_id IS NOT DISTINCT FROM d.model_id AND m.model_version IS NOT DISTINCT FROM d.model_version
        )
    )"""

_SAID = """
    CREATE TEMP TABLE derived_said AS
    SELECT id AS visit_id, to_json(list_sort(list(DISTINCT [field, trim(value)])))::VARCHAR AS words FROM (
        SELECT id, field, unnest(string_split(answers ->> ('$."' || field || '"'), ',')) AS value
        FROM (
            SELECT id, answers, unnest(json_keys(answers)) AS field FROM visits
            WHERE id IN (SELECT visit_id FROM derived_parts) AND answers::VARCHAR <> '{}'
        ) WHERE NOT contains(field, '"')
    ) WHERE value IS NOT NULL GROUP BY id"""


def derive(cursor: duckdb.DuckDBPyConnection, chosen: str) -> None:
    """Derive the rows of visits that have none yet.

    Args:
        cursor: Inside a transaction that writes.
        chosen: A relation with their `id`; SQL written by us.
    """
    cursor.execute(_MODELS.format(named=_NAMED.format(chosen=chosen)))
    cursor.execute(_PARTS.format(chosen=chosen))
    store_parts(cursor)


def derive_arriving(cursor: duckdb.DuckDBPyConnection, arriving: str, *, with_answers: bool) -> None:
    """Derive the rows of visits of one photo each that are new, without reading their photos back.

    Args:
        cursor: As in `derive`.
        arriving: A relation with `number`, `states` and `certainty` of each beside the columns of `visits` and
            `diagnoses`; SQL written by us.
        with_answers: As in `store_parts`.
    """
    cursor.execute(_MODELS.format(named=arriving))
    cursor.execute(_ARRIVING.format(arriving=arriving))
    store_parts(cursor, with_answers=with_answers, several=False)


def store_parts(cursor: duckdb.DuckDBPyConnection, *, with_answers: bool = True, several: bool = True) -> None:
    """Store the visits of the temporary table `derived_parts`, a row a view and model of each, and drop it.

    Args:
        cursor: As in `derive`.
        with_answers: Whether any of them may have told answers.
        several: Whether any of them may be in several parts.
    """
    if with_answers:
        cursor.execute(_SAID)
        number_said(cursor)
        cursor.execute(_WITH_ANSWERS)
        cursor.execute("DROP TABLE derived_said")
    else:
        cursor.execute(_WITHOUT_ANSWERS if several else _OF_ONE_PART)
    number_patterns(cursor)
    # Before they are stored: DuckDB 1.5 may not see many rows that a transaction put in the place of all it deleted.
    facts_cube.keep(cursor)
    cursor.execute(_NUMBERED)
    if several:
        cursor.execute(
            """INSERT INTO statistics_parts
               SELECT p.*, said FROM derived_parts AS p JOIN derived AS v USING (visit_id)
               WHERE p.parts > 1 ORDER BY p.number"""
        )
    keep(cursor)
    _drop(cursor, "TABLE" if with_answers or several else "VIEW")


def forget(cursor: duckdb.DuckDBPyConnection, chosen: str) -> None:
    """Drop the rows of visits, before they are deleted or derived anew.

    Args:
        cursor: As in `derive`.
        chosen: As in `derive`.
    """
    cursor.execute(
        f"""CREATE TEMP TABLE derived AS
            SELECT {_COLUMNS}, said FROM statistics_facts WHERE visit_id IN (SELECT id FROM {chosen})"""  # noqa: S608 (our own SQL)
    )
    cursor.execute(
        """CREATE TEMP TABLE derived_parts AS
           FROM derived WHERE parts = 1
           UNION ALL FROM statistics_parts WHERE visit_id IN (SELECT visit_id FROM derived)"""
    )
    let_go(cursor)
    for table in ("statistics_facts", "statistics_parts"):
        cursor.execute(f"DELETE FROM {table} WHERE visit_id IN (SELECT visit_id FROM derived)")  # noqa: S608 (our own SQL)
    _drop(cursor)


def forget_models(cursor: duckdb.DuckDBPyConnection) -> None:
    """Drop the models that graded nothing any more, after `forget` of what is deleted for good.

    Not where visits are derived anew: their models keep their places, which say which came first.

    Args:
        cursor: As in `derive`.
    """
    gone = cursor.execute(
        """DELETE FROM statistics_models WHERE code NOT IN (
               SELECT model FROM statistics_facts UNION SELECT model FROM statistics_parts) RETURNING code"""
    ).fetchall()
    if gone:
        facts_cube.note_change(cursor)


def _drop(cursor: duckdb.DuckDBPyConnection, kind: str = "TABLE") -> None:
    cursor.execute(f"DROP {kind} derived")
    cursor.execute("DROP TABLE derived_parts")


def is_current(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Whether the rows in the file are those this version derives."""
    return cursor.execute("SELECT version FROM statistics_build").fetchall() == [(VERSION,)]


def rebuild(cursor: duckdb.DuckDBPyConnection) -> None:
    """Derive all rows anew.

    Args:
        cursor: As in `derive`.
    """
    clear(cursor)
    for name in ("facts", "parts", "answers", "models", "build"):
        cursor.execute(f"DELETE FROM statistics_{name}")  # noqa: S608 (our own SQL)
    derive(cursor, "visits")
    cursor.execute("INSERT INTO statistics_build VALUES (?)", [VERSION])
