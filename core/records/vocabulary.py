"""How other systems write what we store, as SQL expressions over text columns.

Each query turns the view `cleaned` (trimmed text, NULL where empty) into typed rows with a `reason`, the name of the
column that was refused, or NULL for a good row.
"""

from collections.abc import Iterable, Mapping

from core.taxonomy import AgeBand, Condition, Region, Sex, Site, View

_SEX_WORDS = {
    Sex.FEMALE: ("female", "f", "woman", "여", "여성", "여자"),
    Sex.MALE: ("male", "m", "man", "남", "남성", "남자"),
}
_SKIN_WORDS = {
    Condition.FINE_SCALING: ("미세각질",),
    Condition.EXCESS_SEBUM: ("피지과다",),
    Condition.INTERFOLLICULAR_ERYTHEMA: ("모낭사이홍반",),
    Condition.FOLLICULAR_PUSTULES: ("모낭홍반/농포", "모낭홍반농포"),
    Condition.DANDRUFF: ("비듬",),
    Condition.HAIR_LOSS: ("탈모",),
}
_PHOTO_LEVEL = {"diagnosis_id", "photo_sha256", "site", "view", "model_id", "model_version", "elapsed_ms"}
_GRADE_LEVEL = {"condition", "severity", "p0", "p1", "p2", "p3", "severity_set"}
_AGE = r"^(\d{1,3})(?:\.0+)?\s*(?:대|s|세|살|[-~]\s*\d*)?$"  # 34, 30대, 30s, 34세, 30-39, 30-
_EARLIEST = "TIMESTAMPTZ '2000-01-01'"


def level(column: str) -> str:
    """Say what a column of an export is about: `visit`, `photo` or `grade`."""
    return "grade" if column in _GRADE_LEVEL else "photo" if column in _PHOTO_LEVEL else "visit"


def _text_list(words: Iterable[str]) -> str:
    return "[" + ", ".join(f"'{word}'" for word in words) + "]"


CONDITION_LIST = _text_list(Condition)


def _map(words: Mapping[Sex, tuple[str, ...]] | Mapping[Condition, tuple[str, ...]], column: str) -> str:
    cases = " ".join(
        f"WHEN list_contains({_text_list(known)}, {column}) THEN '{value}'" for value, known in words.items()
    )
    return f"CASE {cases} END"


def human_rows() -> str:
    """Query over the original service's table: id, sex, age, pred, skin.

    Every row becomes a visit of its own, as the table does not say which rows belong to one person. Its id is derived
    from the row, so that importing twice adds nothing.
    """
    skins = {c: (c.value.replace("_", ""), str(number), *_SKIN_WORDS[c]) for number, c in enumerate(Condition, 1)}
    return f"""
        WITH words AS (
            SELECT "row_number", id,
                sex IS NOT NULL AND sex_ IS NULL AS bad_sex, sex_ AS sex,
                age IS NOT NULL AND (years IS NULL OR years NOT BETWEEN 10 AND 120) AS bad_age,
                CASE WHEN years BETWEEN 10 AND 120 THEN least(years // 10 * 10, 70)::VARCHAR || 's' END AS age_band,
                try_cast(regexp_extract(pred, '^([0-3])(?:\\.0+)?$', 1) AS UTINYINT) AS severity,
                condition
            FROM (
                SELECT *,
                    {_map(_SEX_WORDS, "lower(sex)")} AS sex_,
                    try_cast(regexp_extract(age, '{_AGE}', 1) AS INTEGER) AS years,
                    {_map(skins, "regexp_replace(lower(skin), '[ _]|[.]0+$', '', 'g')")} AS condition
                FROM cleaned
            )
        ), keyed AS (
            SELECT *,
                md5(concat_ws('|', 'human', id, coalesce(sex, '-'), coalesce(age_band, '-'), severity, condition))::UUID
                    AS key
            FROM words
        )
        SELECT "row_number",
            CASE
                WHEN id IS NULL THEN 'id'
                WHEN bad_sex THEN 'sex'
                WHEN bad_age THEN 'age'
                WHEN severity IS NULL THEN 'pred'
                WHEN condition IS NULL THEN 'skin'
                WHEN key <> first_value(key) OVER (PARTITION BY id ORDER BY "row_number") THEN 'duplicate'
            END AS reason,
            key AS visit_id, NULL::TIMESTAMPTZ AS visited_at, sex, age_band, NULL::VARCHAR AS region,
            NULL::BOOLEAN AS consent, NULL::TIMESTAMPTZ AS consent_at, NULL::VARCHAR AS consent_version,
            'import' AS source, NULL::VARCHAR AS answers,
            md5('photo|' || key::VARCHAR)::UUID AS diagnosis_id, NULL::VARCHAR AS photo_sha256, NULL::VARCHAR AS site,
            'microscope' AS view, NULL::VARCHAR AS model_id, NULL::VARCHAR AS model_version,
            NULL::DOUBLE AS elapsed_ms, condition, severity,
            NULL::DOUBLE AS p0, NULL::DOUBLE AS p1, NULL::DOUBLE AS p2, NULL::DOUBLE AS p3,
            NULL::UTINYINT[] AS severity_set
        FROM keyed"""  # noqa: S608 (constants)


def own_rows(columns: Mapping[str, str]) -> str:
    """Query over our own export.

    Args:
        columns: Name and type of every column of an export.
    """
    kept = [name for name in columns if name not in {"source", "severity_set"}]
    typed = ", ".join(f"try_cast({name} AS {columns[name]}) AS {name}" for name in kept)
    uncast = " ".join(
        f"WHEN {name} IS NOT NULL AND try_cast({name} AS {columns[name]}) IS NULL THEN '{name}'"
        for name in kept
        if columns[name] != "VARCHAR"
    )
    vocabularies = {
        "sex": Sex,
        "age_band": AgeBand,
        "region": Region,
        "site": Site,
        "view": View,
        "condition": Condition,
    }
    unknown = " ".join(
        f"WHEN NOT list_contains({_text_list(words)}, {name}) THEN '{name}'" for name, words in vocabularies.items()
    )
    missing = " ".join(
        f"WHEN {name} IS NULL THEN '{name}'" for name in ("visit_id", "diagnosis_id", "view", "condition")
    )
    return f"""
        WITH typed AS (
            SELECT "row_number", CASE {uncast} END AS uncast, {typed},
                CASE WHEN source = 'demo' THEN 'demo' ELSE 'import' END AS source, source AS origin,
                severity_set AS set_text,
                try_cast(string_split(severity_set, '|') AS UTINYINT[]) AS severity_set
            FROM cleaned
        ), judged AS (
            SELECT *, CASE
                WHEN uncast IS NOT NULL THEN uncast
                {missing} {unknown}
                WHEN visited_at NOT BETWEEN {_EARLIEST} AND now() + INTERVAL 1 DAY THEN 'visited_at'
                WHEN source = 'demo' AND visited_at IS NULL THEN 'visited_at'
                WHEN origin = 'example' THEN 'source'
                WHEN consent IS FALSE THEN 'consent'
                WHEN severity > 3 THEN 'severity'
                WHEN NOT regexp_full_match(photo_sha256, '[0-9a-f]{{64}}') THEN 'photo_sha256'
                WHEN NOT isfinite(elapsed_ms) OR elapsed_ms < 0 THEN 'elapsed_ms'
                WHEN NOT json_valid(answers) OR json_type(answers) <> 'OBJECT' THEN 'answers'
                WHEN list_count([p0, p1, p2, p3]) NOT IN (0, 4) THEN 'probabilities'
                WHEN NOT (least(p0, p1, p2, p3) >= -1e-6 AND greatest(p0, p1, p2, p3) <= 1 + 1e-6
                    AND abs(p0 + p1 + p2 + p3 - 1) <= 1e-4) THEN 'probabilities'
                WHEN set_text IS NOT NULL AND (severity_set IS NULL OR list_max(severity_set) > 3
                    OR list_sort(list_distinct(severity_set)) <> severity_set
                    OR NOT coalesce(list_contains(severity_set, severity), true)) THEN 'severity_set'
            END AS reason
            FROM typed
        ), compared AS (
            SELECT *,
                md5(to_json((visited_at, sex, age_band, region, consent, consent_at, consent_version, source, answers))
                    ::VARCHAR) AS visit_facts,
                md5(to_json((visit_id, photo_sha256, site, view, model_id, model_version, elapsed_ms))::VARCHAR)
                    AS photo_facts,
                md5(to_json((severity, p0, p1, p2, p3, severity_set))::VARCHAR) AS grade_facts
            FROM judged
        )
        SELECT "row_number", {", ".join(columns)},
            CASE
                WHEN reason IS NOT NULL THEN reason
                WHEN min(visit_facts) OVER good_visit <> max(visit_facts) OVER good_visit THEN 'conflict'
                WHEN min(photo_facts) OVER good_photo <> max(photo_facts) OVER good_photo THEN 'conflict'
                WHEN grade_facts <> first_value(grade_facts) OVER good_grade THEN 'duplicate'
            END AS reason
        FROM compared
        WINDOW
            good_visit AS (PARTITION BY visit_id, reason IS NULL),
            good_photo AS (PARTITION BY diagnosis_id, reason IS NULL),
            good_grade AS (PARTITION BY diagnosis_id, condition, reason IS NULL ORDER BY "row_number")"""  # noqa: S608
