"""The schema of the records: numbered migrations, applied in order."""

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from core.errors import RecordsError

MIGRATIONS_DIR = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Migration:
    """One step of the schema.

    Attributes:
        number: Version of the schema after this step, counted from 1.
        sql: The statements.
    """

    number: int
    sql: str


def read_migrations(folder: Path = MIGRATIONS_DIR) -> tuple[Migration, ...]:
    """Read the migrations of a folder, files named `0001_what_it_does.sql`, in order.

    Raises:
        ValueError: The numbers do not run from 1 without gaps.
    """
    found = sorted(
        (int(match[1]), path) for path in folder.iterdir() if (match := re.match(r"(\d{4})_.*\.sql$", path.name))
    )
    if [number for number, _ in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"migrations in {folder.name} are not numbered 1, 2, 3 ...")
    return tuple(Migration(number, path.read_text(encoding="utf-8")) for number, path in found)


def current_version(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Return the schema version of an open database, 0 for an empty one.

    Raises:
        RecordsError: The database holds something else than records (`records.foreign`).
    """
    tables = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    if not tables:
        return 0
    if "schema_version" not in tables:
        raise RecordsError("records.foreign", path=path)
    row = connection.execute("SELECT max(version) FROM schema_version").fetchone()
    if row is None or row[0] is None:
        raise RecordsError("records.foreign", path=path)
    return int(row[0])


def apply_migrations(connection: duckdb.DuckDBPyConnection, migrations: tuple[Migration, ...], version: int) -> None:
    """Apply what an older database lacks, all of it or nothing.

    Args:
        connection: The open database.
        migrations: All steps there are.
        version: What `current_version` said.
    """
    connection.execute("BEGIN")
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL, applied_at TIMESTAMPTZ NOT NULL)"
        )
        for migration in migrations[version:]:
            connection.execute(migration.sql)
            connection.execute("INSERT INTO schema_version VALUES (?, now())", [migration.number])
        connection.execute("COMMIT")
    except duckdb.Error:
        connection.execute("ROLLBACK")
        raise
