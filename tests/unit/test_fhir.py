"""The report as FHIR, checked against the published models of release R4B (of R4's shape in all resources used)."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from making_reports import ALL_ABSTAINED, PHOTOS, RECORD, make_graded, make_refused, make_report

from core import __version__
from core.care.answers import CareAnswers
from core.care.fhir import fhir_bundle, fhir_json
from core.care.fhir.codes import CODE_SYSTEM, condition_code
from core.locale import Language, text
from core.taxonomy import CONDITIONS, AgeBand, Condition, View

LANGUAGES = pytest.mark.parametrize("language", list(Language))
# Systems we may use, with the codes of theirs that were looked up; None: any code (our own, defined in the bundle).
PUBLISHED = {
    CODE_SYSTEM: None,
    "http://snomed.info/sct": {"43067004"},
    "http://terminology.hl7.org/CodeSystem/observation-category": {"imaging"},
    "http://terminology.hl7.org/CodeSystem/v2-0074": {"OTH"},
    "http://terminology.hl7.org/CodeSystem/data-absent-reason": {"unknown", "error"},
    "http://unitsofmeasure.org": {"1", "a"},
}


def resources(bundle, kind):
    return [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == kind]


def codes(node):
    """Every code with its system, anywhere below."""
    if isinstance(node, dict):
        if "system" in node and "code" in node:
            yield node["system"], node["code"]
        for child in node.values():
            yield from codes(child)
    elif isinstance(node, list):
        for child in node:
            yield from codes(child)


def observed(bundle, condition):
    """The observation of a condition that the report names first: over all photos."""
    return next(
        one for one in resources(bundle, "Observation") if one["code"]["coding"][0]["code"] == condition_code(condition)
    )


def code_of(concept):
    return concept["coding"][0]["code"]


@LANGUAGES
def test_validates_with_everything_in_it(language):
    report = make_report(
        (make_graded("a", dandruff=2, hair_loss=None), make_graded("b", View.CROWN, "crown"), make_refused(), None),
        language,
        word="밤에 가려워요.",
    )
    bundle = fhir_bundle(report)
    model = Bundle.model_validate(json.loads(fhir_json(report)))
    assert model.entry[0].resource.get_resource_type() == "DiagnosticReport"
    kinds = [one["resource"]["resourceType"] for one in bundle["entry"]]
    assert set(kinds) == {
        "DiagnosticReport",
        "Observation",
        "Device",
        "Patient",
        "QuestionnaireResponse",
        "CarePlan",
        "CodeSystem",
    }
    assert len({one["resource"]["id"] for one in bundle["entry"]}) == len(kinds)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(photos=PHOTOS, language=st.sampled_from(Language), age_band=st.none() | st.sampled_from(AgeBand), word=st.text())
def test_any_result_validates(photos, language, age_band, word):
    report = make_report(tuple(photos), language, age_band=age_band, word=word)
    content = fhir_json(report).encode("utf-8")
    bundle = json.loads(content)
    Bundle.model_validate(bundle)
    present = {one["fullUrl"] for one in bundle["entry"]}
    assert set(re.findall(r'"reference": "([^"]+)"', content.decode())) <= present
    for _, finding, _ in report.findings:
        one = observed(bundle, finding.condition)
        assert ("valueCodeableConcept" in one) is not finding.abstained
        assert ("dataAbsentReason" in one) is finding.abstained


def test_one_observation_per_condition_with_grade_probabilities_and_set():
    bundle = fhir_bundle(make_report((make_graded(dandruff=2),)))
    for condition in CONDITIONS:
        observed(bundle, condition)
    dandruff = observed(bundle, Condition.DANDRUFF)
    assert code_of(dandruff["valueCodeableConcept"]) == "grade-2"
    parts = {code_of(part["code"]): part for part in dandruff["component"]}
    assert [parts[f"probability-{grade}"]["valueQuantity"]["value"] for grade in range(4)] == [0.1, 0.2, 0.4, 0.3]
    assert [parts[f"possible-{grade}"]["valueBoolean"] for grade in range(4)] == [False, False, True, False]
    (device,) = resources(bundle, "Device")
    assert dandruff["device"]["reference"] == f"urn:uuid:{device['id']}"
    assert [one["value"] for one in device["version"]] == ["2026.11.22", __version__]


def test_an_abstention_carries_no_value_and_no_probability():
    bundle = fhir_bundle(make_report((ALL_ABSTAINED,)))
    for condition in CONDITIONS:
        one = observed(bundle, condition)
        assert code_of(one["dataAbsentReason"]) == "unknown"
        assert not [name for name in one if name.startswith("value")]
        assert {code_of(part["code"])[:8] for part in one["component"]} == {"possible"}


def test_a_crown_photo_says_none_to_mild():
    bundle = fhir_bundle(make_report((make_graded(view=View.CROWN),)))
    one = observed(bundle, Condition.HAIR_LOSS)
    assert code_of(one["valueCodeableConcept"]) == "grade-0-1"
    assert "probability-1" not in {code_of(part["code"]) for part in one["component"]}


def test_the_worst_of_several_photos_is_derived_from_each():
    bundle = fhir_bundle(make_report((make_graded("a", dandruff=1), make_graded("b", dandruff=3))))
    worst, *each = [
        one
        for one in resources(bundle, "Observation")
        if one["code"]["coding"][0]["code"] == condition_code(Condition.DANDRUFF)
    ]
    assert code_of(worst["valueCodeableConcept"]) == "grade-3"
    assert {one["reference"] for one in worst["derivedFrom"]} == {f"urn:uuid:{one['id']}" for one in each}
    assert sorted(code_of(one["valueCodeableConcept"]) for one in each) == ["grade-1", "grade-3"]


def test_refused_and_unreadable_photos_are_observed_as_such():
    bundle = fhir_bundle(make_report((make_refused(), None)))
    refused, unreadable = resources(bundle, "Observation")[:2]
    assert code_of(refused["valueCodeableConcept"]) == "refused-blurred"
    assert code_of(unreadable["dataAbsentReason"]) == "error"


def test_nothing_in_it_claims_to_be_confirmed():
    bundle = fhir_bundle(make_report())
    (report,) = resources(bundle, "DiagnosticReport")
    (plan,) = resources(bundle, "CarePlan")
    assert report["status"] == "partial"
    assert text(Language.ENGLISH, "report.fhir.note") in report["conclusion"]
    assert {one["status"] for one in resources(bundle, "Observation")} == {"preliminary"}
    assert (plan["status"], plan["intent"]) == ("draft", "proposal")


def test_red_flags_open_the_conclusion():
    report = make_report()
    (found,) = resources(fhir_bundle(report), "DiagnosticReport")
    assert found["conclusion"].startswith(report.plan.red_flags[0].text(Language.ENGLISH))


@LANGUAGES
def test_every_code_is_published_or_defined_in_the_bundle(language):
    bundle = fhir_bundle(make_report((make_graded("a", hair_loss=None), make_refused(), None), language))
    (system,) = resources(bundle, "CodeSystem")
    own = {one["code"] for one in system["concept"]}
    assert system["count"] == len(own)
    for name, code in codes([one for one in bundle["entry"] if one["resource"] is not system]):
        assert code in (own if PUBLISHED[name] is None else PUBLISHED[name])


def test_knows_no_name_and_no_picture():
    bundle = fhir_bundle(make_report(answers=CareAnswers()))
    (person,) = resources(bundle, "Patient")
    assert person.keys() == {"resourceType", "id", "gender"}
    assert not resources(bundle, "QuestionnaireResponse")
    assert '"data"' not in json.dumps(bundle)


def test_an_example_is_marked_as_test_data():
    report = make_report(example=True)
    bundle = fhir_bundle(report)
    Bundle.model_validate(bundle)
    assert bundle["meta"]["security"][0]["code"] == "HTEST"
    assert resources(bundle, "DiagnosticReport")[0]["conclusion"].startswith("Example")
    assert "meta" not in fhir_bundle(replace(report, example=False))


def test_carries_the_record_where_there_is_one():
    (stored,) = resources(fhir_bundle(make_report()), "DiagnosticReport")
    assert stored["identifier"][0]["value"] == f"urn:uuid:{RECORD}"
    (unstored,) = resources(fhir_bundle(make_report(record=None)), "DiagnosticReport")
    assert "identifier" not in unstored


def test_the_same_report_gives_the_same_bytes():
    report = make_report()
    assert fhir_json(report) == fhir_json(make_report())
    assert fhir_json(replace(report, made_at=report.made_at + timedelta(seconds=1))) != fhir_json(report)


def test_halves_of_letters_and_controls_cannot_break_the_file():
    content = fhir_json(make_report(word="\ud800가\x00\x1b\n<b>")).encode("utf-8")
    (told,) = resources(json.loads(content), "QuestionnaireResponse")
    assert told["item"][-1]["answer"] == [{"valueString": "가\n<b>"}]
