"""Clinics as a Folium map that works offline: outlines instead of tiles, and no script from elsewhere.

Names and addresses are third-party text. They reach the browser only as JSON strings (`as_script`), which
`clinics_map.js` turns into text nodes; no text becomes markup or stands in a template literal.
"""

import json
import re
from collections.abc import Mapping, Sequence
from math import cos, radians
from typing import Final

import folium
from branca.element import MacroElement
from folium.template import Template

from core.clinics.links import routes_to
from core.clinics.map_parts import Card, MapAssets, Marker, Origin, Tiles
from core.clinics.markers import Box, Markers
from core.clinics.regions import UNITS_PER_DEGREE, Area, Ring
from core.locale import Language, text

MIN_ZOOM: Final = 6
MAX_ZOOM: Final = 18
_KOREA: Final = (36.2, 127.8)
_KM_PER_DEGREE: Final = 111.2
# Positions are sent as whole numbers of these: a metre.
_POSITION_UNITS: Final = 100_000
_LONGEST_NAME: Final = 40

# The kinds of HIRA that a marker tells apart; texts are `clinics.marker.<name>`.
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "tertiary": ("상급종합병원", "상급종합"),
    "general": ("종합병원",),
    "hospital": ("병원", "치과병원", "한방병원", "요양병원", "정신병원"),
    "clinic": ("의원", "치과의원", "한의원", "보건의료원", "보건소", "보건지소", "보건진료소"),
}
_KIND_NUMBERS: Final = {word: number for number, words in enumerate(KINDS.values()) for word in words}

_JSON_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_ESCAPES: Final = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&'`$%#{}\u2028\u2029"}
_WORDS: Final = ("map", "from_here", "from_centre", "close", "copy", "copied", "copy_failed", "open")
_ROUTE_WORDS: Final = ("route", "kakao", "naver", "google")


def draw_base_map(
    assets: MapAssets, language: Language, *, dark: bool = False, tiles: Tiles | None = None
) -> folium.Map:
    """Return the map without clinics: the outlines, under tiles where there are any.

    Args:
        assets: Where scripts and styles come from.
        language: Language of the attribution and of the map's own words.
        dark: Draw for a dark page.
        tiles: Online tiles; None works offline.
    """
    base = folium.Map(
        _KOREA,
        tiles=None,
        zoom_start=7,
        minZoom=MIN_ZOOM,
        maxZoom=MAX_ZOOM,
        control_scale=True,
        # Outlines look right at any scale; tiles only at whole steps.
        zoomSnap=1 if tiles else 0.5,
    )
    base.default_js = [(f"script_{i}", address) for i, address in enumerate(assets.scripts)]
    base.default_css = [(f"style_{i}", address) for i, address in enumerate(assets.styles)]
    source = text(language, "clinics.map.outlines_source")
    _Call("prepare", {"dark": dark, "attribution": [source], "words": _words(language)}).add_to(base)
    if tiles:
        _Call("tiles", {"url": tiles.url, "attribution": tiles.attribution, "maxZoom": MAX_ZOOM}).add_to(base)
    return base


def draw_found(
    markers: Markers,
    drawn: Sequence[Marker],
    origin: Origin,
    frame: Box,
    language: Language,
    chosen: Card | None = None,
) -> folium.FeatureGroup:
    """Return what changes with a search, to be laid over the base map.

    Args:
        markers: What the map gets.
        drawn: The places of `markers.rows`, in that order.
        origin: Where distances are measured from.
        frame: What the map looks at when this is a new search.
        language: Language of the map's words.
        chosen: The clinic to highlight, with its card.
    """
    group = folium.FeatureGroup(name="clinics")
    identity = chosen.clinic.id if chosen else ""
    found = {
        "points": [_point(marker) for marker in drawn if marker.clinic != identity],
        "cells": [
            [*_position(cell.latitude, cell.longitude), cell.count, cell.specialists, *_corners(cell.box)]
            for cell in markers.cells
        ],
        "covered": None if markers.covered is None else _degrees(markers.covered),
        "frame": _degrees(frame),
        "origin": {
            "position": [origin.latitude, origin.longitude],
            "label": origin.label,
            "radiusKm": origin.radius_km,
            "mine": origin.mine,
        },
        "chosen": _card(chosen, language) if chosen else None,
        "words": _words(language),
    }
    _Call("show", found).add_to(group)
    return group


def box_around(latitude: float, longitude: float, reach_km: float) -> Box:
    """Return the part of the map that shows everything within a distance."""
    high = max(reach_km, 0.3) * 1.03 / _KM_PER_DEGREE
    wide = high / cos(radians(latitude))
    return Box(latitude - high, longitude - wide, latitude + high, longitude + wide)


def box_of_area(area: Area) -> Box:
    """Return the part of the map that shows a province or district, but for small islands far off."""
    points = [point for ring in _main_rings(area) for point in ring]
    west, east = (pick(lon for lon, _ in points) / UNITS_PER_DEGREE for pick in (min, max))
    south, north = (pick(lat for _, lat in points) / UNITS_PER_DEGREE for pick in (min, max))
    return Box(south, west, north, east)


def kind_number(kind: str) -> int:
    """Return which of `KINDS` a kind of institution belongs to; their number for any other."""
    return _KIND_NUMBERS.get(kind, len(KINDS))


def as_script(value: object) -> str:
    """Return a value as JSON that is inert wherever a script or markup may put it.

    Inside of strings every sign is escaped that means something to markup, to a JavaScript template literal, or to
    Jinja: Folium renders its scripts twice, so that `{{ ... }}` in a name would run on the server. Outside of strings
    JSON has none of these signs but single braces.
    """
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _JSON_STRING.sub(lambda string: string[0].translate(_ESCAPES), written)


class _Call(MacroElement):
    """A call of one of the functions of `clinics_map.js` with the map or group it belongs to."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            clinicsMap.{{ this.function }}({{ this._parent.get_name() }}, {{ this.argument }});
        {% endmacro %}
        """
    )

    def __init__(self, function: str, argument: object) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # branca has no types
        self._name = "Call"
        self.function = function
        self.argument = as_script(argument)


def _words(language: Language) -> dict[str, object]:
    words: dict[str, object] = {name: text(language, f"clinics.map.{name}") for name in _WORDS}
    words |= {name: text(language, f"clinics.card.{name}") for name in _ROUTE_WORDS}
    # The browser puts the number in place of the 0.
    words["count"] = text(language, "clinics.marker.count", n=0)
    words["specialists"] = text(language, "clinics.marker.specialists", n=0)
    words["kinds"] = [text(language, f"clinics.marker.{name}") for name in (*KINDS, "other")]
    return words


def _point(marker: Marker) -> list[object]:
    position = _position(marker.latitude, marker.longitude)
    return [marker.clinic, marker.name[:_LONGEST_NAME], *position, kind_number(marker.kind), marker.specialists]


def _card(card: Card, language: Language) -> dict[str, object]:
    clinic = card.clinic
    known = clinic.latitude is not None and clinic.longitude is not None
    shown: dict[str, object] = {
        "id": clinic.id,
        "name": clinic.name_in(language),
        "kind": kind_number(clinic.kind),
        "specialists": card.specialists,
        "position": [clinic.latitude, clinic.longitude] if known else None,
        "lines": card.lines,
        "address": clinic.address,
        "hours": card.hours,
        "ways": card.ways,
        "routes": {},
    }
    if clinic.latitude is not None and clinic.longitude is not None:
        routes = routes_to(clinic.name, clinic.latitude, clinic.longitude)
        shown["routes"] = {"kakao": routes.kakao, "naver": routes.naver, "google": routes.google}
    return shown


def _position(latitude: float, longitude: float) -> list[int]:
    return [round(latitude * _POSITION_UNITS), round(longitude * _POSITION_UNITS)]


def _corners(box: Box) -> list[int]:
    return [*_position(box.south, box.west), *_position(box.north, box.east)]


def _degrees(box: Box) -> list[float]:
    return [round(side, 5) for side in (box.south, box.west, box.north, box.east)]


def _main_rings(area: Area) -> list[Ring]:
    """Return the rings that matter for a view: islands far off would make it useless."""
    most = max(len(ring) for ring in area.rings)
    return [ring for ring in area.rings if len(ring) >= most / 3]
