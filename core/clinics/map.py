"""Clinics as a Folium map that works offline: outlines instead of tiles, and no script from elsewhere.

Names and addresses are third-party text. They reach the browser only as JSON strings (`as_script`), which
`clinics_map.js` turns into text nodes; no text becomes markup or stands in a template literal.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, floor, log, log2, pi, radians, tan
from typing import Final

import folium
from branca.element import MacroElement
from folium.template import Template

from core.clinics.directory import Nearby
from core.clinics.links import phone_link, routes_to
from core.clinics.regions import UNITS_PER_DEGREE, Area, Ring
from core.locale import Language, text

MIN_ZOOM: Final = 6
MAX_ZOOM: Final = 18
# The outlines show nothing more beyond this.
MAX_ZOOM_OFFLINE: Final = 13
_KOREA: Final = (36.2, 127.8)
_KM_PER_DEGREE: Final = 111.2
_TILE_PIXELS: Final = 256

_JSON_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_ESCAPES: Final = {ord(mark): f"\\u{ord(mark):04x}" for mark in "<>&'`$%#{}\u2028\u2029"}


@dataclass(frozen=True)
class MapAssets:
    """Addresses of the scripts and style sheets, as the browser reaches them from the map's frame.

    Attributes:
        scripts: In the order of loading: Leaflet, its marker clusters, `clinics_map.js`.
        styles: Likewise.
    """

    scripts: tuple[str, ...]
    styles: tuple[str, ...]


@dataclass(frozen=True)
class Tiles:
    """Online map tiles.

    Attributes:
        url: `https://.../{z}/{x}/{y}.png`.
        attribution: What the tile server asks to be shown, plain text.
    """

    url: str
    attribution: str


@dataclass(frozen=True)
class MapView:
    """Where the map looks.

    Attributes:
        center: Latitude and longitude, degrees.
        zoom: Leaflet's zoom level.
    """

    center: tuple[float, float]
    zoom: float


def draw_base_map(
    provinces: Iterable[Area], assets: MapAssets, language: Language, *, dark: bool = False, tiles: Tiles | None = None
) -> folium.Map:
    """Return the map without clinics: outlines of the provinces, under tiles where there are any.

    Args:
        provinces: Their outlines are drawn.
        assets: Where scripts and styles come from.
        language: Language of the attribution.
        dark: Draw for a dark page.
        tiles: Online tiles; None works offline.
    """
    base = folium.Map(
        _KOREA,
        tiles=None,
        zoom_start=7,
        minZoom=MIN_ZOOM,
        maxZoom=MAX_ZOOM if tiles else MAX_ZOOM_OFFLINE,
        control_scale=True,
        # Outlines look right at any scale; tiles only at whole steps.
        zoomSnap=1 if tiles else 0.5,
    )
    base.default_js = [(f"script_{i}", address) for i, address in enumerate(assets.scripts)]
    base.default_css = [(f"style_{i}", address) for i, address in enumerate(assets.styles)]
    sources = [text(language, "clinics.map.outlines_source")] + ([tiles.attribution] if tiles else [])
    options = {"dark": dark, "attribution": [source for source in sources if source]}
    _Call("prepare", options).add_to(base)
    _Call("outlines", {"kind": "province", "rings": _encode(provinces)}).add_to(base)
    if tiles:
        _Call("tiles", {"url": tiles.url, "maxZoom": MAX_ZOOM}).add_to(base)
    return base


def draw_places(
    places: Sequence[Nearby],
    origin: tuple[float, float],
    language: Language,
    *,
    radius_km: float | None = None,
    chosen: str = "",
    districts: Iterable[Area] = (),
) -> folium.FeatureGroup:
    """Return what changes with the filters, to be laid over the base map.

    Args:
        places: Clinics in the order of the list: they are numbered from 1.
        origin: Where the distances are measured from: latitude and longitude.
        language: Language of the cards.
        radius_km: Radius of the search to draw; None for no circle.
        chosen: Id of the clinic to highlight.
        districts: Their outlines are drawn.
    """
    group = folium.FeatureGroup(name="clinics")
    _Call("outlines", {"kind": "district", "rings": _encode(districts)}).add_to(group)
    here = {"position": origin, "label": text(language, "clinics.map.origin"), "radiusKm": radius_km}
    _Call("origin", here).add_to(group)
    cards = [_card(number, place, language) for number, place in enumerate(places, 1)]
    words = {name: text(language, f"clinics.card.{name}") for name in ("homepage", "route", "kakao", "naver", "google")}
    _Call("places", {"places": cards, "chosen": chosen, "words": words}).add_to(group)
    return group


def view_of(origin: tuple[float, float], reach_km: float, *, tiles: bool = False, side_px: int = 420) -> MapView:
    """Return the view that shows everything within a distance.

    Args:
        origin: Latitude and longitude of the centre, degrees.
        reach_km: Distance to show.
        tiles: Whether the map has tiles and may zoom in further.
        side_px: The shorter side of the map, in pixels.
    """
    pixels_per_km = side_px / (2.1 * max(reach_km, 0.5))
    equator_km = 360 * _KM_PER_DEGREE * cos(radians(origin[0]))
    return MapView(origin, _step_down(log2(pixels_per_km * equator_km / _TILE_PIXELS), tiles=tiles))


def view_of_area(area: Area, *, tiles: bool = False, side_px: int = 420) -> MapView:
    """Return the view that shows a whole province or district.

    Args:
        area: What to show.
        tiles: Whether the map has tiles and may zoom in further.
        side_px: The shorter side of the map, in pixels.
    """
    points = [point for ring in _main_rings(area) for point in ring]
    west, east = (pick(lon for lon, _ in points) / UNITS_PER_DEGREE for pick in (min, max))
    south, north = (pick(lat for _, lat in points) / UNITS_PER_DEGREE for pick in (min, max))
    width = (east - west) / 360
    height = (_mercator(north) - _mercator(south)) / (2 * pi)
    zoom = _step_down(log2(side_px / (_TILE_PIXELS * max(width, height))), tiles=tiles)
    center = ((south + north) / 2, (west + east) / 2)
    return MapView(center, zoom)


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


def _card(number: int, place: Nearby, language: Language) -> dict[str, object]:
    clinic = place.clinic
    assert clinic.latitude is not None
    assert clinic.longitude is not None
    routes = routes_to(clinic.name, clinic.latitude, clinic.longitude)
    return {
        "id": clinic.id,
        "number": number,
        "position": [clinic.latitude, clinic.longitude],
        "name": clinic.name_in(language),
        "distance": text(language, "clinics.card.distance", km=f"{place.distance_km:.1f}"),
        "address": clinic.address,
        "phone": clinic.phone,
        "links": {
            "phone": phone_link(clinic.phone),
            "homepage": clinic.homepage or None,
            "kakao": routes.kakao,
            "naver": routes.naver,
            "google": routes.google,
        },
    }


def _encode(areas: Iterable[Area]) -> list[list[int]]:
    """Return outlines as steps from point to point: a third of the size of coordinates."""
    return [_steps(ring) for area in areas for ring in area.rings]


def _steps(ring: Ring) -> list[int]:
    steps: list[int] = []
    before = (0, 0)
    for point in ring:
        steps += (point[0] - before[0], point[1] - before[1])
        before = point
    return steps


def _step_down(zoom: float, *, tiles: bool) -> float:
    """Return the zoom level at or below, in the steps and limits of the map."""
    steps = 1 if tiles else 2
    return max(MIN_ZOOM, min(floor(zoom * steps) / steps, MAX_ZOOM if tiles else MAX_ZOOM_OFFLINE))


def _main_rings(area: Area) -> list[Ring]:
    """Return the rings that matter for a view: islands far off would make it useless."""
    most = max(len(ring) for ring in area.rings)
    return [ring for ring in area.rings if len(ring) >= most / 3]


def _mercator(latitude: float) -> float:
    """Return the vertical position in the Web Mercator projection, in radians."""
    return log(tan(pi / 4 + radians(latitude) / 2))
