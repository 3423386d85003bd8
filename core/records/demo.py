"""Demonstration records: a drawn population, marked `demo` in every row and never mixed with real results.

Grades follow the label rows of AI Hub set 216; age and sex shift them mildly. Nothing about it was observed on people
of these ages and sexes: it shows what the pages can do, not what scalps are like. So that every chart has something to
show, a second version of its model comes into use, some findings share a cause, some grades are withheld, some regions
are not told, and most people say how often they wash their hair.
"""

from datetime import datetime, timedelta, timezone

import numpy as np
import numpy.typing as npt

from core.records.rows import merge_rows
from core.records.store import RecordStore
from core.records.vocabulary import CONDITION_LIST
from core.taxonomy import AgeBand, Condition, Region, Sex

MODEL_ID = "demonstration"
ROWS = 50_000
"""How many visits fill the charts: at fewer, rare conditions of the young and old are not ten people."""

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
# How much what makes somebody prone to several findings at once shifts the log odds of each.
_PRONE = {
    Condition.EXCESS_SEBUM: 0.6,
    Condition.INTERFOLLICULAR_ERYTHEMA: 0.5,
    Condition.FOLLICULAR_PUSTULES: 0.5,
    Condition.DANDRUFF: 0.6,
}
_PULL = 0.346
_AGE_SHARES = (0.08, 0.18, 0.21, 0.2, 0.16, 0.1, 0.07)
_MONTHS = 24
_WITHHELD = {Condition.INTERFOLLICULAR_ERYTHEMA: 0.06, Condition.FOLLICULAR_PUSTULES: 0.03}
_NO_GRADE = 9
_NO_REGION = 0.08
_SHAMPOO = ("daily", "every_other_day", "twice_daily", "twice_weekly")
_NO_ANSWER = 0.4
_KOREA = timezone(timedelta(hours=9))

Ints = npt.NDArray[np.int64]


def add_demo(store: RecordStore, rows: int = ROWS, seed: int = 0) -> int:
    """Add demonstration visits of two years, this month included, six conditions each.

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
                    'demo' AS source, CASE WHEN shampoo <> '' THEN '{{"shampoo":"' || shampoo || '"}}' END AS answers,
                    md5('photo|' || visit_id::VARCHAR)::UUID AS diagnosis_id, NULL::VARCHAR AS photo_sha256,
                    NULL::VARCHAR AS site, 'microscope' AS view, '{MODEL_ID}' AS model_id, model_version,
                    NULL::DOUBLE AS elapsed_ms,
                    unnest({CONDITION_LIST}) AS condition,
                    nullif(unnest([{listed}]), {_NO_GRADE})::UTINYINT AS severity,
                    NULL::DOUBLE AS p0, NULL::DOUBLE AS p1, NULL::DOUBLE AS p2, NULL::DOUBLE AS p3,
                    NULL::UTINYINT[] AS severity_set, now() AS stored_at,
                    person AS place
                FROM (SELECT * REPLACE (nullif(region, '') AS region),
                        md5(concat_ws('|', 'demo', ?, person))::UUID AS visit_id FROM people)""",  # noqa: S608
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
    first_us, last_us = _span()
    # As shares of the span: whole numbers of a longer one would take other draws, and all behind them would differ.
    seen_us = first_us + (random.random(rows) * (last_us - first_us)).astype(np.int64)
    region = np.array([region.value for region in Region])[random.integers(0, len(Region), rows)]
    shampoo = np.array(_SHAMPOO)[random.integers(0, len(_SHAMPOO), rows)]
    columns: dict[str, npt.NDArray[np.generic]] = {
        "person": np.arange(rows),
        "seen_us": seen_us,
        "sex": np.where(male, Sex.MALE.value, Sex.FEMALE.value),
        "age_band": np.array([band.value for band in AgeBand])[band],
        "region": np.where(random.random(rows) < _NO_REGION, "", region),
        "shampoo": np.where(random.random(rows) < _NO_ANSWER, "", shampoo),
        "model_version": np.where(seen_us < (first_us + last_us) // 2, "1", "2"),
    }
    prone = random.standard_normal(rows)
    for number, condition in enumerate(Condition, 1):
        shift = _shift(condition, male, band) + _PRONE.get(condition, 0) * prone
        withheld = random.random(rows) < _WITHHELD.get(condition, 0)
        columns[f"grade_{number}"] = np.where(withheld, _NO_GRADE, _grades(condition, shift, random))
    return columns


def _span() -> tuple[int, int]:
    """Return when the first and the last visit may be, in microseconds since 1970: whole months of Korea up to now."""
    now = datetime.now(_KOREA)
    months = now.year * 12 + now.month - _MONTHS
    first = datetime(months // 12, months % 12 + 1, 1, tzinfo=_KOREA)
    return int(first.timestamp()) * 1_000_000, int(now.timestamp()) * 1_000_000


def _shift(condition: Condition, male: npt.NDArray[np.bool_], band: Ints) -> npt.NDArray[np.float64]:
    """Say how much sex and age shift the log odds of a worse grade, (people,); the mean shift is none."""
    for_men, per_decade = _SHIFTS[condition]
    shift: npt.NDArray[np.float64] = for_men * (male - male.mean()) + per_decade * (band - band.mean())
    return shift


def _grades(condition: Condition, shift: npt.NDArray[np.float64], random: np.random.Generator) -> Ints:
    """Draw one grade per person from shifted log odds of "at least this grade"."""
    shares = np.array(_GRADE_ROWS[condition], dtype=np.float64)
    at_least = 1 - np.cumsum(shares / shares.sum())[:-1]
    # Shifts that spread pull the shares of everyone towards a half, by about this much (Zeger, Liang and Albert 1988).
    pull = np.sqrt(1 + _PULL * shift.var())
    log_odds = pull * np.log(at_least / (1 - at_least))[None, :] + shift[:, None]
    chance = 1 / (1 + np.exp(-log_odds))
    grades: Ints = (random.random(len(shift))[:, None] < chance).sum(axis=1)
    return grades
