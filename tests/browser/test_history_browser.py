"""Two visits under one key, in a real browser: what changed, and that nothing is left when it is deleted."""

import json
import re
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from playwright.sync_api import expect

from core.locale import Language, text
from core.records.history_key import parse_key

pytestmark = pytest.mark.browser
EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "data" / "examples").glob("*.jpg"))


def say(key, **values):
    return text(Language.ENGLISH, f"history.{key}", **values)


def check_photo(page, file):
    page.get_by_role("link", name=text(Language.ENGLISH, "common.page.diagnosis")).first.click()
    again = page.get_by_role("button", name=text(Language.ENGLISH, "diagnosis.photo.start_over"))
    page.locator("[data-testid=stFileUploaderDropzone]").wait_for()
    if again.count():
        again.click()
        expect(page.locator(".ss-sentence")).to_have_count(0)
    page.set_input_files("input[type=file]", [file])
    expect(page.locator(".ss-sentence")).to_be_visible()
    page.get_by_role("link", name=text(Language.ENGLISH, "diagnosis.next.history")).click()
    expect(page.locator("h1").first).to_have_text(text(Language.ENGLISH, "common.page.history"))


def tick(page, name):
    page.locator(f"[class*='st-key-{name}'] label").first.click()


def keep(page, name):
    tick(page, "history_consent")
    tick(page, "history_photos")
    button = page.locator(f".st-key-history_keep_{name} button")
    expect(button).to_be_enabled()
    button.click()
    expect(page.get_by_text(say("add.done_photos"))).to_be_visible()


@pytest.fixture
def photos(tmp_path):
    """A calm scalp, and the same one shining: photos nobody else in this run has checked."""
    from core.vision.photo import encode_jpeg, read_photo

    made = {}
    for name in ("calm", "oily"):
        path = next(path for path in EXAMPLES if path.stem == name)
        pixels = read_photo(path).pixels.copy()
        pixels[:3, :3] = 7
        made[name] = tmp_path / f"{name}.jpg"
        made[name].write_bytes(encode_jpeg(pixels, 95))
    return made


def bytes_of(folder):
    return b"".join(path.read_bytes() for path in sorted(folder.glob("records.duckdb*")))


def test_two_visits_show_a_change_and_deleting_leaves_no_bytes(open_page, photos, application_folder, tmp_path):
    page = open_page()
    check_photo(page, photos["calm"])
    page.locator(".st-key-history_make button").click()
    letters = page.locator(".st-key-history_new_key code").inner_text()
    key = parse_key(letters)
    with page.expect_download() as picture:
        page.get_by_role("button", name=say("key.save_picture")).click()
    card = tmp_path / "key.png"
    picture.value.save_as(card)
    tick(page, "history_saved")
    keep(page, "first")
    assert key.text not in page.content()

    check_photo(page, photos["oily"])
    expect(page.get_by_text(say("add.heading"))).to_be_visible()
    keep(page, "more")
    changed = say("change.worse", conditions=text(Language.ENGLISH, "taxonomy.condition.excess_sebum").capitalize())
    expect(page.get_by_text(changed)).to_be_visible()
    expect(page.locator(".st-key-history_courses [data-testid=stVegaLiteChart]")).to_have_count(6)
    compared = page.locator(".st-key-history_compared")
    slider = compared.get_by_role("slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    later = compared.locator("img.later")
    assert later.evaluate("image => image.style.clipPath") == "inset(0px 0px 0px 51%)"
    assert later.evaluate("image => image.complete && image.naturalWidth") == 448

    # In another tab the picture of the key opens it, and everything can be taken along.
    other = open_page("history")
    other.get_by_text(say("enter.picture")).click()
    other.set_input_files("input[type=file]", [card])
    expect(other.get_by_text(changed)).to_be_visible()
    with other.expect_download() as saved:
        other.get_by_role("button", name=say("yours.export")).click()
    with zipfile.ZipFile(saved.value.path()) as archive:
        visits = json.loads(archive.read("history.json"))["visits"]
        kept = [archive.read(name) for name in archive.namelist() if name.endswith(".jpg")]
    assert [visit["photos"][0]["conditions"]["excess_sebum"]["severity"] for visit in visits] == [0, 3]
    assert len(kept) == 2
    assert max(cv2.imdecode(np.frombuffer(kept[0], np.uint8), cv2.IMREAD_COLOR).shape) == 448

    fingerprints = [visit["photos"][0]["photo_sha256"].encode() for visit in visits]
    secrets = [key.symbols.encode(), key.text.encode(), *fingerprints, *(jpeg[200:264] for jpeg in kept)]
    stored = bytes_of(application_folder / "var")
    assert key.key_hash.encode() in stored
    assert not any(secret in stored for secret in secrets)

    other.get_by_role("button", name=re.compile(f"{say('yours.delete')}$")).click()
    other.locator(".st-key-history_yes_everything button").click()
    expect(other.get_by_text(say("yours.deleted"))).to_be_visible()
    stored = bytes_of(application_folder / "var")
    assert key.key_hash.encode() not in stored
    assert not any(secret in stored for secret in secrets)
    for each in (page, other):
        assert not any(part in each.url for part in letters.split("-"))
    assert key.text not in (application_folder / "log.txt").read_text()
