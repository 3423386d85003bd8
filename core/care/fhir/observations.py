"""Observations: a grade per condition, the fitness of each photo."""

from typing import Final

from core.care.fhir.codes import (
    QUALITY_CODE,
    Resource,
    absent,
    condition_code,
    grade_code,
    observation_category,
    our_concept,
    possible_code,
    probability_code,
    refusal_code,
    scalp_site,
)
from core.care.fhir.frame import Frame
from core.care.report.content import ReportPhoto
from core.findings import Finding
from core.locale import text
from core.taxonomy import SEVERITIES, Severity, View

_UCUM: Final = "http://unitsofmeasure.org"


def worst_grades(frame: Frame) -> list[Resource]:
    """Observe the worst credible grade per condition; of several photos, derived from the observations of each."""
    several = len(frame.report.graded) > 1
    worst = []
    for index, finding, view in frame.report.findings:
        one = _grade(frame, index, finding, view, "worst" if several else index)
        if several:
            one["method"] = {"text": frame.say("worst")}
            one["derivedFrom"] = [
                {"reference": f"urn:uuid:{frame.id('observation', photo, finding.condition)}"}
                for photo, diagnosis in frame.report.graded
                if any(other.condition == finding.condition for other in diagnosis.findings)
            ]
        worst.append(one)
    return worst


def grades_by_photo(frame: Frame) -> list[Resource]:
    """Observe every condition on every photo, where there are several."""
    if len(frame.report.graded) < 2:
        return []
    return [
        _grade(frame, index, finding, diagnosis.view, index)
        for index, diagnosis in frame.report.graded
        for finding in diagnosis.findings
    ]


def _grade(frame: Frame, index: int, finding: Finding, view: View | None, place: object) -> Resource:
    photo = frame.report.photos[index]
    diagnosis = photo.diagnosis
    assert diagnosis is not None
    one = {
        **frame.observation(place, finding.condition),
        "category": observation_category(),
        "code": our_concept(frame.language, condition_code(finding.condition)),
        "bodySite": scalp_site(frame.language, _spot(frame, photo)),
        "device": {"reference": f"urn:uuid:{frame.id('device', diagnosis.model_id, diagnosis.model_version)}"},
        "note": [{"text": frame.say("note")}],
    }
    if finding.severity is None:
        one["dataAbsentReason"] = absent("unknown", "Unknown", frame.say("abstained"))
    else:
        one["valueCodeableConcept"] = our_concept(frame.language, grade_code(finding.severity, view))
    return {**one, "component": _components(frame, finding, view)}


def _spot(frame: Frame, photo: ReportPhoto) -> str:
    return text(frame.language, f"taxonomy.site.{photo.site}") if photo.site else ""


def _components(frame: Frame, finding: Finding, view: View | None) -> list[Resource]:
    # A crown photo has no grade 1, and an abstention no number that could be read as a grade.
    grades = [s for s in SEVERITIES if not (view is View.CROWN and s is Severity.MILD)]
    shares = [] if finding.abstained else grades
    return [
        *(
            {
                "code": our_concept(frame.language, probability_code(severity)),
                "valueQuantity": {
                    "value": round(min(1.0, max(0.0, finding.probabilities[severity])), 4),
                    "system": _UCUM,
                    "code": "1",
                },
            }
            for severity in shares
        ),
        *(
            {
                "code": our_concept(frame.language, possible_code(severity)),
                "valueBoolean": severity in finding.severity_set,
            }
            for severity in grades
        ),
    ]


def photo_qualities(frame: Frame) -> list[Resource]:
    """Observe whether each photo was fit to be graded, and why not."""
    return [_quality(frame, index, photo) for index, photo in enumerate(frame.report.photos)]


def _quality(frame: Frame, index: int, photo: ReportPhoto) -> Resource:
    one = {
        **frame.observation("quality", index),
        "category": observation_category(),
        "code": our_concept(frame.language, QUALITY_CODE),
        "bodySite": scalp_site(frame.language, _spot(frame, photo)),
    }
    if photo.diagnosis is None:
        return {**one, "dataAbsentReason": absent("error", "Error", frame.say("unreadable"))}
    reasons = photo.diagnosis.quality.reasons
    code = refusal_code(reasons[0].refusal if reasons else None)
    notes = [text(frame.language, f"diagnosis.refused.{reason.refusal}.why") for reason in reasons]
    if notes:
        one["note"] = [{"text": " ".join([frame.say("refused"), *notes])}]
    return {**one, "valueCodeableConcept": our_concept(frame.language, code)}
