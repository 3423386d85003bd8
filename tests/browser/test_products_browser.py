"""A search in a shop from the care page, in a real browser: where it leads, and what the shop gets to know."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.locale import Language, text

pytestmark = pytest.mark.browser
EXAMPLES = Path(__file__).resolve().parents[2] / "data" / "examples"


def open_plan(page, language, photo):
    page.get_by_role("link", name=text(language, "common.page.diagnosis")).first.click()
    page.locator("[data-testid=stFileUploaderDropzone]").wait_for()
    page.set_input_files("input[type=file]", [EXAMPLES / photo])
    expect(page.locator(".ss-sentence")).to_be_visible()
    page.get_by_role("link", name=text(language, "common.page.care")).first.click()
    page.locator(".st-key-care_show button").click()
    expect(page.get_by_text(text(language, "products.page.heading"))).to_be_visible()


def test_a_search_opens_the_shop_and_tells_it_the_words_alone(open_page):
    page = open_page(locale="en-US")
    asked = []

    def answer(route):
        asked.append((route.request.url, route.request.headers.get("referer")))
        route.fulfill(status=200, content_type="text/html", body="<title>shop</title>")

    page.context.route("https://www.coupang.com/**", answer)
    open_plan(page, Language.ENGLISH, "dandruff.jpg")
    expect(page.locator(".ss-kinds li").first).to_be_visible()
    with page.expect_popup() as opened:
        page.locator(".st-key-coupang_dandruff a").click()
    opened.value.wait_for_load_state()
    assert opened.value.evaluate("window.opener === null")
    assert asked == [("https://www.coupang.com/np/search?q=%EB%B9%84%EB%93%AC%20%EC%83%B4%ED%91%B8", None)]
    expect(page.get_by_text(text(Language.ENGLISH, "products.page.count_note"))).to_be_visible()


def test_beside_a_red_flag_there_is_no_way_to_a_shop(open_page):
    page = open_page(locale="ko-KR")
    open_plan(page, Language.KOREAN, "pustules.jpg")
    expect(page.get_by_text(text(Language.KOREAN, "products.page.doctor_first"))).to_be_visible()
    expect(page.locator("[data-testid=stLinkButton]")).to_have_count(0)
    expect(page.locator("a[href*='coupang'], a[href*='shopping.naver'], a[href*='oliveyoung']")).to_have_count(0)
