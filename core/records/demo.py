"""Demonstration records: a drawn population, marked `demo` in every row and never mixed with real results.

Grades follow the label rows of AI Hub set 216; age and sex shift them mildly. Nothing about it was observed on people
of these ages and sexes: it shows what the pages can do, not what scalps are like.
"""

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from core.records.rows import merge_rows
from core.records.store import RecordStore
from core.records.vocabulary import CONDITION_LIST
from core.taxonomy import AgeBand, Condition, Region, Sex

MODEL_ID = "demonstration"

# Label rows of AI Hub set 216 by grade 0..3.
_GRADE_ROWS = {
    Condition.FINE_SCALING: (79339, 6053, 7361, 3157),
    Condition.EXCESS_SEBUM: (18919, 38128, 33658, 5205),
    Condition.INTERFOLLICULAR_ERYTHEMA: (30408, 41907, 17818, 5777),
    Condition.FOLLICULAR_PUSTULES: (91213, 3161, 1057, 479),
    Condition.DANDRUFF: (56893, 22501, 13268, 3248),
    Condition.HAIR_LOSS: (70469, 18850, 5365, 1226),
}
# Shift of the log odds of a worse grade: for men, and for each ten years above 40.
_SHIFTS = {
    Condition.FINE_SCALING: (-0.1, 0.1),
    Condition.EXCESS_SEBUM: (0.3, -0.15),
    Condition.INTERFOLLICULAR_ERYTHEMA: (0.1, -0.05),
    Condition.FOLLICULAR_PUSTULES: (0.3, -0.15),
    Condition.DANDRUFF: (0.25, -0.1),
    Condition.HAIR_LOSS: (0.5, 0.3),
}
_AGE_SHARES = (0.07, 0.19, 0.22, 0.21, 0.16, 0.1, 0.05)
_DAYS = 730

Ints = npt.NDArray[np.int64]


def add_demo(store: RecordStore, rows: int = 10_000, seed: int = 0) -> int:
    """Add demonstration visits of the last two years, six conditions each.

    The same seed draws the same visits, which are stored once.

    Args:
        store: The records.
        rows: How many visits.
        seed: Seed of the draw.

    Returns:
        How many visits were added.

    Raises:
        ValueError: Fewer than one row.
        RecordsError: The records cannot be written.
    """
    if rows < 1:
        raise ValueError(f"a demonstration has at least one row, not {rows}")
    people = _draw(rows, np.random.default_rng(seed))
    listed = ", ".join(f"grade_{number}" for number in range(1, len(Condition) + 1))
    with store.writing("demonstration") as cursor:
        cursor.register("people", people)
        cursor.execute(
            f"""CREATE TEMP TABLE incoming AS
                SELECT visit_id, make_timestamptz(seen_us) AS visited_at, sex, age_band, region,
                    NULL::BOOLEAN AS consent, NULL::TIMESTAMPTZ AS consent_at, NULL::VARCHAR AS consent_version,
                    'demo' AS source, NULL::VARCHAR AS answers,
                    md5('photo|' || visit_id::VARCHAR)::UUID AS diagnosis_id, NULL::VARCHAR AS photo_sha256,
                    NULL::VARCHAR AS site, 'microscope' AS view, '{MODEL_ID}' AS model_id, '1' AS model_version,
                    NULL::DOUBLE AS elapsed_ms,
                    unnest({CONDITION_LIST}) AS condition, unnest([{listed}])::UTINYINT AS severity,
                    NULL::DOUBLE AS p0, NULL::DOUBLE AS p1, NULL::DOUBLE AS p2, NULL::DOUBLE AS p3,
                    NULL::UTINYINT[] AS severity_set, now() AS stored_at,
                    person AS place
                FROM (SELECT *, md5(concat_ws('|', 'demo', ?, person))::UUID AS visit_id FROM people)""",  # noqa: S608
            [seed],
        )
        cursor.unregister("people")
        added = merge_rows(cursor)
        cursor.execute("DROP TABLE incoming")
    return added // len(Condition)


def remove_demo(store: RecordStore) -> int:
    """Remove all demonstration visits, and what they took of the file.

    Returns:
        How many visits were removed.

    Raises:
        RecordsError: As `RecordStore.erase`.
    """
    return store.delete_where("source = 'demo'")


def _draw(rows: int, random: np.random.Generator) -> dict[str, npt.NDArray[np.generic]]:
    """Draw people as columns of `rows` values."""
    male = random.random(rows) < 0.5
    band = random.choice(len(_AGE_SHARES), rows, p=_AGE_SHARES)
    day_us = 86_400_000_000
    now_us = int(datetime.now(UTC).timestamp()) * 1_000_000
    columns: dict[str, npt.NDArray[np.generic]] = {
        "person": np.arange(rows),
        "seen_us": now_us - random.integers(0, _DAYS * day_us, rows),
        "sex": np.where(male, Sex.MALE.value, Sex.FEMALE.value),
        "age_band": np.array([band.value for band in AgeBand])[band],
        "region": np.array([region.value for region in Region])[random.integers(0, len(Region), rows)],
    }
    for number, condition in enumerate(Condition, 1):
        columns[f"grade_{number}"] = _grades(condition, male, band, random)
    return columns


def _grades(condition: Condition, male: npt.NDArray[np.bool_], band: Ints, random: np.random.Generator) -> Ints:
    """Draw one grade per person from shifted log odds of "at least this grade"."""
    shares = np.array(_GRADE_ROWS[condition], dtype=np.float64)
    at_least = 1 - np.cumsum(shares / shares.sum())[:-1]
    for_men, per_decade = _SHIFTS[condition]
    decades = band - 3.0
    shift = for_men * (male - male.mean()) + per_decade * (decades - decades.mean())
    log_odds = np.log(at_least / (1 - at_least))[None, :] + shift[:, None]
    chance = 1 / (1 + np.exp(-log_odds))
    grades: Ints = (random.random(len(male))[:, None] < chance).sum(axis=1)
    return grades
