"""Visits to store, made from plain numbers."""

import hashlib
from datetime import UTC, datetime

from core.findings import Diagnosis, Finding, Quality, Visit
from core.taxonomy import CONDITIONS_OF_VIEW, AgeBand, Condition, Severity, Sex, View

SHARES = ((0.7, 0.1, 0.15, 0.05), (0.2, 0.6, 0.1, 0.1), (0.1, 0.2, 0.6, 0.1), (0.05, 0.05, 0.2, 0.7))


def make_diagnosis(photo="photo", *, view=View.MICROSCOPE, grades=None, model_id="model"):
    grades = grades or {}
    findings = []
    for condition in CONDITIONS_OF_VIEW[view]:
        grade = grades.get(condition, 0)
        if grade is None:
            findings.append(Finding(condition, (0.25, 0.25, 0.25, 0.25), None, tuple(Severity)))
        else:
            findings.append(Finding(condition, SHARES[grade], Severity(grade), (Severity(grade),)))
    sha256 = hashlib.sha256(photo.encode()).hexdigest()
    return Diagnosis(sha256, Quality(view), model_id, "1", tuple(findings), (0, 0, 0, 0), 4.25)


def make_visit(*photos, consent=True, source="app", sex=Sex.FEMALE, age_band=AgeBand.THIRTIES, **rest):
    diagnoses = tuple(p if isinstance(p, Diagnosis) else make_diagnosis(p) for p in photos or ("photo",))
    seen = rest.pop("visited_at", datetime(2026, 11, 20, 9, 30, 15, 123456, tzinfo=UTC))
    return Visit(seen, diagnoses, consent, source, sex, age_band, **rest)


def add_people(store, number, *, sex, age_band, dandruff, start=""):
    """Store many visits in one go; each is a person of their own."""
    for count in range(number):
        photo = f"{start}{sex}{age_band}{dandruff}{count}"
        visit = make_visit(make_diagnosis(photo, grades={Condition.DANDRUFF: dandruff}), sex=sex, age_band=age_band)
        store.add_visit(visit, photo)
