"""The place where a table is read and checked: a DuckDB instance of its own in a folder beside the records.

The instance that holds the records never gets access to the file system; this one reads the file. What it keeps is in
a file of its own, compressed, and at most `MEMORY` of it in memory, however large the table is. Held in memory alone,
tables would be written out and read back as they are, several times the size.
"""

import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import duckdb

from core.records.faults import explained

MEMORY: Final = "512MB"
_TELL_EVERY_S: Final = 0.2


class Stage(StrEnum):
    """What an import is doing."""

    READING = "reading"
    CHECKING = "checking"
    ADDING = "adding"


OnProgress = Callable[[Stage, float], None]
"""Told the stage and the share of it that is done, 0 to 1."""


class Staging:
    """An instance with a folder. Made by `open_staging`.

    Attributes:
        connection: To the instance.
        folder: For files on the way.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, on_progress: OnProgress | None) -> None:
        self.connection = connection
        self.folder = folder
        self._on_progress = on_progress
        self._told: tuple[Stage, float] | None = None

    def tell(self, stage: Stage, share: float) -> None:
        """Say how far it is; a stage never goes back, though some of it may have to be done twice."""
        if self._on_progress is not None:
            before = self._told[1] if self._told is not None and self._told[0] is stage else 0.0
            self._told = (stage, min(max(share, before), 1.0))
            self._on_progress(*self._told)

    def run(self, stage: Stage, sql: str, *, since: float = 0.0, until: float = 1.0) -> None:
        """Run a statement that may take long, telling how far it is; interrupted where the caller is.

        Args:
            stage: What it is part of.
            sql: The statement.
            since: Share of the stage that was done before.
            until: Share that is done with it.
        """
        if self._on_progress is None:
            self.connection.execute(sql)
            return
        failures: list[BaseException] = []
        worker = threading.Thread(target=self._execute, args=(sql, failures))
        worker.start()
        try:
            while worker.is_alive():
                worker.join(_TELL_EVERY_S)
                share = max(self.connection.query_progress(), 0.0) / 100
                self.tell(stage, since + (until - since) * share)
        except BaseException:
            self.connection.interrupt()
            worker.join()
            raise
        if failures:
            raise failures[0]

    def _execute(self, sql: str, failures: list[BaseException]) -> None:
        try:
            self.connection.execute(sql)
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            failures.append(error)

    def rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a short answer."""
        return self.connection.execute(sql, list(parameters)).fetchall()

    def number(self, sql: str) -> int:
        """Return the one number that a query gives."""
        return int(self.rows(sql)[0][0] or 0)


@contextmanager
def open_staging(beside: Path, on_progress: OnProgress | None = None) -> Iterator[Staging]:
    """Set a staging place up, dropped on leaving.

    Args:
        beside: The folder, made where there is none, for what does not fit into memory: beside the records, since a
            system's temporary folder may be memory itself.
        on_progress: Told how far a long statement is.

    Raises:
        RecordsError: As `core.records.faults` explains.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }
    with explained(beside):
        beside.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=beside) as folder,
        duckdb.connect(str(Path(folder) / "staging.duckdb"), config=config) as connection,
    ):
        connection.execute("SET TimeZone = 'UTC'")
        # Nobody opens it again, so that moving what was written from the log into the file is for nothing.
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        connection.execute("SET checkpoint_threshold = '1TB'")
        connection.execute(f"SET memory_limit = '{MEMORY}'")
        connection.execute(f"SET temp_directory = {quoted_text(str(Path(folder) / 'spill'))}")
        # Keeps UUIDs what they are on their way to the records; as text they take five times as long.
        connection.execute("SET arrow_lossless_conversion = true")
        connection.execute("SET enable_progress_bar = true")
        connection.execute("SET enable_progress_bar_print = false")
        yield Staging(connection, Path(folder), on_progress)


def quoted_text(text: str) -> str:
    """SQL for a text."""
    return "'" + text.replace("'", "''") + "'"
