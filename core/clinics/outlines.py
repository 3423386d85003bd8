"""The base map without tiles: provinces as areas, districts as lines, in one script that the browser keeps."""

import json
from collections.abc import Iterable
from itertools import pairwise

from core.clinics.regions import Area, Ring

_Point = tuple[int, int]


def outlines_script(provinces: Iterable[Area], districts: Iterable[Area]) -> str:
    """Return the script that `clinics_map.js` takes its outlines from.

    Lines are written as steps from point to point in thousandths of a degree (a third of the size of coordinates), and
    a line between two districts once, not for either.
    """
    borders = _chain(edge for area in districts for ring in area.rings for edge in _edges(ring))
    outlines = {
        "provinces": [_steps(ring) for area in provinces for ring in area.rings],
        "borders": [_steps(line) for line in borders],
    }
    return f"window.clinicsOutlines = {json.dumps(outlines, separators=(',', ':'))};\n"


def _edges(ring: Ring) -> Iterable[tuple[_Point, _Point]]:
    return pairwise(ring)


def _chain(edges: Iterable[tuple[_Point, _Point]]) -> list[list[_Point]]:
    """Join edges into lines, each edge once whichever way it was drawn, in the order they came."""
    lines: list[list[_Point]] = []
    seen: set[frozenset[_Point]] = set()
    for start, end in edges:
        edge = frozenset((start, end))
        if edge in seen or start == end:
            continue
        seen.add(edge)
        if lines and lines[-1][-1] == start:
            lines[-1].append(end)
        else:
            lines.append([start, end])
    return lines


def _steps(points: Iterable[_Point]) -> list[int]:
    steps: list[int] = []
    before = (0, 0)
    for point in points:
        steps += (point[0] - before[0], point[1] - before[1])
        before = point
    return steps
