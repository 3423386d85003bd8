"""A table of clinics in our own columns (CSV): good rows become clinics, everything else is reported.

Lists of others, in whatever columns, are read by `core.clinics.importing`.
"""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from core.clinics.checking import Role, Row, check
from core.clinics.clinic import Clinic
from core.clinics.flaws import Flaw, Remark
from core.clinics.table import clinic_of
from core.errors import ClinicsError
from core.settings import DATA_DIR

__all__ = ["BUILT_IN", "BUILT_IN_DATE", "COLUMNS", "Clinic", "Flaw", "Reading", "Remark", "read_clinics"]

BUILT_IN: Final = DATA_DIR / "clinics" / "clinics.csv"
BUILT_IN_DATE: Final = "2026-06-30"
COLUMNS: Final = (
    "name", "name_en", "kind", "departments", "province", "district",
    "address", "phone", "homepage", "latitude", "longitude", "source",
)  # fmt: skip
_SHOWN: Final = 60


@dataclass(frozen=True)
class Reading:
    """What a table gave.

    Attributes:
        rows: The good rows as columns of `core.clinics.lists.LIST_SCHEMA`, in the order of the file.
        remarks: Everything that was put right or left out.
    """

    rows: tuple[Row, ...]
    remarks: tuple[Remark, ...]

    @property
    def clinics(self) -> tuple[Clinic, ...]:
        """The good rows."""
        return tuple(clinic_of(row) for row in self.rows)


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
    good: dict[str, Row] = {}
    remarks: list[Remark] = []
    try:
        for cells in rows:
            row, flaws = _check(cells)
            if row["id"] in good:
                flaws = [*flaws, Flaw.DUPLICATE]
            remarks += [Remark(rows.line_num, str(row["name"])[:_SHOWN], flaw) for flaw in flaws]
            if not any(flaw.fatal for flaw in flaws):
                good[str(row["id"])] = row
    except csv.Error as error:
        raise ClinicsError("clinics.not_a_table", name=file_name) from error
    if not good:
        raise ClinicsError("clinics.empty", name=file_name)
    return Reading(tuple(good.values()), tuple(remarks))


def _check(cells: dict[str, Any]) -> tuple[Row, list[Flaw]]:
    known = {role: cells.get(role.value) or "" for role in Role}
    key = f"own:{known[Role.ID]}" if known[Role.ID] else ""
    return check(known, key=key, source_date=BUILT_IN_DATE)
