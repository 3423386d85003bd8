"""What a person at the browser waits for, against named baselines measured in turns in the same run.

| row | measures | target |
|---|---|---|
| `home` | process start to Home with its title and three doors visible; a Streamlit page of one title | at most 1.4 |
| `first_photo` | 12-megapixel photo chosen to result and heatmap drawn, fresh server and browser; Gradio | at most 1 |
| `second_photo` | another photo on the same page | at most 1.5 |

Ratio is ours / baseline. Gradio's page is an Interface around one torchvision b0 (`gradio_app.py`); its Submit button
is pressed by script as soon as the photo is uploaded. Photos are handed over `SETTLE` seconds after the page was
drawn, on both sides: a person takes longer to find one.
"""

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import cv2
from playwright.sync_api import Page

from core.benchmark.comparison import Comparison, at_most
from core.benchmark.material import draw_photo_file
from core.locale import Language, text
from tests.bench.servers import free_port, fresh_page, ours, serving, streamlit_command

GRADIO_PYTHON = "SCALPSPECTRA_GRADIO_PYTHON"
SETTLE = 3
_DOORS = ("diagnosis", "statistics", "clinics")
# Drawn is when the sentence, every grade and the photo with its heatmap are there; thumbnails are smaller.
_RESULT_DRAWN = """() => {
    const sentence = document.querySelector('.ss-sentence');
    const picture = [...document.querySelectorAll('[data-testid="stImage"] img')]
        .some(image => image.complete && image.naturalWidth >= 600);
    return Boolean(sentence && sentence.offsetHeight && document.querySelector('.ss-row') && picture);
}"""


def measure(rounds: int = 5, *, gradio_python: str | None = None) -> list[Comparison]:
    """Measure in Chromium.

    Args:
        rounds: How often each side takes its turn.
        gradio_python: A Python with gradio, torch and torchvision; None leaves the photo rows out.
    """
    rows = [_measure_home(rounds)]
    if gradio_python:
        rows += _measure_photo(rounds, gradio_python)
    return rows


def gradio_python() -> str | None:
    """The Python named by the environment variable `SCALPSPECTRA_GRADIO_PYTHON`."""
    return os.environ.get(GRADIO_PYTHON) or None


def as_table(rows: list[Comparison]) -> str:
    head = f"{'row':<14}{'ours':>9}{'baseline':>10}{'unit':>6}{'ratio':>8}{'target':>8}  holds"
    lines = [
        f"{r.name:<14}{r.ours:>9.3f}{r.baseline:>10.3f}{r.unit:>6}{r.ratio:>8.2f}{r.target:>8.2f}  "
        f"{'yes' if r.holds else 'no'} ({r.baseline_name})"
        for r in rows
    ]
    return "\n".join([head, *lines])


def _measure_home(rounds: int) -> Comparison:
    turns = [(_start_home(), _start_title()) for _ in range(rounds + 1)][1:]  # the first fills the disk cache
    own, plain = (median(turn[side] for turn in turns) for side in (0, 1))
    return at_most("home", "s", own, "a Streamlit page with one title", plain, 1.4)


def _start_home() -> float:
    with fresh_page() as page, ours() as (address, started):
        page.goto(address, wait_until="commit")
        page.locator("h1").first.wait_for()
        for door in _DOORS:
            page.locator(f".st-key-door_{door}").wait_for()
        return time.perf_counter() - started


def _start_title() -> float:
    with tempfile.TemporaryDirectory() as folder, fresh_page() as page:
        script = Path(folder, "title.py")
        script.write_text('import streamlit as st\n\nst.title("One title")\n')
        port = free_port()
        with serving(streamlit_command(script, port), port, Path(folder)) as started:
            page.goto(f"http://127.0.0.1:{port}", wait_until="commit")
            page.locator("h1").first.wait_for()
            return time.perf_counter() - started


def _measure_photo(rounds: int, python: str) -> list[Comparison]:
    with tempfile.TemporaryDirectory() as folder:
        photos = _write_photos(Path(folder))
        turns = [(_grade_ours(photos), _grade_gradio(photos, python)) for _ in range(rounds)]
    name = "the same photo in a Gradio Interface around one torchvision b0"
    rows = []
    for upload, (row, target) in enumerate((("first_photo", 1.0), ("second_photo", 1.5))):
        own, gradio = (median(turn[side][upload] for turn in turns) for side in (0, 1))
        rows.append(at_most(row, "s", own, name, gradio, target))
    return rows


def _write_photos(folder: Path) -> tuple[Path, Path]:
    first, second = folder / "first.jpg", folder / "second.jpg"
    data = draw_photo_file()
    first.write_bytes(data)
    # The same scene upside down is another photo of the same cost.
    flipped = cv2.rotate(cv2.imread(str(first)), cv2.ROTATE_180)
    cv2.imwrite(str(second), flipped, (cv2.IMWRITE_JPEG_QUALITY, 95))
    return first, second


def _grade_ours(photos: tuple[Path, Path]) -> tuple[float, float]:
    say = text(Language.ENGLISH, "diagnosis.photo.start_over")

    def choose(page: Page, photo: Path) -> float:
        started = time.perf_counter()
        page.set_input_files("input[type=file]", photo)
        page.wait_for_function(_RESULT_DRAWN)
        return time.perf_counter() - started

    def clear(page: Page) -> None:
        page.get_by_role("button", name=say).first.click()
        page.locator(".ss-sentence").wait_for(state="detached")

    with ours() as (address, _):
        return _choose_twice(address, photos, choose, clear, enter=".st-key-enter_diagnosis a")


def _grade_gradio(photos: tuple[Path, Path], python: str) -> tuple[float, float]:
    def choose(page: Page, photo: Path) -> float:
        number = photos.index(photo) + 1
        started = time.perf_counter()
        page.set_input_files("input[type=file]", photo)
        page.locator("[data-testid=image] img, .image-frame img").first.wait_for()
        page.get_by_role("button", name="Submit").click()
        answered = f"() => [...document.querySelectorAll('textarea')].some(t => t.value.startsWith('photo {number}:'))"
        page.wait_for_function(answered)
        return time.perf_counter() - started

    def clear(page: Page) -> None:
        page.get_by_role("button", name="Clear", exact=True).click()
        page.locator("input[type=file]").first.wait_for(state="attached")

    port = free_port()
    script = Path(__file__).with_name("gradio_app.py")
    environment = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(serving([python, str(script), str(port)], port, folder, environment))
        return _choose_twice(f"http://127.0.0.1:{port}", photos, choose, clear)


def _choose_twice(
    address: str,
    photos: tuple[Path, Path],
    choose: Callable[[Page, Path], float],
    clear: Callable[[Page], None],
    enter: str | None = None,
) -> tuple[float, float]:
    with fresh_page() as page:
        page.goto(address)
        if enter:
            page.locator(enter).first.click()
        page.locator("input[type=file]").first.wait_for(state="attached")
        time.sleep(SETTLE)
        first = choose(page, photos[0])
        clear(page)
        time.sleep(SETTLE)
        return first, choose(page, photos[1])
