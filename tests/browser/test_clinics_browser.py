"""The map in a real browser: outlines and markers without a request to anywhere, and names that stay text."""

from pathlib import Path

import pytest
import xstatic.pkg.leaflet
import xstatic.pkg.leaflet_markercluster
from playwright.sync_api import expect

from core.clinics.directory import Nearby
from core.clinics.map import MapAssets, draw_base_map, draw_places
from core.clinics.reading import Clinic
from core.clinics.regions import read_provinces
from core.locale import Language, text
from core.taxonomy import Region

pytestmark = pytest.mark.browser
ASSETS_DIR = Path(__file__).resolve().parents[2] / "core" / "interface" / "map_assets"
HOSTILE = '<img src=x onerror="window.broken=1">`${window.broken=2}`{{7*7}}</script><script>window.broken=3</script>'


def map_of(page):
    return page.frame_locator("iframe[title='streamlit_folium.st_folium']")


def open_clinics(open_page, query="", **how):
    page = open_page(**how)
    # Through the menu: the first page of a fresh process is Home.
    page.wait_for_timeout(300)
    page.goto(page.url.split("?")[0] + f"clinics?{query}")
    map_of(page).locator(".leaflet-container").wait_for()
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_map_draws_outlines_and_markers(open_page, scheme):
    page = open_clinics(open_page, "lang=en&region=KR-11&district=중구&radius=10", color_scheme=scheme)
    shown = map_of(page)
    expect(shown.locator("path.outline.province")).to_have_count(1)
    expect(shown.locator("path.outline.district")).to_have_count(1)
    expect(shown.locator("path.search-radius")).to_have_count(1)
    assert shown.locator(".place").count() >= 8
    assert shown.locator("path.outline.province").evaluate("path => path.getBBox().width") > 100
    assert shown.locator("html").get_attribute("data-theme") == scheme


def test_marker_chooses_in_the_list_and_opens_its_card(open_page):
    page = open_clinics(open_page, "lang=ko&region=KR-11&district=중구&radius=5")
    shown = map_of(page)
    shown.locator(".place", has_text="2").first.click()
    chosen = page.locator("[class*='st-key-clinic_chosen']")
    expect(chosen).to_have_count(1)
    expect(chosen).to_contain_text("서울대학교병원")
    expect(shown.locator(".place.chosen")).to_have_count(1)
    # The card opened by the press fades while the one drawn with the list's choice opens: one of them must remain.
    expect(shown.locator(".leaflet-popup")).to_have_count(1)
    expect(shown.locator(".leaflet-popup .card strong")).to_have_text("서울대학교병원")
    expect(shown.locator(".leaflet-popup a[href^='tel:']")).to_have_count(1)
    assert "clinic=" in page.url


def test_list_chooses_on_the_map(open_page):
    page = open_clinics(open_page, "lang=en&region=KR-11&district=중구&radius=5")
    page.locator("[class*='st-key-choose_'] button").nth(2).click()
    shown = map_of(page)
    expect(shown.locator(".place.chosen")).to_have_text("3")
    name = shown.locator(".leaflet-popup .card strong")
    expect(name).to_be_visible()
    expect(page.locator("[class*='st-key-clinic_chosen']")).to_contain_text(name.inner_text())
    route = page.locator("[class*='st-key-clinic_chosen'] a", has_text="Kakao")
    assert route.get_attribute("href").startswith("https://map.kakao.com/link/to/%")
    assert route.get_attribute("target") == "_blank"


@pytest.mark.parametrize("language", list(Language))
def test_list_comes_first_on_a_phone(open_page, language):
    page = open_clinics(open_page, f"lang={language}&region=KR-50", width=390)
    expect(page.locator("h1").first).to_have_text(text(language, "common.page.clinics"))
    first = page.locator("[class*='st-key-choose_']").first.bounding_box()
    assert first["y"] < page.locator("iframe[title='streamlit_folium.st_folium']").bounding_box()["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_hostile_names_stay_text(browser, tmp_path):
    clinic = Clinic(
        id="abc",
        name=HOSTILE,
        name_en="",
        kind="병원",
        departments=(),
        region=Region.SEOUL,
        district="중구",
        address=HOSTILE,
        phone="02-123-4567",
        homepage="",
        latitude=37.56,
        longitude=126.97,
        source="",
    )
    scripts = [
        Path(xstatic.pkg.leaflet.BASE_DIR) / "leaflet.js",
        Path(xstatic.pkg.leaflet_markercluster.BASE_DIR) / "leaflet.markercluster.js",
        ASSETS_DIR / "clinics_map.js",
    ]
    styles = [Path(xstatic.pkg.leaflet.BASE_DIR) / "leaflet.css", ASSETS_DIR / "clinics_map.css"]
    assets = MapAssets(tuple(one.as_uri() for one in scripts), tuple(one.as_uri() for one in styles))
    base = draw_base_map(read_provinces(), assets, Language.KOREAN)
    draw_places([Nearby(clinic, 1.0)], (37.56, 126.97), Language.KOREAN, chosen="abc").add_to(base)
    file = tmp_path / "map.html"
    file.write_text(base.get_root().render(), encoding="utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    expect(page.locator(".leaflet-popup .card strong")).to_have_text(HOSTILE)
    page.locator(".place").hover()
    expect(page.locator(".leaflet-tooltip")).to_contain_text("<img")
    assert page.evaluate("window.broken") is None
    page.close()
