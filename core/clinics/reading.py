"""A table of clinics (CSV) read and checked: good rows become clinics, everything else is reported."""

import csv
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from core.clinics.clinic import Clinic
from core.clinics.links import phone_link, web_link
from core.clinics.regions import find_region
from core.errors import ClinicsError
from core.locale import Language, text
from core.settings import DATA_DIR

__all__ = ["BUILT_IN", "BUILT_IN_DATE", "COLUMNS", "Clinic", "Flaw", "Reading", "Remark", "read_clinics"]

BUILT_IN: Final = DATA_DIR / "clinics" / "clinics.csv"
BUILT_IN_DATE: Final = "2026-06-30"
COLUMNS: Final = (
    "name", "name_en", "kind", "departments", "province", "district",
    "address", "phone", "homepage", "latitude", "longitude", "source",
)  # fmt: skip
# South Korea with all its islands, in degrees.
_LATITUDES: Final = (32.9, 38.7)
_LONGITUDES: Final = (124.4, 132.0)
_LONGEST: Final = 300


class Flaw(StrEnum):
    """What is wrong with a row; the texts are `clinics.flaw.<value>`."""

    NO_NAME = "no_name"
    NO_PLACE = "no_place"
    DUPLICATE = "duplicate"
    TOO_LONG = "too_long"
    NO_PROVINCE = "no_province"
    SWAPPED = "swapped"
    OUTSIDE = "outside"
    NO_NUMBER = "no_number"
    PHONE = "phone"
    HOMEPAGE = "homepage"

    @property
    def fatal(self) -> bool:
        """Whether the row is left out; otherwise only the doubtful value is put right or left out."""
        return self in (Flaw.NO_NAME, Flaw.NO_PLACE, Flaw.DUPLICATE, Flaw.TOO_LONG)


@dataclass(frozen=True)
class Remark:
    """One thing found while reading.

    Attributes:
        line: Line of the file, the header being 1.
        name: Name of the clinic as given.
        flaw: What was found.
    """

    line: int
    name: str
    flaw: Flaw

    def message(self, language: Language = Language.ENGLISH) -> str:
        """Say what was found and what became of the row."""
        return text(language, f"clinics.flaw.{self.flaw}", line=self.line, name=self.name)


@dataclass(frozen=True)
class Reading:
    """What a table gave.

    Attributes:
        clinics: The good rows, in the order of the file.
        remarks: Everything that was put right or left out.
    """

    clinics: tuple[Clinic, ...]
    remarks: tuple[Remark, ...]


def read_clinics(path: Path) -> Reading:
    """Read a CSV file (UTF-8, with or without byte order mark) with the columns `COLUMNS`, optionally `id`.

    Raises:
        ClinicsError: The file is missing, no such table, or holds no usable row.
    """
    try:
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ClinicsError("clinics.no_file", name=path.name) from error
    except UnicodeDecodeError as error:
        raise ClinicsError("clinics.not_a_table", name=path.name) from error
    return _read_rows(content, path.name)


def _read_rows(content: str, file_name: str) -> Reading:
    rows = csv.DictReader(io.StringIO(content, newline=""), restval="", restkey="")
    missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
    if missing:
        raise ClinicsError("clinics.missing_columns", name=file_name, columns=", ".join(missing))
    clinics: dict[str, Clinic] = {}
    remarks: list[Remark] = []
    try:
        for row in rows:
            clinic, flaws = _read_row(row)
            if clinic.id in clinics:
                flaws = (*flaws, Flaw.DUPLICATE)
            remarks += [Remark(rows.line_num, clinic.name[:60], flaw) for flaw in flaws]
            if not any(flaw.fatal for flaw in flaws):
                clinics[clinic.id] = clinic
    except csv.Error as error:
        raise ClinicsError("clinics.not_a_table", name=file_name) from error
    if not clinics:
        raise ClinicsError("clinics.empty", name=file_name)
    return Reading(tuple(clinics.values()), tuple(remarks))


def _read_row(row: Mapping[str, str]) -> tuple[Clinic, tuple[Flaw, ...]]:
    cell = {column: " ".join(row.get(column, "").split()) for column in ("id", *COLUMNS)}
    latitude, longitude, flaws = _read_position(cell["latitude"], cell["longitude"])
    if any(len(value) > _LONGEST for value in cell.values()):
        flaws.append(Flaw.TOO_LONG)
    if not cell["name"]:
        flaws.append(Flaw.NO_NAME)
    if latitude is None and not cell["address"]:
        flaws.append(Flaw.NO_PLACE)
    region = find_region(cell["province"], cell["district"])
    if region is None:
        flaws.append(Flaw.NO_PROVINCE)
    if cell["phone"] and phone_link(cell["phone"]) is None:
        flaws.append(Flaw.PHONE)
        cell["phone"] = ""
    homepage = web_link(cell["homepage"]) if cell["homepage"] else ""
    if homepage is None:
        flaws.append(Flaw.HOMEPAGE)
    clinic = Clinic(
        id=_identity(cell),
        name=cell["name"],
        name_en=cell["name_en"],
        kind=cell["kind"],
        departments=tuple(word.strip() for word in cell["departments"].split("|") if word.strip()),
        region=region,
        district=cell["district"],
        address=cell["address"],
        phone=cell["phone"],
        homepage=homepage or "",
        latitude=latitude,
        longitude=longitude,
        source=cell["source"],
        source_date=BUILT_IN_DATE,
    )
    return clinic, tuple(flaws)


def _identity(cell: Mapping[str, str]) -> str:
    # Hashed even where an id is given: it goes into addresses and scripts, so it is letters and digits only.
    known = cell["id"] or f"{cell['name']}|{cell['address']}"
    return hashlib.blake2s(known.encode(), digest_size=8).hexdigest()


def _read_position(latitude: str, longitude: str) -> tuple[float | None, float | None, list[Flaw]]:
    if not latitude and not longitude:
        return None, None, []
    try:
        lat, lon = float(latitude), float(longitude)
    except ValueError:
        return None, None, [Flaw.NO_NUMBER]
    if _in_korea(lat, lon):
        return lat, lon, []
    if _in_korea(lon, lat):
        return lon, lat, [Flaw.SWAPPED]
    return None, None, [Flaw.OUTSIDE]


def _in_korea(latitude: float, longitude: float) -> bool:
    # Not a number compares as outside.
    return _LATITUDES[0] <= latitude <= _LATITUDES[1] and _LONGITUDES[0] <= longitude <= _LONGITUDES[1]
