"""What the columns of a table hold, told from its header; what kind of table it is follows from that."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from core.clinics.checking import Role
from core.clinics.clinic import Day
from core.errors import ClinicsError
from core.settings import DATA_DIR

# The Korean day in the header of HIRA's table of details.
DAYS: Final = dict(zip("월화수목금토일", Day, strict=False))

COLUMN_NAMES: Final = DATA_DIR / "clinics" / "columns.toml"
_KEYS: Final = ("암호화요양기호", "암호화된요양기호", "ykiho")
_DEPARTMENT: Final = ("진료과목코드명", "진료과목명", "dgsbjtcdnm")
_DEPARTMENT_SPECIALISTS: Final = ("과목별전문의수", "전문의수", "dgsbjtprsdrcnt")
_OPENS: Final = "진료시작시간{}요일"
_CLOSES: Final = "진료종료시간{}요일"
_CLOSED: Final = {Day.SUNDAY: "휴진안내일요일", Day.HOLIDAY: "휴진안내공휴일"}


class TableKind(StrEnum):
    """What a table is about."""

    HIRA_BASIC = "hira_basic"
    HIRA_DEPARTMENTS = "hira_departments"
    HIRA_DETAILS = "hira_details"
    HIRA_OTHER = "hira_other"
    OWN = "own"
    UNKNOWN = "unknown"

    @property
    def lists_clinics(self) -> bool:
        """Whether its rows are clinics."""
        return self in (TableKind.HIRA_BASIC, TableKind.OWN)


@dataclass(frozen=True)
class Columns:
    """A header understood.

    Attributes:
        kind: What the table is about.
        line: Line of the header.
        header: The names as written.
        roles: Which column holds what, for tables of clinics.
        missing: What a list of clinics would need and this table lacks, in the words of `clinics.role`.
    """

    kind: TableKind
    line: int
    header: tuple[str, ...]
    roles: Mapping[Role, int]
    missing: tuple[str, ...] = ()

    def column(self, *names: str) -> int | None:
        """Return the number of the first column of one of these names, folded; None where there is none."""
        folded = [fold_header(name) for name in self.header]
        return next((folded.index(name) for name in names if name in folded), None)

    @property
    def key(self) -> int:
        """The column of HIRA's id."""
        found = self.column(*_KEYS)
        assert found is not None, "only of HIRA's tables"
        return found

    @property
    def department(self) -> tuple[int, int]:
        """The columns of department and specialists, in the table of departments."""
        name, count = self.column(*_DEPARTMENT), self.column(*_DEPARTMENT_SPECIALISTS)
        assert name is not None
        assert count is not None
        return name, count

    @property
    def hours(self) -> dict[Day, tuple[int, int]]:
        """The columns where each day begins and ends, in the table of details."""
        spans = {day: (self.column(_OPENS.format(k)), self.column(_CLOSES.format(k))) for k, day in DAYS.items()}
        return {day: (start, end) for day, (start, end) in spans.items() if start is not None and end is not None}

    @property
    def closed(self) -> dict[Day, int]:
        """The columns that say in words whether a day is closed, in the table of details."""
        found = {day: self.column(name) for day, name in _CLOSED.items()}
        return {day: column for day, column in found.items() if column is not None}


def fold_header(name: str) -> str:
    """Return a column's name as it is compared: letters and digits alone."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).casefold())


def understand(start: Sequence[tuple[int, list[str]]], name: str, mapping: Mapping[Role, str] | None = None) -> Columns:
    """Find the header among the first rows of a table and understand it.

    Args:
        start: The first rows with their lines.
        name: Of the table, for messages.
        mapping: Columns named by the person, by role; they go before what is recognised.

    Raises:
        ClinicsError: A column named in `mapping` is not there (`clinics.no_such_column`).
    """
    readings = [
        _understand(line, tuple(cells), mapping or {}) for line, cells in start if any(c.strip() for c in cells)
    ]
    if not readings:
        return Columns(TableKind.UNKNOWN, 1, (), {}, _missing({}))
    # The title above a header has one cell; a row below it may hold a word that is some column's name.
    best = max(readings, key=lambda read: _likeness(read, mapping or {}))
    known = {fold_header(column) for column in best.header}
    for column in (mapping or {}).values():
        if fold_header(column) not in known:
            raise ClinicsError("clinics.no_such_column", name=name, column=column, columns=shown(best.header))
    return best


def _likeness(read: Columns, mapping: Mapping[Role, str]) -> tuple[bool, int, bool]:
    folded = {fold_header(name) for name in read.header}
    named = sum(fold_header(column) in folded for column in mapping.values())
    known = read.kind is not TableKind.UNKNOWN
    return known, len(read.roles) if known else named, sum(bool(name.strip()) for name in read.header) > 1


def shown(header: Sequence[str]) -> str:
    """Return the names of columns for a message: not all of them, and none of great length."""
    names = [column.strip()[:30] for column in header if column.strip()]
    return ", ".join(names[:20]) + (" ..." if len(names) > 20 else "")


def _understand(line: int, header: tuple[str, ...], mapping: Mapping[Role, str]) -> Columns:
    folded = [fold_header(name) for name in header]
    chosen = {role: fold_header(column) for role, column in mapping.items()}
    roles: dict[Role, int] = {}
    for role, names in _known_names().items():
        wanted = (chosen[role],) if role in chosen else names
        free = [name for name in wanted if name and name in folded and (role in chosen or name not in chosen.values())]
        if free:
            roles[role] = folded.index(free[0])
    has_key = any(name in folded for name in _KEYS)
    missing = _missing(roles)
    if has_key and any(n in folded for n in _DEPARTMENT) and any(n in folded for n in _DEPARTMENT_SPECIALISTS):
        kind = TableKind.HIRA_DEPARTMENTS
    elif has_key and _OPENS.format("월") in folded:
        kind = TableKind.HIRA_DETAILS
    elif not missing:
        kind = TableKind.HIRA_BASIC if has_key and "요양기관명" in folded else TableKind.OWN
    else:
        kind = TableKind.HIRA_OTHER if has_key else TableKind.UNKNOWN
    return Columns(kind, line, header, roles, missing if kind is TableKind.UNKNOWN else ())


@cache
def _known_names() -> dict[Role, tuple[str, ...]]:
    names = tomllib.loads(COLUMN_NAMES.read_text(encoding="utf-8"))
    return {role: tuple(names[role]) for role in Role}


def _missing(roles: Mapping[Role, int]) -> tuple[str, ...]:
    placed = Role.ADDRESS in roles or {Role.LATITUDE, Role.LONGITUDE} <= roles.keys()
    return (*(("name",) if Role.NAME not in roles else ()), *(() if placed else ("place",)))
