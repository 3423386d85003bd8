"""The directory of clinics: search by words, and the nearest by exact great-circle distance."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from core.clinics.clinic import Clinic, read_departments
from core.clinics.flaws import Remark
from core.clinics.found import EVERYTHING, Found, Nearby, Query
from core.clinics.names import Names
from core.clinics.nearest import EARTH_RADIUS_KM, Flags, Floats, Grid, Rows, great_circle_km
from core.clinics.reading import BUILT_IN, BUILT_IN_DATE, read_clinics
from core.clinics.table import ClinicTable

__all__ = [
    "BUILT_IN",
    "BUILT_IN_DATE",
    "EARTH_RADIUS_KM",
    "Clinic",
    "Directory",
    "Found",
    "Nearby",
    "Query",
    "great_circle_km",
]

ANYWHERE: Final = (-90.0, -180.0, 90.0, 180.0)


class Directory:
    """Clinics that can be searched, immutable and safe for many threads.

    Args:
        clinics: What is in it.
        remarks: What was put right or left out while reading.

    Attributes:
        clinics: All of them; each is made when it is looked at, so take what is needed and no more.
        remarks: What was put right or left out while reading.
    """

    def __init__(self, clinics: Sequence[Clinic] | ClinicTable, remarks: Sequence[Remark] = ()) -> None:
        self.clinics = clinics if isinstance(clinics, ClinicTable) else ClinicTable.of(clinics)
        self.remarks = tuple(remarks)
        self._latitudes, self._longitudes = (self.clinics.degrees(name) for name in ("latitude", "longitude"))
        self._grid = Grid(self._latitudes, self._longitudes)
        self._names = Names(self.clinics.texts("name"), self.clinics.texts("latin"))
        self._codes = {name: self.clinics.codes(name) for name in ("kind", "region", "district")}
        self._department_codes, cells = self.clinics.codes("departments")
        self._departments_of = {code: read_departments(cell)[0] for cell, code in cells.items()}
        self._rows = {identity: row for row, identity in enumerate(self.clinics.texts("id"))}
        self._has_phone = self.clinics.filled("phone")
        self._counts = {name: self._count(name) for name in ("kind", "region", "district")}
        self._department_counts = self._count_departments()

    @classmethod
    def read(cls, path: Path = BUILT_IN) -> "Directory":
        """Read a table of clinics in our own columns; the directory that holds imports too is `ClinicStore`'s.

        Raises:
            ClinicsError: The file is missing, no such table, or holds no usable row.
        """
        reading = read_clinics(path)
        return cls(reading.clinics, reading.remarks)

    def __len__(self) -> int:
        """Return how many clinics there are."""
        return len(self.clinics)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of institution that occur, the most frequent first."""
        return _by_frequency(self._counts["kind"])

    @property
    def departments(self) -> tuple[str, ...]:
        """Departments that occur, the most frequent first."""
        return _by_frequency(self._department_counts)

    def find(self, identity: str) -> Clinic | None:
        """Return the clinic of that id, or None."""
        row = self._rows.get(identity)
        return None if row is None else self.clinics[row]

    def row_of(self, identity: str) -> int | None:
        """Return the number (in `clinics`) of the clinic of that id, or None."""
        return self._rows.get(identity)

    def count(self, query: Query = EVERYTHING) -> int:
        """Return how many clinics match, those without coordinates included."""
        return int(np.count_nonzero(self._all_matching(query)))

    def search(self, query: Query = EVERYTHING, limit: int | None = None, offset: int = 0) -> tuple[Clinic, ...]:
        """Return the clinics that match, in the order of the directory, those without coordinates included.

        Args:
            query: Which clinics.
            limit: At most so many; None for all.
            offset: How many of them to pass over.
        """
        rows = np.flatnonzero(self._all_matching(query))
        return self.clinics.take(rows[offset : None if limit is None else offset + limit])

    def without_position(self, query: Query = EVERYTHING, limit: int | None = None) -> tuple[Clinic, ...]:
        """Return the clinics that match and whose coordinates are unknown: found by region, never by distance."""
        rows = np.flatnonzero(self._all_matching(query) & np.isnan(self._latitudes))
        return self.clinics.take(rows[:limit])

    def near(
        self,
        latitude: float,
        longitude: float,
        limit: int = 20,
        *,
        within_km: float | None = None,
        query: Query = EVERYTHING,
    ) -> tuple[Nearby, ...]:
        """Return the nearest clinics that match, the nearest first; equal distances in the order of the directory.

        Clinics without coordinates are never near.

        Args:
            latitude: Where from, degrees.
            longitude: Where from, degrees.
            limit: At most so many.
            within_km: Only up to this distance.
            query: Which clinics.

        Raises:
            ValueError: A position that is not on Earth, or a negative limit.
        """
        if limit < 0:
            raise ValueError(f"a limit is at least 0, not {limit}")
        return self._ranked(latitude, longitude, limit, within_km, query)[:]

    def all_near(
        self, latitude: float, longitude: float, *, within_km: float | None = None, query: Query = EVERYTHING
    ) -> Found:
        """Return all clinics that match by distance: `len()` counts them, a slice makes one page.

        Args:
            latitude: Where from, degrees.
            longitude: Where from, degrees.
            within_km: Only up to this distance.
            query: Which clinics.

        Raises:
            ValueError: A position that is not on Earth.
        """
        return self._ranked(latitude, longitude, len(self), within_km, query)

    def in_box(self, box: tuple[float, float, float, float] = ANYWHERE, query: Query = EVERYTHING) -> Rows:
        """Return the numbers of the clinics (in `clinics`) that match and lie in a box, for a map's view.

        Args:
            box: South, west, north and east, degrees.
            query: Which clinics.
        """
        rows = self._grid.in_box(*box)
        matching = self._matching(query)
        return rows if matching is None else rows[matching[rows]]

    def positions(self, rows: Rows) -> tuple[Floats, Floats]:
        """Return latitudes and longitudes of these rows, degrees, without making clinics of them."""
        return self._latitudes[rows], self._longitudes[rows]

    def _ranked(self, latitude: float, longitude: float, limit: int, within_km: float | None, query: Query) -> Found:
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise ValueError(f"no position on Earth: {latitude}, {longitude}")
        ranking = self._grid.nearest(latitude, longitude, limit, self._matching(query), within_km)
        return Found(self.clinics, ranking)

    def _all_matching(self, query: Query) -> Flags:
        matching = self._matching(query)
        return np.ones(len(self), dtype=np.bool_) if matching is None else matching

    def _matching(self, query: Query) -> Flags | None:
        """Return which rows match (n,); None for a query that asks for nothing."""
        filters = [
            *(self._equal(name, str(wanted)) for name, wanted in self._wanted(query)),
            *(self._in_departments(names) for names in ((query.department,), query.departments) if any(names)),
            *((self._has_phone,) if query.has_phone else ()),
        ]
        words = self._names.matching(query.words)
        if words is not None:
            filters.append(words)
        return np.logical_and.reduce(filters) if filters else None

    @staticmethod
    def _wanted(query: Query) -> list[tuple[str, str]]:
        asked = (("kind", query.kind), ("region", query.region or ""), ("district", query.district))
        return [(name, wanted) for name, wanted in asked if wanted]

    def _equal(self, column: str, wanted: str) -> Flags:
        codes, values = self._codes[column]
        return np.asarray(codes == values.get(wanted, -1))

    def _in_departments(self, names: Sequence[str]) -> Flags:
        wanted = set(names)
        having = np.zeros(len(self._departments_of) + 1, dtype=np.bool_)
        having[[code for code, known in self._departments_of.items() if not wanted.isdisjoint(known)]] = True
        return np.asarray(having[self._department_codes])

    def _count(self, column: str) -> Counter[str]:
        codes, values = self._codes[column]
        numbers = np.bincount(codes, minlength=len(values))
        return Counter({value: int(numbers[code]) for value, code in values.items() if value})

    def _count_departments(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for code, number in enumerate(np.bincount(self._department_codes).tolist()):
            for name in self._departments_of[code]:
                counts[name] += number
        return counts


def _by_frequency(counts: Counter[str]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda word: (-counts[word], word)))
