"""Clinics as columns (Arrow): compact with 80,000 of them, and a `Clinic` is made when somebody looks at it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.clinics.clinic import Clinic, read_departments, read_hours, write_departments, write_hours
from core.clinics.names import latin_forms
from core.taxonomy import Region

SCHEMA: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("id", "name", "name_en", "kind", "departments", "region", "district")),
        *((name, pa.string()) for name in ("address", "postcode", "phone", "homepage", "booking")),
        *((name, pa.string()) for name in ("hours", "hours_note", "source", "source_date")),
        ("latitude", pa.float64()),
        ("longitude", pa.float64()),
        ("list_id", pa.int32()),
        ("latin", pa.string()),
    ]
)
# What a clinic is made from; `latin` serves the search alone.
_CELLS: Final = tuple(name for name in SCHEMA.names if name != "latin")
# Few values, often repeated.
_FEW: Final = ("kind", "departments", "region", "district", "hours", "source", "source_date")

_departments = lru_cache(4096)(read_departments)
_hours = lru_cache(4096)(read_hours)


class ClinicTable(Sequence[Clinic]):
    """Clinics in columns, immutable.

    Args:
        table: Columns of `SCHEMA`, in any order.
    """

    def __init__(self, table: pa.Table) -> None:
        encoded = {
            name: table[name].combine_chunks().dictionary_encode() if name in _FEW else table[name].combine_chunks()
            for name in SCHEMA.names
        }
        self._table = pa.table(encoded)

    @classmethod
    def of(cls, clinics: Iterable[Clinic]) -> "ClinicTable":
        """Put clinics into columns."""
        return cls(pa.Table.from_pylist([as_row(clinic) for clinic in clinics], SCHEMA))

    def __len__(self) -> int:
        return int(self._table.num_rows)

    @overload
    def __getitem__(self, index: int) -> Clinic: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Clinic, ...]: ...
    def __getitem__(self, index: int | slice) -> Clinic | tuple[Clinic, ...]:
        """Make one clinic, or those of a slice."""
        if isinstance(index, slice):
            return self.take(np.arange(*index.indices(len(self))))
        return self.take(np.array([range(len(self))[index]]))[0]

    def __iter__(self) -> Iterator[Clinic]:
        for start in range(0, len(self), 1000):
            yield from self[start : start + 1000]

    def take(self, rows: npt.NDArray[np.int64]) -> tuple[Clinic, ...]:
        """Make the clinics of these rows, in this order."""
        columns = (self._table[name].take(pa.array(rows)).to_pylist() for name in _CELLS)
        return tuple(clinic_of(dict(zip(_CELLS, cells, strict=True))) for cells in zip(*columns, strict=True))

    def texts(self, column: str) -> list[str]:
        """Return a column of texts."""
        return list(self._table[column].to_pylist())

    def codes(self, column: str) -> tuple[npt.NDArray[np.int32], dict[str, int]]:
        """Return a column of few values as numbers, and the number of each value."""
        encoded = self._table[column].combine_chunks()
        values = {str(value): number for number, value in enumerate(encoded.dictionary.to_pylist())}
        return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int32), values

    def degrees(self, column: str) -> npt.NDArray[np.float64]:
        """Return latitudes or longitudes, not a number where unknown."""
        numbers = self._table[column].to_numpy()
        return np.asarray(numbers, dtype=np.float64)

    def filled(self, column: str) -> npt.NDArray[np.bool_]:
        """Return where a column of texts has one."""
        lengths = pc.binary_length(self._table[column]).to_numpy()
        return np.asarray(lengths > 0, dtype=np.bool_)


def as_row(clinic: Clinic) -> dict[str, object]:
    """Write a clinic as cells of `SCHEMA`."""
    plain = {name: getattr(clinic, name) for name in _CELLS if name not in ("departments", "hours", "region")}
    return {
        **plain,
        "departments": write_departments(clinic.departments, clinic.specialists),
        "hours": write_hours(clinic.hours),
        "region": clinic.region.value if clinic.region else "",
        "latin": latin_forms(clinic.name, clinic.name_en),
    }


def clinic_of(cells: Mapping[str, Any]) -> Clinic:
    """Make a clinic from cells of `SCHEMA`; cells of other names are passed over."""
    cells = {name: cells[name] for name in _CELLS if name in cells}
    departments, specialists = _departments(cells.pop("departments"))
    region = cells.pop("region")
    return Clinic(
        departments=departments,
        specialists=specialists,
        region=Region(region) if region else None,
        hours=_hours(cells.pop("hours")),
        **cells,
    )
