"""The file behind a manifest: CSV or Parquet, read as text cells and written so that a spreadsheet runs nothing.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it and read without; the names
of files get a leading `./` instead, so that other programs find them too.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import ManifestError

if TYPE_CHECKING:
    import pandas as pd

PARQUET = ".parquet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_BATCH = 4096


def read_cells(path: Path) -> tuple[tuple[str, ...], Iterator[dict[str, str]]]:
    """Read a table: its columns, and its rows as text; empty cells are empty text.

    Raises:
        ManifestError: There is no such file (`manifest.not_found`), or it is no CSV or Parquet table
            (`manifest.not_a_table`).
    """
    # Loaded when a table is read: an import that writes one does without.
    import pandas as pd
    import pyarrow as pa

    try:
        table = _read(path)
    except FileNotFoundError as error:
        raise ManifestError("manifest.not_found", path=path) from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, OSError, pa.ArrowException) as error:
        raise ManifestError("manifest.not_a_table", path=path) from error
    columns = tuple(str(name) for name in table.columns)
    bare = _as_written if path.suffix.lower() == PARQUET else _unguarded
    cells = [_texts(table.iloc[:, position], bare) for position in range(len(columns))]
    return columns, (dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True))


def write_cells(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write a table in one step: a write cut off leaves no half of it, and what was there before stays.

    Args:
        path: `.parquet` writes Parquet, anything else CSV in UTF-8.
        columns: Their order; a row may lack some.
        rows: Text cells.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.part")
    try:
        if path.suffix.lower() == PARQUET:
            _write_parquet(partial, columns, rows)
        else:
            with partial.open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow([guarded(name) for name in columns])
                writer.writerows([guarded(row.get(name, "")) for name in columns] for row in rows)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def file_cell(name: str) -> str:
    """Write the name of a file so that no spreadsheet takes it for a formula; it stays the same file."""
    return f"./{name}" if name.startswith((*_FORMULA, "'")) else name


def _read(path: Path) -> "pd.DataFrame":
    import pandas as pd

    if path.suffix.lower() == PARQUET:
        return pd.read_parquet(path)
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def _texts(column: "pd.Series[Any]", bare: Callable[[str], str]) -> list[str]:
    present = column.astype(object).where(column.notna(), None).tolist()
    return [bare(value) if isinstance(value, str) else _text(value) for value in present]


def _as_written(cell: str) -> str:
    return cell


def _unguarded(cell: str) -> str:
    return cell[1:] if _GUARDED.match(cell) else cell


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    # A column of whole numbers with gaps comes out of Parquet as floats.
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def guarded(cell: str) -> str:
    """Write a cell so that no spreadsheet takes it for a formula, and reading it gives the same text again."""
    return f"'{cell}" if cell.startswith(_FORMULA) or _GUARDED.match(cell) else cell


def _write_parquet(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in columns])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        batch: list[dict[str, str]] = []
        for row in rows:
            batch.append({name: row.get(name, "") for name in columns})
            if len(batch) == _BATCH:
                writer.write_table(pa.Table.from_pylist(batch, schema))
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema))
