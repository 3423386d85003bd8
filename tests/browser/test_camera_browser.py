"""The camera of the device, as Chromium's stand-in for it shows one of the pictures that ship."""

import io

import pytest
from PIL import Image
from playwright.sync_api import expect

from core.locale import Language, text
from core.taxonomy import Condition

pytestmark = pytest.mark.browser
FRAMES = 30


def say(key, **values):
    return text(Language.ENGLISH, key, **values)


@pytest.fixture
def camera_browser(launch_chromium, example_photo, tmp_path):
    """A browser whose camera sees an example photo."""
    with Image.open(example_photo) as photo:
        frame = io.BytesIO()
        photo.convert("RGB").resize((1280, 960)).save(frame, "JPEG", quality=95, subsampling="4:2:0")
    film = tmp_path / "camera.mjpeg"
    film.write_bytes(frame.getvalue() * FRAMES)
    chromium = launch_chromium(
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    )
    yield chromium
    chromium.close()


def test_a_camera_picture_is_graded(application, camera_browser):
    page = camera_browser.new_page(locale="en-US", viewport={"width": 390, "height": 844})
    page.goto(f"{application}/diagnosis")
    page.get_by_role("radio", name=say("diagnosis.photo.source_camera")).click()
    shutter = page.get_by_test_id("stCameraInputButton")
    expect(shutter).to_be_enabled()
    shutter.click()
    expect(page.locator(".ss-sentence")).to_be_visible()
    expect(page.locator(".ss-row")).to_have_count(len(Condition))
