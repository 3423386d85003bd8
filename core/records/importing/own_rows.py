# ruff: noqa: S608 - every word of the SQL is a constant of ours; texts of strangers are only ever values
"""Rows of our own export as typed rows with a reason, NULL for a good one."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Final

from core.records.importing.foreign_rows import Checks, clean
from core.records.importing.words import POSSIBLE_TIMES, is_among
from core.taxonomy import AgeBand, Condition, Region, Sex, Site, View

_WORDS: Final[Mapping[str, Iterable[str]]] = {
    "sex": Sex,
    "age_band": AgeBand,
    "region": Region,
    "site": Site,
    "view": View,
    "condition": Condition,
}
# As an export writes them; other ways of writing them take longer to look at.
_SETS: Final = ["|".join(some) for size in range(1, 5) for some in combinations("0123", size)]
_NEEDED: Final = ("visit_id", "diagnosis_id", "view", "condition")
_OF_VISIT: Final = "visited_at, sex, age_band, region, consent, consent_at, consent_version, source, answers"
_OF_PHOTO: Final = "visit_id, photo_sha256, site, view, model_id, model_version, elapsed_ms"
_OF_GRADE: Final = "severity, p0, p1, p2, p3, severity_set"


def own_checks(kinds: Mapping[str, str], places: Mapping[str, int]) -> Checks:
    """Say how the rows of an export of ours are checked.

    Args:
        kinds: Name and type of every column of an export.
        places: Where each is in the table.
    """
    cleaned = ", ".join(f"{clean(f'c{places[name]}')} AS {name}" for name in kinds)
    kept = [name for name in kinds if name not in {"source", "severity_set"}]
    typed = ", ".join(f"try_cast({name} AS {kinds[name]}) AS {name}" for name in kept)
    uncast = " ".join(
        f"WHEN {name} IS NOT NULL AND try_cast({name} AS {kinds[name]}) IS NULL THEN '{name}'"
        for name in kept
        if kinds[name] != "VARCHAR"
    )
    unknown = " ".join(f"WHEN NOT {is_among(name, known)} THEN '{name}'" for name, known in _WORDS.items())
    missing = " ".join(f"WHEN {name} IS NULL THEN '{name}'" for name in _NEEDED)
    sql = f"""
        WITH cleaned AS (SELECT piece AS cells, {cleaned} FROM piece),
        typed AS (
            SELECT cells, CASE {uncast} END AS uncast, {typed},
                CASE WHEN source = 'demo' THEN 'demo' ELSE 'import' END AS source, source AS origin,
                severity_set AS set_text,
                try_cast(string_split(severity_set, '|') AS UTINYINT[]) AS severity_set
            FROM cleaned
        )
        SELECT cells, {", ".join(kinds)}, hash({_OF_GRADE}) AS content,
            hash({_OF_VISIT}) AS visit_hash, hash({_OF_PHOTO}) AS photo_hash,
            CASE
                WHEN uncast IS NOT NULL THEN uncast
                {missing} {unknown}
                WHEN visited_at NOT BETWEEN {POSSIBLE_TIMES} THEN 'visited_at'
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
                WHEN NOT {is_among("set_text", _SETS)} AND (severity_set IS NULL OR list_max(severity_set) > 3
                    OR list_sort(list_distinct(severity_set)) <> severity_set) THEN 'severity_set'
                WHEN NOT list_contains(severity_set, severity) THEN 'severity_set'
            END AS reason
        FROM typed"""
    return Checks(sql, wide=False, grouped=True, same=None, own=True)
