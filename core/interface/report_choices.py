"""What a person chose for their report, and what they told. Light: a page draws with it before a report is made."""

from dataclasses import dataclass, field

from core.care.answers import CareAnswers
from core.locale import Language
from core.taxonomy import AgeBand, Region, Sex


@dataclass(frozen=True)
class ReportChoices:
    """What the person chose for their report.

    Attributes:
        language: Of the report.
        with_photo: Whether the photo may be shown.
        word: What they want to tell the doctor.
    """

    language: Language
    with_photo: bool = False
    word: str = ""


@dataclass(frozen=True)
class ReportPerson:
    """What the person told.

    Attributes:
        sex: As told.
        age_band: As told.
        region: As told.
        answers: Life-style answers.
    """

    sex: Sex | None = None
    age_band: AgeBand | None = None
    region: Region | None = None
    answers: CareAnswers = field(default_factory=CareAnswers)
