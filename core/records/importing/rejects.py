# ruff: noqa: S608 - columns are named by us
"""The rows that were left out, as a CSV file that can be put right and imported again."""

import csv
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from core.records.importing.judging import AGAIN
from core.records.importing.reading import RawTable
from core.records.importing.staging import Staging
from core.records.importing.text_files import TextTable

EXTRA = ("row", "reason", "line", "line_number")
"""What stands beside a rejected row: its number, the reason, for what is no row its text, and the line of the file."""

_BATCH = 10_000
_REJECTED = f"FROM checked WHERE reason IS NOT NULL AND reason <> '{AGAIN}'"


def count_reasons(staging: Staging) -> Mapping[str, int]:
    """Count the rejected rows by reason."""
    return MappingProxyType(
        dict(
            staging.rows(
                f"""SELECT reason, count(*) FROM (
                        SELECT reason FROM checked WHERE reason IS NOT NULL AND reason <> '{AGAIN}'
                        UNION ALL SELECT reason FROM malformed
                    ) GROUP BY reason ORDER BY reason"""
            )
        )
    )


def write_rejects(staging: Staging, raw: RawTable, target: Path) -> None:
    """Write the rejected rows to a file, replacing it."""
    lines = line_numbers(staging, raw.text) if raw.text else {}
    # Each has a cursor of its own, as both are read piece by piece.
    listed, malformed = staging.connection.cursor(), staging.connection.cursor()
    listed.execute(_rejected_rows(staging, raw))
    malformed.execute("SELECT line, reason, csv_line FROM malformed ORDER BY line")
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*raw.columns, *EXTRA])
        while rows := listed.fetchmany(_BATCH):
            writer.writerows(
                [*map(harmless, cells), row, reason, "", lines.get(("row", row), "")] for row, reason, cells in rows
            )
        while broken := malformed.fetchmany(_BATCH):
            blank = [""] * len(raw.columns)
            writer.writerows(
                [*blank, "", reason, harmless(text), lines.get(("line", line), "")] for line, reason, text in broken
            )


def _rejected_rows(staging: Staging, raw: RawTable) -> str:
    """SQL for the rejected rows in order: the number, the reason and the cells of each."""
    known = f'SELECT rowid + 1 AS "row", reason, cells {_REJECTED} AND cells IS NOT NULL'
    late = f'SELECT rowid + 1 AS "row", reason {_REJECTED} AND cells IS NULL'
    if staging.number(f"SELECT count(*) FROM ({late})"):
        # What was good until all were compared is read once more.
        cells = ", ".join(f"c{place}" for place in range(len(raw.columns)))
        known += f"""
            UNION ALL SELECT "row", reason, [{cells}] FROM (
                FROM (SELECT *, row_number() OVER () AS "row" FROM piece) WHERE "row" IN (SELECT "row" FROM ({late}))
            ) JOIN ({late}) USING ("row")"""
    return f'FROM ({known}) ORDER BY "row"'


def harmless(cell: object) -> object:
    """Keep a spreadsheet from taking a cell for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def line_numbers(staging: Staging, text: TextTable) -> dict[tuple[str, int], int]:
    """Find the lines of the file where rejected rows start: by ("row", number), and ("line", record) for no rows."""
    wanted = [row for (row,) in staging.rows(f"SELECT rowid + 1 {_REJECTED} ORDER BY rowid")]
    malformed = [line for (line,) in staging.rows("SELECT line FROM malformed ORDER BY line")]
    rows = staging.number("SELECT count(*) FROM checked")
    found = {("line", line): line for line in malformed}
    if text.lines == text.blank + 1 + rows + len(malformed):
        passed = 0
        for row in wanted:
            line = text.blank + 1 + row + passed
            while passed < len(malformed) and malformed[passed] <= line:
                passed, line = passed + 1, line + 1
            found["row", row] = line
        return found
    # Blank lines, or cells that hold line ends: only reading tells where a record starts.
    wanted_rows, wanted_lines = set(wanted), set(malformed)
    row = 0
    with suppress(csv.Error):
        for record, (start, empty) in enumerate(_starts(text), 1):
            if record in wanted_lines:
                found["line", record] = start
            elif not empty:
                if row in wanted_rows:
                    found["row", row] = start
                row += 1
    return found


def _starts(text: TextTable) -> Iterator[tuple[int, bool]]:
    """List the records of a file, the header first: the line each starts on, and whether it is blank."""
    with text.path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        reader = csv.reader(file, delimiter=text.delimiter)
        start = 1
        for record in reader:
            yield start, not record
            start = reader.line_num + 1
