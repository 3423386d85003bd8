"""A visit of a history as plain values, and back: what is sealed, and what an export holds."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core.errors import RecordsError
from core.findings import Diagnosis, Finding, Quality, Visit
from core.taxonomy import CONDITIONS_OF_VIEW, Condition, Severity, Site, View

FORMAT = 1


def visit_as_plain(visit: Visit) -> dict[str, object]:
    """Return what a history keeps of a visit: when, and per photo its fingerprint, site, model and grades.

    What the person told about themselves (sex, age, region, answers) is left out: a history does not need it.
    """
    sites = visit.sites or (None,) * len(visit.diagnoses)
    return {
        "format": FORMAT,
        "visited_at": visit.visited_at.isoformat(),
        "source": visit.source,
        "photos": [_photo(diagnosis, site) for diagnosis, site in zip(visit.diagnoses, sites, strict=True)],
    }


def encode_visit(visit: Visit) -> bytes:
    """Write a visit as JSON, UTF-8."""
    return json.dumps(visit_as_plain(visit), separators=(",", ":")).encode()


def decode_visit(data: bytes) -> Visit:
    """Read back what `encode_visit` wrote.

    `Diagnosis.seen_box` comes back empty and heatmaps are missing.

    Raises:
        RecordsError: A newer version wrote it (`history.newer`).
    """
    plain = json.loads(data)
    if plain["format"] != FORMAT:
        raise RecordsError("history.newer")
    sites = tuple(Site(photo["site"]) if photo["site"] else None for photo in plain["photos"])
    return Visit(
        visited_at=datetime.fromisoformat(plain["visited_at"]),
        diagnoses=tuple(_diagnosis(photo) for photo in plain["photos"]),
        consent=True,
        source=plain["source"],
        sites=sites if any(sites) else (),
    )


def _photo(diagnosis: Diagnosis, site: Site | None) -> dict[str, object]:
    return {
        "photo_sha256": diagnosis.photo_sha256,
        "site": site.value if site else None,
        "view": diagnosis.view.value if diagnosis.view else None,
        "model": diagnosis.model_id,
        "model_version": diagnosis.model_version,
        "elapsed_ms": diagnosis.elapsed_ms,
        "conditions": {
            finding.condition.value: {
                "severity": None if finding.severity is None else int(finding.severity),
                "probabilities": list(finding.probabilities),
                "set": [int(severity) for severity in finding.severity_set],
            }
            for finding in diagnosis.findings
        },
    }


def _diagnosis(photo: Mapping[str, Any]) -> Diagnosis:
    view = View(photo["view"])
    return Diagnosis(
        photo_sha256=photo["photo_sha256"],
        quality=Quality(view),
        model_id=photo["model"],
        model_version=photo["model_version"],
        findings=tuple(_finding(c, photo["conditions"][c.value]) for c in CONDITIONS_OF_VIEW[view]),
        seen_box=(0, 0, 0, 0),
        elapsed_ms=photo["elapsed_ms"],
    )


def _finding(condition: Condition, graded: Mapping[str, Any]) -> Finding:
    p0, p1, p2, p3 = graded["probabilities"]
    return Finding(
        condition=condition,
        probabilities=(p0, p1, p2, p3),
        severity=None if graded["severity"] is None else Severity(graded["severity"]),
        severity_set=tuple(Severity(severity) for severity in graded["set"]),
    )
