"""HIRA's tables that complete the basic one: specialists by department, and opening hours."""

import re
from collections.abc import Iterable
from typing import Final

from core.clinics.checking import clean
from core.clinics.clinic import Day, Hours, write_hours
from core.clinics.importing.cells import Numbered, cell_text
from core.clinics.importing.columns import Columns

_TIME: Final = re.compile(r"(\d{1,2}):?(\d{2})")
_CLOSED: Final = re.compile("휴진|휴무|휴일")
_MOST_SPECIALISTS: Final = 9999


class Departments:
    """Specialists by clinic and department; departments that list none are passed over.

    Attributes:
        rows: How many rows were read.
    """

    def __init__(self) -> None:
        self.rows = 0
        self._cells: dict[str, str] = {}

    def read(self, columns: Columns, rows: Iterable[Numbered]) -> None:
        """Take in the rows of a table of departments."""
        key, (name, count) = columns.key, columns.department
        last = max(key, name, count)
        for _, cells in rows:
            if len(cells) <= last:
                continue
            self.rows += 1
            number = cell_text(cells[count]).strip()
            if number.isdecimal() and 0 < int(number) <= _MOST_SPECIALISTS:
                department = clean(cell_text(cells[name])).translate(_SEPARATORS)
                self._add(cell_text(cells[key]).strip(), department, int(number))

    def of(self, key: str) -> str:
        """Return a clinic's departments as one cell, empty where it has no specialist."""
        return self._cells.get(key, "")

    def __len__(self) -> int:
        """Return how many clinics have a specialist."""
        return len(self._cells)

    def _add(self, key: str, name: str, count: int) -> None:
        known = self._cells.get(key, "")
        if key and name and f"|{name}=" not in f"|{known}":
            self._cells[key] = f"{known}|{name}={count}" if known else f"{name}={count}"


_SEPARATORS: Final = {ord("|"): " ", ord("="): " "}


class Details:
    """Opening hours by clinic.

    Attributes:
        rows: How many rows were read.
        doubtful: Clinics with a time that cannot be right; that day is left out.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.doubtful: set[str] = set()
        self._cells: dict[str, str] = {}

    def read(self, columns: Columns, rows: Iterable[Numbered]) -> None:
        """Take in the rows of a table of details."""
        key, days, closed = columns.key, columns.hours, columns.closed
        for _, cells in rows:
            if len(cells) > key:
                self.rows += 1
                identity = cell_text(cells[key]).strip()
                found = self._week(identity, [cell_text(cell).strip() for cell in cells], days, closed)
                if found:
                    self._cells[identity] = write_hours(found[day] for day in Day if day in found)

    def _week(
        self, identity: str, cells: list[str], days: dict[Day, tuple[int, int]], closed: dict[Day, int]
    ) -> dict[Day, Hours]:
        found: dict[Day, Hours] = {}
        for day, (start, end) in days.items():
            opens, closes = (cells[column] if column < len(cells) else "" for column in (start, end))
            if opens or closes:
                span = span_of(day, opens, closes)
                if span:
                    found[day] = span
                else:
                    self.doubtful.add(identity)
        for day, column in closed.items():
            if day not in found and column < len(cells) and _CLOSED.search(cells[column]):
                found[day] = Hours(day)
        return found

    def of(self, key: str) -> str:
        """Return a clinic's opening hours as one cell, empty where they are unknown."""
        return self._cells.get(key, "")

    def __len__(self) -> int:
        """Return how many clinics have opening hours."""
        return len(self._cells)


def span_of(day: Day, opens: str, closes: str) -> Hours | None:
    """Return the hours of a day from times such as 0900 or 9:00; None where they cannot be right."""
    start, end = _time(opens), _time(closes)
    return Hours(day, start, end) if start and end and start < end else None


def _time(written: str) -> str:
    match = _TIME.fullmatch(written)
    if match is None:
        return ""
    hour, minute = int(match[1]), int(match[2])
    return f"{hour:02d}:{minute:02d}" if hour * 60 + minute <= 24 * 60 and minute < 60 else ""
