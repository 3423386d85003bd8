"""The map in a real browser: no request to anywhere, in step with the list, and names that stay text."""

import io
import re
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote

import pyarrow as pa
import pytest
import xstatic.pkg.leaflet
import xstatic.pkg.leaflet_markercluster
from PIL import Image
from playwright.sync_api import expect

from core.clinics.clinic import Clinic
from core.clinics.lists import LIST_SCHEMA, NewList
from core.clinics.lists import Origin as ListOrigin
from core.clinics.map import draw_base_map, draw_found
from core.clinics.map_parts import Card, MapAssets, Marker, Origin, Tiles
from core.clinics.markers import Box, Cell, Markers
from core.clinics.outlines import outlines_script
from core.clinics.regions import read_districts, read_provinces
from core.clinics.store import ClinicStore
from core.locale import Language, text
from core.taxonomy import Region

pytestmark = pytest.mark.browser
ASSETS_DIR = Path(__file__).resolve().parents[2] / "core" / "interface" / "map_assets"
HOSTILE = '<img src=x onerror="window.broken=1">`${window.broken=2}`{{7*7}}</script><script>window.broken=3</script>'
TILE_COLOUR, LAND_COLOUR = (200, 30, 30), (251, 250, 247)
SEOUL = "lang=en&region=KR-11&district=중구"


def map_of(page):
    return page.frame_locator("iframe[title='streamlit_folium.st_folium']")


def inside_map(page):
    return next(frame for frame in page.frames if "st_folium" in frame.url)


def open_clinics(open_page, query="", **how):
    page = open_page(**how)
    # Through the menu: the first page of a fresh process is Home.
    page.wait_for_timeout(300)
    page.goto(page.url.split("?")[0] + f"clinics?{query}")
    map_of(page).locator(".search-radius, .place, .marker-cluster").first.wait_for()
    return page


def chosen_in_list(page):
    return page.locator("[class*='st-key-clinic_chosen']")


def test_map_and_list_are_in_step(open_page):
    page = open_clinics(open_page, f"{SEOUL}&radius=20")
    shown = map_of(page)
    expect(shown.locator("path.outline.province")).to_have_count(1)
    expect(shown.locator("path.outline.district")).to_have_count(1)
    expect(shown.locator("path.search-radius")).to_have_count(1)
    assert shown.locator("path.outline.province").evaluate("path => path.getBBox().width") > 100

    cluster = shown.locator(".marker-cluster").first
    expect(cluster).to_contain_text("places")
    clusters = shown.locator(".marker-cluster").count()
    cluster.click()
    expect(shown.locator(".marker-cluster")).not_to_have_count(clusters)

    # By keyboard, as somebody without a mouse would: the card gets the focus, and its links come next.
    marker = shown.locator(".place").first
    expect(marker).to_contain_text("Tertiary")
    name = marker.locator(".unseen").inner_text().strip()
    marker.focus()
    page.keyboard.press("Enter")
    card = shown.locator(".leaflet-popup .card")
    expect(card.locator("strong")).to_have_text(name)
    expect(card).to_be_focused()
    page.keyboard.press("Tab")
    expect(card.locator("button.copy")).to_be_focused()
    expect(chosen_in_list(page)).to_have_count(1)
    expect(chosen_in_list(page)).to_contain_text(name)
    expect(shown.locator(".place.chosen")).to_have_count(1)
    for words in ("tertiary hospital", "dermatology", "km"):
        expect(card).to_contain_text(words)
    expect(card.locator("a[href^='tel:']")).to_have_count(1)
    assert "clinic=" in page.url
    expect(page.locator("iframe[title='streamlit_folium.st_folium']")).to_have_accessible_name(
        text(Language.ENGLISH, "clinics.map.map")
    )

    button = page.locator("[class*='st-key-clinic_listed'] [class*='st-key-choose_'] button").first
    name = button.inner_text()
    button.focus()
    page.keyboard.press("Enter")
    expect(card.locator("strong")).to_have_text(name)
    expect(shown.locator(".place.chosen")).to_have_count(1)
    expect(chosen_in_list(page)).to_contain_text(name)
    for place in (card, chosen_in_list(page)):
        route = place.locator("a", has_text="Kakao")
        assert re.match(r"https://map\.kakao\.com/link/to/%.*,37\.\d+,12\d\.\d+$", route.get_attribute("href"))
        assert route.get_attribute("target") == "_blank"

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    copy = chosen_in_list(page).locator(".ss-copy")
    copy.click()
    expect(copy).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == copy.get_attribute("data-copy")

    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).visibility") == "hidden"
    expect(page.locator(".ss-sheet li")).to_have_count(5)
    expect(page.locator(".ss-sheet li").last).to_be_visible()
    assert page.locator(".ss-sheet").bounding_box()["y"] < 50


def test_position_is_a_choice_and_stays_out_of_the_address(open_page):
    page = open_clinics(open_page, f"{SEOUL}&radius=20")
    shown = map_of(page)
    listed = page.locator("[class*='st-key-choose_']").count()
    locate = page.get_by_role("button", name="Use my position")
    # A permission that nobody grants is refused here.
    locate.click()
    expect(page.get_by_text(text(Language.ENGLISH, "clinics.position.refused_denied"))).to_be_visible()
    expect(locate).to_be_enabled()
    assert page.locator("[class*='st-key-choose_']").count() == listed

    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"latitude": 35.1796, "longitude": 129.0756, "accuracy": 25})
    locate.click()
    expect(page.get_by_text(text(Language.ENGLISH, "clinics.position.used_device"))).to_be_visible()
    expect(page.locator("[class*='st-key-clinic_listed']").first).to_contain_text("부산")
    expect(shown.locator(".origin.mine")).to_have_count(1)

    shown.locator(".leaflet-container").click(position={"x": 60, "y": 300})
    shown.get_by_role("button", name="Search from here").click()
    expect(page.get_by_text(text(Language.ENGLISH, "clinics.position.used_tap"))).to_be_visible()
    assert not re.search(r"35\.|129\.", unquote(page.url))


def test_list_comes_first_on_a_phone_in_the_dark(open_page):
    page = open_clinics(open_page, "lang=ko&region=KR-50", width=390, color_scheme="dark")
    expect(page.locator("h1").first).to_have_text(text(Language.KOREAN, "common.page.clinics"))
    first = page.locator("[class*='st-key-choose_']").first.bounding_box()
    assert first["y"] < page.locator("iframe[title='streamlit_folium.st_folium']").bounding_box()["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_text(text(Language.KOREAN, "clinics.map.jump")).click()
    expect(page.locator("iframe[title='streamlit_folium.st_folium']")).to_be_in_viewport(ratio=0.9)
    assert map_of(page).locator("html").get_attribute("data-theme") == "dark"


def test_first_view_is_small_and_a_map_of_few_places_sends_nothing_when_moved(open_page):
    page = open_page()
    page.wait_for_timeout(300)
    sizes, sent, scripts = {"map": 0, "all": 0}, [], []
    page.on("response", lambda got: scripts.append(got) if "outlines.js" in got.url else None)

    def count(frame):
        data = frame if isinstance(frame, bytes) else frame.encode()
        sizes["all"] += len(data)
        if b"clinicsMap.show" in data:
            sizes["map"] += len(data)

    def listen(socket):
        socket.on("framereceived", count)
        socket.on("framesent", lambda frame: sent.append(frame))

    page.on("websocket", listen)
    page.goto(page.url.split("?")[0] + f"clinics?{SEOUL}&radius=100")
    map_of(page).locator(".place, .marker-cluster").first.wait_for()
    page.wait_for_timeout(600)
    (outlines,) = scripts
    assert sizes["map"]
    assert sizes["map"] + len(outlines.body()) < 300_000
    before, asked = sizes["all"], len(sent)
    inside_map(page).evaluate("window.map.panBy([200, 100], { animate: false })")
    page.wait_for_timeout(600)
    assert (sizes["all"], len(sent)) == (before, asked)


@pytest.fixture
def hostile_clinic(application, application_folder):  # noqa: ARG001 (of the running application)
    """A clinic whose every text would run if it could, in the directory of the running application."""
    row = dict.fromkeys(LIST_SCHEMA.names, HOSTILE) | {
        "id": "5ca1ab1e00",
        "source_key": "",
        "region": Region.JEJU.value,
        "departments": f"피부과=2|{HOSTILE.replace('|', '').replace('=', '')}",
        "hours": "mon=09:00-18:00|tue=09:00-18:00|sun=",
        "phone": "064-123-4567",
        "homepage": "javascript:window.broken=6",
        "booking": "https://booking.example/1",
        "latitude": 33.25,
        "longitude": 126.3,
    }
    store = ClinicStore(application_folder / "var" / "clinics.duckdb")
    new = NewList(HOSTILE, "hostile", ListOrigin.OWN, HOSTILE, "", "hostile", pa.Table.from_pylist([row], LIST_SCHEMA))
    number, _ = store.add(new)
    yield row["id"]
    store.remove(number)


def test_hostile_clinic_is_text_in_list_map_and_sources(open_page, hostile_clinic):
    page = open_clinics(open_page, f"lang=ko&region=KR-50&clinic={hostile_clinic}")
    card = map_of(page).locator(".leaflet-popup .card")
    expect(card.locator("strong")).to_have_text(HOSTILE)
    for place in (card, chosen_in_list(page)):
        expect(place).to_contain_text("월~화 09:00~18:00 · 일 휴진")
        expect(place.locator("a", has_text="예약")).to_have_attribute("href", "https://booking.example/1")
        expect(place.locator("a[href^='javascript']")).to_have_count(0)
        expect(place).to_contain_text("전문의 2명")
    expect(chosen_in_list(page).locator("button p")).to_have_text(HOSTILE)
    map_of(page).locator(".place.chosen").hover()
    page.get_by_text(text(Language.KOREAN, "clinics.source.lists")).click()
    expect(page.locator("li", has_text="window.broken").last).to_be_visible()
    for frame in (page, inside_map(page)):
        assert frame.evaluate("window.broken") is None
        assert frame.evaluate("document.querySelectorAll(\"img[src='x']\").length") == 0


def standing_alone(browser, tmp_path, markers, drawn=(), chosen=None, tiles=None):
    """The map as a page of its own, its events kept in `window.told`."""
    districts = [area for province in read_provinces() for area in read_districts(province.region)]
    outlines = tmp_path / "outlines.js"
    outlines.write_text(outlines_script(read_provinces(), districts), encoding="utf-8")
    scripts = [
        Path(xstatic.pkg.leaflet.BASE_DIR) / "leaflet.js",
        Path(xstatic.pkg.leaflet_markercluster.BASE_DIR) / "leaflet.markercluster.js",
        outlines,
        ASSETS_DIR / "clinics_map.js",
    ]
    styles = [Path(xstatic.pkg.leaflet.BASE_DIR) / "leaflet.css", ASSETS_DIR / "clinics_map.css"]
    assets = MapAssets(tuple(one.as_uri() for one in scripts), tuple(one.as_uri() for one in styles))
    base = draw_base_map(assets, Language.KOREAN, tiles=tiles)
    frame = Box(37, 126, 38, 128)
    draw_found(markers, drawn, Origin(37.3, 127.6, HOSTILE, 5), frame, Language.KOREAN, chosen).add_to(base)
    file = tmp_path / "map.html"
    file.write_text(base.get_root().render(), encoding="utf-8")
    page = browser.new_page(viewport={"width": 900, "height": 700})
    page.add_init_script("window.told = []; window.Streamlit = { setComponentValue: (one) => window.told.push(one) }")
    page.goto(file.as_uri())
    page.wait_for_function("window.map = Object.values(window).find((one) => window.L && one instanceof L.Map)")
    return page


def test_hostile_names_stay_text(browser, tmp_path):
    clinic = Clinic(
        id="abc",
        name=HOSTILE,
        name_en="",
        kind=HOSTILE,
        departments=(HOSTILE,),
        region=Region.SEOUL,
        district="중구",
        address=HOSTILE,
        phone="02-123-4567",
        homepage="javascript:window.broken=4",
        latitude=37.56,
        longitude=126.97,
        source="",
    )
    ways = (("javascript", "javascript:window.broken=5"), (HOSTILE, "tel:021234567"))
    card = Card(clinic, lines=(HOSTILE,), hours=(HOSTILE,), ways=ways)
    other = Marker("def", HOSTILE, 37.1, 126.2, HOSTILE, 3)
    page = standing_alone(browser, tmp_path, Markers([0]), [other], card)
    expect(page.locator(".leaflet-popup .card strong")).to_have_text(HOSTILE)
    expect(page.locator(".leaflet-popup .card a[href^='javascript']")).to_have_count(0)
    expect(page.locator(".leaflet-popup .card a[href^='tel:']")).to_have_text(HOSTILE)
    page.locator(".place:not(.chosen)").hover()
    expect(page.locator(".leaflet-tooltip")).to_contain_text("<img")
    page.locator(".origin").hover()
    assert page.locator("img[src='x']").count() == 0
    page.locator(".place:not(.chosen)").click()
    assert page.evaluate("window.told.at(-1)") == {"kind": "choose", "id": "def", "number": 1}
    assert page.evaluate("window.broken") is None
    page.close()


def test_only_a_map_with_more_to_show_asks_for_more(browser, tmp_path):
    cell = Cell(37.5, 127.0, 400, 700, Box(37.45, 126.95, 37.55, 127.05))
    page = standing_alone(browser, tmp_path, Markers([], (cell,), Box(36, 125, 39, 129)))
    expect(page.locator(".marker-cluster")).to_contain_text("400곳")
    expect(page.locator(".marker-cluster")).to_contain_text("전문의 700")
    page.evaluate("map.panBy([5, 5], { animate: false })")
    page.wait_for_timeout(400)
    assert page.evaluate("window.told") == []
    page.locator(".marker-cluster").click()
    page.wait_for_function("window.told.length")
    asked = page.evaluate("window.told[0]")
    assert asked["kind"] == "view"
    assert 37.4 < asked["south"] < 37.5 < asked["north"] < 37.6
    page.close()


@pytest.fixture
def tile_server():
    """A server of plain red tiles that can be told to fail, and how often it was asked."""
    picture = io.BytesIO()
    Image.new("RGB", (256, 256), TILE_COLOUR).save(picture, "PNG")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked += 1
            failing = self.server.failing
            self.send_response(503 if failing else 200)
            self.end_headers()
            self.wfile.write(b"" if failing else picture.getvalue())

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked, server.failing = 0, False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def colours(page):
    """How often each colour occurs on the map, away from its controls."""
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB").crop((150, 150, 750, 550))
    return Counter({colour: count for count, colour in shot.getcolors(1 << 24)})


def test_tiles_cover_the_outlines_and_are_not_missed_when_they_fail(browser, tmp_path, tile_server):
    address = f"http://127.0.0.1:{tile_server.server_port}/{{z}}/{{x}}/{{y}}.png"
    page = standing_alone(browser, tmp_path, Markers([]), tiles=Tiles(address, "<i>somebody</i>"))
    expect(page.locator(".leaflet-control-attribution")).to_contain_text("<i>somebody</i>")
    page.wait_for_function("document.querySelectorAll('.leaflet-tile-loaded').length > 8")
    page.wait_for_timeout(600)  # they fade in
    covered = colours(page)
    assert covered[TILE_COLOUR] > 0.9 * covered.total()

    tile_server.failing = True
    before = tile_server.asked
    page.evaluate("map.setView([35.9, 128.6], 9, { animate: false })")
    page.wait_for_function("!document.querySelector('.leaflet-tile')")
    assert tile_server.asked > before
    page.wait_for_timeout(300)
    alone = colours(page)
    assert alone[TILE_COLOUR] == 0
    assert alone[LAND_COLOUR] > 0.9 * alone.total()
    assert len(alone) > 2, "the outlines are there"
    page.close()


def test_tiles_that_never_come_leave_the_outlines(browser, tmp_path):
    page = standing_alone(browser, tmp_path, Markers([]), tiles=Tiles("http://127.0.0.1:9/{z}/{x}/{y}.png", ""))
    page.wait_for_function("!document.querySelector('.leaflet-tile')")
    assert colours(page)[LAND_COLOUR] > 100_000
    page.close()
