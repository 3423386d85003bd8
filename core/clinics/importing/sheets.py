"""Spreadsheets (XLSX, XLS) as rows of text, read by calamine, after a look at how far the cells reach.

calamine keeps a sheet as a rectangle. Two cells, one of them at the far corner, would make it ask for more memory than
any machine has, and the process would end; so the corners are found first, in the packed XML.
"""

import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Final

import numpy as np
import numpy.typing as npt
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from core.clinics.importing.archives import MOST_UNPACKED, open_archive, stream
from core.clinics.importing.cells import Numbered
from core.errors import ClinicsError

OLE_START: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_CELLS: Final = 12_000_000
# All XML of a workbook together: a sheet of the whole country has 110 MB.
_MOST_XML: Final = 2 * MOST_UNPACKED
_MOST_SHEETS: Final = 20
_MOST_COLUMNS: Final = 1 << 14
# Letters and digits of the longest reference there is, and enough bytes to look beyond the last one.
_REFERENCE: Final = 12
_END: Final = b" " * 16


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether an archive is an XLSX file."""
    return "[Content_Types].xml" in archive.namelist() and any(n.startswith("xl/") for n in archive.namelist())


def read_sheets(content: bytes, name: str) -> list[tuple[str, int, Iterator[Numbered]]]:
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
    return [
        (title, sheet.height, enumerate(sheet.iter_rows(), sheet.start[0] + 1 if sheet.start else 1))
        for title, sheet in sheets
        if sheet.height
    ]


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
            reach.look(_END)
            if reach.rows * reach.columns > _MOST_CELLS:
                raise ClinicsError("clinics.sheet_too_wide", name=name, rows=reach.rows, columns=reach.columns)


class _Reach:
    """How far the cells of a sheet reach, told from its XML piece by piece."""

    def __init__(self) -> None:
        self.rows = self.columns = 1
        self._rest = b""
        self._unnamed = 0

    def look(self, piece: bytes) -> None:
        """Look at the next piece; the last one has to be followed by nothing but `_END`."""
        text = self._rest + piece
        self._rest = text[-len(_END) :]
        named = self._look_at_references(np.frombuffer(text, np.uint8))
        # A cell without a reference follows the one before it; so many may stand in one row.
        unnamed = text.count(b"<c ") + text.count(b"<c>") + text.count(b":c ") + text.count(b":c>") - named
        if unnamed > 1:
            self._unnamed += unnamed
            self.columns = max(self.columns, min(self._unnamed, _MOST_COLUMNS))
            self.rows = max(self.rows, text.count(b"row"))

    def _look_at_references(self, text: npt.NDArray[np.uint8]) -> int:
        """Take in `r="XFD1048576"`, all of a piece at once, and return how many there are."""
        found = np.flatnonzero((text[:-1] == ord("r")) & (text[1:] == ord("="))) + 3
        found = found[found + _REFERENCE <= len(text)]
        if not len(found):
            return 0
        letters = text[found[:, None] + np.arange(_REFERENCE)].astype(np.int64)
        columns = np.zeros(len(found), np.int64)
        rows = np.zeros(len(found), np.int64)
        before = np.ones(len(found), np.bool_)
        inside = np.ones(len(found), np.bool_)
        for letter in letters.T:
            upper = letter & ~32
            before &= (upper >= ord("A")) & (upper <= ord("Z"))
            inside &= before | ((letter >= ord("0")) & (letter <= ord("9")))
            columns = np.where(before, columns * 26 + upper - 64, columns)
            rows = np.where(inside & ~before, rows * 10 + letter - 48, rows)
        named = (columns > 0) & (rows > 0)
        self.columns = max(self.columns, int(np.max(columns, where=named, initial=1)))
        self.rows = max(self.rows, int(np.max(rows, where=named, initial=1)))
        return int(np.count_nonzero(named))
