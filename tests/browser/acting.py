"""What a person does with a field of a Streamlit page, and does again where the page redraws it under the finger."""

import time
from contextlib import suppress

from playwright.sync_api import Page, TimeoutError, expect

TRY_MS = 5_000


def wait_until_drawn(page: Page) -> None:
    """Wait until no script of the page runs."""
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def fill(page: Page, label: str, value: object) -> None:
    """Write into the field of this label and leave it."""
    wait_until_drawn(page)
    field = page.get_by_label(label, exact=True).first
    field.fill(str(value))
    field.press("Tab")


def pick(page: Page, label: str, option: str, *, exact: bool = True, patience: float = 60) -> None:
    """Choose an option of the select box of this label.

    A run of the script that ends between the two steps closes the list; a person would open it again.

    Raises:
        TimeoutError: The option did not come within `patience` seconds.
    """
    deadline = time.monotonic() + patience
    while True:
        wait_until_drawn(page)
        try:
            page.get_by_label(label, exact=True).first.fill(option, timeout=TRY_MS)
            page.get_by_role("option", name=option, exact=exact).first.click(timeout=TRY_MS)
        except TimeoutError:
            if time.monotonic() > deadline:
                raise
            # Where the words are still there, writing them once more would not open the list.
            with suppress(TimeoutError):
                page.get_by_label(label, exact=True).first.fill("", timeout=TRY_MS)
        else:
            return
