"""What a chart shows as a file: CSV for spreadsheets, Parquet for programs, every row stamped."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

Cell = str | int | float | bool | None
Row = Mapping[str, Cell]

# A spreadsheet takes the wide forms for the narrow ones where the keyboard is Korean or Japanese.
_FORMULA: Final = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True)
class Stamp:
    """Where figures come from; it stands in every file.

    Attributes:
        data: `results` or `demonstration`.
        filters: Who was counted, in words.
        people: How many; None where that is not published.
        made_at: When they were read from the records, with time zone.
        models: Models that graded, with versions.
    """

    data: str
    filters: str
    people: int | None
    made_at: datetime
    models: tuple[str, ...]

    def as_row(self) -> dict[str, Cell]:
        """Return the columns that go behind those of the figures."""
        return {
            "data": self.data,
            "filters": self.filters,
            "people": self.people,
            "made_at": self.made_at.isoformat(timespec="seconds"),
            "models": "; ".join(self.models),
        }

    def file_name(self, what: str, ending: str) -> str:
        """Return a name that sorts by time and tells a demonstration."""
        shown = "-demonstration" if self.data == "demonstration" else ""
        return f"scalpspectra-{what}{shown}-{self.made_at:%Y%m%d-%H%M}.{ending}"


def as_csv(rows: Sequence[Row], stamp: Stamp) -> bytes:
    """Return figures as CSV (UTF-8 with byte order mark).

    What is not published has empty cells, like what does not exist. Cells a spreadsheet would take for a formula get
    an apostrophe in front.

    Args:
        rows: Rows with the same columns; at least one.
        stamp: Repeated in every row.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    stamped = _stamped(rows, stamp)
    writer.writerow(stamped[0])
    for row in stamped:
        writer.writerow("" if cell is None else harmless(cell) for cell in row.values())
    return out.getvalue().encode("utf-8-sig")


def as_parquet(rows: Sequence[Row], stamp: Stamp) -> bytes:
    """Return figures as Parquet; the stamp stands in its columns.

    Args:
        rows: As in `as_csv`.
        stamp: Likewise.
    """
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(_stamped(rows, stamp)), out)
    return out.getvalue()


def harmless(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(cell, str) and cell.lstrip().startswith(_FORMULA):
        return f"'{cell}"
    return cell


def _stamped(rows: Sequence[Row], stamp: Stamp) -> list[dict[str, Cell]]:
    return [{**row, **stamp.as_row()} for row in rows]
