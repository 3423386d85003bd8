"""What all resources of one bundle share: ids, references, times."""

from datetime import datetime

from core.care.fhir.codes import Resource, name_id
from core.care.report.content import Report
from core.care.report.letters import without_controls
from core.locale import text


class Frame:
    """One report on its way to a bundle.

    Attributes:
        report: What goes into it.
        language: Of its words.
        patient: Id of the person.
        checked_at: When the photos were graded.
        made_at: When the report is made.
        word: What the person wants to tell the doctor, fit for FHIR; may be empty.
    """

    def __init__(self, report: Report) -> None:
        self.report = report
        self.language = report.language
        prints = [photo.diagnosis.photo_sha256 if photo.diagnosis else "" for photo in report.photos]
        self._key = name_id(report.record or "", report.checked_at.isoformat(), *prints)
        self.patient = self.id("patient")
        self.checked_at = _instant(report.checked_at)
        self.made_at = _instant(report.made_at)
        self.word = without_controls(report.word).strip()

    def id(self, *parts: object) -> str:
        """Return the id of a resource of this bundle."""
        return name_id(self._key, *parts)

    def say(self, key: str, **values: object) -> str:
        """Return a text of `report.fhir`."""
        return text(self.language, f"report.fhir.{key}", **values)

    def subject(self) -> Resource:
        """Refer to the person."""
        return {"reference": f"urn:uuid:{self.patient}"}

    def observation(self, *parts: object) -> Resource:
        """Begin an observation: unconfirmed, of this person, at this time."""
        return {
            "resourceType": "Observation",
            "id": self.id("observation", *parts),
            "status": "preliminary",
            "subject": self.subject(),
            "effectiveDateTime": self.checked_at,
            "issued": self.made_at,
        }


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
