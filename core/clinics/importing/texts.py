"""Text files (CSV and its kin) as rows: encoding and separator are found out, undecodable characters marked."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Final

from core.clinics.importing.cells import Numbered
from core.errors import ClinicsError

_CHUNK: Final = 1 << 20
_LOOK: Final = 1 << 16
_SEPARATORS: Final = ",\t;|"
# Characters that cannot be decoded: bytes of something else have far more.
_MOST_LOST: Final = 0.02
_FEW: Final = 20


def read_text(content: bytes, name: str) -> Iterator[Numbered]:
    """Read a text file.

    Args:
        content: The file: UTF-8 with or without byte order mark, cp949, or UTF-16 with a mark.
        name: Of the file, for messages.

    Returns:
        Its rows with their lines, read once; a character that cannot be decoded becomes U+FFFD.

    Raises:
        ClinicsError: It is no text, or a cell never ends (`clinics.not_a_table`), also while it is read.
    """
    encoding = _encoding(content)
    start = content[:_LOOK].decode(encoding, errors="replace")
    if "\0" in start or start.count("\ufffd") > max(_FEW, _MOST_LOST * len(start)):
        raise ClinicsError("clinics.not_a_table", name=name)
    return _rows(content, encoding, _separator(start), name)


def count_lines(content: bytes) -> int:
    """Return how many lines a text file has, to tell progress by."""
    return content.count(b"\n") + 1


def _rows(content: bytes, encoding: str, separator: str, name: str) -> Iterator[Numbered]:
    # Python's limit is one for the whole process, and 131,072: a cell that long is a lost quotation mark.
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, errors="replace", newline="")
    try:
        reader = csv.reader(text, delimiter=separator)
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise ClinicsError("clinics.not_a_table", name=name) from error


def _encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return "utf-8" if _decodes(content, "utf-8") else _better_of(content)


def _decodes(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), _CHUNK):
            decoder.decode(content[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _better_of(content: bytes) -> str:
    """Choose between cp949 and a damaged UTF-8 file: whichever loses fewer characters."""
    look = content[:_LOOK]
    lost = {name: look.decode(name, errors="replace").count("\ufffd") for name in ("cp949", "utf-8")}
    return min(lost, key=lambda name: lost[name])


def _separator(start: str) -> str:
    first = next((line for line in start.splitlines() if line.strip()), "")
    counts = Counter(letter for letter in first if letter in _SEPARATORS)
    return max(_SEPARATORS, key=lambda letter: counts[letter])
