"""What goes into a report: facts and pictures, in one language, without layout."""

from dataclasses import dataclass, field
from datetime import datetime

from core.care.answers import CareAnswers
from core.care.plan import Plan
from core.care.record_code import record_code
from core.findings import Diagnosis, Finding, worst_findings
from core.locale import Language
from core.taxonomy import AgeBand, Condition, Region, Sex, Site, View


@dataclass(frozen=True)
class ReportPhoto:
    """A photo that was looked at.

    Attributes:
        diagnosis: What came out; None where the file could not be read.
        site: Where on the head it was taken, where told.
        problem: Why it could not be read, in the language of the report; empty where it could.
        jpeg: The photo itself, only where the person wants it in the report.
    """

    diagnosis: Diagnosis | None
    site: Site | None = None
    problem: str = ""
    jpeg: bytes = b""


@dataclass(frozen=True)
class HeatPicture:
    """Where the evidence for one condition lies.

    Attributes:
        condition: The condition.
        photo: Index of the photo in `Report.photos`.
        jpeg: The picture.
    """

    condition: Condition
    photo: int
    jpeg: bytes


@dataclass(frozen=True)
class Report:
    """What goes into a report.

    Attributes:
        language: Of all words in it.
        made_at: When the report is made, with a time zone.
        checked_at: When the photos were graded, with a time zone.
        photos: Every photo of the visit in the order given, refused and unreadable ones included; at least one.
        plan: What follows from the grades and answers.
        summary: The result in one sentence; empty where nothing was graded.
        heatmaps: At most one per condition.
        heat_over_photo: Whether the heat maps lie over the photo. Without it they lie over plain grey.
        sex: As told.
        age_band: As told.
        region: As told.
        answers: Life-style answers.
        word: What the person wants to tell the doctor, in their own words.
        record: Id of the stored visit; None where nothing is stored.
        measured: What the models were measured on, one sentence each, each with its n.
        example: Whether a picture of it is a drawn example, not a photo of a person.
    """

    language: Language
    made_at: datetime
    checked_at: datetime
    photos: tuple[ReportPhoto, ...]
    plan: Plan
    summary: str = ""
    heatmaps: tuple[HeatPicture, ...] = ()
    heat_over_photo: bool = False
    sex: Sex | None = None
    age_band: AgeBand | None = None
    region: Region | None = None
    answers: CareAnswers = field(default_factory=CareAnswers)
    word: str = ""
    record: str | None = None
    measured: tuple[str, ...] = ()
    example: bool = False

    def __post_init__(self) -> None:
        """Check times and pictures."""
        if self.made_at.tzinfo is None or self.checked_at.tzinfo is None:
            raise ValueError("made_at and checked_at need a time zone")
        if not self.photos:
            raise ValueError("a report is about at least one photo")
        for heatmap in self.heatmaps:
            if self.photos[heatmap.photo].diagnosis is None:
                raise ValueError("a heat map belongs to a graded photo")

    @property
    def graded(self) -> tuple[tuple[int, Diagnosis], ...]:
        """The graded photos: index and diagnosis."""
        known = ((index, photo.diagnosis) for index, photo in enumerate(self.photos))
        return tuple((index, diagnosis) for index, diagnosis in known if diagnosis is not None and diagnosis.accepted)

    @property
    def findings(self) -> tuple[tuple[int, Finding, View | None], ...]:
        """The worst credible finding per condition: index of its photo, finding, what that photo shows."""
        origin = {id(finding): (index, found.view) for index, found in self.graded for finding in found.findings}
        worst = worst_findings(diagnosis for _, diagnosis in self.graded)
        return tuple((origin[id(finding)][0], finding, origin[id(finding)][1]) for finding in worst)

    @property
    def models(self) -> tuple[tuple[str, str], ...]:
        """Id and version of every model that graded, each once."""
        used = ((str(d.model_id), str(d.model_version)) for _, d in self.graded)
        return tuple(dict.fromkeys(used))

    @property
    def code(self) -> str | None:
        """The code that finds the record; None where nothing is stored."""
        return record_code(self.record) if self.record else None
