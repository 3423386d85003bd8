"""Rows that were left out, with their reasons, as a table one can mend and import again."""

import csv
import io
from collections.abc import Sequence
from typing import Final

from core.clinics.flaws import Flaw, Remark
from core.locale import Language, text

# A spreadsheet takes these for the start of a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_MOST_BYTES: Final = 100_000_000


class Rejects:
    """Collects rejected rows as UTF-8 text: compact, however many there are.

    Attributes:
        rows: How many there are.
    """

    def __init__(self, language: Language) -> None:
        self.rows = 0
        self._language = language
        self._header: tuple[str, ...] = ()
        self._bytes = io.BytesIO()
        self._text = io.TextIOWrapper(self._bytes, encoding="utf-8", errors="replace", newline="", write_through=True)
        self._writer = csv.writer(self._text)

    def begin(self, header: Sequence[str]) -> None:
        """Name the columns of the rows that follow."""
        if tuple(header) != self._header:
            self._header = tuple(header)
            words = (text(self._language, f"clinics.rejects.{name}") for name in ("file", "line", "reason"))
            self._writer.writerow([*words, *map(harmless, header)])

    def add(self, file: str, line: int, name: str, flaws: Sequence[Flaw], cells: Sequence[str]) -> None:
        """Take a row with the fatal ones of its flaws."""
        self.rows += 1
        if self._bytes.tell() < _MOST_BYTES:
            reasons = " ".join(Remark(line, name, flaw).message(self._language) for flaw in flaws if flaw.fatal)
            self._writer.writerow([harmless(file), line, reasons, *map(harmless, cells)])

    def as_csv(self) -> bytes:
        """Return them as CSV with a byte order mark, which spreadsheets ask for; empty where there are none."""
        return b"\xef\xbb\xbf" + self._bytes.getvalue() if self.rows else b""


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; numbers stay what they are."""
    if not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell
