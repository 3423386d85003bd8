"""The directory of clinics: search by words, and the nearest by exact great-circle distance."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from core.clinics.reading import Clinic, Remark, read_clinics
from core.settings import DATA_DIR
from core.taxonomy import Region

BUILT_IN: Final = DATA_DIR / "clinics" / "clinics.csv"
BUILT_IN_DATE: Final = "2026-06-30"
EARTH_RADIUS_KM: Final = 6371.0088

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Query:
    """Which clinics are asked for; everything by default.

    Attributes:
        words: Parts of the Korean or English name, all of which must occur; upper and lower case are the same.
        region: Province.
        district: District in Korean.
        kind: Kind of institution in HIRA's words.
        department: Department in HIRA's words.
    """

    words: str = ""
    region: Region | None = None
    district: str = ""
    kind: str = ""
    department: str = ""


@dataclass(frozen=True)
class Nearby:
    """A clinic and how far it is.

    Attributes:
        clinic: The clinic; its coordinates are known.
        distance_km: Great-circle distance in kilometres.
    """

    clinic: Clinic
    distance_km: float


class Directory:
    """Clinics that can be searched, immutable and safe for many threads.

    Attributes:
        clinics: All of them.
        remarks: What was put right or left out while reading.
    """

    def __init__(self, clinics: Sequence[Clinic], remarks: Sequence[Remark] = ()) -> None:
        self.clinics = tuple(clinics)
        self.remarks = tuple(remarks)
        self._names = np.array([f"{c.name} {c.name_en}".casefold() for c in self.clinics], dtype=np.str_)
        self._kinds = np.array([c.kind for c in self.clinics], dtype=np.str_)
        self._regions = np.array([c.region or "" for c in self.clinics], dtype=np.str_)
        self._districts = np.array([c.district for c in self.clinics], dtype=np.str_)
        self._departments = {
            name: np.array([name in c.departments for c in self.clinics], dtype=np.bool_)
            for name in {name for c in self.clinics for name in c.departments}
        }
        self._latitudes = np.array([np.nan if c.latitude is None else c.latitude for c in self.clinics])
        self._longitudes = np.array([np.nan if c.longitude is None else c.longitude for c in self.clinics])

    @classmethod
    def read(cls, path: Path = BUILT_IN) -> "Directory":
        """Read a table of clinics.

        Raises:
            ClinicsError: The file is missing, no such table, or holds no usable row.
        """
        reading = read_clinics(path)
        return cls(reading.clinics, reading.remarks)

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of institution that occur, the most frequent first."""
        return _by_frequency([clinic.kind for clinic in self.clinics])

    @property
    def departments(self) -> tuple[str, ...]:
        """Departments that occur, the most frequent first."""
        return _by_frequency([name for clinic in self.clinics for name in clinic.departments])

    def find(self, identity: str) -> Clinic | None:
        """Return the clinic of that id, or None."""
        return next((clinic for clinic in self.clinics if clinic.id == identity), None)

    def search(self, query: Query = Query()) -> tuple[Clinic, ...]:
        """Return the clinics that match, in the order of the directory, those without coordinates included."""
        return tuple(self.clinics[i] for i in np.flatnonzero(self._matching(query)))

    def near(
        self,
        latitude: float,
        longitude: float,
        limit: int = 20,
        *,
        within_km: float | None = None,
        query: Query = Query(),
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
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise ValueError(f"no position on Earth: {latitude}, {longitude}")
        if limit < 0:
            raise ValueError(f"a limit is at least 0, not {limit}")
        candidates = np.flatnonzero(self._matching(query) & ~np.isnan(self._latitudes))
        distances = great_circle_km(latitude, longitude, self._latitudes[candidates], self._longitudes[candidates])
        if within_km is not None:
            inside = distances <= within_km
            candidates, distances = candidates[inside], distances[inside]
        if limit < len(candidates):
            # Not above the limit-th distance: ties stay in, and the stable sort below settles them.
            kept = distances <= np.partition(distances, limit)[limit]
            candidates, distances = candidates[kept], distances[kept]
        order = np.argsort(distances, kind="stable")[:limit]
        return tuple(Nearby(self.clinics[candidates[i]], float(distances[i])) for i in order)

    def _matching(self, query: Query) -> Flags:
        matching: Flags = np.ones(len(self.clinics), dtype=np.bool_)
        for column, wanted in (
            (self._kinds, query.kind),
            (self._regions, query.region),
            (self._districts, query.district),
        ):
            if wanted:
                matching &= column == str(wanted)
        if query.department:
            matching &= self._departments.get(query.department, False)
        for word in query.words.casefold().split():
            matching &= np.char.find(self._names, word) >= 0
        return matching


def great_circle_km(latitude: float, longitude: float, latitudes: Floats, longitudes: Floats) -> Floats:
    """Return the distances from one position to many (haversine), in kilometres.

    Args:
        latitude: Degrees.
        longitude: Degrees.
        latitudes: Degrees (n,).
        longitudes: Degrees (n,).
    """
    lat, lats = np.radians(latitude), np.radians(latitudes)
    half_lat, half_lon = (lats - lat) / 2, np.radians(longitudes - longitude) / 2
    chord = np.sin(half_lat) ** 2 + np.cos(lat) * np.cos(lats) * np.sin(half_lon) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1))), dtype=np.float64)


def _by_frequency(words: Sequence[str]) -> tuple[str, ...]:
    counts = Counter(word for word in words if word)
    return tuple(sorted(counts, key=lambda word: (-counts[word], word)))
