"""One query of an analyst over a snapshot, in a process of its own that is killed when it takes too long."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv

from core.errors import RecordsError
from core.records.sql_corner.complaints import explain_complaint
from core.records.sql_corner.snapshot import Snapshot

LONGEST_SQL: Final = 10_000
"""How long a query may be, in bytes of UTF-8."""

MOST_ROWS: Final = 1_000
"""How many rows are shown of what a query gives."""

SECONDS: Final = 3
"""After how long a query is killed."""

_CHILD: Final = Path(__file__).with_name("child.py")
# Each may take a processor for three seconds: others wait, but not for long.
_AT_ONCE: Final = 2
_PATIENCE_SECONDS: Final = 5
_running = threading.BoundedSemaphore(_AT_ONCE)
_KINDS: Final = {
    "BOOLEAN": pa.bool_(),
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"), pa.int64()),
    **dict.fromkeys(("UBIGINT", "HUGEINT", "UHUGEINT", "FLOAT", "DOUBLE"), pa.float64()),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}


@dataclass(frozen=True)
class Answer:
    """What a query gave.

    Attributes:
        rows: At most `MOST_ROWS` of them, each column with a name of its own; what is neither number, truth value nor
            time is text.
        more: Whether there were more.
        seconds: How long it took, starting the process included.
    """

    rows: pa.Table
    more: bool
    seconds: float


def run_sql(snapshot: Snapshot, sql: str) -> Answer:
    """Answer one SELECT over the published tables.

    Args:
        snapshot: What can be queried.
        sql: One SELECT of at most `LONGEST_SQL` bytes, from anybody.

    Raises:
        RecordsError: With a code of `sql.`: nothing to run (`empty`), too long, several statements, no SELECT,
            something that writes, an unknown table, column or function, files, a syntax error, too slow, too much
            memory, an answer too large, too many queries at once, or whatever else DuckDB complains of (`failed`).
    """
    asked = sql.encode("utf-8", "replace")
    if not sql.strip():
        raise RecordsError("sql.empty")
    if len(asked) > LONGEST_SQL:
        raise RecordsError("sql.too_long", bytes=len(asked), longest=LONGEST_SQL)
    if not _running.acquire(timeout=_PATIENCE_SECONDS):
        raise RecordsError("sql.busy")
    try:
        started = time.monotonic()
        head, body = _run(snapshot, asked.decode())
        seconds = time.monotonic() - started
    finally:
        _running.release()
    if "error" in head:
        raise explain_complaint(str(head["error"]), str(head["message"]), snapshot.tables)
    return Answer(_as_table(head["columns"], body), bool(head["more"]), seconds)


def _run(snapshot: Snapshot, sql: str) -> tuple[dict[str, Any], bytes]:
    task = {"database": str(snapshot.path), "sql": sql, "rows": MOST_ROWS}
    with subprocess.Popen(  # noqa: S603 (our own program; what a stranger wrote goes through the pipe)
        [sys.executable, "-I", str(_CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=snapshot.path.parent,
        env=_environment(),
    ) as child:
        try:
            out, _ = child.communicate(json.dumps(task).encode() + b"\n", timeout=SECONDS)
        except subprocess.TimeoutExpired:
            raise RecordsError("sql.too_slow", seconds=SECONDS) from None
        finally:
            child.kill()
    head, _, body = out.partition(b"\n")
    if child.returncode == 0 and head:
        return json.loads(head), body
    if child.returncode == -getattr(signal, "SIGXCPU", 0):
        raise RecordsError("sql.too_slow", seconds=SECONDS)
    raise RecordsError("sql.too_much_memory")


def _environment() -> dict[str, str]:
    """Nothing of ours, keys and passwords least of all, but what Windows needs to start a program."""
    return {name: os.environ[name] for name in ("SYSTEMROOT", "PATH") if name in os.environ}


def _as_table(columns: Sequence[tuple[str, str]], body: bytes) -> pa.Table:
    """Read rows as the child writes them."""
    names: list[str] = []
    for name, _ in columns:
        names.append(_unused(name, names))
    kinds = {name: _kind(kind) for name, (_, kind) in zip(names, columns, strict=True)}
    if not body:
        return pa.schema(list(kinds.items())).empty_table()
    try:
        return _read(body, kinds)
    except pa.ArrowInvalid:
        # DuckDB alone knows days before Christ, behind the year 9999 and at infinity.
        return _read(body, {name: pa.string() if pa.types.is_temporal(kind) else kind for name, kind in kinds.items()})


def _read(body: bytes, kinds: Mapping[str, pa.DataType]) -> pa.Table:
    return pa_csv.read_csv(
        io.BytesIO(body),
        read_options=pa_csv.ReadOptions(column_names=list(kinds), use_threads=False, block_size=len(body) + 1),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pa_csv.ConvertOptions(
            column_types=dict(kinds),
            null_values=[""],
            true_values=["true"],
            false_values=["false"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _kind(name: str) -> pa.DataType:
    return pa.float64() if name.startswith("DECIMAL") else _KINDS.get(name, pa.string())


def _unused(name: str, used: Sequence[str]) -> str:
    """Return a name that no column before has."""
    candidate, number = name, 2
    while candidate in used:
        candidate, number = f"{name}_{number}", number + 1
    return candidate
