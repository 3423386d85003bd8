"""What flows through the directory: a clinic, its opening hours, and how both are written in a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.locale import Language
from core.taxonomy import Region

DERMATOLOGY: Final = "피부과"


class Day(StrEnum):
    """What opening hours are told for; the order is that of the week."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"
    SUNDAY = "sun"
    HOLIDAY = "holiday"


@dataclass(frozen=True)
class Hours:
    """Opening hours of one day.

    Attributes:
        day: The day.
        opens: `09:00`; empty where the place is closed that day.
        closes: `18:00`, up to `24:00`; empty likewise.
    """

    day: Day
    opens: str = ""
    closes: str = ""

    @property
    def closed(self) -> bool:
        """Whether the source says that the place is closed."""
        return not self.opens


@dataclass(frozen=True)
class Clinic:
    """One clinic or hospital.

    Attributes:
        id: Stable name for addresses, letters and digits.
        name: Korean name.
        name_en: English name, or empty.
        kind: Kind of institution in HIRA's words, for example 상급종합병원.
        departments: Departments in HIRA's words, for example 피부과.
        region: Province; None where unknown.
        district: District in Korean.
        address: Street address in Korean.
        phone: Phone number as people write it, or empty.
        homepage: http or https address, or empty.
        latitude: Degrees (WGS84); None where unknown, and then `longitude` too.
        longitude: Degrees (WGS84).
        source: Where the row comes from.
        specialists: Specialists by department, where the source counts them; more than 0 each.
        postcode: Five digits, or empty.
        booking: Address to book at (http or https) that the operator or an imported list gave, or empty.
        hours: Opening hours by day, in the order of the week; empty where the source has none.
        hours_note: Opening hours in words, where the source has only those.
        source_date: State of the source as `2026-06-30` or `2026-06`, or empty where it is unknown.
        list_id: The list of the directory it stands in (`ClinicStore.lists`); 0 is the built-in one.
    """

    id: str
    name: str
    name_en: str
    kind: str
    departments: tuple[str, ...]
    region: Region | None
    district: str
    address: str
    phone: str
    homepage: str
    latitude: float | None
    longitude: float | None
    source: str
    specialists: tuple[tuple[str, int], ...] = ()
    postcode: str = ""
    booking: str = ""
    hours: tuple[Hours, ...] = ()
    hours_note: str = ""
    source_date: str = ""
    list_id: int = 0

    def name_in(self, language: Language) -> str:
        """Return the English name for English where there is one, else the Korean name."""
        return self.name_en or self.name if language is Language.ENGLISH else self.name

    def specialists_in(self, department: str = DERMATOLOGY) -> int | None:
        """Return how many specialists a department has; None where the source does not say."""
        return dict(self.specialists).get(department)


def write_departments(departments: Iterable[str], specialists: Iterable[tuple[str, int]]) -> str:
    """Write departments into one cell: `피부과=3|성형외과`."""
    counts = dict(specialists)
    return "|".join(f"{name}={counts[name]}" if name in counts else name for name in departments)


def read_departments(cell: str) -> tuple[tuple[str, ...], tuple[tuple[str, int], ...]]:
    """Read what `write_departments` wrote: the departments, and the specialists of those that were counted."""
    parts = [part.partition("=") for part in cell.split("|") if part]
    return tuple(name for name, _, _ in parts), tuple((name, int(count)) for name, _, count in parts if count)


def write_hours(hours: Iterable[Hours]) -> str:
    """Write opening hours into one cell: `mon=09:00-18:00|sun=`."""
    return "|".join(f"{each.day}={each.opens}-{each.closes}" if each.opens else f"{each.day}=" for each in hours)


def read_hours(cell: str) -> tuple[Hours, ...]:
    """Read what `write_hours` wrote."""
    days = (part.partition("=") for part in cell.split("|") if part)
    return tuple(Hours(Day(day), *span.split("-")) if span else Hours(Day(day)) for day, _, span in days)
