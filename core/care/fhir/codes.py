"""The codes of our FHIR resources: published ones where they exist, and our own, defined in the bundle itself.

Published: LOINC has no code for such a report and none is invented. SNOMED CT names the body site alone (43067004, skin
structure of scalp). Conditions are not coded as diseases: a grade of a photo is no diagnosis. Categories and the
reasons for a missing value come from HL7's own terminology.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid5

from core import __version__
from core.findings import Refusal
from core.locale import Language, text
from core.taxonomy import CONDITIONS, SEVERITIES, Condition, Severity, View

Resource = dict[str, Any]

# One identifier for ever: whoever reads two of our bundles sees the same codes.
_OURS: Final = UUID("c0f6a0a4-4c0a-5f0b-9d7c-7a0f2f3f3a61")
CODE_SYSTEM: Final = f"urn:uuid:{_OURS}"
_SNOMED: Final = "http://snomed.info/sct"
_SCALP: Final = "43067004"
_OBSERVATION_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
_REPORT_CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/v2-0074"
_ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
# Marks data that are of no person: the drawn examples.
TEST_DATA: Final[Mapping[str, str]] = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
REPORT_CODE: Final = "scalp-photo-report"
QUALITY_CODE: Final = "photo-quality"
AGE_CODE: Final = "age-band"
DEVICE_CODE: Final = "grading-software"


def name_id(*parts: object) -> str:
    """Return an id that is the same for the same parts."""
    return str(uuid5(_OURS, "|".join(map(str, parts))))


def our_concept(language: Language, code: str) -> Resource:
    """Return a concept of our own code system."""
    words = code_words(language, code)
    return {"coding": [{"system": CODE_SYSTEM, "code": code, "display": words}], "text": words}


def condition_code(condition: Condition) -> str:
    """Return the code under which a condition is observed."""
    return condition.value.replace("_", "-")


def grade_code(severity: Severity, view: View | None = None) -> str:
    """Return the code of a grade; the lowest grade of a crown photo is another: none to mild."""
    return "grade-0-1" if view is View.CROWN and severity is Severity.GOOD else f"grade-{int(severity)}"


def probability_code(severity: Severity) -> str:
    """Return the code of the probability of a grade."""
    return f"probability-{int(severity)}"


def possible_code(severity: Severity) -> str:
    """Return the code that says whether a grade stays possible."""
    return f"possible-{int(severity)}"


def refusal_code(refusal: Refusal | None) -> str:
    """Return the code of the fitness of a photo: a reason to refuse it, or none."""
    return "fit" if refusal is None else f"refused-{refusal.value.replace('_', '-')}"


def scalp_site(language: Language, spot: str = "") -> Resource:
    """Return the body site.

    Args:
        language: Of the words.
        spot: Where on the head, in words; empty where not told.
    """
    words = text(language, "report.fhir.scalp")
    coding = {"system": _SNOMED, "code": _SCALP, "display": "Skin structure of scalp"}
    return {"coding": [coding], "text": f"{words} · {spot}" if spot else words}


def observation_category() -> list[Resource]:
    """Return the category of what was seen on a picture."""
    return [{"coding": [{"system": _OBSERVATION_CATEGORY, "code": "imaging", "display": "Imaging"}]}]


def report_category() -> list[Resource]:
    """Return the category of the report: none of HL7's diagnostic services fits, so "other"."""
    return [{"coding": [{"system": _REPORT_CATEGORY, "code": "OTH", "display": "Other"}]}]


def absent(code: str, display: str, words: str) -> Resource:
    """Return why a value is missing."""
    return {"coding": [{"system": _ABSENT, "code": code, "display": display}], "text": words}


def code_words(language: Language, code: str) -> str:
    """Return what one of our codes means.

    Raises:
        KeyError: It is none of ours.
    """
    return _WORDS[code](language)


def code_system(language: Language) -> Resource:
    """Return our code system with every code in both languages, so that a bundle explains itself."""
    concepts = []
    for code in _WORDS:
        other = next(one for one in Language if one is not language)
        concepts.append(
            {
                "code": code,
                "display": code_words(language, code),
                "designation": [{"language": other.value, "value": code_words(other, code)}],
            }
        )
    return {
        "resourceType": "CodeSystem",
        "id": name_id("code system"),
        "url": CODE_SYSTEM,
        "version": __version__,
        "name": "ScalpSpectraCodes",
        "title": text(language, "report.fhir.codes"),
        "status": "active",
        "experimental": False,
        "content": "complete",
        "caseSensitive": True,
        "count": len(concepts),
        "concept": concepts,
    }


class _Words:
    """A text by key, with values; Korean or English when called."""

    def __init__(self, key: str, **values: object) -> None:
        self._key, self._values = key, values

    def __call__(self, language: Language) -> str:
        return text(language, self._key, **self._values)


_WORDS: Final[Mapping[str, _Words]] = {
    REPORT_CODE: _Words("report.fhir.title"),
    QUALITY_CODE: _Words("report.fhir.quality"),
    AGE_CODE: _Words("report.fhir.age_band"),
    DEVICE_CODE: _Words("report.fhir.device"),
    **{condition_code(c): _Words(f"taxonomy.condition.{c}") for c in CONDITIONS},
    **{grade_code(s): _Words(f"taxonomy.severity.{int(s)}") for s in SEVERITIES},
    grade_code(Severity.GOOD, View.CROWN): _Words("taxonomy.severity_crown.0"),
    **{probability_code(s): _Words("report.fhir.probability", number=int(s)) for s in SEVERITIES},
    **{possible_code(s): _Words("report.fhir.possible", number=int(s)) for s in SEVERITIES},
    refusal_code(None): _Words("report.fhir.fit"),
    **{refusal_code(r): _Words(f"diagnosis.refused.{r}.why") for r in Refusal},
}
