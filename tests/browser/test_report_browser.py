"""The report as a person gets it: chosen in a real browser, downloaded, opened and read."""

import json
from io import BytesIO

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from core.locale import Language, text

pytestmark = pytest.mark.browser
WORD = "밤에 가려워요 <b>$x$ #let"


def download(page, key):
    with page.expect_download() as started:
        page.locator(f".st-key-{key} button").click()
    return started.value


def squeezed(words):
    return "".join(words.split())


def test_result_gives_a_report_that_can_be_read_in_both_languages(open_page):
    page = open_page()
    page.goto(f"{page.url.split('?')[0].rstrip('/')}/diagnosis?example=redness&lang=ko")
    expect(page.locator(".ss-sentence")).to_be_visible()
    page.locator(".st-key-consent label").click()
    kept = page.locator(".st-key-kept_card")
    expect(kept).to_be_visible()
    number = kept.locator("code").first.inner_text()

    page.locator(".st-key-report_popover button").first.click()
    expect(page.get_by_text(text(Language.KOREAN, "report.page.stored", code=number[:13]))).to_be_visible()
    page.locator(".st-key-report_word textarea").fill(WORD)
    page.locator(".st-key-report_word textarea").blur()
    page.wait_for_timeout(700)
    korean = download(page, "report_pdf")
    assert korean.suggested_filename.endswith("-ko.pdf")
    pages = PdfReader(korean.path()).pages
    found = squeezed("".join(one.extract_text() for one in pages))
    for expected in (text(Language.KOREAN, "report.head.limit"), number, WORD, "모낭사이홍반", f"1/{len(pages)}"):
        assert squeezed(expected) in found
    without_photo = sum(len(one.images) for one in pages)

    page.keyboard.press("Escape")
    page.locator('.st-key-next_card a[href*="care"] >> visible=true').first.click()
    page.get_by_role("button", name=text(Language.KOREAN, "care.questions.skip")).click()
    expect(page.locator(".st-key-report_card")).to_be_visible()
    page.locator(".st-key-report_photo label").click()
    page.locator("[class*=st-key-report_language]").get_by_role("radio", name="English").click()
    page.wait_for_timeout(700)
    english = PdfReader(BytesIO(download(page, "report_pdf").path().read_bytes()))
    assert squeezed(text(Language.ENGLISH, "report.head.limit")) in squeezed(english.pages[0].extract_text())
    assert sum(len(one.images) for one in english.pages) == without_photo + 1
    assert squeezed(WORD) in squeezed("".join(one.extract_text() for one in english.pages))

    bundle = json.loads(download(page, "report_fhir").path().read_text(encoding="utf-8"))
    assert bundle["entry"][0]["resource"]["identifier"][0]["value"] == f"urn:uuid:{number}"
