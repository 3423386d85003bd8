"""The process that reads one snapshot for one query. It is run as a file, and imports nothing of ours.

It gets one line of JSON on its standard input and answers on its standard output: one line of JSON, and behind it,
where the query gave rows, these as CSV with every text in quotes and NULL as nothing. Whatever the query does, this
process cannot write, has little memory and time, and is killed by its parent in the end.
"""

import json
import sys
from typing import Any

import duckdb

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "memory_limit": "256MB",
    "threads": "1",
    "max_temp_directory_size": "0B",
    "temp_directory": "",
    # Its default names the home folder of whoever runs the program.
    "secret_directory": "none",
    "lock_configuration": "true",
}
_MEMORY_BYTES = 1 << 30
_CPU_SECONDS = 5
# What goes through the pipe; a thousand rows of figures are a hundredth of it.
_ANSWER_BYTES = 8_000_000


def main() -> None:
    """Answer the query of standard input."""
    task = json.loads(sys.stdin.buffer.readline())
    limit_process()
    try:
        answer = _answer(task["database"], task["sql"], task["rows"])
    except (duckdb.Error, MemoryError, RuntimeError, ValueError) as error:
        answer = _head(error=type(error).__name__, message=str(error))
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def limit_process() -> None:
    """Take memory, time and the writing of files from this process, where the system can."""
    try:
        import resource
    except ImportError:  # Windows: time is what the parent grants, memory what DuckDB's own limit holds.
        return
    for kind, limit in (
        (resource.RLIMIT_AS, _MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CPU, _CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(kind)
        if most != resource.RLIM_INFINITY:
            limit = min(limit, most)
        resource.setrlimit(kind, (limit, limit))


def _answer(database: str, sql: str, most_rows: int) -> bytes:
    with duckdb.connect(database, read_only=True, config=_CONFIG) as connection:
        statements = connection.extract_statements(sql)
        if len(statements) != 1:
            return _head(error="Statements", message=str(len(statements)))
        if statements[0].type != duckdb.StatementType.SELECT:
            return _head(error="Statement", message=statements[0].type.name)
        found = connection.sql(statements[0].query)
        if found is None:
            return _head(error="Statement", message="")
        columns = [[str(name), str(kind)] for name, kind in zip(found.columns, found.types, strict=True)]
        texts = ", ".join(f"#{place}::VARCHAR AS c{place}" for place in range(1, len(columns) + 1))
        rows = found.limit(most_rows + 1).project(texts).fetchall()
    lines = [",".join(map(_quoted, row)) for row in rows[:most_rows]]
    body = ("\n".join(lines) + "\n").encode() if lines else b""
    if len(body) > _ANSWER_BYTES:
        return _head(error="Size", message="")
    return _head(columns=columns, more=len(rows) > most_rows) + body


def _head(**values: Any) -> bytes:  # noqa: ANN401 (whatever JSON can hold)
    return json.dumps(values).encode() + b"\n"


def _quoted(text: str | None) -> str:
    return "" if text is None else '"' + text.replace('"', '""') + '"'


if __name__ == "__main__":
    main()
