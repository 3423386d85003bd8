"""Provinces and districts of South Korea: names, centres and outlines, read from `data/map/`."""

import json
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from core.errors import ClinicsError
from core.settings import DATA_DIR
from core.taxonomy import Region

MAP_DIR: Final = DATA_DIR / "map"
UNITS_PER_DEGREE: Final = 1000

Ring = tuple[tuple[int, int], ...]

# By the name without its legal form, which changed for three provinces in recent years.
_STEMS: Final[dict[Region, tuple[str, ...]]] = {
    Region.SEOUL: ("서울",),
    Region.BUSAN: ("부산",),
    Region.DAEGU: ("대구",),
    Region.INCHEON: ("인천",),
    Region.GWANGJU: ("광주",),
    Region.DAEJEON: ("대전",),
    Region.ULSAN: ("울산",),
    Region.SEJONG: ("세종",),
    Region.GYEONGGI: ("경기",),
    Region.GANGWON: ("강원",),
    Region.CHUNGBUK: ("충청북", "충북"),
    Region.CHUNGNAM: ("충청남", "충남"),
    Region.JEONBUK: ("전라북", "전북"),
    Region.JEONNAM: ("전라남", "전남"),
    Region.GYEONGBUK: ("경상북", "경북"),
    Region.GYEONGNAM: ("경상남", "경남"),
    Region.JEJU: ("제주",),
}
_JOINT_STEM: Final = "전남광주"


@dataclass(frozen=True)
class Area:
    """A province or a district.

    Attributes:
        region: The province.
        district: The district's Korean name; empty for the province itself.
        latitude: Of its centre, degrees.
        longitude: Of its centre, degrees.
        rings: Its outline: closed rings of (longitude, latitude) in thousandths of a degree.
    """

    region: Region
    district: str
    latitude: float
    longitude: float
    rings: tuple[Ring, ...] = field(repr=False)


def find_region(province: str, district: str = "") -> Region | None:
    """Return the province of that Korean name, or None for an unknown one.

    Long, short, former and present names are known. In 전남광주통합특별시 (since June 2026) the district decides:
    its 구 are Gwangju, its cities and counties Jeonnam.
    """
    name = province.strip()
    if name.startswith(_JOINT_STEM):
        return Region.GWANGJU if district.strip().endswith("구") else Region.JEONNAM
    return next((region for region, stems in _STEMS.items() if name.startswith(stems)), None)


def province_stems(region: Region) -> tuple[str, ...]:
    """Return how the Korean names of a province begin, without its legal form."""
    return _STEMS[region]


@cache
def read_provinces() -> tuple[Area, ...]:
    """Return the seventeen provinces in the order of the taxonomy.

    Raises:
        ClinicsError: The file is missing or damaged.
    """
    order = list(Region)
    return tuple(sorted(_read(MAP_DIR / "kr_sido.geojson"), key=lambda area: order.index(area.region)))


@cache
def read_districts(region: Region) -> tuple[Area, ...]:
    """Return the districts of a province in alphabetical order.

    Raises:
        ClinicsError: The file is missing or damaged.
    """
    return tuple(sorted((area for area in _all_districts() if area.region == region), key=lambda area: area.district))


def find_area(region: Region, district: str = "") -> Area | None:
    """Return a district, or the province itself where no district is named; None for an unknown district.

    Raises:
        ClinicsError: The file is missing or damaged.
    """
    areas = read_districts(region) if district else read_provinces()
    return next((area for area in areas if (area.region, area.district) == (region, district)), None)


@cache
def _all_districts() -> tuple[Area, ...]:
    return _read(MAP_DIR / "kr_sigungu.geojson")


def _read(path: Path) -> tuple[Area, ...]:
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        return tuple(_area(feature) for feature in features)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ClinicsError("clinics.no_outlines", name=path.name) from error


def _area(feature: dict[str, Any]) -> Area:
    known = feature["properties"]
    region = find_region(known["sido"])
    if region is None:
        raise ValueError(f"unknown province {known['sido']!r}")
    shape = feature["geometry"]
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    rings = tuple(_ring(ring) for polygon in polygons for ring in polygon)
    return Area(region, known.get("sigungu", ""), float(known["lat"]), float(known["lon"]), rings)


def _ring(points: list[list[float]]) -> Ring:
    return tuple((round(lon * UNITS_PER_DEGREE), round(lat * UNITS_PER_DEGREE)) for lon, lat, *_ in points)


def locate(latitude: float, longitude: float) -> Area | None:
    """Return the district that a position is in; None outside all of them (at sea, abroad).

    Args:
        latitude: Degrees.
        longitude: Degrees.

    Raises:
        ClinicsError: The outlines are missing or damaged.
    """
    x, y = longitude * UNITS_PER_DEGREE, latitude * UNITS_PER_DEGREE
    for (west, south, east, north), area in _boxes():
        if west <= x <= east and south <= y <= north and sum(_crossings(ring, x, y) for ring in area.rings) % 2:
            return area
    return None


@cache
def _boxes() -> tuple[tuple[tuple[int, int, int, int], Area], ...]:
    def box(area: Area) -> tuple[int, int, int, int]:
        xs, ys = zip(*(point for ring in area.rings for point in ring), strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    return tuple((box(area), area) for area in _all_districts())


def _crossings(ring: Ring, x: float, y: float) -> int:
    """Count how often a line from the point to the east crosses the ring."""
    return sum(
        (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 for (x1, y1), (x2, y2) in pairwise(ring)
    )
