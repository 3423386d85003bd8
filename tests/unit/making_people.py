"""Populations drawn for the statistics, in a store and as a pandas frame of one row a grade to count by hand."""

import json
from uuid import UUID

import numpy as np
import pandas as pd

from core.records.facts import forget
from core.records.rows import merge_rows
from core.taxonomy import CONDITIONS_OF_VIEW, AgeBand, Condition, Region, Sex, View

COLUMNS = (
    "visit_id, visited_at, sex, age_band, region, consent, consent_at, consent_version, source, answers, diagnosis_id, "
    "photo_sha256, site, view, model_id, model_version, elapsed_ms, condition, severity, p0, p1, p2, p3, "
    "severity_set, stored_at, place"
)


def draw_people(seed, number, *, months=4, regions=3, sources=("app", "import"), grades=(0.5, 0.25, 0.15, 0.1)):
    """Draw visits with one to three photos, some of the crown, some not graded, some without sex, age or time."""
    random = np.random.default_rng(seed)
    rows = []
    for person in range(number):
        source = str(random.choice(sources))
        told = random.random(4)
        timeless = source == "import" and told[3] < 0.1
        time = pd.Timestamp("2026-01-01", tz="UTC") + pd.Timedelta(minutes=int(random.integers(0, months * 43_800)))
        visit = {
            "visit_id": str(UUID(bytes=random.bytes(16))),
            "visited_at": None if timeless else time,
            "sex": str(random.choice(list(Sex))) if told[0] < 0.95 else None,
            "age_band": str(random.choice(list(AgeBand), p=(0.02, 0.2, 0.3, 0.25, 0.15, 0.05, 0.03)))
            if told[1] < 0.95
            else None,
            "region": str(random.choice(list(Region)[:regions])) if told[2] < 0.9 else None,
            "source": source,
            "answers": {"shampoo": str(random.choice(["daily", "weekly"])), "signs": "itch,flakes"}
            if random.random() < 0.4
            else {},
        }
        for _ in range(int(random.choice([1, 2, 3], p=[0.7, 0.2, 0.1]))):
            view = View.CROWN if random.random() < 0.3 else View.MICROSCOPE
            photo = {
                "diagnosis_id": str(UUID(bytes=random.bytes(16))),
                "view": str(view),
                "model_id": f"{view}-{int(person > number / 2)}",
            }
            for condition in CONDITIONS_OF_VIEW[view]:
                grade = None if random.random() < 0.05 else int(random.choice(4, p=grades))
                rows.append({**visit, **photo, "condition": str(condition), "severity": grade})
    return pd.DataFrame(rows)


def store_people(store, people):
    """Put drawn people in the place of all that is stored."""
    frame = people.assign(
        answers=[json.dumps(answers) for answers in people["answers"]],
        severity=people["severity"].astype("Int64"),
        place=range(len(people)),
    )
    with store.writing("drawn") as cursor:
        forget(cursor, "visits")
        for table in ("visits", "diagnoses", "gradings", "statistics_models"):
            cursor.execute(f"DELETE FROM {table}")
        cursor.register("drawn", frame)
        cursor.execute(
            f"""CREATE TEMP TABLE incoming AS SELECT {COLUMNS} FROM (
                SELECT * REPLACE (visit_id::UUID AS visit_id, diagnosis_id::UUID AS diagnosis_id,
                        severity::UTINYINT AS severity),
                    CASE WHEN source NOT IN ('import', 'demo') THEN true END AS consent, now() AS consent_at,
                    'x' AS consent_version, NULL::VARCHAR AS photo_sha256, NULL::VARCHAR AS site,
                    '1' AS model_version, NULL::DOUBLE AS elapsed_ms, NULL::DOUBLE AS p0, NULL::DOUBLE AS p1,
                    NULL::DOUBLE AS p2, NULL::DOUBLE AS p3, NULL::UTINYINT[] AS severity_set, now() AS stored_at
                FROM drawn)"""
        )
        cursor.unregister("drawn")
        merge_rows(cursor)
        cursor.execute("DROP TABLE incoming")


def select(people, filters):
    """Choose the grades that a filter counts, by hand."""
    found = people[people["source"].isin(["demo"]) if filters.demo else ~people["source"].isin(["demo", "example"])]
    korean = pd.to_datetime(found["visited_at"], utc=True).dt.tz_convert("Asia/Seoul").dt.tz_localize(None)
    if filters.since:
        found = found[korean >= pd.Timestamp(filters.since.replace(day=1))]
    if filters.until:
        korean = korean.loc[found.index]
        found = found[korean < pd.Timestamp(filters.until.replace(day=1)) + pd.offsets.MonthBegin(1)]
    for column, chosen in {
        "sex": filters.sexes,
        "age_band": filters.age_bands,
        "region": filters.regions,
        "view": filters.views,
        "model_id": filters.model_ids,
        "source": filters.sources,
    }.items():
        if chosen:
            found = found[np.array([(None if pd.isna(value) else value) in chosen for value in found[column]], bool)]
    for field in {field for field, _ in filters.answers}:
        wanted = {value for name, value in filters.answers if name == field}
        found = found[np.array([bool(wanted & set(a.get(field, "").split(","))) for a in found["answers"]], bool)]
    if filters.having:
        worst = worst_grades(found)[str(filters.having)]
        found = found[found["visit_id"].isin(worst.index[worst >= int(filters.having_at_least)])]
    return found


def worst_grades(people):
    """Give each visit's worst grade of each condition, missing where there is none: (visits, six conditions)."""
    worst = people.groupby(["visit_id", "condition"])["severity"].max().unstack()
    return worst.reindex(index=people["visit_id"].unique(), columns=[str(c) for c in Condition]).astype(float)
