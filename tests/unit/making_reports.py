"""Reports to print, made from plain values; and diagnoses of any kind for hypothesis."""

import hashlib
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
from hypothesis import strategies as st

from core.care.answers import CareAnswers, Cycle, LastTreatment, Loss, Medication, Shampoo, Sign, Strength
from core.care.plan import make_plan
from core.care.report import HeatPicture, Report, ReportPhoto
from core.findings import Diagnosis, Finding, Quality, Reason, Refusal
from core.locale import Language
from core.taxonomy import CONDITIONS_OF_VIEW, SEVERITIES, AgeBand, Condition, Region, Severity, Sex, Site, View
from core.vision.photo import encode_jpeg

RECORD = "6f1f4b7c-2a10-5e0f-9a4e-5b0b8d1e6d3c"
KOREA = timezone(timedelta(hours=9))
MADE_AT = datetime(2026, 11, 22, 14, 30, tzinfo=KOREA)
TOLD = CareAnswers(
    shampoo=Shampoo.DAILY,
    dye=Cycle.MONTHLY,
    last_treatment=LastTreatment.WEEK,
    itching=Strength.STRONG,
    loss=Loss.PATCHY,
    signs=frozenset({Sign.PUS}),
    medication=frozenset({Medication.MINOXIDIL}),
)


def make_finding(condition, severity, possible=None, probabilities=(0.1, 0.2, 0.4, 0.3)):
    possible = possible or ((severity,) if severity is not None else tuple(Severity))
    return Finding(condition, probabilities, None if severity is None else Severity(severity), tuple(possible))


def make_graded(photo="photo", view=View.MICROSCOPE, model="microscope", version="2026.11.22", **grades):
    """A graded photo; conditions not named are good, None is an abstention."""
    findings = tuple(make_finding(c, grades.get(c.value, Severity.GOOD)) for c in CONDITIONS_OF_VIEW[view])
    print_ = hashlib.sha256(photo.encode()).hexdigest()
    return Diagnosis(print_, Quality(view), model, version, findings, (0, 0, 10, 10), 4.0)


def make_refused(refusal=Refusal.BLURRED):
    quality = Quality(None, (Reason(refusal, 0.0123, 0.0272),))
    return Diagnosis("f" * 64, quality, None, None, (), (0, 0, 0, 0), 1.0)


def make_jpeg(seed=0, size=(60, 80)):
    return encode_jpeg(np.random.default_rng(seed).integers(0, 255, (*size, 3), dtype=np.uint8))


def make_report(diagnoses=(), language=Language.ENGLISH, answers=TOLD, **rest):
    """A report about these diagnoses; None stands for an unreadable file."""
    diagnoses = diagnoses or (make_graded(dandruff=2, hair_loss=None, interfollicular_erythema=1),)
    photos = rest.pop("photos", None) or tuple(
        ReportPhoto(diagnosis, Site.LEFT if index else None, "" if diagnosis else "The file is empty.")
        for index, diagnosis in enumerate(diagnoses)
    )
    given = [diagnosis for diagnosis in diagnoses if diagnosis is not None]
    plan = make_plan(given, answers, sex=Sex.FEMALE, age_band=AgeBand.THIRTIES, on=date(2026, 11, 22))
    values = {
        "made_at": MADE_AT,
        "checked_at": datetime(2026, 11, 22, 5, 20, tzinfo=UTC).astimezone(KOREA),
        "plan": plan,
        "summary": "Moderate dandruff is likely.",
        "sex": Sex.FEMALE,
        "age_band": AgeBand.THIRTIES,
        "region": Region.SEOUL,
        "answers": answers,
        "record": RECORD,
        "measured": ("Checked against grades on real photos: hair loss (n = 398).",),
    }
    return Report(language=language, photos=photos, **{**values, **rest})


def with_heatmaps(report):
    """The same report with a picture for each condition that was found."""
    heats = [
        HeatPicture(finding.condition, index, make_jpeg(number))
        for number, (index, finding, _) in enumerate(report.findings)
        if finding.present
    ]
    return {"heatmaps": tuple(heats)}


@st.composite
def findings(draw, condition):
    shares = draw(st.lists(st.floats(0, 1), min_size=4, max_size=4).filter(lambda s: sum(s) > 1e-3))
    possible = tuple(sorted(draw(st.sets(st.sampled_from(SEVERITIES), min_size=1))))
    severity = draw(st.none() | st.sampled_from(possible))
    return Finding(condition, tuple(share / sum(shares) for share in shares), severity, possible)


@st.composite
def diagnoses(draw):
    """Graded, refused or unreadable."""
    kind = draw(st.sampled_from(["microscope", "microscope", "crown", "refused", "unreadable"]))
    if kind == "unreadable":
        return None
    if kind == "refused":
        return make_refused(draw(st.sampled_from(Refusal)))
    view = View(kind)
    graded = tuple(draw(findings(condition)) for condition in CONDITIONS_OF_VIEW[view])
    print_ = draw(st.binary(min_size=32, max_size=32)).hex()
    return Diagnosis(print_, Quality(view), kind, "1", graded, (0, 0, 10, 10), 4.0)


PHOTOS = st.lists(diagnoses(), min_size=1, max_size=4)
ALL_ABSTAINED = make_graded(**{c.value: None for c in Condition})
