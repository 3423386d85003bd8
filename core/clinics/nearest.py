"""The nearest of many places by exact great-circle distance, found through a grid.

The grid holds places by cells of `CELL_DEGREES`. A search looks at the cells that a circle around the position can
touch and widens the circle until it holds enough places: whatever lies outside is farther away, so that the answer is
that of measuring every distance.
"""

from dataclasses import dataclass
from math import asin, cos, degrees, floor, radians, sin
from typing import Final

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_KM: Final = 6371.0088
CELL_DEGREES: Final = 0.05
_FIRST_KM: Final = 2.0
_WIDER: Final = 2.5
# Beyond this share of all places cells save nothing.
_MOST: Final = 0.4
# Rounding of a circle's box, in degrees (.1 mm).
_MARGIN: Final = 1e-9

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


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


@dataclass(frozen=True)
class Ranking:
    """Rows by distance.

    Attributes:
        rows: Numbers of rows (n,), the nearest first; rows at the same distance in their own order.
        distances_km: Their distances (n,).
    """

    rows: Rows
    distances_km: Floats


class Grid:
    """Places that can be searched by distance, immutable.

    Args:
        latitudes: Degrees (n,); a place without a number is never near.
        longitudes: Degrees (n,).
    """

    def __init__(self, latitudes: Floats, longitudes: Floats) -> None:
        self._latitudes, self._longitudes = latitudes, longitudes
        self._known = np.flatnonzero(~np.isnan(latitudes) & ~np.isnan(longitudes))
        lats, lons = latitudes[self._known], longitudes[self._known]
        self._south, self._west = (float(np.min(values, initial=180)) for values in (lats, lons))
        lines = ((lats - self._south) / CELL_DEGREES).astype(np.int64)
        columns = ((lons - self._west) / CELL_DEGREES).astype(np.int64)
        self._lines, self._columns = (int(np.max(values, initial=-1)) + 1 for values in (lines, columns))
        cells = lines * self._columns + columns
        order = np.argsort(cells, kind="stable")
        self._by_cell = self._known[order]
        self._starts = np.searchsorted(cells[order], np.arange(self._lines * self._columns + 1))

    def nearest(
        self,
        latitude: float,
        longitude: float,
        limit: int,
        matching: Flags | None = None,
        within_km: float | None = None,
    ) -> Ranking:
        """Return the nearest places.

        Args:
            latitude: Where from, degrees.
            longitude: Where from, degrees.
            limit: At most so many.
            matching: Which rows count (n,); all by default.
            within_km: Only up to this distance.
        """
        radius = _FIRST_KM if limit < len(self._known) else within_km or np.inf
        while True:
            reach = radius if within_km is None else min(radius, within_km)
            rows = self._around(latitude, longitude, reach)
            everywhere = rows is None
            candidates = self._known if rows is None else rows
            if matching is not None:
                candidates = candidates[matching[candidates]]
            distances = great_circle_km(latitude, longitude, self._latitudes[candidates], self._longitudes[candidates])
            inside = distances <= reach
            enough = everywhere or reach == within_km
            if enough or np.count_nonzero(inside) >= limit:
                if within_km is not None:
                    kept = distances <= within_km
                    candidates, distances = candidates[kept], distances[kept]
                return _first(candidates, distances, limit)
            radius *= _WIDER

    def in_box(self, south: float, west: float, north: float, east: float) -> Rows:
        """Return the places in a box of degrees, borders included, in the order of rows."""
        candidates = self._cells(south, west, north, east)
        lats, lons = self._latitudes[candidates], self._longitudes[candidates]
        inside = (lats >= south) & (lats <= north) & (lons >= west) & (lons <= east)
        return np.sort(candidates[inside])

    def _around(self, latitude: float, longitude: float, reach_km: float) -> Rows | None:
        """Return places among which all within reach are; None where that would be most of them."""
        angle = reach_km / EARTH_RADIUS_KM
        span = degrees(angle) + _MARGIN if angle < 1 else 360.0
        south, north = latitude - span, latitude + span
        if south <= -90 or north >= 90:
            return None
        wide = degrees(asin(min(1.0, sin(angle) / cos(radians(latitude))))) + _MARGIN
        west, east = longitude - wide, longitude + wide
        if west < -180 or east > 180:
            return None
        rows = self._cells(south, west, north, east)
        return None if len(rows) > _MOST * len(self._known) else rows

    def _cells(self, south: float, west: float, north: float, east: float) -> Rows:
        first_line = max(0, floor((south - self._south) / CELL_DEGREES))
        last_line = min(self._lines - 1, floor((north - self._south) / CELL_DEGREES))
        first = max(0, floor((west - self._west) / CELL_DEGREES))
        last = min(self._columns - 1, floor((east - self._west) / CELL_DEGREES))
        if first_line > last_line or first > last:
            return self._by_cell[:0]
        # The cells of one line lie side by side.
        lines = np.arange(first_line, last_line + 1) * self._columns
        spans = zip(self._starts[lines + first], self._starts[lines + last + 1], strict=True)
        return np.concatenate([self._by_cell[start:end] for start, end in spans])


def _first(rows: Rows, distances: Floats, limit: int) -> Ranking:
    if limit < len(rows):
        # Not above the limit-th distance: ties stay in, and the sort below settles them.
        kept = distances <= np.partition(distances, limit)[limit]
        rows, distances = rows[kept], distances[kept]
    order = np.lexsort((rows, distances))[:limit]
    return Ranking(rows[order], distances[order])
