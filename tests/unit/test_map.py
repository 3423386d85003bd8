import json
import re
from itertools import accumulate, pairwise

import numpy as np
import pytest
from streamlit_folium import generate_leaflet_string

from core.clinics.clinic import Clinic
from core.clinics.directory import Directory
from core.clinics.map import (
    KINDS,
    as_script,
    box_around,
    box_of_area,
    draw_base_map,
    draw_found,
    kind_number,
)
from core.clinics.map_parts import Card, MapAssets, Marker, Origin, Tiles
from core.clinics.markers import Box, Cell, Markers
from core.clinics.outlines import outlines_script
from core.clinics.regions import find_area, read_districts, read_provinces
from core.locale import Language
from core.taxonomy import Region

SEOUL = (37.5665, 126.9780)
KOREA = Box(33, 124, 39, 132)
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


def clinic(**changed):
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
    return Clinic(**{**usual, **changed})


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


def draw(*drawn, markers=None, chosen=None, language=Language.ENGLISH, **origin):
    markers = markers or Markers(np.arange(len(drawn)))
    group = draw_found(markers, drawn, Origin(*SEOUL, "Jung-gu", **origin), KOREA, language, chosen)
    return scripts(draw_base_map(ASSETS, language), group)


def shown(*drawn, **changed):
    return argument(draw(*drawn, **changed), "show")


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("field", ["name", "name_en", "address", "kind"])
def test_hostile_text_is_nothing_but_text(words, field):
    one = clinic(**{field: words})
    marker = Marker("other", words, 37.5, 127.0, words, 1)
    card = Card(one, lines=(words,), hours=(words,), ways=((words, "https://example.org"),))
    script = draw(marker, chosen=card)
    line = next(line for line in script.splitlines() if "clinicsMap.show" in line)
    assert not re.search(r"[<>&'`$%#\u2028]|\{\{", line)
    found = argument(script, "show")
    assert found["points"][0][1] == words
    if field != "kind":
        assert words in (found["chosen"]["address" if field == "address" else "name"],)
    assert found["chosen"]["lines"] == found["chosen"]["hours"] == [words]


def test_json_survives_the_escapes():
    for words in HOSTILE:
        assert json.loads(as_script({"a": words})) == {"a": words}


def test_map_names_no_address_outside():
    page = draw_base_map(ASSETS, Language.KOREAN).get_root().render()
    assert set(re.findall(r'(?:src|href)="([^"]+)"', page)) == {*ASSETS.scripts, *ASSETS.styles}
    assert "http:" not in page
    assert "https:" not in page
    assert "tileLayer" not in page
    assert "clinicsMap.tiles" not in page


def test_tiles_only_when_asked_for():
    tiles = Tiles("https://tiles.example/{z}/{x}/{y}.png", "<b>someone</b>")
    page = draw_base_map(ASSETS, Language.KOREAN, tiles=tiles).get_root().render()
    assert argument(page, "tiles")["url"] == tiles.url
    assert "<b>someone" not in page


def read_outlines(script):
    told = json.loads(script.removeprefix("window.clinicsOutlines = ").rstrip().removesuffix(";"))
    return {
        name: [tuple(zip(accumulate(line[::2]), accumulate(line[1::2]), strict=True)) for line in lines]
        for name, lines in told.items()
    }


def edges(lines):
    return [frozenset(edge) for line in lines for edge in pairwise(line)]


def test_outlines_lose_nothing_and_repeat_nothing():
    provinces, districts = read_provinces(), [a for p in read_provinces() for a in read_districts(p.region)]
    script = outlines_script(provinces, districts)
    told = read_outlines(script)
    assert told["provinces"] == [ring for area in provinces for ring in area.rings]
    drawn = edges(told["borders"])
    assert len(drawn) == len(set(drawn))
    assert {edge for edge in edges(ring for area in districts for ring in area.rings) if len(edge) == 2} == set(drawn)
    assert len(script) < 180_000


def test_a_thousand_places_and_a_card_fit_the_first_view():
    first = Directory.read().clinics[0]
    places = [Marker(f"{i:010x}", "서울연세나은피부과의원", 37.5 + i / 1e4, 127.0, "의원", 3) for i in range(1000)]
    message = json.dumps(draw(*places, chosen=Card(first, ("1 km",)), radius_km=10))
    districts = [a for p in read_provinces() for a in read_districts(p.region)]
    assert len(message) + len(outlines_script(read_provinces(), districts)) < 300_000


def test_what_a_view_gets_fits_a_move_of_the_map():
    places = [Marker(f"{i:010x}", "서울연세나은피부과의원", 37.5 + i / 1e4, 127.0, "의원", 3) for i in range(300)]
    assert len(json.dumps(draw(*places))) < 50_000
    cells = tuple(Cell(37.51234, 127.01234, 1234, 2345, Box(37.51234, 127.1, 37.52345, 127.2)) for _ in range(324))
    assert len(json.dumps(draw(markers=Markers(np.arange(0), cells, KOREA)))) < 50_000


def test_places_and_cells_arrive_as_they_are():
    cell = Cell(36.5, 127.25, 40, 55, Box(36, 127, 37, 127.5))
    found = shown(Marker("a1", "이름", 37.123456, 127.5, "의원", 2), markers=Markers(np.arange(1), (cell,), KOREA))
    assert found["points"] == [["a1", "이름", 3712346, 12750000, 3, 2]]
    assert found["cells"] == [[3650000, 12725000, 40, 55, 3600000, 12700000, 3700000, 12750000]]
    assert found["covered"] == [33, 124, 39, 132]
    assert shown()["covered"] is None


def test_chosen_is_drawn_once_with_its_ways():
    card = Card(clinic(), lines=("1.2 km",), ways=(("02-123-4567", "tel:021234567"),), specialists=4)
    found = shown(Marker("abc", "병원", 37.56, 126.97, "병원", 4), Marker("b", "b", 37.5, 127, "의원", 0), chosen=card)
    assert [point[0] for point in found["points"]] == ["b"]
    assert found["chosen"]["position"] == [37.56, 126.97]
    assert found["chosen"]["ways"] == [["02-123-4567", "tel:021234567"]]
    assert found["chosen"]["routes"]["kakao"].startswith("https://map.kakao.com/link/to/%")


def test_chosen_without_a_place_has_no_marker_and_no_route():
    found = shown(chosen=Card(clinic(latitude=None, longitude=None)))
    assert found["chosen"]["position"] is None
    assert found["chosen"]["routes"] == {}


def test_radius_and_own_position():
    assert shown(radius_km=10, mine=True)["origin"] == {
        "position": list(SEOUL),
        "label": "Jung-gu",
        "radiusKm": 10,
        "mine": True,
    }
    assert shown()["origin"]["radiusKm"] is None


def test_names_follow_the_language():
    card = Card(clinic(name_en="Some Hospital"))
    assert shown(chosen=card, language=Language.KOREAN)["chosen"]["name"] == "병원"
    assert shown(chosen=card)["chosen"]["name"] == "Some Hospital"


def test_long_names_are_cut_on_markers():
    (point,) = shown(Marker("a", "가" * 300, 37, 127, "의원", 0))["points"]
    assert len(point[1]) == 40


def test_kinds_have_words_in_both_languages():
    assert kind_number("의원") == list(KINDS).index("clinic")
    assert kind_number("something new") == len(KINDS)
    for language in Language:
        assert len(shown(language=language)["words"]["kinds"]) == len(KINDS) + 1


def test_views_show_what_they_should():
    near, far = box_around(*SEOUL, 5), box_around(*SEOUL, 50)
    assert far.south < near.south < SEOUL[0] < near.north < far.north
    assert far.west < near.west < SEOUL[1] < near.east < far.east
    # A degree of longitude is shorter than one of latitude: the box is as wide as it is high, in kilometres.
    assert (near.east - near.west) * np.cos(np.radians(SEOUL[0])) == pytest.approx(near.north - near.south)
    for region in Region:
        box = box_of_area(find_area(region))
        assert 33 < box.south < box.north < 39
        assert 124 < box.west < box.east < 132
