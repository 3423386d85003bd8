"""Plans from grades written as short words: `2` is moderate, `1:01` mild with good possible, `?` abstained."""

import tomllib
from datetime import date
from pathlib import Path

from core.care.answers import CareAnswers
from core.care.plan import make_plan
from core.findings import Diagnosis, Finding, Quality, Reason, Refusal
from core.taxonomy import CONDITIONS_OF_VIEW, AgeBand, Condition, Severity, Sex, View

CASES = tomllib.loads(Path(__file__).with_name("plan_cases.toml").read_text(encoding="utf-8"))["case"]
DAY = date(2026, 11, 22)
SHORT = {
    "scaling": Condition.FINE_SCALING,
    "sebum": Condition.EXCESS_SEBUM,
    "redness": Condition.INTERFOLLICULAR_ERYTHEMA,
    "pustules": Condition.FOLLICULAR_PUSTULES,
    "dandruff": Condition.DANDRUFF,
    "loss": Condition.HAIR_LOSS,
}


def finding(condition, word="0"):
    if word == "?":
        return Finding(condition, (0.25, 0.25, 0.25, 0.25), None, tuple(Severity))
    grade, _, possible = word.partition(":")
    shares = [0.1, 0.1, 0.1, 0.1]
    shares[int(grade)] = 0.7
    return Finding(condition, tuple(shares), Severity(int(grade)), tuple(Severity(int(s)) for s in possible or grade))


def diagnosis(grades="", view=View.MICROSCOPE):
    """Grades as `dandruff=2:12 sebum=1`; what is not named is graded good."""
    words = dict(part.split("=") for part in grades.split())
    named = {SHORT[name]: word for name, word in words.items()}
    findings = tuple(finding(condition, named.get(condition, "0")) for condition in CONDITIONS_OF_VIEW[view])
    return Diagnosis("a" * 64, Quality(view), "model", "1", findings, (0, 0, 1, 1), 1.0)


def refused():
    return Diagnosis("b" * 64, Quality(None, (Reason(Refusal.DARK, 1, 2),)), None, None, (), (0, 0, 1, 1), 1.0)


def answers(words=""):
    """Answers as `shampoo=daily hair=dry,bleached`."""
    return CareAnswers.from_mapping(dict(part.split("=") for part in words.split()))


def plan(grades="", told="", *, person="", view=View.MICROSCOPE):
    """A plan; `person` as `male 30s`."""
    sex = next((Sex(word) for word in person.split() if word in tuple(Sex)), None)
    age_band = next((AgeBand(word) for word in person.split() if word in tuple(AgeBand)), None)
    diagnoses = [refused()] if grades == "refused" else [] if grades == "none" else [diagnosis(grades, view)]
    return make_plan(diagnoses, answers(told), sex=sex, age_band=age_band, on=DAY)


def contents(made):
    """What is in a plan: ids of its lines, `seek:...` and `avoid:...`."""
    ids = {line.id for line in made.lines}
    return ids | {f"seek:{name}" for name in made.seek} | {f"avoid:{name}" for name in made.avoid}
