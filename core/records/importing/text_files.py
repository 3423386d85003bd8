"""What a text table is encoded in and separated by, and a copy of it in UTF-8 where it is not."""

import codecs
import csv
import io
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from core.errors import RecordsError

_CHUNK: Final = 1 << 22
_HEAD: Final = 1 << 16
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS: Final = ",;\t|"
_UTF16_PLAIN: Final = 0.02
_BROKEN: Final = "\N{REPLACEMENT CHARACTER}"
# So many broken characters are a few bad rows; more of them, another encoding.
_MOST_BROKEN: Final = 0.001

OnShare = Callable[[float], None]


@dataclass(frozen=True)
class TextTable:
    """A text table ready to be read.

    Attributes:
        path: The file in UTF-8: the one given, or a copy.
        encoding: What the file given is in.
        delimiter: Between its columns.
        columns: Names in its first line that is not blank, none twice.
        blank: Blank lines before that one.
        lines: How many lines it has.
        broken: Characters that are none in its encoding; in a copy, U+FFFD stands for each.
    """

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    blank: int
    lines: int
    broken: int


def open_text(source: Path, folder: Path, on_share: OnShare) -> TextTable:
    """Find how a text table is written.

    Args:
        source: The file.
        folder: Where a copy may lie.
        on_share: Told the share that is read.

    Raises:
        RecordsError: It is no text (`unreadable_table`).
        OSError: It cannot be read, or there is no room for the copy.
    """
    with source.open("rb") as file:
        head = file.read(_HEAD)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), None) or _unmarked(head)
    scans = [_scan(source, marked, on_share)] if marked else [_scan(source, "utf-8", on_share)]
    if not marked and scans[0].broken:
        scans.append(_scan(source, "cp949", on_share))
    best = min(scans, key=lambda scan: scan.broken)
    if best.broken > max(10, _MOST_BROKEN * best.characters) or best.broken * 2 > best.characters or best.nul:
        raise RecordsError("records.unreadable_table", name=source.name)
    path = source
    if not best.encoding.startswith("utf-8"):
        path = folder / "utf8.csv"
        with path.open("w", encoding="utf-8", newline="") as target:
            target.writelines(_decoded(source, best.encoding, on_share))
    delimiter, columns, blank = _header(best.head)
    return TextTable(path, best.encoding, delimiter, columns, blank, best.lines, best.broken)


def cut_open_quotes(text: TextTable, folder: Path, on_cut: Callable[[int, str], None]) -> TextTable:
    """Leave lines with a quotation mark that is never closed out, which would swallow all that follows.

    Args:
        text: The table; cells over several lines cannot be told from open quotes then, and are left out too.
        folder: Where the copy goes, with a blank line for each that is left out.
        on_cut: Told the number of each such line and what stands on it.
    """
    path = folder / "closed.csv"
    with (
        text.path.open(encoding="utf-8", errors="surrogateescape", newline="") as source,
        path.open("w", encoding="utf-8", errors="surrogateescape", newline="") as target,
    ):
        for number, line in enumerate(source, 1):
            if line.count('"') % 2:
                on_cut(number, line.rstrip("\r\n"))
                target.write("\n")
            else:
                target.write(line)
    return replace(text, path=path)


@dataclass(frozen=True)
class _Scan:
    """What a file is like when decoded in one way."""

    encoding: str
    characters: int
    lines: int
    broken: int
    nul: bool
    head: str


def _scan(source: Path, encoding: str, on_share: OnShare) -> _Scan:
    characters = lines = broken = 0
    head, last = "", "\n"
    for text in _decoded(source, encoding, on_share):
        characters += len(text)
        lines += text.count("\n")
        broken += text.count(_BROKEN)
        head = head or text[:_HEAD]
        last = text[-1:] or last
    return _Scan(encoding, characters, lines + (last != "\n"), broken, "\0" in head, head)


def _decoded(source: Path, encoding: str, on_share: OnShare) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    size, done = max(source.stat().st_size, 1), 0
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield decoder.decode(chunk)
            done += len(chunk)
            on_share(min(done / size, 1.0))
    yield decoder.decode(b"", final=True)


def _unmarked(head: bytes) -> str | None:
    """Tell UTF-16 without a mark: the right way round, it has line ends, digits and what stands between columns."""
    if b"\0" not in head:
        return None
    plain = set("\n" + _DELIMITERS + string.digits)
    counts = {
        encoding: sum(character in plain for character in head.decode(encoding, "replace"))
        for encoding in ("utf-16-le", "utf-16-be")
    }
    best = max(counts, key=lambda encoding: counts[encoding])
    return best if counts[best] > _UTF16_PLAIN * len(head) else None


def _header(head: str) -> tuple[str, tuple[str, ...], int]:
    """Return delimiter, names and the blank lines before them."""
    rest = head.lstrip("\r\n")
    blank = head[: len(head) - len(rest)].count("\n")
    bare = "".join(rest.split("\n", 1)[0].split('"')[::2])
    delimiter = max(_DELIMITERS, key=bare.count)
    try:
        names = next(csv.reader(io.StringIO(rest, newline=""), delimiter=delimiter), [])
    except csv.Error:
        names = []
    columns: list[str] = []
    for name in names:
        known, number = name.strip(), 2
        while name.strip() and name.strip() in columns:
            name, number = f"{known} ({number})", number + 1
        columns.append(name.strip())
    return delimiter, tuple(columns), blank
