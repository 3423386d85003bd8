"""Rows of a CSV or Parquet file of labels, read one after another however many there are."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from core.errors import ManifestError
from core.lab.manifest_table import PARQUET

_ENCODINGS = ("utf-8-sig", "cp949")
_DELIMITERS = ",;\t"
_BATCH = 4096


def read_columns(path: Path) -> tuple[str, ...]:
    """Names of the columns.

    Raises:
        ManifestError: There is no such file, or it is no table.
    """
    if not path.is_file():
        raise ManifestError("import.not_found", path=path)
    if path.suffix.lower() == PARQUET:
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            return tuple(pq.ParquetFile(path).schema_arrow.names)
        except (OSError, pa.ArrowException) as error:
            raise ManifestError("import.not_a_table", path=path) from error
    rows = _csv(path)
    return tuple(name.strip() for name in next(rows, []))


def count_rows(path: Path) -> int:
    """About how many rows there are, for showing progress."""
    if path.suffix.lower() == PARQUET:
        import pyarrow.parquet as pq

        return int(pq.ParquetFile(path).metadata.num_rows)
    with path.open("rb") as file:
        return max(0, sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b"")) - 1)


def read_rows(path: Path) -> Iterator[Mapping[str, str]]:
    """Go through the rows as text by column; a row that is too short lacks its last columns.

    Raises:
        ManifestError: The file is no table from some row on.
    """
    if path.suffix.lower() == PARQUET:
        yield from _parquet(path)
        return
    rows = _csv(path)
    columns = [name.strip() for name in next(rows, [])]
    for row in rows:
        if any(row):
            yield dict(zip(columns, (cell.strip() for cell in row), strict=False))


def _csv(path: Path) -> Iterator[list[str]]:
    """Rows of a CSV, in UTF-8 or the code page Korean spreadsheets save in."""
    encoding = next((name for name in _ENCODINGS if _is_in(path, name)), None)
    if encoding is None:
        raise ManifestError("import.not_a_table", path=path)
    with path.open(encoding=encoding, newline="") as file:
        head = file.readline(1 << 16)
        file.seek(0)
        try:
            yield from csv.reader(file, delimiter=max(_DELIMITERS, key=head.count))
        except csv.Error as error:
            raise ManifestError("import.not_a_table", path=path) from error


def _is_in(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding) as file:
            while file.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return False
    except OSError as error:
        raise ManifestError("import.not_a_table", path=path) from error
    return True


def _parquet(path: Path) -> Iterator[Mapping[str, str]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        for batch in pq.ParquetFile(path).iter_batches(_BATCH):
            for row in batch.to_pylist():
                yield {name: _text(value) for name, value in row.items()}
    except (OSError, pa.ArrowException) as error:
        raise ManifestError("import.not_a_table", path=path) from error


def _text(value: object) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, list):
        return "|".join(_text(part) for part in value)
    return str(int(value)) if isinstance(value, bool | float) and value == int(value) else str(value).strip()
