"""From an example photo to a plan, in a real browser, in both languages."""

import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from core.locale import Language, text

pytestmark = pytest.mark.browser
LANGUAGES = [(Language.ENGLISH, "en-US"), (Language.KOREAN, "ko-KR")]
SCROLL_WIDTH = "document.documentElement.scrollWidth"


@pytest.mark.parametrize(("language", "locale"), LANGUAGES)
def test_photo_grades_questions_plan_report_products_clinic(open_page, language, locale):
    def say(key, **values):
        return text(language, key, **values)

    def choose(field, option):
        words = say(f"care.answers.{field}.{option}")
        page.locator(f".st-key-care_{field} button").get_by_text(words, exact=True).click()

    page = open_page(locale=locale)
    page.get_by_role("link", name=say("home.doors.diagnosis.example")).click()
    expect(page.locator(".ss-sentence")).to_be_visible()
    page.get_by_role("link", name=say("diagnosis.next.care"), exact=True).click()

    expect(page.locator(".st-key-care_questions")).to_be_visible()
    expect(page.locator(".ss-plan")).to_have_count(0)
    choose("itching", "some")
    choose("hair", "bleached")
    page.get_by_role("button", name=say("care.questions.show")).click()

    plan = page.locator(".ss-plan")
    expect(plan).to_be_visible()
    expect(plan).to_contain_text(say("care.line.daily_hands_off"))
    expect(page.locator(".st-key-care_told")).to_contain_text(say("care.answers.hair.bleached"))

    # The report for a doctor: the plan is in it, in the person's own language.
    with page.expect_download() as started:
        page.locator(".st-key-report_pdf button").click()
    sheets = PdfReader(started.value.path()).pages
    printed = "".join("".join(sheet.extract_text().split()) for sheet in sheets)
    for expected in (say("report.head.limit"), say("care.line.daily_hands_off"), f"1/{len(sheets)}"):
        assert "".join(expected.split()) in printed

    # Below it, what is worth buying: nothing, for a calm scalp.
    expect(page.get_by_text(say("products.page.nothing"))).to_be_visible()

    # Why: with the keyboard, and nothing of it in sight before.
    line = plan.locator("details").filter(has_text=say("care.line.daily_hands_off"))
    reason = line.get_by_text(f"{say('care.answers.itching.label')}: {say('care.answers.itching.some')}")
    expect(reason).to_be_hidden()
    line.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(reason).to_be_visible()

    # A red flag goes above everything, and takes the search for ingredients away.
    page.get_by_role("button", name=say("care.questions.change")).click()
    choose("loss", "patchy")
    expect(page.locator(".ss-flags")).to_contain_text(say("care.line.flag_patchy"))
    page.get_by_role("button", name=say("care.questions.show")).click()
    expect(plan).to_be_visible()
    expect(plan.locator(".ss-seek")).to_have_count(0)
    expect(page.get_by_text(say("products.page.doctor_first"))).to_be_visible()
    expect(page.get_by_test_id("stLinkButton")).to_have_count(0)
    flags, sentence = page.locator(".ss-flags").bounding_box(), page.locator(".ss-sentence").bounding_box()
    assert flags["y"] < sentence["y"]

    page.locator(".st-key-care_flags").get_by_role("link").first.click()
    expect(page.locator("h1").first).to_have_text(say("common.page.clinics"))
    assert f"lang={language}" in page.url
    assert re.search(r"[?&]department=", page.url)

    # Answers are still there after a look at another page.
    page.get_by_role("link", name=say("common.page.care")).first.click()
    expect(page.locator(".ss-flags")).to_contain_text(say("care.line.flag_patchy"))


def test_plan_fits_a_phone_and_paper(open_page):
    page = open_page(locale="ko-KR", width=390, color_scheme="dark")
    page.get_by_role("link", name=text(Language.KOREAN, "home.doors.diagnosis.example")).click()
    expect(page.locator(".ss-sentence")).to_be_visible()
    page.get_by_role("link", name=text(Language.KOREAN, "diagnosis.next.care"), exact=True).click()
    expect(page.locator(".st-key-care_questions")).to_be_visible()
    assert page.evaluate(SCROLL_WIDTH) <= 390
    page.get_by_role("button", name=text(Language.KOREAN, "care.questions.skip")).click()
    expect(page.locator(".ss-plan")).to_be_visible()
    assert page.evaluate(SCROLL_WIDTH) <= 390
    page.emulate_media(media="print")
    expect(page.locator(".ss-plan")).to_be_visible()
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    expect(page.locator(".ss-why").first).to_be_hidden()
