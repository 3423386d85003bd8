"""Records in and out: CSV and Parquet.

Files are read and written by a DuckDB instance of their own, in memory, so that the one that holds the records never
gets access to the file system.
"""

import codecs
import csv
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import duckdb

from core.errors import RecordsError
from core.records import vocabulary
from core.records.faults import explained
from core.records.privacy import population
from core.records.rows import merge_rows
from core.records.store import RecordStore

COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "visit_id": "UUID",
        "visited_at": "TIMESTAMPTZ",
        "sex": "VARCHAR",
        "age_band": "VARCHAR",
        "region": "VARCHAR",
        "consent": "BOOLEAN",
        "consent_at": "TIMESTAMPTZ",
        "consent_version": "VARCHAR",
        "source": "VARCHAR",
        "answers": "VARCHAR",
        "diagnosis_id": "UUID",
        "photo_sha256": "VARCHAR",
        "site": "VARCHAR",
        "view": "VARCHAR",
        "model_id": "VARCHAR",
        "model_version": "VARCHAR",
        "elapsed_ms": "DOUBLE",
        "condition": "VARCHAR",
        "severity": "UTINYINT",
        "p0": "DOUBLE",
        "p1": "DOUBLE",
        "p2": "DOUBLE",
        "p3": "DOUBLE",
        "severity_set": "UTINYINT[]",
    }
)
"""Columns of an export with their types in the records; one row a graded or abstained condition."""

_HUMAN = ("id", "sex", "age", "pred", "skin")
_FORMULA = "^[=+\\-@\\t\\r]"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class ImportReport:
    """What an import did.

    Attributes:
        imported: Gradings added.
        already_there: Gradings that were stored before, or stood twice in the file.
        rejected: Rows left out.
        reasons: For each reason, how many rows.
        reject_file: Where the rejected rows lie with their reasons; None where all were good.
    """

    imported: int
    already_there: int
    rejected: int
    reasons: Mapping[str, int]
    reject_file: Path | None


def export_results(store: RecordStore, target: Path, *, demo: bool = False) -> int:
    """Write the records to a CSV or Parquet file, one row a condition, with all probabilities.

    Abstained conditions have no severity. In CSV, text that a spreadsheet would take for a formula gets a leading
    apostrophe, which `import_results` takes away again.

    Args:
        store: The records.
        target: The file to write, `.csv` or `.parquet`; replaced in one step.
        demo: Write the demonstration rows instead of the real ones; results of example pictures are in neither.

    Returns:
        How many rows were written.

    Raises:
        RecordsError: Another suffix (`unknown_format`), or the file cannot be written.
    """
    _check_suffix(target)
    with explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder, _staging(Path(folder)) as staging, store.cursor() as cursor:
            part = target.with_name(f"{target.name}.part")
            try:
                as_csv = target.suffix.lower() == ".csv"
                staging.register("results", cursor.execute(_export_sql(csv_safe=as_csv, demo=demo)).to_arrow_reader())
                shape = "FORMAT csv, HEADER" if as_csv else "FORMAT parquet"
                rows = _scalar(staging, f"COPY (FROM results) TO {_literal(part)} ({shape})")
                part.replace(target)
            finally:
                part.unlink(missing_ok=True)
    return rows


def import_results(store: RecordStore, source: Path) -> ImportReport:
    """Read results from a CSV or Parquet file: our own export, or the original service's `Human` table.

    Bad rows are left out and written beside the file with the reason, the good ones are kept; running it twice adds
    nothing. Everything but demonstration rows gets the source `import`. CSV may be UTF-8 or CP949.

    Args:
        store: The records.
        source: The file, `.csv` or `.parquet`.

    Raises:
        RecordsError: No such file (`no_file`), another suffix (`unknown_format`), unknown columns
            (`unknown_columns`), not a table (`unreadable_table`), or the records cannot be written.
    """
    _check_suffix(source)
    if not source.is_file():
        raise RecordsError("records.no_file", path=source)
    with explained(source), tempfile.TemporaryDirectory() as folder, _staging(Path(folder)) as staging:
        columns = _read_raw(staging, source, Path(folder))
        _check_rows(staging, columns, source)
        reject_file = _write_rejects(staging, columns, source)
        reasons = dict(
            staging.execute("SELECT reason, count(*) FROM rejects GROUP BY reason ORDER BY reason").fetchall()
        )
        good = _scalar(staging, "SELECT count(*) FROM checked WHERE reason IS NULL")
        imported = _merge(store, staging) if good else 0
    return ImportReport(
        imported=imported,
        already_there=good - imported,
        rejected=sum(reasons.values()),
        reasons=MappingProxyType(reasons),
        reject_file=reject_file,
    )


def _check_suffix(path: Path) -> None:
    if path.suffix.lower() not in {".csv", ".parquet"}:
        raise RecordsError("records.unknown_format", name=path.name)


def _export_sql(*, csv_safe: bool, demo: bool) -> str:
    origin = {
        "visit_id": "v.id::VARCHAR",
        "answers": "v.answers::VARCHAR",
        "diagnosis_id": "d.id::VARCHAR",
        "visited_at": _iso("v.visited_at"),
        "consent_at": _iso("v.consent_at"),
        "severity_set": "array_to_string(g.severity_set, '|')",
    }
    tables = {"visit": "v", "photo": "d", "grade": "g"}
    selected = []
    for name, kind in COLUMNS.items():
        value = origin.get(name, f"{tables[vocabulary.level(name)]}.{name}")
        if csv_safe and kind == "VARCHAR":
            value = f"CASE WHEN regexp_matches({value}, '{_FORMULA}') THEN '''' || {value} ELSE {value} END"
        selected.append(f"{value} AS {name}")
    return f"""SELECT {", ".join(selected)}
        FROM gradings AS g JOIN diagnoses AS d ON d.id = g.diagnosis_id JOIN visits AS v ON v.id = d.visit_id
        WHERE {population(demo=demo)}
        ORDER BY d.number, list_position({vocabulary.CONDITION_LIST}, g.condition)"""  # noqa: S608 (constants)


def _iso(column: str) -> str:
    return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%fZ')"


@contextmanager
def _staging(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    ) as staging:
        staging.execute("SET TimeZone = 'UTC'")
        staging.execute(f"SET temp_directory = {_literal(folder / 'spill')}")
        yield staging


def _read_raw(staging: duckdb.DuckDBPyConnection, source: Path, folder: Path) -> tuple[str, ...]:
    """Make the table `raw` (all text, one column `row_number`) and `malformed`; return the file's columns."""
    try:
        if source.suffix.lower() == ".csv":
            staging.execute(
                """CREATE TABLE raw AS SELECT row_number() OVER () AS "row_number", * FROM read_csv(?,
                   all_varchar = true, header = true, delim = ',', quote = '"', escape = '"', store_rejects = true)""",
                [str(_as_utf8(source, folder))],
            )
            staging.execute("CREATE VIEW malformed AS SELECT DISTINCT ON (line) line, csv_line FROM reject_errors")
        else:
            staging.execute(
                """CREATE TABLE raw AS SELECT row_number() OVER () AS "row_number", COLUMNS(*)::VARCHAR
                   FROM read_parquet(?)""",
                [str(source)],
            )
            staging.execute("CREATE TABLE malformed (line BIGINT, csv_line VARCHAR)")
    except (duckdb.InvalidInputException, duckdb.BinderException, duckdb.ConversionException) as error:
        raise RecordsError("records.unreadable_table", name=source.name) from error
    described = staging.execute("DESCRIBE raw").fetchall()
    return tuple(name for name, *_ in described[1:])


def _as_utf8(source: Path, folder: Path) -> Path:
    """Return the file itself where it is UTF-8, else a copy of it decoded from CP949, as Korean Excel writes."""
    try:
        for _ in _decoded(source, "utf-8"):
            """Reading to the end is the test."""
        return source
    except UnicodeDecodeError:
        copy = folder / "utf8.csv"
    try:
        with copy.open("w", encoding="utf-8", newline="") as target:
            target.writelines(_decoded(source, "cp949"))
    except UnicodeDecodeError as error:
        raise RecordsError("records.unreadable_table", name=source.name) from error
    return copy


def _decoded(source: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def _check_rows(staging: duckdb.DuckDBPyConnection, columns: tuple[str, ...], source: Path) -> None:
    """Make the table `checked`: the columns of an export, typed, plus `row_number` and `reason`."""
    by_name = {name.strip().lower(): name for name in reversed(columns)}
    if by_name.keys() >= COLUMNS.keys():
        names, sql = tuple(COLUMNS), vocabulary.own_rows(COLUMNS)
    elif by_name.keys() >= set(_HUMAN):
        names, sql = _HUMAN, vocabulary.human_rows()
    else:
        raise RecordsError("records.unknown_columns", name=source.name)
    cleaned = ", ".join(f"{_clean(by_name[name])} AS {name}" for name in names)
    staging.execute(f'CREATE VIEW cleaned AS SELECT "row_number", {cleaned} FROM raw')  # noqa: S608 (quoted)
    staging.execute(f"CREATE TABLE checked AS {sql}")
    staging.execute(
        """CREATE VIEW rejects AS
           SELECT "row_number", reason, NULL AS csv_line FROM checked WHERE reason IS NOT NULL
           UNION ALL SELECT NULL, 'malformed', csv_line FROM malformed"""
    )


def _clean(column: str) -> str:
    quoted = _identifier(column)
    bare = f"CASE WHEN regexp_matches({quoted}, '^''[=+\\-@\\t\\r]') THEN {quoted}[2:] ELSE {quoted} END"
    return f"nullif(trim({bare}), '')"


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _identifier(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _write_rejects(staging: duckdb.DuckDBPyConnection, columns: tuple[str, ...], source: Path) -> Path | None:
    if not _scalar(staging, "SELECT count(*) FROM rejects"):
        return None
    target = source.with_name(f"{source.stem}.rejects.csv")
    listed = ", ".join(f"raw.{_identifier(name)}" for name in columns)
    staging.execute(
        f"""SELECT {listed}, r."row_number", r.reason, r.csv_line
            FROM rejects AS r LEFT JOIN raw ON raw."row_number" = r."row_number"
            ORDER BY r."row_number" NULLS LAST"""  # noqa: S608 (quoted names)
    )
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*columns, "row", "reason", "line"])
        while rows := staging.fetchmany(10_000):
            writer.writerows([[_harmless(cell) for cell in row] for row in rows])
    return target


def _harmless(cell: object) -> object:
    """Keep a spreadsheet from taking a cell for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _merge(store: RecordStore, staging: duckdb.DuckDBPyConnection) -> int:
    listed = ", ".join(
        f"{name}::VARCHAR AS {name}" if kind in {"UUID", "TIMESTAMPTZ"} else name for name, kind in COLUMNS.items()
    )
    reader = staging.execute(
        f"""SELECT DISTINCT ON (diagnosis_id, condition) {listed}, "row_number" AS place
            FROM checked WHERE reason IS NULL ORDER BY place"""  # noqa: S608 (constants)
    ).to_arrow_reader()
    typed = ", ".join(f"{name}::{kind} AS {name}" for name, kind in COLUMNS.items())
    with store.writing("import") as cursor:
        cursor.register("arriving", reader)
        cursor.execute(f"CREATE TEMP TABLE incoming AS SELECT {typed}, place, now() AS stored_at FROM arriving")  # noqa: S608
        cursor.unregister("arriving")
        imported = merge_rows(cursor)
        cursor.execute("DROP TABLE incoming")
    return imported


def _scalar(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0]) if row else 0
