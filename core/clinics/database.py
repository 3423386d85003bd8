"""The directory's DuckDB file: opened for a moment, and the few statements that are needed everywhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

_WAIT_SECONDS: Final = 10.0
_PAUSE_SECONDS: Final = 0.05


def open_file(path: Path, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open the file, waiting a while for another process that writes."""
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            return duckdb.connect(
                path,
                read_only=read_only,
                config={
                    "autoinstall_known_extensions": "false",
                    "autoload_known_extensions": "false",
                    "allow_community_extensions": "false",
                    "python_enable_replacements": "false",
                    "enable_external_access": "false",
                },
            )
        except duckdb.IOException as error:
            # Linux and macOS, and Windows.
            held = any(sign in str(error) for sign in ("lock on file", "being used by another process"))
            if not held or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_SECONDS)


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what happens inside, or nothing of it."""
    connection.execute("BEGIN")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def drop_list(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """Delete a list and its rows."""
    connection.execute("DELETE FROM clinics WHERE list_id = ?", [number])
    connection.execute("DELETE FROM lists WHERE id = ?", [number])


def count_clinics(connection: duckdb.DuckDBPyConnection) -> int:
    """Return how many clinics all lists together know."""
    return int(connection.execute("SELECT count(DISTINCT id) FROM clinics").fetchall()[0][0])
