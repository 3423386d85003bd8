"""What can be wrong with a row of a clinic list, and what becomes of it then."""

from dataclasses import dataclass
from enum import StrEnum

from core.locale import Language, text


class Flaw(StrEnum):
    """What is wrong with a row; the texts are `clinics.flaw.<value>`."""

    BROKEN = "broken"
    UNREADABLE = "unreadable"
    NO_NAME = "no_name"
    NO_PLACE = "no_place"
    DUPLICATE = "duplicate"
    TOO_LONG = "too_long"
    NO_PROVINCE = "no_province"
    NO_POSITION = "no_position"
    SWAPPED = "swapped"
    OUTSIDE = "outside"
    NOT_DEGREES = "not_degrees"
    NO_NUMBER = "no_number"
    PHONE = "phone"
    PHONE_MENDED = "phone_mended"
    POSTCODE = "postcode"
    HOMEPAGE = "homepage"
    BOOKING = "booking"
    HOURS = "hours"

    @property
    def fatal(self) -> bool:
        """Whether the row is left out; otherwise only the doubtful value is put right or left out."""
        return self in _FATAL


_FATAL = {Flaw.BROKEN, Flaw.UNREADABLE, Flaw.NO_NAME, Flaw.NO_PLACE, Flaw.DUPLICATE, Flaw.TOO_LONG}


@dataclass(frozen=True)
class Remark:
    """One thing found while reading.

    Attributes:
        line: Line of the file, the header being 1; in a spreadsheet the row.
        name: Name of the clinic as given, shortened.
        flaw: What was found.
    """

    line: int
    name: str
    flaw: Flaw

    def message(self, language: Language = Language.ENGLISH) -> str:
        """Say what was found and what became of the row."""
        return text(language, f"clinics.flaw.{self.flaw}", line=self.line, name=self.name)
