"""Spreadsheets (XLSX, XLS) as rows of text, read by calamine, after a look at how far the cells reach.

calamine keeps a sheet as a rectangle. Two cells, one of them at the far corner, would make it ask for more memory than
any machine has, and the process would end; so the corners are found first, in the packed XML.
"""

import datetime
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from core.clinics.importing.archives import MOST_UNPACKED, open_archive, stream
from core.errors import ClinicsError

OLE_START: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_CELLS: Final = 12_000_000
# All XML of a workbook together: a sheet of the whole country has 110 MB.
_MOST_XML: Final = 2 * MOST_UNPACKED
_MOST_SHEETS: Final = 20
_REFERENCE: Final = re.compile(rb"""\br=["']([A-Za-z]{1,4})([0-9]{1,9})["']""")
_LONGEST_REFERENCE: Final = 24
_CELL: Final = re.compile(rb"<(?:\w+:)?c[ >/]")


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether an archive is an XLSX file."""
    return "[Content_Types].xml" in archive.namelist() and any(n.startswith("xl/") for n in archive.namelist())


def read_sheets(content: bytes, name: str) -> list[tuple[str, int, Iterator[tuple[int, list[str]]]]]:
    """Open a spreadsheet.

    Args:
        content: The file.
        name: Of the file, for messages.

    Returns:
        For each visible sheet with cells its name, its number of rows, and the rows with their numbers,
        each read once.

    Raises:
        ClinicsError: Damaged or locked (`clinics.sheet_damaged`), larger than any list (`clinics.archive_too_large`,
            `clinics.sheet_too_wide`).
    """
    if not content.startswith(OLE_START):
        _check_reach(content, name)
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        visible = [
            sheet.name
            for sheet in book.sheets_metadata[:_MOST_SHEETS]
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]
        sheets = [(title, book.get_sheet_by_name(title)) for title in visible]
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise ClinicsError("clinics.sheet_damaged", name=name) from error
    except BaseException as error:
        # A panic of the Rust library is no Exception, and has no importable name.
        if type(error).__name__ != "PanicException":
            raise
        raise ClinicsError("clinics.sheet_damaged", name=name) from error
    return [(title, sheet.height, _texts(sheet.iter_rows(), sheet.start)) for title, sheet in sheets if sheet.height]


def _texts(rows: Iterator[list[Any]], start: tuple[int, int] | None) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, start[0] + 1 if start else 1):
        yield number, [cell if isinstance(cell, str) else cell_text(cell) for cell in row]


def cell_text(value: object) -> str:
    """Return a cell as a table would have it: 6351.0 becomes 6351, a date 2026-06-30."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, datetime.time):
        return value.strftime("%H:%M")
    return str(value)


def _check_reach(content: bytes, name: str) -> None:
    with open_archive(content, name) as archive:
        room = _MOST_XML
        for member in archive.infolist():
            sheet = member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml")
            reach = _Reach()
            for piece in stream(archive, member, name, room):
                room -= len(piece)
                if sheet:
                    reach.look(piece)
            if reach.rows * reach.columns > _MOST_CELLS:
                raise ClinicsError("clinics.sheet_too_wide", name=name, rows=reach.rows, columns=reach.columns)


class _Reach:
    """How far the cells of a sheet reach, told from its XML piece by piece."""

    def __init__(self) -> None:
        self.rows = self.columns = 1
        self._rest = b""
        self._unnamed = 0
        self._letters: set[bytes] = set()

    def look(self, piece: bytes) -> None:
        text = self._rest + piece
        self._rest = text[-_LONGEST_REFERENCE:]
        references = _REFERENCE.findall(text)
        if references:
            letters, digits = zip(*references, strict=True)
            self.rows = max(self.rows, max(map(int, set(digits))))
            for each in set(letters) - self._letters:
                self.columns = max(self.columns, _column_number(each))
            self._letters.update(letters)
        # A cell without a reference follows the one before it; so many may stand in one row.
        cells = len(_CELL.findall(text)) - len(references)
        if cells > 1:
            self._unnamed += cells
            self.columns = max(self.columns, min(self._unnamed, 1 << 14))
            self.rows = max(self.rows, text.count(b"<row"))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
