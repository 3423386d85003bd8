"""What the clinic page calls things: places, kinds, departments, distances, opening hours."""

from collections.abc import Iterable
from itertools import groupby

from core.clinics.clinic import DERMATOLOGY, Clinic, Hours
from core.clinics.regions import Area
from core.clinics.romanize import romanize
from core.interface.language import current_language, say
from core.locale import Language

_FEW_DEPARTMENTS = 4


def area_name(area: Area) -> str:
    """Return the name of a district with its province, or of the province, in the language of this session."""
    region = say(f"taxonomy.region.{area.region}")
    if not area.district:
        return region
    return say("clinics.where.full", region=region, district=district_name(area.district))


def district_name(district: str) -> str:
    """Return the name of a district in the language of this session."""
    return district if current_language() is Language.KOREAN else romanize(district)


def word_name(table: str, word: str) -> str:
    """Return a kind or department in the language of this session; HIRA's word where it has no translation."""
    try:
        return say(f"clinics.{table}.{word}")
    except KeyError:
        return word


def distance_words(km: float) -> str:
    """Return a distance as people say it: in metres where it is short."""
    if km < 0.995:
        return say("clinics.card.metres", m=f"{max(round(km * 100), 1) * 10}")
    return say("clinics.card.distance", km=f"{km:.1f}" if km < 99.95 else f"{km:,.0f}")


def specialists_of(clinic: Clinic, departments: Iterable[str]) -> int:
    """Return how many specialists of these departments (dermatology where none is named) a clinic has; 0 if unknown."""
    return sum(clinic.specialists_in(name) or 0 for name in dict.fromkeys(departments) or (DERMATOLOGY,))


def department_words(clinic: Clinic, wanted: tuple[str, ...], *, all_of_them: bool) -> str:
    """Return the departments of a clinic, with the number of specialists where it is known, those looked for first.

    Args:
        clinic: The clinic.
        wanted: Departments that are looked for; dermatology where there are none.
        all_of_them: Otherwise a few, and how many more there are.
    """
    first = wanted or (DERMATOLOGY,)
    names = sorted(clinic.departments, key=lambda name: name not in first)
    listed = names if all_of_them or len(names) <= _FEW_DEPARTMENTS else names[: _FEW_DEPARTMENTS - 1]
    words = [_department(clinic, name) for name in listed]
    if len(names) > len(listed):
        words.append(say("clinics.card.more_departments", n=len(names) - len(listed)))
    return ", ".join(words)


def hours_words(clinic: Clinic) -> tuple[str, ...]:
    """Return opening hours as lines: the week, days in a row with the same hours together, and what words add."""
    spans = groupby(clinic.hours, key=lambda hours: (hours.opens, hours.closes))
    week = [say("clinics.hours.line", days=_days(list(days)), hours=_span(*span)) for span, days in spans]
    return tuple(line for line in (" · ".join(week), clinic.hours_note) if line)


def _department(clinic: Clinic, name: str) -> str:
    count = clinic.specialists_in(name)
    named = word_name("department", name)
    if not count:
        return named
    number = "one" if count == 1 else "many"
    return say(f"clinics.card.specialists_{number}", department=named, n=count)


def _days(days: list[Hours]) -> str:
    first, last = (say(f"clinics.day.{hours.day}") for hours in (days[0], days[-1]))
    return first if len(days) == 1 else say("clinics.hours.days", first=first, last=last)


def _span(opens: str, closes: str) -> str:
    return say("clinics.hours.span", opens=opens, closes=closes) if opens else say("clinics.hours.closed")
