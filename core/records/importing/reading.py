"""A file of any kind -> a relation of its rows, all text, that can be read again.

The rows of a text or Parquet file are never kept as text: they are read while they are checked, and those that were
rejected are read once more. What is kept is typed and compressed, a small part of the file.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from core.errors import RecordsError
from core.records.importing.columns import COLUMNS
from core.records.importing.roles import find_layout
from core.records.importing.sqlite_files import SqliteTable, count_rows, list_tables, open_sqlite, read_table
from core.records.importing.staging import Stage, Staging, quoted_text
from core.records.importing.text_files import TextTable, cut_open_quotes, open_text

TEXT_SUFFIXES: Final = (".csv", ".tsv", ".txt")
SQLITE_SUFFIXES: Final = (".sqlite", ".sqlite3", ".db")
SUFFIXES: Final = (*TEXT_SUFFIXES, ".parquet", *SQLITE_SUFFIXES)
"""Of files that can be imported."""

_LOOKED_THROUGH: Final = 0.2
"""Of reading a file, what looking through it or copying a database takes."""
_UNREADABLE: Final = (duckdb.InvalidInputException, duckdb.BinderException, duckdb.ConversionException)


@dataclass(frozen=True)
class RawTable:
    """The rows of a file with columns c0, c1 and so on; the lines that are no rows come into `malformed`.

    Attributes:
        columns: What the file calls its columns.
        relation: SQL of the rows in the order of the file, the same whenever it is read.
        text: How the text is written, for text files.
        table: Which table of a database it is, for databases.
        tables: The tables of a database.
    """

    columns: tuple[str, ...]
    relation: str
    text: TextTable | None = None
    table: str | None = None
    tables: tuple[str, ...] = ()

    @property
    def encoding(self) -> str | None:
        """What a text file is encoded in."""
        return self.text.encoding if self.text else None


def check_suffix(file: Path, known: Sequence[str]) -> None:
    """Refuse a file by its name.

    Raises:
        RecordsError: `unknown_format`.
    """
    if file.suffix.lower() not in known:
        raise RecordsError("records.unknown_format", name=file.name, known=", ".join(known))


def open_raw(staging: Staging, source: Path, table: str | None = None) -> RawTable:
    """Find out what a file holds, and how its rows are read.

    Args:
        staging: Where they will be read.
        source: The file.
        table: Which table of a database; by default the one of which most is understood.

    Raises:
        RecordsError: Not a table (`unreadable_table`), a damaged database (`unreadable_database`), one that is
            written to (`source_busy`), or without such a table (`no_such_table`).
    """
    staging.connection.execute("CREATE TABLE malformed (line BIGINT, reason VARCHAR, csv_line VARCHAR)")
    suffix = source.suffix.lower()
    if suffix in SQLITE_SUFFIXES:
        return _read_sqlite(staging, source, table)
    with _readable(source):
        return _open_parquet(staging, source) if suffix == ".parquet" else _open_text(staging, source)


def read_rows(staging: Staging, raw: RawTable, source: Path, sql: str) -> RawTable:
    """Run a statement that reads all rows, from the view `piece`, and note in `malformed` the lines that are none.

    Args:
        staging: Where.
        raw: Of `open_raw`.
        source: The file, for the message.
        sql: A statement that can be run again: lines with quotation marks that are never closed show only when the
            file has been read, and without them it is read anew.

    Returns:
        How the rows are read again.

    Raises:
        RecordsError: It cannot be read after all (`unreadable_table`).
    """
    with _readable(source):
        _name_rows(staging, raw)
        staging.run(Stage.READING, sql, since=_LOOKED_THROUGH)
        if raw.text is None or not raw.columns:
            return raw
        if staging.number(_OVER_LINES):
            closed = _without_open_quotes(staging, raw.text)
            staging.connection.execute("DELETE FROM reject_errors")
            raw = replace(raw, text=closed, relation=_csv(closed))
            _name_rows(staging, raw)
            staging.run(Stage.READING, sql, since=_LOOKED_THROUGH)
    staging.connection.execute(f"INSERT INTO malformed {_MALFORMED}")
    return raw


def first_rows(raw: RawTable, rows: int) -> RawTable:
    """Take so many rows at the start of a file for all of it."""
    return replace(raw, relation=f"(FROM {raw.relation} LIMIT {rows})", text=None)


@contextmanager
def _readable(source: Path) -> Iterator[None]:
    try:
        yield
    except _UNREADABLE as error:
        raise RecordsError("records.unreadable_table", name=source.name) from error


def _name_rows(staging: Staging, raw: RawTable) -> None:
    staging.connection.execute(f"CREATE OR REPLACE VIEW piece AS FROM {raw.relation}")


def _open_text(staging: Staging, source: Path) -> RawTable:
    # A file that is in UTF-8 is only looked through, which is a small part of reading it.
    text = open_text(source, staging.folder, lambda share: staging.tell(Stage.READING, share * _LOOKED_THROUGH))
    return RawTable(text.columns, _csv(text) if text.columns else "(SELECT NULL AS c0 LIMIT 0)", text)


_MALFORMED: Final = """
    SELECT DISTINCT ON (line) line, CASE error_type WHEN 'INVALID ENCODING' THEN 'encoding'
        WHEN 'LINE SIZE OVER MAXIMUM' THEN 'too_long' ELSE 'malformed' END AS reason, left(csv_line, 10000) AS csv_line
    FROM reject_errors"""

_OVER_LINES: Final = f"""
    SELECT count(*) FROM ({_MALFORMED}) WHERE contains(trim(csv_line, chr(10) || chr(13)), chr(10))"""  # noqa: S608


def _csv(text: TextTable) -> str:
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(text.columns)))
    return f"""read_csv({quoted_text(str(text.path))}, auto_detect = false, header = true, skip = {text.blank},
        columns = {{{columns}}}, delim = {quoted_text(text.delimiter)}, quote = '"', escape = '"',
        store_rejects = true)"""


def _without_open_quotes(staging: Staging, text: TextTable) -> TextTable:
    cut: list[tuple[int, str]] = []

    def keep(at_least: int) -> None:
        if len(cut) >= max(at_least, 1):
            rows = pa.table({"line": [line for line, _ in cut], "csv_line": [words[:10000] for _, words in cut]})
            staging.connection.register("cut", rows)
            staging.connection.execute("INSERT INTO malformed SELECT line, 'malformed', csv_line FROM cut")
            cut.clear()

    def note(line: int, words: str) -> None:
        # Bytes that are no text are read as stray halves of characters, which no table takes.
        cut.append((line, words.encode("utf-8", "surrogateescape").decode("utf-8", "replace")))
        keep(10_000)

    closed = cut_open_quotes(text, staging.folder, note)
    keep(1)
    return closed


def _open_parquet(staging: Staging, source: Path) -> RawTable:
    described = staging.rows("DESCRIBE FROM read_parquet(?)", [str(source)])
    names = tuple(str(row[0]) for row in described)
    listed = ", ".join(
        f'"{name.replace(chr(34), chr(34) * 2)}"::VARCHAR AS c{place}' for place, name in enumerate(names)
    )
    return RawTable(names, f"(SELECT {listed} FROM read_parquet({quoted_text(str(source))}))")  # noqa: S608 (quoted)


def _read_sqlite(staging: Staging, source: Path, wanted: str | None) -> RawTable:
    with open_sqlite(source) as database:
        tables = list_tables(database)
        chosen = _choose(tables, wanted, source)
        expected, done = max(count_rows(database, chosen), 1), 0
        rows = read_table(database, chosen)
        staging.connection.execute(
            "CREATE TABLE raw (" + ", ".join(f"c{place} VARCHAR" for place in range(len(chosen.columns))) + ")"
        )
        for batch in rows:
            staging.connection.register("batch", batch)
            staging.connection.execute("INSERT INTO raw FROM batch")
            done += batch.num_rows
            staging.tell(Stage.READING, min(done / expected, 1.0) * _LOOKED_THROUGH)
    names = tuple(table.name for table in tables)
    return RawTable(chosen.columns, "raw", table=chosen.name, tables=names)


def _choose(tables: list[SqliteTable], wanted: str | None, source: Path) -> SqliteTable:
    known = [table for table in tables if table.columns]
    if wanted is not None:
        known = [table for table in known if table.name.lower() == wanted.lower()]
    if not known:
        listed = ", ".join(table.name for table in tables) or "-"
        raise RecordsError("records.no_such_table", name=source.name, table=wanted or "-", tables=listed)
    # The more of a table is understood, the likelier it is the one; the original service's is understood whole.
    return max(known, key=lambda table: len(find_layout(table.columns, COLUMNS).columns))
