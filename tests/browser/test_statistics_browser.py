"""Statistics in a real browser: what is clicked in one chart the others follow; a link and a file hold the same."""

import csv
import re
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from core.interface.sql_corner_view import EXAMPLES
from core.locale import Language, text
from core.records.demo import ROWS, add_demo
from core.records.sql_corner import SECONDS
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Sex

pytestmark = pytest.mark.browser
PEOPLE = ROWS
CARDS = ("heat", "groups", "severity", "trend", "lift", "ages")


def say(key, **values):
    return text(Language.ENGLISH, f"statistics.{key}", **values)


def sql_say(key):
    return text(Language.ENGLISH, f"sql.{key}")


def asked(page):
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def drawing(page, card):
    """The chart of a card, not the icons beside it."""
    return page.locator(f".st-key-card_{card} [data-testid=stVegaLiteChart] svg.marks")


def people(page):
    return page.locator(".st-key-statistics_key_figures [data-testid=stMetricValue]").first


def mark(page, card, label):
    return drawing(page, card).locator(f"path[aria-label^='{label}']").first


def rested(page):
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


@pytest.fixture(scope="module")
def application(application_of_its_own):
    """Figures depend on every stored result: none of other tests may be among them."""
    return application_of_its_own


@pytest.fixture
def demonstration(open_page):
    """The page with the demonstration, which whoever comes first adds with the page's own button."""
    page = open_page("statistics")
    page.locator(".st-key-demo_offer, .st-key-statistics_head").first.wait_for()
    # The first run writes the language into the address and draws once more: a click before that is lost.
    page.wait_for_function("location.search.includes('lang=')")
    rested(page)
    add = page.get_by_role("button", name=say("demo.add"))
    if add.is_visible():
        add.click()
    for card in CARDS:
        expect(drawing(page, card)).to_be_visible()
    return page


@pytest.fixture(scope="module")
def same_people(tmp_path_factory):
    """The demonstration drawn a second time, in records that SQL can be asked of."""
    with RecordStore.open(tmp_path_factory.mktemp("twin") / "records.duckdb") as store:
        add_demo(store, PEOPLE)
        yield store


def with_dandruff(store, extra=""):
    """People by sex and age band with and without at least moderate dandruff, from the tables themselves."""
    rows = store.query(
        f"""SELECT v.sex, v.age_band, count(g.severity), count(*) FILTER (g.severity >= 2)
            FROM visits AS v JOIN diagnoses AS d ON d.visit_id = v.id JOIN gradings AS g ON g.diagnosis_id = d.id
            WHERE g.condition = 'dandruff' {extra} GROUP BY ALL"""
    )
    return {(sex, band): (n, count) for sex, band, n, count in rows}


def test_charts_follow_a_click_and_a_link_reopens_the_view(demonstration, open_page, same_people):
    page = demonstration
    expect(people(page)).to_have_text(f"{PEOPLE:,}")

    mark(page, "groups", "women in their 30s").click(force=True)
    n, count = with_dandruff(same_people)[Sex.FEMALE, AgeBand.THIRTIES]
    expect(people(page)).to_have_text(f"{n:,}")
    assert (asked(page)["sex"], asked(page)["age_band"]) == ("female", "30s")
    expect(page.locator(".st-key-card_heat")).to_contain_text(f"{count / n * 100:.0f}\u00a0% of women in their 30s")
    expect(page.locator(".st-key-card_severity")).to_contain_text(f"n\u00a0{n:,}")
    expect(mark(page, "groups", "men in their 30s")).to_have_attribute("opacity", re.compile(r"^0\.\d"))
    expect(mark(page, "groups", "women in their 30s")).to_have_attribute("opacity", "1")

    mark(page, "severity", "Hair loss").click(force=True)
    expect(page.locator(".st-key-card_groups h3")).to_have_text("Hair loss by sex and age")

    # The trend is drawn anew for hair loss, below what changed its height: a stroke counts on the one that stays.
    expect(page.locator(".st-key-card_trend h3")).to_have_text("Hair loss over time")
    rested(page)
    page.wait_for_timeout(1500)
    box = drawing(page, "trend").bounding_box()
    start, end = (box["x"] + box["width"] * part for part in (0.35, 0.8))
    height = box["y"] + box["height"] * 0.4
    page.mouse.move(start, height)
    page.mouse.down()
    page.mouse.move((start + end) / 2, height, steps=4)
    page.mouse.move(end, height, steps=4)
    page.mouse.up()
    page.wait_for_function("location.search.includes('from=')")
    expect(people(page)).not_to_have_text(f"{n:,}")

    other = open_page(f"statistics?{urlsplit(page.url).query}")
    expect(people(other)).to_have_text(people(page).inner_text())
    assert asked(other) == asked(page)
    expect(other.locator("[class*=st-key-chip_]")).to_have_count(3)

    other.get_by_role("button", name=say("ask.reset")).click()
    expect(people(other)).to_have_text(f"{PEOPLE:,}")
    assert not {"sex", "age_band", "from", "to"} & set(asked(other))

    mark(page, "groups", "women in their 30s").click(force=True)
    page.wait_for_function("!location.search.includes('sex=')")
    # A click is one step, so the way back leads to the view before it.
    page.go_back()
    expect(people(page)).not_to_have_text(f"{PEOPLE:,}")
    assert (asked(page)["sex"], asked(page)["age_band"]) == ("female", "30s")


def test_exported_figures_are_those_of_the_table(demonstration, same_people):
    page = demonstration
    mark(page, "heat", "40s, Dandruff").click(force=True)
    page.wait_for_function("location.search.includes('age_band=40s')")
    card = page.locator(".st-key-card_groups")
    card.get_by_role("button", name=say("tools.save")).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=say("tools.csv")).click()
    assert "demonstration" in download.value.suggested_filename
    rows = list(csv.DictReader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    table = with_dandruff(same_people)
    shown = {(row["sex"], row["age_band"]): row for row in rows}
    assert set(table) == set(shown)
    for group, (n, count) in table.items():
        assert (shown[group]["n"], shown[group]["count"]) == (str(n), str(count)), group
    assert {row["data"] for row in rows} == {"demonstration"}
    # This chart keeps its context: it counts every age, whatever age was clicked.
    assert {(row["filters"], row["people"]) for row in rows} == {("Dandruff, moderate or worse · people", str(PEOPLE))}
    assert {row["models"] for row in rows} == {"demonstration 1; demonstration 2"}
    assert {row["condition"] for row in rows} == {str(Condition.DANDRUFF)}

    page.keyboard.press("Escape")
    page.locator(".st-key-card_severity").get_by_role("button", name=say("tools.save")).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=say("tools.svg")).click()
    picture = download.value.path().read_text(encoding="utf-8")
    assert say("demo.watermark") in picture
    assert "in their 40s" in picture
    page.keyboard.press("Escape")


def test_further_filters_are_added_to_those_chosen_before(demonstration):
    page = demonstration
    page.locator(".st-key-statistics_filters").get_by_role("radio", name="Women", exact=True).click(force=True)
    page.wait_for_function("location.search.includes('sex=female')")
    rested(page)
    page.get_by_role("button", name=say("ask.more")).click()
    regions = page.get_by_test_id("stPopoverBody").get_by_test_id("stMultiSelect").first.locator("input")
    regions.wait_for()
    rested(page)
    regions.press_sequentially("Busan")
    regions.press("Enter")
    page.wait_for_function("location.search.includes('region=')")
    assert asked(page) == {
        **{"lang": "en", "data": "demo", "condition": "dandruff", "at_least": "2"},
        **{"sex": "female", "region": "KR-26"},
    }
    page.keyboard.press("Escape")
    expect(drawing(page, "trend")).to_be_visible()
    expect(page.locator(".st-key-card_heat")).to_contain_text("women in Busan")


def test_a_picture_speaks_the_language_of_the_page(demonstration, open_page):  # noqa: ARG001
    page = open_page("statistics?data=demo&lang=ko", locale="ko-KR")
    korean = partial(text, Language.KOREAN)
    page.locator(".st-key-card_lift").get_by_role("button", name=korean("statistics.tools.save")).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=korean("statistics.tools.svg")).click()
    picture = download.value.path().read_text(encoding="utf-8")
    assert korean("statistics.demo.banner") in picture
    assert korean("statistics.hidden.picture") in picture


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_the_page_fits_a_phone(demonstration, open_page, color_scheme):  # noqa: ARG001 (something to show)
    page = open_page("statistics", width=390, locale="ko-KR", color_scheme=color_scheme)
    expect(drawing(page, "ages")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert all(drawing(page, card).bounding_box()["width"] <= 390 for card in CARDS)


def test_the_corner_answers_and_ends_what_it_must(demonstration, same_people):
    page, corner = demonstration, demonstration.locator(".st-key-sql_corner")
    corner.locator("summary").click()
    query = corner.locator("textarea")

    def run(sql):
        query.fill(sql)
        corner.get_by_role("button", name=sql_say("run"), exact=True).click()

    corner.get_by_role("button", name=sql_say("examples")).click()
    page.get_by_role("button", name=sql_say("example.highest")).click()
    page.keyboard.press("Escape")
    expect(query).to_have_value(EXAMPLES["highest"])
    run(EXAMPLES["highest"])
    expect(corner.get_by_test_id("stDataFrame")).to_be_visible()
    expect(corner.locator("[data-testid=stVegaLiteChart] svg.marks")).to_be_visible()
    with page.expect_download() as download:
        corner.get_by_role("button", name=sql_say("save_csv")).click()
    rows = list(csv.DictReader(download.value.path().read_text(encoding="utf-8-sig").splitlines()))
    table = same_people.query(
        """SELECT condition, count(severity), count(severity) FILTER (severity >= 2) / count(severity)
            FROM gradings GROUP BY condition"""
    )
    assert {(row["condition"], int(row["n"]), round(float(row["share"]), 9)) for row in rows} == {
        (condition, n, round(share, 9)) for condition, n, share in table
    }
    assert {row["data"] for row in rows} == {"demonstration"}

    run("WITH gone AS (DELETE FROM trend RETURNING *) SELECT * FROM gone")
    expect(corner.get_by_text(text(Language.ENGLISH, "errors.sql.writes"))).to_be_visible()
    run("SELECT count(*) FROM range(10000000000000)")
    expect(corner.get_by_text(text(Language.ENGLISH, "errors.sql.too_slow", seconds=SECONDS))).to_be_visible()
    run("SELECT people FROM about")
    expect(corner.get_by_test_id("stDataFrame")).to_be_visible()

    corner.get_by_role("button", name=sql_say("history")).click()
    page.get_by_role("button", name="SELECT condition, share").click()
    expect(query).to_have_value(EXAMPLES["highest"])


def test_its_removal_leaves_nothing(demonstration):
    page = demonstration
    page.get_by_role("button", name=say("demo.remove")).click()
    page.get_by_role("button", name=say("demo.remove_yes")).click()
    expect(page.get_by_text(say("empty.title"))).to_be_visible()
    expect(drawing(page, "heat")).to_have_count(0)
