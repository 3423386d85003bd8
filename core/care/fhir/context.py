"""What surrounds the grades: the person, the software, the answers, the plan."""

from typing import Final

from core import __version__
from core.care.answers import answer_label, answer_words
from core.care.fhir.codes import AGE_CODE, DEVICE_CODE, Resource, our_concept
from core.care.fhir.frame import Frame
from core.care.plan import PlanLine
from core.locale import text
from core.taxonomy import AgeBand

_UCUM: Final = "http://unitsofmeasure.org"


def person(frame: Frame) -> Resource:
    """Return the person: without a name, with their sex where told."""
    person: Resource = {"resourceType": "Patient", "id": frame.patient}
    if frame.report.sex:
        person["gender"] = frame.report.sex.value
    return person


def age(frame: Frame, band: AgeBand) -> Resource:
    """Observe the age band."""
    first = int(band.value.removesuffix("s"))
    ages: Resource = {"low": _years(first)}
    if band is not AgeBand.SEVENTIES:
        ages["high"] = _years(first + 9)
    return {**frame.observation("age"), "code": our_concept(frame.language, AGE_CODE), "valueRange": ages}


def device(frame: Frame, model: str, version: str) -> Resource:
    """Return a model and the application it ran in."""
    return {
        "resourceType": "Device",
        "id": frame.id("device", model, version),
        "status": "active",
        "deviceName": [{"name": model, "type": "model-name"}],
        "version": [{"value": version}, {"type": {"text": "ScalpSpectra"}, "value": __version__}],
        "type": our_concept(frame.language, DEVICE_CODE),
    }


def answers(frame: Frame) -> Resource:
    """Return the life-style answers, and what the person wrote."""
    items = [
        {
            "linkId": field,
            "text": answer_label(frame.language, field),
            "answer": [{"valueString": answer_words(frame.language, field, value)} for value in values],
        }
        for field, values in frame.report.answers.told().items()
    ]
    if frame.word:
        label = text(frame.language, "report.answers.word")
        items.append({"linkId": "word", "text": label, "answer": [{"valueString": frame.word}]})
    return {
        "resourceType": "QuestionnaireResponse",
        "id": frame.id("answers"),
        "status": "completed",
        "subject": frame.subject(),
        "authored": frame.made_at,
        "item": items,
    }


def care_plan(frame: Frame) -> Resource:
    """Return the plan: a proposal, and a draft until a clinician takes it up."""
    return {
        "resourceType": "CarePlan",
        "id": frame.id("plan"),
        "status": "draft",
        "intent": "proposal",
        "title": frame.say("plan"),
        "subject": frame.subject(),
        "created": frame.made_at,
        "activity": [
            {"detail": {"status": "not-started", "description": _advice(frame, line)}}
            for line in frame.report.plan.lines
        ],
    }


def _advice(frame: Frame, line: PlanLine) -> str:
    reasons = "; ".join(dict.fromkeys(reason.text(frame.language) for reason in line.reasons))
    return f"{line.text(frame.language)} ({text(frame.language, 'report.plan.why', reasons=reasons)})"


def _years(years: int) -> Resource:
    return {"value": years, "unit": "a", "system": _UCUM, "code": "a"}
