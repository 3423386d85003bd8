"""The clinic directory on disk: a DuckDB file of lists, opened here and nowhere else, and only while it is used.

Searches are answered from a copy in memory (`Directory`), read anew when the file has changed. So the command line
can search and import while the application runs, and neither waits for the other longer than a write takes.
"""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from core.clinics.adding import insert, stage
from core.clinics.built_in import read_built_in
from core.clinics.database import count_clinics, drop_list, open_file, transaction
from core.clinics.directory import Directory
from core.clinics.faults import explained
from core.clinics.links import mended_web_link
from core.clinics.lists import BUILT_IN_LIST, Changes, ClinicList, NewList, Origin
from core.clinics.reading import BUILT_IN
from core.clinics.table import SCHEMA, ClinicTable
from core.errors import ClinicsError

VERSION: Final = 1
_SCHEMA_SQL: Final = Path(__file__).with_name("schema.sql")

# DuckDB loses its lock on a file when any handle to it is closed in the process: one at a time.
_opening = threading.RLock()

Stamp = tuple[int, int, int]


class ClinicStore:
    """The directory of one installation, safe for many threads and processes.

    Args:
        path: The DuckDB file; made with the built-in list when first used.
        built_in: The built-in list (CSV).
    """

    def __init__(self, path: Path, built_in: Path = BUILT_IN) -> None:
        self.path = path
        self._built_in = built_in
        self._filled = False
        self._reading = threading.Lock()
        self._read: tuple[Stamp | None, Directory] | None = None

    def directory(self) -> Directory:
        """Return the clinics to search; the same object until the file changes.

        Raises:
            ClinicsError: The file cannot be opened or made; the message says why and what to do.
        """
        with self._reading:
            stamp = self._stamp()
            if self._read is None or stamp is None or self._read[0] != stamp:
                with self._open() as cursor:
                    stamp = self._stamp()
                    rows = cursor.execute(
                        f"SELECT {', '.join(SCHEMA.names)} FROM directory ORDER BY list_id, position"  # noqa: S608
                    ).to_arrow_table()
                self._read = stamp, Directory(ClinicTable(rows.cast(SCHEMA)))
            return self._read[1]

    def lists(self) -> tuple[ClinicList, ...]:
        """Return the lists the directory is made of, the latest last.

        Raises:
            ClinicsError: As `directory`.
        """
        with self._open() as cursor:
            rows = cursor.execute(
                """SELECT l.id, l.name, l.origin, l.source, l.source_date, l.added_at,
                          (SELECT count(*) FROM clinics AS c WHERE c.list_id = l.id),
                          (SELECT count(*) FROM directory AS d WHERE d.list_id = l.id)
                   FROM lists AS l ORDER BY l.id"""
            ).fetchall()
        return tuple(ClinicList(row[0], row[1], Origin(row[2]), *row[3:]) for row in rows)

    def preview(self, new: NewList) -> Changes:
        """Say what adding a list would do, without doing it.

        Raises:
            ClinicsError: As `directory`.
        """
        with self._open() as cursor:
            return stage(cursor, new)

    def add(self, new: NewList, *, replace: bool = False) -> tuple[int, Changes]:
        """Add a list on top of the others, all of it or nothing.

        What the operator filled in by hand stays. Adding the same content again changes nothing.

        Args:
            new: The list.
            replace: Drop the earlier editions of the same list: what is not in this one goes.

        Returns:
            The list's number, for `remove`, and what was done.

        Raises:
            ClinicsError: As `directory`.
        """
        with self._writing() as cursor:
            changes = stage(cursor, new)
            dropped = changes.earlier if replace else ()
            if changes.repeated is not None and (not replace or changes.earlier == (changes.repeated,)):
                return changes.repeated, changes
            row = cursor.execute("SELECT max(id) + 1 FROM lists").fetchone()
            assert row is not None
            for number in dropped:
                drop_list(cursor, number)
            insert(cursor, new, int(row[0]))
            return int(row[0]), changes

    def remove(self, list_id: int) -> int:
        """Remove an imported list; what it covered shows again.

        Returns:
            How many clinics the directory has less.

        Raises:
            ClinicsError: There is no such list, or it is the built-in one (`clinics.unknown_list`); or as `directory`.
        """
        with self._writing() as cursor:
            known = cursor.execute("SELECT 1 FROM lists WHERE id = ? AND id <> ?", [list_id, BUILT_IN_LIST]).fetchall()
            if not known:
                raise ClinicsError("clinics.unknown_list", list=list_id)
            before = count_clinics(cursor)
            drop_list(cursor, list_id)
            return before - count_clinics(cursor)

    def set_booking(self, clinic_id: str, address: str) -> None:
        """Fill in the address where a clinic is booked; an empty one takes it out.

        Args:
            clinic_id: The clinic.
            address: http or https; `www.example.kr` is taken as http.

        Raises:
            ClinicsError: No such clinic (`clinics.unknown_clinic`), no web address (`clinics.bad_booking`); or as
                `directory`.
        """
        link = mended_web_link(address)
        if link is None:
            raise ClinicsError("clinics.bad_booking", address=address.strip())
        with self._writing() as cursor:
            if not cursor.execute("SELECT 1 FROM clinics WHERE id = ? LIMIT 1", [clinic_id]).fetchall():
                raise ClinicsError("clinics.unknown_clinic", clinic=clinic_id)
            cursor.execute("DELETE FROM bookings WHERE clinic_id = ?", [clinic_id])
            if link:
                cursor.execute("INSERT INTO bookings VALUES (?, ?, now() AT TIME ZONE 'UTC')", [clinic_id, link])

    # The file

    def _stamp(self) -> Stamp | None:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            self._filled = False
            return None
        except OSError as error:
            raise ClinicsError("clinics.not_writable", path=self.path) from error
        return status.st_mtime_ns, status.st_size, status.st_ino

    @contextmanager
    def _open(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend the filled directory for reading."""
        with _opening:
            if not self._filled or self._stamp() is None:
                self._fill()
            with self._connect(read_only=True) as connection:
                yield connection

    @contextmanager
    def _writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Lend the filled directory inside a transaction that is committed on leaving."""
        with _opening:
            if not self._filled or self._stamp() is None:
                self._fill()
            with self._connect(read_only=False) as connection, transaction(connection):
                yield connection

    @contextmanager
    def _connect(self, *, read_only: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        with explained(self.path):
            connection = open_file(self.path, read_only=read_only)
            try:
                yield connection
                if not read_only:
                    connection.execute("CHECKPOINT")
            finally:
                connection.close()

    def _fill(self) -> None:
        """Make the file where there is none, and bring the built-in list up to date."""
        try:
            digest = hashlib.sha256(self._built_in.read_bytes()).hexdigest()
        except OSError as error:
            raise ClinicsError("clinics.no_file", name=self._built_in.name) from error
        if self._stamp() is not None:
            with self._connect(read_only=True) as connection:
                if self._built_in_digest(connection) == digest:
                    self._filled = True
                    return
        new = read_built_in(self._built_in, digest)
        with explained(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._connect(read_only=False) as connection, transaction(connection):
            # Another process may have been faster.
            if (known := self._built_in_digest(connection)) is None:
                connection.execute(_SCHEMA_SQL.read_text(encoding="utf-8"))
            if known != digest:
                drop_list(connection, BUILT_IN_LIST)
                stage(connection, new)
                insert(connection, new, BUILT_IN_LIST)
        self._filled = True

    def _built_in_digest(self, connection: duckdb.DuckDBPyConnection) -> str | None:
        """Return the digest of the built-in list in an open file; None for an empty file, "" for one without it."""
        tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
        if not tables:
            return None
        if not tables >= {"schema_version", "lists", "clinics", "bookings"}:
            raise ClinicsError("clinics.foreign", path=self.path)
        version = connection.execute("SELECT max(version) FROM schema_version").fetchall()[0][0]
        if version != VERSION:
            raise ClinicsError("clinics.newer_version", path=self.path)
        found = connection.execute("SELECT digest FROM lists WHERE id = ?", [BUILT_IN_LIST]).fetchall()
        return str(found[0][0]) if found else ""
