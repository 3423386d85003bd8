"""Rows of clinics gathered into columns, as compact as they get while a file is read."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from core.clinics.checking import Cells, Role, Row, check
from core.clinics.flaws import Flaw, Remark
from core.clinics.importing.cells import Numbered, cell_text, row_texts
from core.clinics.importing.columns import Columns, TableKind
from core.clinics.importing.extras import Departments, Details
from core.clinics.importing.rejects import Rejects
from core.clinics.lists import LIST_SCHEMA

MOST_ROWS: Final = 500_000
_BATCH: Final = 5000
_NAME_SHOWN: Final = 60
_PHARMACY: Final = "약국"


@dataclass(frozen=True, slots=True)
class Doubt:
    """A row that was kept although something was wrong.

    Attributes:
        line: Its line.
        name: Of the clinic.
        flaws: What was put right or left out.
    """

    line: int
    name: str
    flaws: tuple[Flaw, ...]


class Gathering:
    """Good rows so far.

    Args:
        rejects: Takes the bad ones.
        source_date: State of the data.

    Attributes:
        read: Rows read, empty ones not counted.
        pharmacies: Rows passed over because they are pharmacies.
        reasons: Rejected rows by reason.
    """

    def __init__(self, rejects: Rejects, source_date: str) -> None:
        self.read = 0
        self.pharmacies = 0
        self.reasons: Counter[Flaw] = Counter()
        self._rejects = rejects
        self._source_date = source_date
        self._seen: set[str] = set()
        self._doubts: dict[str, Doubt] = {}
        self._rows: list[Row] = []
        self._batches: list[pa.RecordBatch] = []

    def take(self, file: str, columns: Columns, rows: Iterable[Numbered], prefix: str, source: str) -> None:
        """Take in the rows of a table of clinics.

        Args:
            file: Its name, for the reject file.
            columns: Its header.
            rows: The rows below.
            prefix: Stands before the ids it gives, so that those of other lists are others.
            source: Source of rows that name none.
        """
        self._rejects.begin(columns.header)
        width = len(columns.header)
        pairs = tuple(columns.roles.items())
        for line, cells in rows:
            found = {role: cell_text(cells[column]) for role, column in pairs if column < len(cells)}
            if not any(map(str.strip, found.values())):
                continue
            self.read += 1
            if columns.kind is TableKind.HIRA_BASIC and found.get(Role.KIND, "").strip() == _PHARMACY:
                self.pharmacies += 1
            elif len(cells) > width and any(cell_text(cell).strip() for cell in cells[width:]):
                self._refuse(file, line, found.get(Role.NAME, ""), [Flaw.BROKEN], cells)
            else:
                self._take_row(file, line, cells, {Role.SOURCE: source, **found}, prefix)

    def _take_row(self, file: str, line: int, cells: Sequence[object], found: Cells, prefix: str) -> None:
        given = found.get(Role.ID, "").strip()
        key = f"{prefix}:{given}" if given else ""
        row, flaws = check(found, key=key, source_date=self._source_date)
        identity, name = str(row["id"]), str(row["name"])
        if identity in self._seen:
            flaws.append(Flaw.DUPLICATE)
        if any(flaw.fatal for flaw in flaws):
            self._refuse(file, line, name, flaws, cells)
            return
        self._seen.add(identity)
        if flaws:
            self._doubts[identity] = Doubt(line, name[:_NAME_SHOWN], tuple(flaws))
        self._rows.append(row)
        if len(self._rows) == _BATCH:
            self._pack()

    def _refuse(self, file: str, line: int, name: str, flaws: list[Flaw], cells: Sequence[object]) -> None:
        self.reasons[next(flaw for flaw in flaws if flaw.fatal)] += 1
        self._rejects.add(file, line, name[:_NAME_SHOWN], flaws, row_texts(cells))

    def _pack(self) -> None:
        if self._rows:
            self._batches.append(pa.RecordBatch.from_pylist(self._rows, LIST_SCHEMA))
            self._rows.clear()

    def table(self) -> pa.Table:
        """Return the good rows, columns of `core.clinics.lists.LIST_SCHEMA`."""
        self._pack()
        return pa.Table.from_batches(self._batches, LIST_SCHEMA)

    def doubts(self, table: pa.Table) -> tuple[Doubt, ...]:
        """Return the doubtful ones among these rows, in their order."""
        identities = table["id"].to_pylist()
        return tuple(self._doubts[identity] for identity in identities if identity in self._doubts)


def complete(table: pa.Table, departments: Departments, details: Details, prefix: str) -> pa.Table:
    """Fill in what HIRA's other tables tell of the clinics of the basic one."""
    if not (departments.rows or details.rows):
        return table
    keys = [key.removeprefix(f"{prefix}:") for key in table["source_key"].to_pylist()]
    for name, extra in (("departments", departments), ("hours", details)):
        if extra.rows:
            own = table[name].to_pylist()
            filled = [extra.of(key) or cell for key, cell in zip(keys, own, strict=True)]
            table = table.set_column(table.schema.get_field_index(name), name, pa.array(filled, pa.string()))
    return table


def with_dermatology(table: pa.Table) -> pa.Table:
    """Return the clinics with a dermatology specialist."""
    return table.filter(pc.match_substring_regex(table["departments"], r"(^|\|)피부과="))


def remarks_of(doubts: Iterable[Doubt]) -> Iterable[Remark]:
    """Return every doubt as remarks."""
    return (Remark(doubt.line, doubt.name, flaw) for doubt in doubts for flaw in doubt.flaws)
