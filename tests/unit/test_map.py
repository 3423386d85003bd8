import json
import re
from itertools import accumulate

import pytest
from streamlit_folium import generate_leaflet_string

from core.clinics.directory import Directory, Nearby
from core.clinics.map import (
    MAX_ZOOM_OFFLINE,
    MIN_ZOOM,
    MapAssets,
    Tiles,
    as_script,
    draw_base_map,
    draw_places,
    view_of,
    view_of_area,
)
from core.clinics.reading import Clinic
from core.clinics.regions import find_area, read_districts, read_provinces
from core.locale import Language
from core.taxonomy import Region

SEOUL = (37.5665, 126.9780)
ASSETS = MapAssets(("leaflet.js", "clinics_map.js"), ("leaflet.css",))
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "`${alert(1)}`",
    "${alert(1)}",
    "{{ 7 * 7 }}{% raw %}",
    "{{'alert'}}",
    '"); alert(1); ("',
    "\\u003cscript\\u003e",
    "</script><script>alert(1)//",
    "\u2028alert(1)",
]


def place(**changed):
    usual = {
        "id": "abc",
        "name": "병원",
        "name_en": "",
        "kind": "병원",
        "departments": ("피부과",),
        "region": Region.SEOUL,
        "district": "중구",
        "address": "서울",
        "phone": "02-123-4567",
        "homepage": "https://example.org",
        "latitude": 37.56,
        "longitude": 126.97,
        "source": "",
    }
    return Nearby(Clinic(**{**usual, **changed}), 1.25)


def scripts(base, group):
    """What streamlit-folium sends to the browser to be run."""
    base.get_root().render()
    text = generate_leaflet_string(base)
    group.add_to(base)
    group.render()
    return text + generate_leaflet_string(group)


def argument(script, function):
    found = re.search(rf"clinicsMap\.{function}\(\w+, (.*)\);\n", script)
    return json.loads(found.group(1))


def draw(*places, provinces=(), **changed):
    base = draw_base_map(provinces, ASSETS, Language.ENGLISH)
    return scripts(base, draw_places(places, SEOUL, Language.ENGLISH, **changed))


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("field", ["name", "name_en", "address", "phone", "homepage"])
def test_hostile_text_is_nothing_but_text(words, field):
    script = draw(place(**{field: words}))
    line = next(line for line in script.splitlines() if "clinicsMap.places" in line)
    assert not re.search(r"[<>&'`$%#\u2028]|\{\{", line)
    (card,) = argument(script, "places")["places"]
    shown = "name" if field == "name_en" else field
    assert words in (card[shown] if shown in card else card["links"]["homepage"])


def test_json_survives_the_escapes():
    for words in HOSTILE:
        assert json.loads(as_script({"a": words})) == {"a": words}


def test_map_names_no_address_outside():
    base = draw_base_map(read_provinces(), ASSETS, Language.KOREAN)
    page = base.get_root().render()
    assert set(re.findall(r'(?:src|href)="([^"]+)"', page)) == {*ASSETS.scripts, *ASSETS.styles}
    assert "http:" not in page
    assert "https:" not in page
    assert "tileLayer" not in page
    assert "clinicsMap.tiles" not in page


def test_tiles_only_when_asked_for():
    tiles = Tiles("https://tiles.example/{z}/{x}/{y}.png", "<b>someone</b>")
    page = draw_base_map(read_provinces(), ASSETS, Language.KOREAN, tiles=tiles).get_root().render()
    assert argument(page, "tiles")["url"] == tiles.url
    assert "<b>someone" not in page


def test_outlines_lose_nothing():
    areas = read_districts(Region.SEOUL)
    encoded = argument(draw_base_map(areas, ASSETS, Language.ENGLISH).get_root().render(), "outlines")["rings"]
    decoded = [tuple(zip(accumulate(ring[::2]), accumulate(ring[1::2]), strict=True)) for ring in encoded]
    assert decoded == [ring for area in areas for ring in area.rings]


def test_first_view_is_small():
    directory = Directory.read()
    for region in Region:
        area = find_area(region)
        places = directory.near(area.latitude, area.longitude, limit=20)
        assert len(draw(*places, provinces=read_provinces(), districts=read_districts(region)).encode()) < 300_000


def test_chosen_and_radius_are_drawn():
    script = draw(place(), radius_km=10, chosen="abc")
    assert argument(script, "places")["chosen"] == "abc"
    assert argument(script, "origin")["radiusKm"] == 10
    assert argument(draw(place()), "origin")["radiusKm"] is None


def test_names_follow_the_language():
    named = place(name_en="Some Hospital")
    base = draw_base_map((), ASSETS, Language.KOREAN)
    korean = scripts(base, draw_places([named], SEOUL, Language.KOREAN))
    assert argument(korean, "places")["places"][0]["name"] == "병원"
    assert argument(draw(named), "places")["places"][0]["name"] == "Some Hospital"


def test_views_show_what_they_should():
    assert view_of(SEOUL, 5).zoom > view_of(SEOUL, 50).zoom
    assert view_of(SEOUL, 0).zoom == MAX_ZOOM_OFFLINE
    assert view_of(SEOUL, 5000).zoom == MIN_ZOOM
    for region in Region:
        view = view_of_area(find_area(region))
        assert MIN_ZOOM <= view.zoom <= MAX_ZOOM_OFFLINE
        assert 33 < view.center[0] < 39
