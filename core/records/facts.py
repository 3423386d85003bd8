"""The rows that statistics count, derived from visits in the transaction that changes them.

A visit is one row for each view and model that graded it, nearly always a single one. The worst grade of each
condition, the age band and the sex are packed into `code`, so that one `GROUP BY code` answers most questions:

| bits | what |
|---|---|
| 3 i to 3 i + 2 | condition i: 0 not looked at, 1 abstained on every photo, 2 to 5 the grades good to severe |
| 18 to 20 | age band: its place, 7 not told |
| 21 to 22 | sex: its place, 2 not told |

The states are ordered so that the greatest of several photos is the worst credible grade.
"""

from typing import Final

import duckdb

from core.taxonomy import AgeBand, Condition, Region, Sex, View

VERSION: Final = 1
"""Of the rows; another one in the file has them derived anew when the records are opened."""

STATES: Final = 6
"""States of a condition: not looked at, abstained, four grades."""
STATE_BITS: Final = 3
BAND_SHIFT: Final = STATE_BITS * len(Condition)
SEX_SHIFT: Final = BAND_SHIFT + 3
MONTHS: Final = 12


def state_sql(condition: Condition, code: str = "code") -> str:
    """Return SQL for the state of one condition in a code."""
    shift = STATE_BITS * list(Condition).index(condition)
    return f"(({code} >> {shift}) & 7)"


def _place(column: str, words: type[AgeBand] | type[Region] | type[Sex] | type[View]) -> str:
    cases = " ".join(f"WHEN '{word}' THEN {place}" for place, word in enumerate(words))
    return f"CASE {column} {cases} ELSE {len(words)} END"


def _state(place: int, condition: Condition) -> str:
    state = f"max(CASE WHEN g.condition = '{condition}' THEN CASE WHEN g.abstained THEN 1 ELSE g.severity + 2 END END)"
    return f"(coalesce({state}, 0)::UINTEGER << {STATE_BITS * place})"


# Korea has no summer time: its days are those of UTC nine hours on.
_FACTS = f"""
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
    INSERT INTO statistics_facts
    SELECT v.id, c.number, c.parts, v.source = 'demo', v.source,
        floor(v.second / 86400)::INTEGER,
        (year(DATE '1970-01-01' + floor(v.second / 86400)::INTEGER) * {MONTHS}
            + month(DATE '1970-01-01' + floor(v.second / 86400)::INTEGER) - 1)::SMALLINT,
        {_place("v.region", Region)}, {_place("c.view", View)}, m.code, c.photos,
        c.states + ({_place("v.age_band", AgeBand)} << {BAND_SHIFT}) + ({_place("v.sex", Sex)} << {SEX_SHIFT}),
        c.certainty
    FROM timed AS v
    JOIN counted AS c ON c.visit_id = v.id
    JOIN statistics_models AS m
        ON m.model_id IS NOT DISTINCT FROM c.model_id AND m.model_version IS NOT DISTINCT FROM c.model_version
    ORDER BY c.number"""  # noqa: S608 (constants)

_MODELS = """
    INSERT INTO statistics_models
    SELECT (SELECT count(*) FROM statistics_models) + row_number() OVER (ORDER BY model_id, model_version),
        model_id, model_version
    FROM (
        SELECT DISTINCT model_id, model_version FROM diagnoses AS d
        WHERE visit_id IN (SELECT id FROM {chosen}) AND NOT EXISTS (
            FROM statistics_models AS m
            WHERE m.model_id IS NOT DISTINCT FROM d.model_id AND m.model_version IS NOT DISTINCT FROM d.model_version
        )
    )"""

_ANSWERS = """
    INSERT INTO statistics_answers
    SELECT DISTINCT id, number, field, trim(value) FROM (
        SELECT id, number, field, unnest(string_split(answers ->> ('$."' || field || '"'), ',')) AS value
        FROM (
            SELECT v.id, f.number, v.answers, unnest(json_keys(v.answers)) AS field
            FROM visits AS v
            JOIN (SELECT visit_id, min(number) AS number FROM statistics_facts GROUP BY visit_id) AS f
                ON f.visit_id = v.id
            WHERE v.id IN (SELECT id FROM {chosen}) AND v.answers::VARCHAR <> '{{}}'
        ) WHERE NOT contains(field, '"')
    )"""


def derive(cursor: duckdb.DuckDBPyConnection, chosen: str) -> None:
    """Derive the rows of visits that have none yet.

    Args:
        cursor: Inside a transaction that writes.
        chosen: A relation with their `id`; SQL written by us.
    """
    for sql in (_MODELS, _FACTS, _ANSWERS):
        cursor.execute(sql.format(chosen=chosen))


def forget(cursor: duckdb.DuckDBPyConnection, chosen: str) -> None:
    """Drop the rows of visits, before they are deleted or derived anew.

    Args:
        cursor: As in `derive`.
        chosen: As in `derive`.
    """
    for table in ("statistics_facts", "statistics_answers"):
        cursor.execute(f"DELETE FROM {table} WHERE visit_id IN (SELECT id FROM {chosen})")  # noqa: S608 (our own SQL)


def is_current(cursor: duckdb.DuckDBPyConnection) -> bool:
    """Whether the rows in the file are those this version derives."""
    return cursor.execute("SELECT version FROM statistics_build").fetchall() == [(VERSION,)]


def rebuild(cursor: duckdb.DuckDBPyConnection) -> None:
    """Derive all rows anew.

    Args:
        cursor: As in `derive`.
    """
    for table in ("statistics_facts", "statistics_answers", "statistics_models", "statistics_build"):
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (our own SQL)
    derive(cursor, "visits")
    cursor.execute("INSERT INTO statistics_build VALUES (?)", [VERSION])
