"""The way of a person through the application, in a real browser, in both languages."""

import json
import re

import pytest
from playwright.sync_api import expect

from core.locale import Language, text
from core.taxonomy import Condition

pytestmark = pytest.mark.browser
LANGUAGES = [(Language.ENGLISH, "en-US"), (Language.KOREAN, "ko-KR")]


@pytest.mark.parametrize(("language", "locale"), LANGUAGES)
def test_example_is_graded_stored_listed_and_deleted(open_page, language, locale):
    def say(key, **values):
        return text(language, key, **values)

    page = open_page(locale=locale)
    page.get_by_role("link", name=say("home.doors.diagnosis.link")).click()
    page.get_by_role("radio", name=say("diagnosis.photo.source_example")).click()
    page.locator(".st-key-examples [data-testid=stButton] button").first.click()

    expect(page.locator(".ss-sentence")).to_be_visible()
    expect(page.locator(".ss-row")).to_have_count(len(Condition))
    expect(page.get_by_text(say("diagnosis.kept.consent_missing"))).to_be_visible()

    page.locator(".st-key-consent label").click()
    kept = page.locator(".st-key-kept_card")
    expect(kept).to_be_visible()
    number = kept.locator("code").first.inner_text()

    page.get_by_role("link", name=say("common.page.about")).first.click()
    expect(page.locator("h1").first).to_have_text(say("common.page.about"))
    expect(page.get_by_text(number)).to_be_visible()
    assert f"lang={language}" in page.url

    page.get_by_role("button", name=re.compile(say("diagnosis.kept.delete"))).click()
    page.get_by_role("button", name=say("diagnosis.kept.delete_yes")).click()
    expect(page.get_by_text(say("diagnosis.kept.deleted"))).to_be_visible()
    expect(page.get_by_text(say("diagnosis.kept.none"))).to_be_visible()

    page.get_by_role("link", name=say("common.page.diagnosis")).first.click()
    expect(page.locator(".ss-sentence")).to_be_visible()
    expect(page.get_by_text(say("diagnosis.kept.consent_missing"))).to_be_visible()
    expect(page.locator(".st-key-kept_card")).to_have_count(0)


def test_first_visitor_after_a_start_may_open_any_page_by_its_address(fresh_application, browser):
    page = browser.new_page(locale="ko-KR")
    page.goto(f"{fresh_application}/diagnosis")
    expect(page.locator("h1").first).to_have_text(text(Language.KOREAN, "common.page.diagnosis"))
    page.get_by_role("radio", name="English").click()
    expect(page.locator("h1").first).to_have_text(text(Language.ENGLISH, "common.page.diagnosis"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.close()


def test_link_keeps_its_language(open_page):
    page = open_page("diagnosis?lang=ko", locale="en-US")
    expect(page.locator("h1").first).to_have_text(text(Language.KOREAN, "common.page.diagnosis"))
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    page.get_by_role("radio", name="English").click()
    expect(page.locator("h1").first).to_have_text(text(Language.ENGLISH, "common.page.diagnosis"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert "lang=en" in page.url


def test_bad_files_are_explained_and_the_rest_is_graded(open_page, example_photo, tmp_path):
    text_file = tmp_path / "words.jpg"
    text_file.write_text("no photo")
    empty = tmp_path / "![x](http://foreign.example).jpg".replace("/", "_")
    empty.write_bytes(b"")
    page = open_page("diagnosis")
    page.set_input_files("input[type=file]", [text_file, example_photo, empty])
    expect(page.locator(".ss-sentence")).to_be_visible()
    expect(page.get_by_text("could not be read")).to_have_count(2)


def test_result_is_saved_as_the_contract_says(open_page, example_photo):
    page = open_page("diagnosis")
    page.set_input_files("input[type=file]", [example_photo])
    with page.expect_download() as download:
        page.get_by_role("button", name=text(Language.ENGLISH, "diagnosis.next.save")).click()
    saved = json.loads(download.value.path().read_text(encoding="utf-8"))
    (photo,) = saved["photos"]
    assert photo["accepted"]
    assert photo["photo"] == example_photo.name
    assert all(len(one["probabilities"]) == 4 for one in photo["conditions"].values())


@pytest.mark.parametrize("path", ["", "diagnosis", "about"])
def test_pages_fit_a_phone(open_page, path):
    page = open_page(path, width=390, color_scheme="dark", locale="ko-KR")
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_result_can_be_reached_with_the_keyboard(open_page, example_photo):
    page = open_page(f"diagnosis?example={example_photo.stem}")
    expect(page.locator(".ss-sentence")).to_be_visible()
    page.locator(".st-key-consent input").focus()
    page.keyboard.press("Space")
    expect(page.locator(".st-key-kept_card")).to_be_visible()
    slider = page.get_by_role("slider").first
    slider.focus()
    before = slider.get_attribute("aria-valuenow")
    page.keyboard.press("ArrowRight")
    expect(slider).not_to_have_attribute("aria-valuenow", before)
