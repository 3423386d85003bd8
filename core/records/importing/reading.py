"""A file of any kind -> the table `raw`, all text, in the staging place."""

from collections.abc import Sequence
from dataclasses import dataclass
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

_UNREADABLE: Final = (duckdb.InvalidInputException, duckdb.BinderException, duckdb.ConversionException)


@dataclass(frozen=True)
class RawTable:
    """The table `raw` with columns c0, c1 and so on, and `malformed` with the lines that are no rows.

    Attributes:
        columns: What the file calls its columns.
        text: How the text is written, for text files.
        table: Which table of a database it is, for databases.
        tables: The tables of a database.
    """

    columns: tuple[str, ...]
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


def read_raw(staging: Staging, source: Path, table: str | None = None) -> RawTable:
    """Read a file.

    Args:
        staging: Where to.
        source: The file.
        table: Which table of a database; by default the one of which most is understood.

    Raises:
        RecordsError: Not a table (`unreadable_table`), a damaged database (`unreadable_database`), one that is
            written to (`source_busy`), or without such a table (`no_such_table`).
    """
    suffix = source.suffix.lower()
    if suffix in SQLITE_SUFFIXES:
        return _read_sqlite(staging, source, table)
    staging.connection.execute("CREATE TABLE malformed (line BIGINT, reason VARCHAR, csv_line VARCHAR)")
    try:
        return _read_parquet(staging, source) if suffix == ".parquet" else _read_text(staging, source)
    except _UNREADABLE as error:
        raise RecordsError("records.unreadable_table", name=source.name) from error


def _read_text(staging: Staging, source: Path) -> RawTable:
    # A file that is in UTF-8 is only looked through, which is a small part of reading it.
    text = open_text(source, staging.folder, lambda share: staging.tell(Stage.READING, share * 0.1))
    if not text.columns:
        staging.connection.execute("CREATE TABLE raw (c0 VARCHAR)")
        return RawTable((), text)
    _read_csv(staging, text)
    if staging.number(_OVER_LINES):
        text = _without_open_quotes(staging, text)
        _read_csv(staging, text)
    staging.connection.execute(f"INSERT INTO malformed {_MALFORMED}")
    return RawTable(text.columns, text)


_MALFORMED: Final = """
    SELECT DISTINCT ON (line) line, CASE error_type WHEN 'INVALID ENCODING' THEN 'encoding'
        WHEN 'LINE SIZE OVER MAXIMUM' THEN 'too_long' ELSE 'malformed' END AS reason, left(csv_line, 10000) AS csv_line
    FROM reject_errors WHERE scan_id = (SELECT max(scan_id) FROM reject_errors)"""

_OVER_LINES: Final = f"""
    SELECT count(*) FROM ({_MALFORMED}) WHERE contains(trim(csv_line, chr(10) || chr(13)), chr(10))"""  # noqa: S608


def _read_csv(staging: Staging, text: TextTable) -> None:
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(text.columns)))
    staging.run(
        Stage.READING,
        f"""CREATE OR REPLACE TABLE raw AS FROM read_csv(?, auto_detect = false, header = true, skip = {text.blank},
            columns = {{{columns}}}, delim = {quoted_text(text.delimiter)}, quote = '"', escape = '"',
            store_rejects = true)""",
        [str(text.path)],
    )


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


def _read_parquet(staging: Staging, source: Path) -> RawTable:
    described = staging.rows("DESCRIBE FROM read_parquet(?)", [str(source)])
    names = tuple(str(row[0]) for row in described)
    listed = ", ".join(
        f'"{name.replace(chr(34), chr(34) * 2)}"::VARCHAR AS c{place}' for place, name in enumerate(names)
    )
    staging.run(Stage.READING, f"CREATE TABLE raw AS SELECT {listed} FROM read_parquet(?)", [str(source)])  # noqa: S608
    return RawTable(names)


def _read_sqlite(staging: Staging, source: Path, wanted: str | None) -> RawTable:
    with open_sqlite(source) as database:
        tables = list_tables(database)
        chosen = _choose(tables, wanted, source)
        expected, done = max(count_rows(database, chosen), 1), 0
        rows = read_table(database, chosen)
        staging.connection.execute("CREATE TABLE malformed (line BIGINT, reason VARCHAR, csv_line VARCHAR)")
        staging.connection.execute(
            "CREATE TABLE raw (" + ", ".join(f"c{place} VARCHAR" for place in range(len(chosen.columns))) + ")"
        )
        for batch in rows:
            staging.connection.register("batch", batch)
            staging.connection.execute("INSERT INTO raw FROM batch")
            done += batch.num_rows
            staging.tell(Stage.READING, min(done / expected, 1.0))
    names = tuple(table.name for table in tables)
    return RawTable(chosen.columns, table=chosen.name, tables=names)


def _choose(tables: list[SqliteTable], wanted: str | None, source: Path) -> SqliteTable:
    known = [table for table in tables if table.columns]
    if wanted is not None:
        known = [table for table in known if table.name.lower() == wanted.lower()]
    if not known:
        listed = ", ".join(table.name for table in tables) or "-"
        raise RecordsError("records.no_such_table", name=source.name, table=wanted or "-", tables=listed)
    # The more of a table is understood, the likelier it is the one; the original service's is understood whole.
    return max(known, key=lambda table: len(find_layout(table.columns, COLUMNS).columns))
