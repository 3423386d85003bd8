"""One row of a clinic list checked and put right: cells as written in, columns of the directory out."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from core.clinics.clinic import DERMATOLOGY, write_departments
from core.clinics.flaws import Flaw
from core.clinics.links import mended_web_link
from core.clinics.localities import settle_locality
from core.clinics.names import fold
from core.clinics.phones import settle_phone
from core.clinics.regions import locate
from core.clinics.romanize import spell

LONGEST: Final = 300
# South Korea with all its islands, in degrees.
_LATITUDES: Final = (32.9, 38.7)
_LONGITUDES: Final = (124.4, 132.0)
# What remains of a character that could not be decoded.
_LOST: Final = "\ufffd"

# HIRA's short name -> the name in law.
_KINDS: Final = {"상급종합": "상급종합병원"}
_COUNTED: Final = re.compile(r"(.*?)[\s(]*(\d+)\s*명?\)?")


class Role(StrEnum):
    """What a column of a list can hold."""

    ID = "id"
    NAME = "name"
    NAME_EN = "name_en"
    KIND = "kind"
    DEPARTMENTS = "departments"
    SPECIALISTS = "specialists"
    PROVINCE = "province"
    DISTRICT = "district"
    ADDRESS = "address"
    POSTCODE = "postcode"
    PHONE = "phone"
    HOMEPAGE = "homepage"
    BOOKING = "booking"
    HOURS = "hours"
    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    SOURCE = "source"


Cells = Mapping[Role, str]
_EMPTY: Final = dict.fromkeys(Role, "")
Row = dict[str, str | float | None]


def clean(text: str) -> str:
    """Return a cell without gaps at its ends, line ends, control and direction characters, in composed form."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    joined = " ".join(text.split())
    return joined if joined.isprintable() else "".join(letter for letter in joined if letter.isprintable()).strip()


def check(cells: Cells, *, key: str = "", source_date: str = "") -> tuple[Row, list[Flaw]]:
    """Check one row.

    Args:
        cells: What the row holds, by role; missing ones are empty.
        key: Id of the clinic in its source, with the source's name before it; empty where it gives none.
        source_date: State of the source.

    Returns:
        Columns of `core.clinics.lists.LIST_SCHEMA`, and what was found; where a flaw is fatal the row is of no use.
    """
    cell = _EMPTY | {role: clean(text) for role, text in cells.items() if text}
    flaws: list[Flaw] = []
    latitude, longitude = settle_position(cell[Role.LATITUDE], cell[Role.LONGITUDE], flaws)
    _check_use(cell, latitude, flaws)
    address = cell[Role.ADDRESS]
    # The address adds nothing where both are named, and would make every row a new question.
    named = cell[Role.PROVINCE] and cell[Role.DISTRICT]
    region, district = settle_locality(cell[Role.PROVINCE], cell[Role.DISTRICT], "") if named else (None, "")
    if region is None:
        start = " ".join(address.split()[:3])
        region, district = settle_locality(cell[Role.PROVINCE], cell[Role.DISTRICT], start)
    if region is None and latitude is not None and longitude is not None and (area := locate(latitude, longitude)):
        region, district = area.region, area.district
    if region is None:
        flaws.append(Flaw.NO_PROVINCE)
    phone, mended = settle_phone(cell[Role.PHONE], region, district) if cell[Role.PHONE] else ("", False)
    if mended or (cell[Role.PHONE] and not phone):
        flaws.append(Flaw.PHONE_MENDED if mended else Flaw.PHONE)
    row: Row = {
        "id": identity(key or _whereabouts(cell)),
        "source_key": key,
        "name": cell[Role.NAME],
        "spelled": fold(spell(cell[Role.NAME])),
        "name_en": cell[Role.NAME_EN],
        "kind": _KINDS.get(cell[Role.KIND], cell[Role.KIND]),
        "departments": _departments(cell[Role.DEPARTMENTS], cell[Role.SPECIALISTS]),
        "region": region.value if region else "",
        "district": district,
        "address": address,
        "postcode": _postcode(cell[Role.POSTCODE], flaws),
        "phone": phone,
        "homepage": _web(cell[Role.HOMEPAGE], Flaw.HOMEPAGE, flaws),
        "booking": _web(cell[Role.BOOKING], Flaw.BOOKING, flaws),
        "hours": "",
        "hours_note": cell[Role.HOURS],
        "source": cell[Role.SOURCE],
        "source_date": source_date,
        "latitude": latitude,
        "longitude": longitude,
    }
    return row, flaws


def identity(known: str) -> str:
    """Return a clinic's id: hashed, since it goes into addresses and scripts and has to be letters and digits only."""
    return hashlib.blake2s(known.encode(errors="replace"), digest_size=8).hexdigest()


def settle_position(latitude: str, longitude: str, flaws: list[Flaw]) -> tuple[float | None, float | None]:
    """Return a position in South Korea, turned round where the two were swapped; None for any other.

    Args:
        latitude: As written.
        longitude: As written.
        flaws: What is found is added here.
    """
    if not latitude and not longitude:
        return None, None
    try:
        lat, lon = float(latitude), float(longitude)
    except ValueError:
        flaws.append(Flaw.NO_NUMBER)
        return None, None
    if _in_korea(lat, lon):
        return lat, lon
    if _in_korea(lon, lat):
        flaws.append(Flaw.SWAPPED)
        return lon, lat
    flaws.append(Flaw.NOT_DEGREES if max(abs(lat), abs(lon)) > 360 else Flaw.OUTSIDE)
    return None, None


def _check_use(cell: Mapping[Role, str], latitude: float | None, flaws: list[Flaw]) -> None:
    if any(len(text) > LONGEST for text in cell.values()):
        flaws.append(Flaw.TOO_LONG)
    if _LOST in cell[Role.NAME] or _LOST in cell[Role.ADDRESS]:
        flaws.append(Flaw.UNREADABLE)
    if not cell[Role.NAME]:
        flaws.append(Flaw.NO_NAME)
    if latitude is None and not cell[Role.ADDRESS]:
        flaws.append(Flaw.NO_PLACE)
    elif latitude is None and not flaws:
        flaws.append(Flaw.NO_POSITION)


def _whereabouts(cell: Mapping[Role, str]) -> str:
    where = cell[Role.ADDRESS] or f"{cell[Role.LATITUDE]},{cell[Role.LONGITUDE]}"
    return f"{cell[Role.NAME]}|{where}"


def _departments(written: str, specialists: str) -> str:
    names: dict[str, None] = {}
    counts: dict[str, int] = {}
    for part in re.split(r"[|,;/·]", written.replace("=", " ")):
        counted = _COUNTED.fullmatch(part.strip())
        name = counted[1] if counted else part.strip()
        if name:
            names[name] = None
            if counted and int(counted[2]):
                counts[name] = int(counted[2])
    if specialists.isdecimal() and len(specialists) < 5 and int(specialists):
        names[DERMATOLOGY] = None
        counts[DERMATOLOGY] = int(specialists)
    return write_departments(names, counts.items())


def _postcode(written: str, flaws: list[Flaw]) -> str:
    digits = written.replace("-", "").removesuffix(".0")
    if not digits:
        return ""
    if digits.isdecimal() and digits.isascii() and len(digits) in (4, 5):
        if len(digits) == 4:
            flaws.append(Flaw.POSTCODE)
        return digits.zfill(5)
    # Postcodes had six digits until 2015, and mean nothing to anybody now.
    return ""


def _web(written: str, flaw: Flaw, flaws: list[Flaw]) -> str:
    link = mended_web_link(written)
    if link is None:
        flaws.append(flaw)
    return link or ""


def _in_korea(latitude: float, longitude: float) -> bool:
    # Not a number compares as outside.
    return _LATITUDES[0] <= latitude <= _LATITUDES[1] and _LONGITUDES[0] <= longitude <= _LONGITUDES[1]
