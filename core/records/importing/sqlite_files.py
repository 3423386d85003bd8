"""Tables in SQLite files of strangers: read, never run.

Only plain tables are read, no view and no virtual table; nothing in the file that is code (triggers, functions in
views, checks or generated columns) is ever called, and the file is opened for reading alone.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa

from core.errors import RecordsError

_MAGIC: Final = b"SQLite format 3\0"
_LOG_BYTE: Final = 18
_BATCH: Final = 50_000
_WAIT_S: Final = 2.0
_LONGEST_CELL: Final = 1 << 20
_ALLOWED: Final = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ}


@dataclass(frozen=True)
class SqliteTable:
    """A table of the file.

    Attributes:
        name: Of the table.
        columns: Of the table.
    """

    name: str
    columns: tuple[str, ...]


@contextmanager
def open_sqlite(source: Path) -> Iterator[sqlite3.Connection]:
    """Open a file for reading.

    Raises:
        RecordsError: It is no SQLite file (`unreadable_table`), damaged or of a newer format (`unreadable_database`),
            or somebody writes to it (`source_busy`).
    """
    with source.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise RecordsError("records.unreadable_table", name=source.name)
    try:
        with closing(_connect(source)) as connection:
            yield connection
    except sqlite3.Error as error:
        busy = isinstance(error, sqlite3.OperationalError) and "locked" in str(error)
        code = "source_busy" if busy else "unreadable_database"
        raise RecordsError(f"records.{code}", name=source.name) from error


def list_tables(connection: sqlite3.Connection) -> list[SqliteTable]:
    """List the plain tables with their stored columns, in the order they were made."""
    found = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rootpage"
    ).fetchall()
    tables = []
    for name, sql in found:
        if "virtual" in str(sql).lower().split("(", 1)[0].split():
            continue
        described = connection.execute(f"PRAGMA table_xinfo({_quoted(str(name))})").fetchall()
        # The last field tells hidden and generated columns from stored ones.
        tables.append(SqliteTable(str(name), tuple(str(row[1]) for row in described if not row[6])))
    return tables


def read_table(connection: sqlite3.Connection, table: SqliteTable) -> pa.RecordBatchReader:
    """Read a table as text, columns named c0, c1 and so on; from here on the connection can do nothing else."""
    listed = ", ".join(f"CAST({_quoted(name)} AS TEXT)" for name in table.columns)
    schema = pa.schema([(f"c{place}", pa.string()) for place in range(len(table.columns))])
    connection.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY)
    rows = connection.execute(f"SELECT {listed} FROM main.{_quoted(table.name)}")  # noqa: S608 (quoted names)

    def batches() -> Iterator[pa.RecordBatch]:
        while some := rows.fetchmany(_BATCH):
            yield pa.record_batch([pa.array(column, pa.string()) for column in zip(*some, strict=True)], schema=schema)

    return pa.RecordBatchReader.from_batches(schema, batches())


def count_rows(connection: sqlite3.Connection, table: SqliteTable) -> int:
    """Count the rows of a table."""
    return int(connection.execute(f"SELECT count(*) FROM main.{_quoted(table.name)}").fetchone()[0])  # noqa: S608


def _connect(source: Path) -> sqlite3.Connection:
    # A file that keeps a log can be read only together with it, and a new one would be made beside it; where there is
    # none, nobody has the file open and it is whole as it stands.
    with source.open("rb") as file:
        keeps_log = file.read(_LOG_BYTE + 1)[_LOG_BYTE:] == b"\x02"
    alone = keeps_log and not source.with_name(f"{source.name}-wal").exists()
    address = f"{source.resolve().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    connection = sqlite3.connect(address, uri=True, timeout=_WAIT_S, check_same_thread=False)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_CELL)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    return connection


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
