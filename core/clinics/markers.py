"""Which places the map gets: all of a small result; of a large one those in view, or how many where they are too many.

Sizes: a place takes about 120 bytes on its way to the browser, a cell 80. With the outlines the first view of
`ALL_AT_ONCE` places stays under 300 KB, and a move of the map under 50 KB.
"""

from dataclasses import dataclass
from math import ceil, log2
from typing import Final

import numpy as np
import numpy.typing as npt

ALL_AT_ONCE: Final = 1000
VIEW_LIMIT: Final = 300
# So many cells lie side by side in view, or half as many.
_CELLS_ACROSS: Final = 18
# Around the view, so that a short move finds its places already there.
_MARGIN: Final = 0.25

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Box:
    """A part of the map, in degrees.

    Attributes:
        south: Latitude.
        west: Longitude.
        north: Latitude.
        east: Longitude.

    Raises:
        ValueError: Not numbers, turned round, or not on Earth.
    """

    south: float
    west: float
    north: float
    east: float

    def __post_init__(self) -> None:
        if not (-90 <= self.south <= self.north <= 90 and -360 <= self.west <= self.east <= 360):
            raise ValueError(f"no part of a map: {self}")

    def wider(self, share: float) -> "Box":
        """Return the box with a margin of this share of its sides."""
        high, wide = (self.north - self.south) * share, (self.east - self.west) * share
        south, north = max(self.south - high, -90.0), min(self.north + high, 90.0)
        return Box(south, max(self.west - wide, -360.0), north, min(self.east + wide, 360.0))

    def holding(self, latitudes: Floats, longitudes: Floats) -> npt.NDArray[np.bool_]:
        """Return which of the positions (n,) lie inside."""
        inside = (latitudes >= self.south) & (latitudes <= self.north)
        return inside & (longitudes >= self.west) & (longitudes <= self.east)


@dataclass(frozen=True)
class Places:
    """Places in columns, all of one length.

    Attributes:
        rows: What each is known by.
        latitudes: Degrees.
        longitudes: Degrees.
        specialists: How many; less than 1 where unknown.
    """

    rows: Numbers
    latitudes: Floats
    longitudes: Floats
    specialists: Numbers

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class Cell:
    """Several places of one part of the map.

    Attributes:
        latitude: Of their middle, degrees.
        longitude: Of their middle, degrees.
        count: How many places.
        specialists: How many specialists in all.
        box: The smallest part of the map that holds them.
    """

    latitude: float
    longitude: float
    count: int
    specialists: int
    box: Box


@dataclass(frozen=True)
class Markers:
    """What the map gets.

    Attributes:
        rows: Places to draw one by one.
        cells: Places to draw together.
        covered: The part of the map this holds for; None where it is everything.
    """

    rows: Numbers
    cells: tuple[Cell, ...] = ()
    covered: Box | None = None


def choose_markers(places: Places, view: Box) -> Markers:
    """Choose what the map gets for a view.

    Args:
        places: All that were found.
        view: What the map shows.
    """
    if len(places) <= ALL_AT_ONCE:
        return Markers(places.rows)
    covered = view.wider(_MARGIN)
    inside = np.flatnonzero(covered.holding(places.latitudes, places.longitudes))
    if len(inside) <= VIEW_LIMIT:
        return Markers(places.rows[inside], covered=covered)
    alone, cells = _gather(places, inside, covered)
    return Markers(places.rows[alone], cells, covered)


def _gather(places: Places, inside: Numbers, covered: Box) -> tuple[Numbers, tuple[Cell, ...]]:
    """Return the places that are alone in their cell, and the cells of the others."""
    # A power of two, counted from the equator: a map that moves keeps its cells.
    side = 2.0 ** ceil(log2(max(covered.east - covered.west, covered.north - covered.south, 1e-6) / _CELLS_ACROSS))
    lines, columns = (np.floor(values[inside] / side) for values in (places.latitudes, places.longitudes))
    order = np.lexsort((columns, lines))
    inside, lines, columns = inside[order], lines[order], columns[order]
    lats, lons = places.latitudes[inside], places.longitudes[inside]
    changes = np.flatnonzero((np.diff(lines) != 0) | (np.diff(columns) != 0)) + 1
    starts, ends = np.concatenate([[0], changes]), np.concatenate([changes, [len(inside)]])
    counts = ends - starts
    south, west = (np.minimum.reduceat(values, starts) for values in (lats, lons))
    north, east = (np.maximum.reduceat(values, starts) for values in (lats, lons))
    middle_lat, middle_lon = (np.add.reduceat(values, starts) / counts for values in (lats, lons))
    specialists = np.add.reduceat(np.maximum(places.specialists[inside], 0), starts)
    cells = tuple(
        Cell(
            float(middle_lat[i]),
            float(middle_lon[i]),
            int(counts[i]),
            int(specialists[i]),
            Box(float(south[i]), float(west[i]), float(north[i]), float(east[i])),
        )
        for i in np.flatnonzero(counts > 1)
    )
    return inside[starts[counts == 1]], cells
