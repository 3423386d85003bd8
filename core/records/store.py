"""The records: one DuckDB file, opened here and nowhere else.

One process owns the file, held by a lock file beside it. Every call takes a cursor of its own on the one instance;
writes wait for each other, are checkpointed at once and counted. The file is never read with `open` or copied with
`shutil`: closing such a handle would drop DuckDB's lock on it.
"""

import logging
import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb

from core.errors import RecordsError
from core.findings import Quality, Visit
from core.records.deletion import delete_visits
from core.records.facts import is_current, rebuild
from core.records.faults import explain, explained
from core.records.gate import Gate
from core.records.lock import LockFile
from core.records.memory import Memory
from core.records.rows import VisitSummary, find_visits, is_stored, list_visits, read_visit, visit_id, write_visit
from core.records.schema import MIGRATIONS_DIR, apply_migrations, current_version, read_migrations

_log = logging.getLogger(__name__)
_FRESH = "fresh_copy"
# Shorter starts of an id would list visits that nobody named.
CODE_LENGTH = 8
_ARRAYS = 48
IMPORT_FOLDER = ".import"
"""Behind the name of the database: the folder for what an import cannot hold in memory."""


class RecordStore:
    """The records of one installation, safe for many threads. Made by `RecordStore.open`.

    Attributes:
        path: The database file.
        lost_writes: Accepted writes that were missing when the file was opened (a damaged write-ahead log, or an
            older backup put in its place); 0 normally.
        memory: Answers to questions about the records, kept until they change.
        arrays: Sums of the arrays in `core.records.facts_cube`, kept until these change.
        importing: Held by an import from looking at what is stored to its last write.
    """

    def __init__(self, path: Path, lock: LockFile) -> None:
        self.path = path
        self.lost_writes = 0
        self.memory = Memory()
        self.arrays = Memory(_ARRAYS)
        self.importing = threading.Lock()
        self._lock = lock
        self._gate = Gate()
        self._writing = threading.Lock()
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._count = 0
        self._version = 0
        self._broken = False

    @classmethod
    def open(cls, path: Path, *, migrations: Path = MIGRATIONS_DIR) -> "RecordStore":
        """Open the records, creating folders and file where there are none, and migrating an older file.

        A file of an older schema is backed up beside itself first (`<name>.v<version>.backup`). A deletion that a
        crash kept from wiping its bytes is finished.

        Args:
            path: The database file.
            migrations: Folder of the schema's migrations.

        Raises:
            RecordsError: Another process has the records (`busy`), or the file is damaged (`damaged`), of a newer
                version (`newer_version`), no records (`foreign`) or not writable (`not_writable`), or the disk is
                full (`disk_full`).
        """
        with explained(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            path = path.resolve()  # replacing a symbolic link would leave the file it points to, and its bytes
            store = cls(path, LockFile(path))
        try:
            with explained(path):
                shutil.rmtree(store._copy_dir, ignore_errors=True)
                shutil.rmtree(path.with_name(path.name + IMPORT_FOLDER), ignore_errors=True)
                store._connect()
                store._migrate(migrations)
                store._compare_counts()
                store._finish_erasure()
                store._derive_facts()
        except BaseException:
            store.close()
            raise
        return store

    # Reading

    @property
    def version(self) -> int:
        """Of visits and refusals: it grows with each accepted write to them, so that answers can be kept until then."""
        return self._version

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend a cursor for reading, to modules of this package; fetch everything before leaving.

        Raises:
            RecordsError: The store is closed, or a cause `core.records.faults` knows.
        """
        self._revive()
        with self._gate.shared():
            if self._connection is None:
                raise RecordsError("records.closed", path=self.path)
            with explained(self.path), self._connection.cursor() as cursor:
                try:
                    yield cursor
                except duckdb.FatalException:
                    self._broken = True
                    raise

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run one query of ours and return all rows.

        Raises:
            RecordsError: As `cursor`.
        """
        with self.cursor() as cursor:
            return cursor.execute(sql, list(parameters)).fetchall()

    def visit(self, identity: str) -> Visit | None:
        """Read one visit back; None where there is none.

        `Diagnosis.seen_box` comes back empty and heatmaps are missing: the photo they lie over is not kept.

        Raises:
            RecordsError: The visit was imported as bare grades, or drawn for demonstration, and is no full
                diagnosis (`records.grades_only`).
        """
        parsed = _parse_id(identity)
        if parsed is None:
            return None
        with self.cursor() as cursor:
            return read_visit(cursor, parsed, self.path)

    def recent_visits(self, limit: int = 20, *, demo: bool = False) -> list[VisitSummary]:
        """List the visits stored last, newest first: either real ones or demonstration rows, never both."""
        with self.cursor() as cursor:
            return list_visits(cursor, limit, demo=demo)

    def find_visits(self, code: str) -> list[VisitSummary]:
        """Find visits by the code on a report or by their whole id, upper or lower case.

        Args:
            code: The start of an id, at least `CODE_LENGTH` characters.

        Returns:
            The visits it may mean, nearly always one; none where the code is too short or no code at all.
        """
        start = code.strip().lower()
        if len(start) < CODE_LENGTH:
            return []
        with self.cursor() as cursor:
            return find_visits(cursor, start)

    # Writing

    @contextmanager
    def writing(
        self, kind: str, *, to_the_day: bool = False, of_visits: bool = True
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend a cursor inside a transaction that is committed, counted and checkpointed on leaving.

        Args:
            kind: What happens, for the count of accepted writes; never anything about a person.
            to_the_day: Note the day of the write without its time, where the time could be matched with a visit
                that was stored in the same minute.
            of_visits: Whether visits or refusals change, so that `version` grows.

        Raises:
            RecordsError: As `cursor`. Nothing was written then.
            RuntimeError: The calling thread holds a cursor.
        """
        if self._gate.entered:
            raise RuntimeError("leave the cursor before writing")
        with self._writing, self.cursor() as cursor:
            cursor.execute("BEGIN")
            try:
                yield cursor
                now = datetime.now(UTC)
                noted = now.replace(hour=0, minute=0, second=0, microsecond=0) if to_the_day else now
                cursor.execute("INSERT INTO events VALUES (?, ?, ?)", [self._count + 1, noted, kind])
                cursor.execute("COMMIT")
            except BaseException:
                _roll_back(cursor)
                raise
            self._count += 1
            self._version += of_visits
            self._note_count()
            self._checkpoint(cursor)

    def add_visit(self, visit: Visit, key: str) -> str:
        """Keep a visit the person agreed to keep.

        However often the same submission is stored, it is there once: its id is derived from `key`, photos and
        models. What the person told (sex, age band, region, answers, sites) is brought up to date instead.

        Args:
            visit: What to keep; of the photos only the hash of their pixels is.
            key: An opaque token of the submission, the same on every rerun of the page.

        Returns:
            The id of the visit.

        Raises:
            RecordsError: There is no consent (`no_consent`), or as `writing`.
        """
        if not visit.consent:
            raise RecordsError("records.no_consent")
        identity = visit_id(visit, key)
        with self.cursor() as cursor:
            stored = is_stored(cursor, identity, visit)
        if not stored:
            with self.writing("visit") as cursor:
                write_visit(cursor, identity, visit)
        return str(identity)

    def count_refusal(self, quality: Quality, day: date | None = None) -> None:
        """Count one refused photo under its first reason; nothing else about it is kept.

        Args:
            quality: Why it was refused; an accepted photo is not counted.
            day: The day counted, today in UTC by default.
        """
        if quality.accepted:
            return
        counted = [day or datetime.now(UTC).date(), quality.view, quality.reasons[0].refusal]
        with self.writing("refusal") as cursor:
            updated = cursor.execute(
                """UPDATE refusals SET photos = photos + 1
                   WHERE day = ? AND view IS NOT DISTINCT FROM ? AND reason = ? RETURNING 1""",
                counted,
            ).fetchall()
            if not updated:
                cursor.execute("INSERT INTO refusals VALUES (?, ?, ?, 1)", counted)

    # Deleting

    def delete_visit(self, identity: str) -> bool:
        """Delete a visit and wipe its bytes from the file.

        Backups made elsewhere with `backup` are not reached.

        Returns:
            Whether there was such a visit.

        Raises:
            RecordsError: As `erase`.
        """
        parsed = _parse_id(identity)
        return parsed is not None and self.delete_where("id = ?", [parsed]) > 0

    def delete_where(self, condition: str, parameters: Sequence[object] = ()) -> int:
        """Delete the visits for which a condition over the table `visits` holds, and wipe their bytes.

        Args:
            condition: SQL written by us, never by a person.
            parameters: Values for its question marks.

        Returns:
            How many visits were deleted.

        Raises:
            RecordsError: As `erase`.
        """
        chosen = f"SELECT id FROM visits WHERE {condition} LIMIT 1"  # noqa: S608 (our own SQL, values are parameters)
        if not self.query(chosen, parameters):
            return 0
        with self.deleting("deletion") as cursor:
            return delete_visits(cursor, condition, parameters)

    @contextmanager
    def deleting(self, kind: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend a cursor as `writing` does, to delete with; on leaving, the bytes of what was deleted are wiped.

        Raises:
            RecordsError: As `writing`, or as `erase` after the rows are gone.
        """
        with self.writing(kind) as cursor:
            yield cursor
            cursor.execute("INSERT INTO pending_erasure VALUES (now())")
        self.erase()

    def erase(self) -> None:
        """Rewrite the file without the bytes of what was deleted.

        The rows are copied into a new file, which then takes the place of the old one; readers wait only for the
        swap. Backups that a migration left beside the file are removed, as they hold the deleted rows too.

        Raises:
            RecordsError: There is no room for the copy (`not_erased`): the rows are deleted, and their bytes go
                with the next deletion or start.
        """
        if self._gate.entered:
            raise RuntimeError("leave the cursor before erasing")
        with self._writing:
            try:
                fresh = self._copy()
            except RecordsError as error:
                if error.code == "records.disk_full":
                    raise RecordsError("records.not_erased", path=self.path) from error
                raise
            with explained(self.path), self._gate.alone():
                self._swap(fresh)
            for leftover in self.path.parent.glob(f"{self.path.name}.v*.backup"):
                leftover.unlink()

    # Keeping safe

    def backup(self, target: Path) -> Path:
        """Copy the records to another file while they are in use.

        Args:
            target: The file to write; in a folder, a name with the time is chosen.

        Returns:
            The file written.

        Raises:
            RecordsError: The target is the database itself (`same_file`), or the disk is full or not writable.
        """
        if target.is_dir():
            target = target / f"{self.path.stem}-{datetime.now(UTC):%Y%m%d-%H%M%S}{self.path.suffix}"
        with explained(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        if target.resolve() == self.path:
            raise RecordsError("records.same_file", path=target)
        if self._gate.entered:
            raise RuntimeError("leave the cursor before backing up")
        with self._writing:
            fresh = self._copy()
            with explained(target):
                _place(fresh, target)
        return target

    def close(self) -> None:
        """Close the file and let another process have it. Calls under way finish first; closing twice is fine."""
        with self._writing, self._gate.alone():
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            self._lock.close()

    def __enter__(self) -> "RecordStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # The file

    @property
    def _copy_dir(self) -> Path:
        """The one folder the database may touch beside its own file."""
        return self.path.with_name(f"{self.path.name}.copy")

    def _connect(self) -> None:
        self._connection = duckdb.connect(
            self.path,
            config={
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
                "allow_community_extensions": "false",
                "python_enable_replacements": "false",
            },
        )
        self._connection.execute("SET GLOBAL TimeZone = 'UTC'")
        self._connection.execute(f"SET allowed_directories = [{_quoted(self._copy_dir)}]")
        self._connection.execute("SET enable_external_access = false")

    def _migrate(self, folder: Path) -> None:
        migrations = read_migrations(folder)
        with self.cursor() as cursor:
            version = current_version(cursor, self.path)
        if version > len(migrations):
            raise RecordsError("records.newer_version", path=self.path)
        if version == len(migrations):
            return
        if version:
            self.backup(self.path.with_name(f"{self.path.name}.v{version}.backup"))
        with self.cursor() as cursor:
            apply_migrations(cursor, migrations, version)
            cursor.execute("CHECKPOINT")

    def _compare_counts(self) -> None:
        stored = int(self.query("SELECT coalesce(max(number), 0) FROM events")[0][0])
        noted = self._lock.read_count()
        self._count = max(stored, noted)
        self.lost_writes = self._count - stored
        if self.lost_writes:
            _log.warning("%d accepted writes are missing from %s", self.lost_writes, self.path)
            with self.writing("writes missing"):
                """The event alone: its number leaves the gap visible."""

    def _finish_erasure(self) -> None:
        if not self.query("SELECT 1 FROM pending_erasure LIMIT 1"):
            return
        try:
            self.erase()
        except RecordsError as error:
            if error.code != "records.not_erased":
                raise
            _log.warning("%s", error)

    def _derive_facts(self) -> None:
        """Derive what statistics count where an older program wrote the file; no write of its own, so not counted."""
        with self.cursor() as cursor:
            if is_current(cursor):
                return
            cursor.execute("BEGIN")
            try:
                rebuild(cursor)
                cursor.execute("COMMIT")
            except BaseException:
                _roll_back(cursor)
                raise
            self._checkpoint(cursor)

    def _note_count(self) -> None:
        try:
            self._lock.note_count(self._count)
        except OSError as error:
            _log.warning("the number of writes could not be noted: %s", error)

    def _checkpoint(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Move what was committed from the write-ahead log into the file.

        With a full disk this fails after the commit: the write is safe in the log and stands. DuckDB refuses all
        further work on the instance then, so that it has to be opened anew.
        """
        try:
            cursor.execute("CHECKPOINT")
        except duckdb.TransactionException as error:
            # Somebody still reads rows as they were before an update; the next write moves both.
            _log.debug("checkpoint put off: %s", error)
        except duckdb.Error as error:
            known = explain(error, self.path)
            if known is None or known.code != "records.disk_full":
                raise
            _log.warning("checkpoint put off: %s", error)
            self._broken = isinstance(error, duckdb.FatalException)

    def _revive(self) -> None:
        """Open the file anew after DuckDB gave the instance up."""
        if not self._broken or self._gate.entered:
            return
        with self._gate.alone(), explained(self.path):
            if self._broken and self._connection is not None:
                self._connection.close()
                self._connect()
                self._broken = False

    def _copy(self) -> Path:
        """Copy the living rows into a new file; the caller holds the write lock."""
        fresh = self._copy_dir / "records.duckdb"
        with explained(self.path):
            shutil.rmtree(self._copy_dir, ignore_errors=True)
            self._copy_dir.mkdir()
            try:
                with self.cursor() as cursor:
                    self._copy_into(cursor, fresh)
            except BaseException:
                shutil.rmtree(self._copy_dir, ignore_errors=True)
                raise
        return fresh

    def _copy_into(self, cursor: duckdb.DuckDBPyConnection, fresh: Path) -> None:
        row = cursor.execute("SELECT current_database()").fetchone()
        assert row is not None
        cursor.execute(f"ATTACH {_quoted(fresh)} AS {_FRESH}")
        try:
            own = '"' + str(row[0]).replace('"', '""') + '"'
            cursor.execute(f"COPY FROM DATABASE {own} TO {_FRESH}")
            cursor.execute(f"DELETE FROM {_FRESH}.pending_erasure")  # noqa: S608 (a constant)
            cursor.execute(f"CHECKPOINT {_FRESH}")
        finally:
            cursor.execute(f"DETACH {_FRESH}")

    def _swap(self, fresh: Path) -> None:
        """Put the copy in the place of the file; the caller is alone."""
        assert self._connection is not None
        self._connection.close()
        self._connection = None
        try:
            _place(fresh, self.path)
            self.path.with_name(f"{self.path.name}.wal").unlink(missing_ok=True)
        finally:
            self._connect()


def _place(fresh: Path, target: Path) -> None:
    """Move a finished copy to its place in one step, across file systems too."""
    if fresh.stat().st_dev == target.parent.stat().st_dev:
        fresh.replace(target)
    else:
        arriving = target.with_name(f"{target.name}.part")
        shutil.move(fresh, arriving)
        arriving.replace(target)
    shutil.rmtree(fresh.parent, ignore_errors=True)
    if os.name == "posix":
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _roll_back(cursor: duckdb.DuckDBPyConnection) -> None:
    try:
        cursor.execute("ROLLBACK")
    except duckdb.Error as error:
        # A failed COMMIT has rolled back by itself; what went wrong is raised by the caller.
        _log.debug("nothing to roll back: %s", error)


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _parse_id(identity: str) -> UUID | None:
    try:
        return UUID(identity)
    except ValueError:
        return None
