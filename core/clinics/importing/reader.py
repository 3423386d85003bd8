"""The tables of several files read once each, in whatever order they come."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from core.clinics.built_in import SOURCE as HIRA_SOURCE
from core.clinics.checking import Role
from core.clinics.importing.cells import Numbered
from core.clinics.importing.columns import Columns, TableKind, shown, understand
from core.clinics.importing.extras import Departments, Details
from core.clinics.importing.files import SourceTable, Upload, open_tables
from core.clinics.importing.gathering import MOST_ROWS, Gathering
from core.clinics.importing.rejects import Rejects
from core.clinics.importing.releases import release_date, series_of, title_of
from core.errors import ClinicsError
from core.locale import Language, text

HIRA: Final = "hira"
_TOLD_EVERY: Final = 2000
_SAMPLE: Final = 5

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class TableReport:
    """What was made of a table.

    Attributes:
        name: Of its file, with the sheet where there are several.
        kind: What it is about.
        rows: Rows read; 0 where it was passed over.
        columns: Names of its columns.
        mapping: Which column holds what, for tables of clinics.
        renamed: The ending of its name says another format than it has.
        missing: What a list of clinics would need and it lacks: `name`, `place`.
        sample: Its first rows, as written.
    """

    name: str
    kind: TableKind
    rows: int
    columns: tuple[str, ...]
    mapping: Mapping[Role, str]
    renamed: bool
    missing: tuple[str, ...] = ()
    sample: tuple[tuple[str, ...], ...] = ()


class Reader:
    """Reads the tables of all files, each once, in whatever order they come."""

    def __init__(
        self,
        uploads: Sequence[Upload],
        mapping: Mapping[Role, str],
        source_date: str,
        language: Language,
        on_progress: Progress | None,
    ) -> None:
        self.reports: list[TableReport] = []
        self.failures: list[ClinicsError] = []
        self.rejects = Rejects(language)
        self.departments, self.details = Departments(), Details()
        self.source_date = source_date or next((d for u in uploads if (d := release_date(u.name))), "")
        self._uploads, self._mapping, self._language = uploads, mapping, language
        self._on_progress = on_progress
        self.gathering = Gathering(self.rejects, self.source_date)

    def read_all(self) -> None:
        """Read everything; a file that cannot be read is kept for the report, and the others go on."""
        for upload in self._uploads:
            try:
                for table in open_tables(upload):
                    self._read(table, upload)
            except ClinicsError as error:
                self.failures.append(error)

    def refusal(self) -> ClinicsError:
        """Return the error to raise where no table lists clinics."""
        if self.failures:
            return self.failures[0]
        if not self.reports:
            return ClinicsError("clinics.empty", name=" + ".join(upload.name for upload in self._uploads))
        first = self.reports[0]
        if any(report.kind is not TableKind.UNKNOWN for report in self.reports):
            return ClinicsError("clinics.needs_basic", name=first.name)
        missing = ", ".join(text(self._language, f"clinics.role.{word}") for word in first.missing)
        return ClinicsError("clinics.unknown_columns", name=first.name, missing=missing, columns=shown(first.columns))

    def _read(self, table: SourceTable, upload: Upload) -> None:
        columns = understand(table.start, table.name, self._mapping)
        before = self.gathering.read, self.departments.rows, self.details.rows
        rows = self._told(table, columns)
        if columns.kind is TableKind.HIRA_BASIC:
            self.gathering.take(table.name, columns, rows, HIRA, HIRA_SOURCE)
        elif columns.kind is TableKind.OWN:
            self.gathering.take(table.name, columns, rows, f"own-{series_of(upload.name)}", title_of(upload.name))
        elif columns.kind is TableKind.HIRA_DEPARTMENTS:
            self.departments.read(columns, rows)
        elif columns.kind is TableKind.HIRA_DETAILS:
            self.details.read(columns, rows)
        after = self.gathering.read, self.departments.rows, self.details.rows
        self.reports.append(report_of(table, columns, sum(after) - sum(before)))

    def _told(self, table: SourceTable, columns: Columns) -> Iterator[Numbered]:
        """Give the rows below the header, telling of progress."""
        below = (row for row in table.start if row[0] > columns.line)
        for done, row in enumerate(chain(below, table.rest)):
            if done % _TOLD_EVERY == 0 and self._on_progress:
                self._on_progress(table.name, min(done, table.rows), table.rows)
            if done >= MOST_ROWS and columns.kind.lists_clinics:
                raise ClinicsError("clinics.too_many_rows", name=table.name, limit=f"{MOST_ROWS:,}")
            yield row
        if self._on_progress:
            self._on_progress(table.name, table.rows, table.rows)


def report_of(table: SourceTable, columns: Columns, rows: int) -> TableReport:
    """Say what was made of a table, of which so many rows were read."""
    below = (cells for line, cells in table.start if line > columns.line)
    return TableReport(
        name=table.name,
        kind=columns.kind,
        rows=rows,
        columns=columns.header,
        mapping={role: columns.header[column] for role, column in columns.roles.items()},
        renamed=table.renamed,
        missing=columns.missing,
        sample=tuple(tuple(cells) for cells in islice(below, _SAMPLE)),
    )
