"""The laboratory in a real browser: compare runs, look into a cell, make an image and grade it, train and cancel."""

import re
import sys
from pathlib import Path

import pytest
from acting import fill, pick, wait_until_drawn
from playwright.sync_api import expect

from core.locale import Language, text

sys.path.append(str(Path(__file__).resolve().parents[1] / "unit"))
from making_runs import make_photos, make_run, predictions

pytestmark = pytest.mark.browser
# Drawing, importing torch and training share two cores with whatever else the machine does.
LONG_MS = 180_000
EPOCHS = 400


def say(key, **values):
    return text(Language.ENGLISH, f"models.{key}", **values)


@pytest.fixture(scope="module")
def runs(application_folder):
    """Two runs made on this machine, and the photos they were measured on."""
    folder = application_folder / "var"
    keys = make_photos(folder / "data" / "crown")
    make_run(folder / "runs" / "nets" / "strong", predictions(2.5, 1, keys=keys))
    make_run(folder / "runs" / "nets" / "weak", predictions(0.4, 2, keys=keys), "scalp-cnn")
    return folder


def test_two_runs_are_compared_and_a_cell_shows_its_photos(open_page, runs):  # noqa: ARG001
    page = open_page("models?runs=nets/strong")
    expect(page.locator(".st-key-card_models_confusion_frame")).to_be_visible()
    pick(page, say("runs.compared"), "weak", exact=False)
    expect(page.get_by_text("Clearly worse (1): weak.")).to_be_visible()
    expect(page).to_have_url(re.compile(r"runs=nets(%2F|/)strong(%2C|,)nets(%2F|/)weak"))

    frame = page.locator(".st-key-card_models_confusion_frame")
    expect(frame.get_by_text(say("one.click"))).to_be_visible()
    cell = frame.locator("path[aria-label^='3 severe, 2 moderate']").first
    cell.scroll_into_view_if_needed()
    wait_until_drawn(page)
    n = cell.get_attribute("aria-label").split(", ")[2]
    cell.click(force=True)
    expect(frame.get_by_text(say("one.cell_sentence", label="3 severe", grade="2 moderate", n=n))).to_be_visible()
    expect(frame.locator("[data-testid=stImage] img")).to_have_count(int(n))


def test_an_image_is_made_saved_and_graded(open_page):
    page = open_page("models?section=try&source=make")
    page.get_by_role("button", name=say("make.draw")).click()
    save = page.get_by_role("button", name=say("make.download"))
    expect(save).to_be_visible()
    with page.expect_download() as saved:
        save.click()
    assert Path(saved.value.path()).read_bytes().startswith(b"\xff\xd8")
    page.get_by_role("button", name=say("make.grade")).click()
    expect(page.locator(".ss-bars").first).to_be_visible(timeout=LONG_MS)
    expect(page.get_by_role("listitem").filter(has_text="%").first).to_be_visible()


def points(page):
    """Points of the curve of the training loss."""
    chart = page.locator("[class*='st-key-models_job_'] [data-testid=stVegaLiteChart]").last
    return chart.locator("path[aria-label*='fold 1']").count()


def test_a_training_is_started_watched_left_and_cancelled(open_page):
    page = open_page("models?section=train")
    page.set_default_timeout(LONG_MS)
    fill(page, say("drawn.count"), 16)
    page.get_by_role("button", name=say("drawn.make")).click()
    data = page.get_by_label(say("train.data"), exact=True).first
    expect(data).to_have_value(re.compile("drawn-16-"), timeout=LONG_MS)
    page.get_by_text(say("train.changes")).click()
    pick(page, say("train.field_architecture"), "scalp-cnn")
    pick(page, say("train.field_weights"), "none")
    for field, value in (("width", 40), ("height", 40), ("epochs", EPOCHS), ("folds", 2)):
        fill(page, say(f"train.field_{field}"), value)
    fill(page, say("train.name"), "Tiny one!")
    page.get_by_role("button", name=say("train.start")).click()
    expect(page.get_by_text(say("train.started", run="tiny-one"))).to_be_visible(timeout=LONG_MS)

    job = page.locator(".st-key-models_job_tiny-one")
    expect(job.locator("[data-testid=stProgress]")).to_contain_text(f"of {EPOCHS}", timeout=LONG_MS)
    curve = job.locator("[data-testid=stVegaLiteChart]").last
    expect(curve.locator("svg.marks")).to_be_visible(timeout=LONG_MS)
    seen = points(page)
    page.wait_for_function(
        """([before]) => {
            const charts = document.querySelectorAll(".st-key-models_job_tiny-one [data-testid=stVegaLiteChart]");
            const last = charts[charts.length - 1];
            return last && last.querySelectorAll("path[aria-label*='fold 1']").length > before;
        }""",
        arg=[seen],
    )

    page.get_by_role("link", name=text(Language.ENGLISH, "common.page.about")).first.click()
    expect(page.get_by_text(text(Language.ENGLISH, "about.kept.heading"), exact=True)).to_be_visible()
    page.get_by_role("link", name=text(Language.ENGLISH, "common.page.models")).first.click()
    expect(job).to_be_visible()
    expect(page).to_have_url(re.compile("section=train"))
    page.reload()
    page.locator(".st-key-models_cancel_tiny-one button").click(timeout=LONG_MS)
    ended = page.locator(".st-key-models_ended_tiny-one")
    expect(ended.get_by_text(re.compile("Cancelled"))).to_be_visible(timeout=LONG_MS)
    expect(ended.get_by_role("button", name=say("jobs.resume"))).to_be_visible()
