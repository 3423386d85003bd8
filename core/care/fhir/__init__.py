"""A report as FHIR: a Bundle of a DiagnosticReport and one Observation per condition, with what they refer to.

Release R4 (4.0.1), the one that Korean and most other profiles build on. Everything in it is marked as unconfirmed:
the report is `partial`, observations are `preliminary`, the plan is a `draft` that is a `proposal`. A person is a
Patient without a name. Ids are derived from the content, so the same report gives the same bytes.

https://hl7.org/fhir/R4/diagnosticreport.html, https://hl7.org/fhir/R4/observation.html
"""

import json
from collections.abc import Sequence
from typing import Final

from core.care.fhir.codes import REPORT_CODE, TEST_DATA, Resource, code_system, our_concept, report_category
from core.care.fhir.context import age, answers, care_plan, device, person
from core.care.fhir.frame import Frame
from core.care.fhir.observations import grades_by_photo, photo_qualities, worst_grades
from core.care.report.content import Report
from core.locale import text

__all__ = ["fhir_bundle", "fhir_json"]

_URI: Final = "urn:ietf:rfc:3986"


def fhir_json(report: Report) -> str:
    """Return a report as a FHIR Bundle in JSON; pictures are not part of it."""
    return json.dumps(fhir_bundle(report), ensure_ascii=False, indent=2)


def fhir_bundle(report: Report) -> Resource:
    """Return a report as a FHIR R4 Bundle of type `collection`, the DiagnosticReport first.

    Args:
        report: What goes into it. Words are in its language.
    """
    frame = Frame(report)
    results = [*worst_grades(frame), *grades_by_photo(frame), *photo_qualities(frame)]
    if report.age_band:
        results.append(age(frame, report.age_band))
    rest = [*results, person(frame), *(device(frame, model, version) for model, version in report.models)]
    if report.answers.told() or frame.word:
        rest.append(answers(frame))
    if report.plan.lines:
        rest.append(care_plan(frame))
    resources = [_diagnostic_report(frame, results), *rest, code_system(report.language)]
    return {
        "resourceType": "Bundle",
        "id": frame.id("bundle"),
        **({"meta": {"security": [TEST_DATA]}} if report.example else {}),
        "language": report.language.value,
        "type": "collection",
        "timestamp": frame.made_at,
        "entry": [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in resources],
    }


def _diagnostic_report(frame: Frame, results: Sequence[Resource]) -> Resource:
    report = frame.report
    example = text(report.language, "report.head.example") if report.example else ""
    flags = [line.text(report.language) for line in report.plan.red_flags]
    found: Resource = {
        "resourceType": "DiagnosticReport",
        "id": frame.id("report"),
        "language": report.language.value,
        "status": "partial",
        "category": report_category(),
        "code": our_concept(report.language, REPORT_CODE),
        "subject": frame.subject(),
        "effectiveDateTime": frame.checked_at,
        "issued": frame.made_at,
        "result": [{"reference": f"urn:uuid:{one['id']}"} for one in results],
        "conclusion": " ".join(part for part in (example, *flags, report.summary, frame.say("note")) if part),
    }
    if report.record:
        found["identifier"] = [{"system": _URI, "value": f"urn:uuid:{report.record}"}]
    return found
