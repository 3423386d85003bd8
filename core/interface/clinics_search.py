"""What a search found, for the list and the map alike."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.clinics.clinic import DERMATOLOGY, Clinic, read_departments
from core.clinics.directory import Directory, Found, Nearby
from core.clinics.map import box_around, box_of_area
from core.clinics.markers import Box, Places
from core.clinics.nearest import great_circle_km
from core.interface.clinics_filters import Search

PAGE_SIZE: Final = 10
NEAREST_ANYWAY: Final = 5


@dataclass(frozen=True)
class Result:
    """What was found.

    Attributes:
        directory: Where it was found.
        search: What was asked for.
        found: The nearest first.
        anyway: Nobody is within the radius, and these are the nearest elsewhere.
        chosen: The chosen clinic, wherever it is, with its distance (None where its place is unknown).
    """

    directory: Directory
    search: Search
    found: Found
    anyway: bool
    chosen: tuple[Clinic, float | None] | None

    @property
    def total(self) -> int:
        """How many are listed in all."""
        return min(len(self.found), NEAREST_ANYWAY) if self.anyway else len(self.found)

    @property
    def pages(self) -> int:
        """How many pages the list has, at least one."""
        return max(1, -(-self.total // PAGE_SIZE))

    @property
    def page_of_chosen(self) -> int | None:
        """The page of the list on which the chosen clinic stands, or None where it is not among the results."""
        if self.chosen is None:
            return None
        row = self.directory.row_of(self.chosen[0].id)
        ranks = np.flatnonzero(self.found.rows[: self.total] == row)
        return int(ranks[0]) // PAGE_SIZE + 1 if len(ranks) else None

    def page(self, number: int) -> tuple[Nearby, ...]:
        """Return what stands on a page of the list, counted from 1."""
        return self.found[(number - 1) * PAGE_SIZE : min(number * PAGE_SIZE, self.total)]

    def places(self) -> Places:
        """Return all that is listed in columns, for the map."""
        rows = self.found.rows[: self.total]
        latitudes, longitudes = self.directory.positions(rows)
        codes, cells = self.directory.clinics.codes("departments")
        wanted = self.search.query.departments or (DERMATOLOGY,)
        of_cell = np.zeros(len(cells) + 1, dtype=np.int64)
        for cell, code in cells.items():
            counts = dict(read_departments(cell)[1])
            of_cell[code] = sum(counts.get(name, 0) for name in wanted)
        return Places(rows, latitudes, longitudes, of_cell[codes[rows]])

    def frame(self) -> Box:
        """Return what the map looks at."""
        if self.anyway and self.total:
            return box_around(*self.search.origin, self.found[self.total - 1].distance_km)
        if self.search.radius_km is None:
            return box_of_area(self.search.area)
        return box_around(*self.search.origin, self.search.radius_km)


def find(directory: Directory, search: Search, chosen: str = "") -> Result:
    """Return the clinics within the radius, or the nearest anyway where there are none."""
    found = directory.all_near(*search.origin, within_km=search.radius_km, query=search.query)
    anyway = len(found) == 0
    if anyway:
        # A province is left too: whoever finds nobody in it may live near its border.
        found = directory.all_near(*search.origin, query=search.query_anywhere)
    return Result(directory, search, found, anyway, _chosen(directory, search, chosen))


def _chosen(directory: Directory, search: Search, identity: str) -> tuple[Clinic, float | None] | None:
    clinic = directory.find(identity) if identity else None
    if clinic is None:
        return None
    if clinic.latitude is None or clinic.longitude is None:
        return clinic, None
    distances = great_circle_km(*search.origin, np.array([clinic.latitude]), np.array([clinic.longitude]))
    return clinic, float(distances[0])
