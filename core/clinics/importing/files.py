"""Files of any kind as tables: told apart by their first bytes, never by their names."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Final

from core.clinics.importing.archives import MEGABYTE, MOST_UNPACKED, open_archive, tables_in, unpack
from core.clinics.importing.cells import Numbered, row_texts
from core.clinics.importing.sheets import OLE_START, is_workbook, read_sheets
from core.clinics.importing.texts import count_lines, read_text
from core.errors import ClinicsError

_ZIP_START: Final = b"PK"
_SPREADSHEETS: Final = (".xlsx", ".xlsm", ".xls")
_HEADER_WITHIN: Final = 10
# Words in the names of the tables HIRA puts into one archive.
_HIRA_BASIC: Final = "병원정보"
_HIRA_WANTED: Final = (_HIRA_BASIC, "진료과목", "세부정보")


@dataclass(frozen=True)
class Upload:
    """A file to import.

    Attributes:
        name: Its name, for messages and for the release date in it; never a path to open.
        content: Its bytes, or where it lies.
    """

    name: str
    content: bytes | Path = field(repr=False)

    def read(self) -> bytes:
        """Return its bytes.

        Raises:
            ClinicsError: It is not there (`clinics.no_import_file`), or too large (`clinics.archive_too_large`).
        """
        if isinstance(self.content, bytes):
            return self.content
        try:
            if self.content.stat().st_size > MOST_UNPACKED:
                raise ClinicsError("clinics.archive_too_large", name=self.name, megabytes=MOST_UNPACKED // MEGABYTE)
            return self.content.read_bytes()
        except OSError as error:
            raise ClinicsError("clinics.no_import_file", name=self.name) from error


@dataclass(frozen=True)
class SourceTable:
    """A table in a file, before anybody knows what it is about.

    Attributes:
        name: Of the file it comes from, with the sheet where there are several.
        rows: About how many rows it has.
        start: Its first rows with their lines: the header is among them.
        renamed: It is a spreadsheet under the name of a text file, or the other way round.
        rest: The rows after `start`, read once.
    """

    name: str
    rows: int
    start: tuple[tuple[int, list[str]], ...]
    renamed: bool
    rest: Iterator[Numbered] = field(repr=False)


def open_tables(upload: Upload) -> Iterator[SourceTable]:
    """Open the tables of a file one after another, so that only one spreadsheet is in memory at a time.

    Raises:
        ClinicsError: The file is missing, no table, damaged, or unpacks to more than any list.
    """
    content = upload.read()
    if not (content.startswith(_ZIP_START) and zipfile.is_zipfile(BytesIO(content))):
        yield from _open(content, upload.name)
        return
    with open_archive(content, upload.name) as archive:
        if is_workbook(archive):
            yield from _open(content, upload.name)
            return
        members = tables_in(archive)
        if not members:
            raise ClinicsError("clinics.archive_empty", name=upload.name)
        if sum(member.file_size for _, member in members) > MOST_UNPACKED:
            raise ClinicsError("clinics.archive_too_large", name=upload.name, megabytes=MOST_UNPACKED // MEGABYTE)
        for name, member in _wanted(members):
            yield from _open(unpack(archive, member, upload.name), name)


def _wanted(members: list[tuple[str, zipfile.ZipInfo]]) -> list[tuple[str, zipfile.ZipInfo]]:
    """Leave HIRA's tables of equipment, meals, pharmacies and the like unopened: large, and of no use here."""
    if not any(_HIRA_BASIC in name for name, _ in members):
        return members
    return [(name, member) for name, member in members if any(word in name for word in _HIRA_WANTED)]


def _open(content: bytes, name: str) -> Iterator[SourceTable]:
    spreadsheet = content.startswith((OLE_START, _ZIP_START))
    renamed = spreadsheet != name.lower().endswith(_SPREADSHEETS)
    if not spreadsheet:
        yield _table(name, count_lines(content), read_text(content, name), renamed=renamed)
        return
    sheets = read_sheets(content, name)
    for title, rows, cells in sheets:
        yield _table(f"{name} [{title}]" if len(sheets) > 1 else name, rows, cells, renamed=renamed)


def _table(name: str, rows: int, cells: Iterator[Numbered], *, renamed: bool) -> SourceTable:
    start = tuple((line, row_texts(row)) for line, row in islice(cells, _HEADER_WITHIN))
    return SourceTable(name, rows, start, renamed, cells)
