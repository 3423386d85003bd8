"""Visits as rows and rows as visits. Everything here works on a cursor that the store hands out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5

import duckdb

from core.errors import RecordsError
from core.findings import Diagnosis, Finding, Quality, Visit
from core.records.facts import derive, forget
from core.records.privacy import CONSENT_VERSION
from core.taxonomy import CONDITIONS_OF_VIEW, AgeBand, Condition, Region, Severity, Sex, Site, View

_NAMESPACE = UUID("5b0b8d1e-6d3c-5e0f-9a4e-6f1f4b7c2a10")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class VisitSummary:
    """One visit in a list.

    Attributes:
        id: The visit.
        visited_at: When, in UTC; None for imported grades whose time is unknown.
        source: Where the visit comes from.
        sex: As told.
        age_band: As told.
        region: As told.
        photos: Number of graded photos.
        severities: The worst grade of each condition looked at; None where the model abstained on every photo.
    """

    id: str
    visited_at: datetime | None
    source: str
    sex: Sex | None
    age_band: AgeBand | None
    region: Region | None
    photos: int
    severities: Mapping[Condition, Severity | None]


def visit_id(visit: Visit, key: str) -> UUID:
    """Derive the id of a visit, the same for the same submission, photos and models."""
    photos = sorted(_photo_key(d) for d in visit.diagnoses)
    return uuid5(_NAMESPACE, json.dumps([key, photos]))


def is_stored(cursor: duckdb.DuckDBPyConnection, identity: UUID, visit: Visit) -> bool:
    """Whether a visit is stored with everything the person told as it is now."""
    known = cursor.execute(
        "SELECT sex, age_band, region, answers::VARCHAR FROM visits WHERE id = ?", [identity]
    ).fetchone()
    if known != _told(visit):
        return False
    sites = dict(cursor.execute("SELECT id, site FROM diagnoses WHERE visit_id = ?", [identity]).fetchall())
    return sites == {uuid5(identity, key): site for key, (_, site) in _photos(visit).items()}


def write_visit(cursor: duckdb.DuckDBPyConnection, identity: UUID, visit: Visit) -> None:
    """Store a visit, or bring what the person told about themselves up to date where it is stored already."""
    if cursor.execute("SELECT 1 FROM visits WHERE id = ?", [identity]).fetchone():
        cursor.execute(
            "UPDATE visits SET sex = ?, age_band = ?, region = ?, answers = ? WHERE id = ?", [*_told(visit), identity]
        )
        for key, (_, site) in _photos(visit).items():
            cursor.execute("UPDATE diagnoses SET site = ? WHERE id = ?", [site, uuid5(identity, key)])
        forget(cursor, _single(identity))
        derive(cursor, _single(identity))
        return
    now = datetime.now(UTC)
    sex, age_band, region, answers = _told(visit)
    cursor.execute(
        "INSERT INTO visits VALUES (?, ?, ?, ?, ?, true, ?, ?, ?, ?, ?)",
        [identity, visit.visited_at, sex, age_band, region, now, CONSENT_VERSION, visit.source, answers, now],
    )
    for diagnosis, site in _photos(visit).values():
        _insert_diagnosis(cursor, identity, diagnosis, site, now)
    derive(cursor, _single(identity))


def _single(identity: UUID) -> str:
    return f"(SELECT '{identity}'::UUID AS id)"


def _told(visit: Visit) -> tuple[Sex | None, AgeBand | None, Region | None, str]:
    answers = json.dumps(dict(sorted(visit.answers.items())), ensure_ascii=False)
    return visit.sex, visit.age_band, visit.region, answers


def _photo_key(diagnosis: Diagnosis) -> str:
    return "|".join((diagnosis.photo_sha256, diagnosis.model_id or "", diagnosis.model_version or ""))


def _photos(visit: Visit) -> dict[str, tuple[Diagnosis, Site | None]]:
    """The photos of a visit with their sites; the same photo given twice counts once."""
    sites = visit.sites or (None,) * len(visit.diagnoses)
    return {_photo_key(d): (d, site) for d, site in zip(visit.diagnoses, sites, strict=True)}


def _insert_diagnosis(
    cursor: duckdb.DuckDBPyConnection, visit: UUID, diagnosis: Diagnosis, site: Site | None, now: datetime
) -> None:
    identity = uuid5(visit, _photo_key(diagnosis))
    cursor.execute(
        """INSERT INTO diagnoses
           (id, visit_id, photo_sha256, site, view, model_id, model_version, elapsed_ms, created_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            identity,
            visit,
            diagnosis.photo_sha256,
            site,
            diagnosis.view,
            diagnosis.model_id,
            diagnosis.model_version,
            diagnosis.elapsed_ms,
            now,
        ],
    )
    cursor.executemany(
        "INSERT INTO gradings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            [
                identity,
                finding.condition,
                None if finding.severity is None else int(finding.severity),
                finding.abstained,
                *finding.probabilities,
                [int(severity) for severity in finding.severity_set],
            ]
            for finding in diagnosis.findings
        ],
    )


def read_visit(cursor: duckdb.DuckDBPyConnection, identity: UUID, path: Path) -> Visit | None:
    """Read one visit back; None where there is none.

    `Diagnosis.seen_box` comes back empty (four zeros) and heatmaps are missing, as the photo they lie over is not kept.

    Raises:
        RecordsError: The visit was imported as bare grades and is no full diagnosis (`records.grades_only`).
    """
    row = cursor.execute(
        """SELECT epoch_us(visited_at), sex, age_band, region, consent, source, answers::VARCHAR
           FROM visits WHERE id = ?""",
        [identity],
    ).fetchone()
    if row is None:
        return None
    photos = cursor.execute(
        """SELECT id, photo_sha256, site, view, model_id, model_version, elapsed_ms
           FROM diagnoses WHERE visit_id = ? ORDER BY number""",
        [identity],
    ).fetchall()
    diagnoses = tuple(_read_diagnosis(cursor, photo, path) for photo in photos)
    if row[0] is None or not diagnoses:
        raise RecordsError("records.grades_only", path=path)
    return Visit(
        visited_at=from_epoch_us(row[0]),
        diagnoses=diagnoses,
        consent=bool(row[4]),
        source=row[5],
        sex=Sex(row[1]) if row[1] else None,
        age_band=AgeBand(row[2]) if row[2] else None,
        region=Region(row[3]) if row[3] else None,
        sites=tuple(Site(photo[2]) if photo[2] else None for photo in photos) if any(p[2] for p in photos) else (),
        answers=MappingProxyType(json.loads(row[6])),
    )


def _read_diagnosis(cursor: duckdb.DuckDBPyConnection, photo: tuple[Any, ...], path: Path) -> Diagnosis:
    identity, sha256, _, view_value, model_id, model_version, elapsed_ms = photo
    view = View(view_value)
    graded = cursor.execute(
        "SELECT condition, severity, p0, p1, p2, p3, severity_set FROM gradings WHERE diagnosis_id = ?", [identity]
    ).fetchall()
    by_condition = {Condition(row[0]): row[1:] for row in graded}
    complete = sha256 is not None and model_id is not None and set(by_condition) == set(CONDITIONS_OF_VIEW[view])
    if not complete or any(row[1] is None or row[5] is None for row in by_condition.values()):
        raise RecordsError("records.grades_only", path=path)
    return Diagnosis(
        photo_sha256=sha256,
        quality=Quality(view=view),
        model_id=model_id,
        model_version=model_version,
        findings=tuple(_finding(condition, by_condition[condition]) for condition in CONDITIONS_OF_VIEW[view]),
        seen_box=(0, 0, 0, 0),
        elapsed_ms=elapsed_ms or 0.0,
    )


def _finding(condition: Condition, row: tuple[Any, ...]) -> Finding:
    severity, *probabilities, severity_set = row
    return Finding(
        condition=condition,
        probabilities=(probabilities[0], probabilities[1], probabilities[2], probabilities[3]),
        severity=None if severity is None else Severity(severity),
        severity_set=tuple(Severity(s) for s in severity_set),
    )


def list_visits(cursor: duckdb.DuckDBPyConnection, limit: int, *, demo: bool) -> list[VisitSummary]:
    """List the visits stored last, newest first."""
    chosen = "(source = 'demo') = ? ORDER BY stored_at DESC, id LIMIT ?"
    return list_chosen(cursor, chosen, [demo, limit])


def find_visits(cursor: duckdb.DuckDBPyConnection, start: str) -> list[VisitSummary]:
    """List the visits whose id starts like this, newest first."""
    return list_chosen(cursor, "starts_with(id::VARCHAR, ?) ORDER BY stored_at DESC, id", [start])


def list_chosen(cursor: duckdb.DuckDBPyConnection, chosen: str, parameters: Sequence[object]) -> list[VisitSummary]:
    """List visits, those stored last first.

    Args:
        cursor: Lent by the store.
        chosen: SQL written by us: a condition over `visits`, and which come first where that matters.
        parameters: Values for its question marks.
    """
    rows = cursor.execute(
        f"""WITH chosen AS (
               SELECT * FROM visits WHERE {chosen}
           ), worst AS (
               SELECT d.visit_id, g.condition, max(g.severity) AS severity
               FROM diagnoses AS d JOIN gradings AS g ON g.diagnosis_id = d.id
               WHERE d.visit_id IN (SELECT id FROM chosen) GROUP BY ALL
           )
           SELECT id::VARCHAR, epoch_us(visited_at), source, sex, age_band, region,
               (SELECT count(*) FROM diagnoses AS d WHERE d.visit_id = chosen.id),
               (SELECT list((condition, severity)) FROM worst WHERE worst.visit_id = chosen.id)
           FROM chosen ORDER BY stored_at DESC, id""",  # noqa: S608 (our own SQL, values are parameters)
        list(parameters),
    ).fetchall()
    return [_summary(row) for row in rows]


def _summary(row: tuple[Any, ...]) -> VisitSummary:
    identity, visited_at, source, sex, age_band, region, photos, graded = row
    worst = dict(graded or [])
    return VisitSummary(
        id=identity,
        visited_at=None if visited_at is None else from_epoch_us(visited_at),
        source=source,
        sex=Sex(sex) if sex else None,
        age_band=AgeBand(age_band) if age_band else None,
        region=Region(region) if region else None,
        photos=photos,
        severities=MappingProxyType(
            {c: None if worst[c] is None else Severity(worst[c]) for c in Condition if c in worst}
        ),
    )


def from_epoch_us(microseconds: int) -> datetime:
    """Turn microseconds since 1970 into a time in UTC (fetching TIMESTAMPTZ itself would need pytz)."""
    return _EPOCH + timedelta(microseconds=microseconds)


def merge_rows(cursor: duckdb.DuckDBPyConnection) -> int:
    """Add the rows of the relation `incoming`, one a grading, leaving out what is stored already.

    `incoming` has the columns of `core.records.exchange.COLUMNS`, typed, plus `stored_at` and
    `place`, the order of the rows; it holds no grading twice.

    Returns:
        How many gradings were added.
    """
    cursor.execute(
        """CREATE TEMP TABLE touched AS
           SELECT DISTINCT visit_id AS id, visit_id IN (SELECT id FROM visits) AS known FROM incoming"""
    )
    cursor.execute(
        """INSERT INTO visits
           SELECT DISTINCT ON (visit_id) visit_id, visited_at, sex, age_band, region, consent, consent_at,
               consent_version, source, coalesce(answers, '{}')::JSON, stored_at
           FROM incoming WHERE NOT EXISTS (FROM visits WHERE visits.id = incoming.visit_id)"""
    )
    cursor.execute(
        """INSERT INTO diagnoses
           (id, visit_id, photo_sha256, site, view, model_id, model_version, elapsed_ms, created_at)
           SELECT diagnosis_id, visit_id, photo_sha256, site, view, model_id, model_version, elapsed_ms, stored_at
           FROM incoming WHERE NOT EXISTS (FROM diagnoses WHERE diagnoses.id = incoming.diagnosis_id)
           QUALIFY row_number() OVER (PARTITION BY diagnosis_id ORDER BY place) = 1
           ORDER BY place"""
    )
    row = cursor.execute(
        """INSERT INTO gradings
           SELECT diagnosis_id, condition, severity, severity IS NULL, p0, p1, p2, p3, severity_set
           FROM incoming WHERE NOT EXISTS (
               FROM gradings AS g
               WHERE g.diagnosis_id = incoming.diagnosis_id AND g.condition = incoming.condition
           )"""
    ).fetchone()
    forget(cursor, "(FROM touched WHERE known)")
    derive(cursor, "touched")
    cursor.execute("DROP TABLE touched")
    return int(row[0]) if row else 0
