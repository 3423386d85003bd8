"""The application as its users start it, and a browser that tells of every request it makes."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A busy machine draws late, not wrongly.
PATIENCE_MS = 30_000
LOCAL_SCHEMES = {"data", "blob", "about", "chrome-error"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_healthy(address: str, server: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"the application ended: {log.read_text()}")
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the application did not start within a minute: {log.read_text()}")


@pytest.fixture(scope="session")
def application_folder(tmp_path_factory):
    """Where the running application has its records (`var`) and its log (`log.txt`)."""
    return tmp_path_factory.mktemp("application")


@contextmanager
def _run_application(folder):
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "streamlit", "run", "Home.py", f"--server.port={port}", "--server.headless=true"]
    log = folder / "log.txt"
    with log.open("w") as out:
        server = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "SCALPSPECTRA_VAR_DIR": str(folder / "var")},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_healthy(address, server, log)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


@pytest.fixture(scope="session")
def application(application_folder):
    """Address of a running application with records of its own."""
    with _run_application(application_folder) as address:
        yield address


@pytest.fixture(scope="module")
def application_of_its_own(tmp_path_factory):
    """Address of an application that only the tests of one file visit."""
    with _run_application(tmp_path_factory.mktemp("own")) as address:
        yield address


@pytest.fixture
def fresh_application(tmp_path):
    """Address of an application that nobody has visited yet."""
    with _run_application(tmp_path) as address:
        yield address


def _find_chromium(bundled: str) -> str:
    """The browser that was named, or the one of this system, or the one that `playwright install` fetched."""
    for candidate in (os.environ.get("SCALPSPECTRA_CHROMIUM"), *map(shutil.which, BROWSER_NAMES), bundled):
        if candidate and Path(candidate).exists():
            return candidate
    reason = "no Chromium here: install one, or name it in SCALPSPECTRA_CHROMIUM"
    if os.environ.get("SCALPSPECTRA_REQUIRE_BROWSER"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def launch_chromium():
    """Start Chromium, with further arguments where a test needs them."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        path = _find_chromium(playwright.chromium.executable_path)

        def launch(*arguments: str):
            return playwright.chromium.launch(executable_path=path, args=[*CHROMIUM_ARGUMENTS, *arguments])

        yield launch


@pytest.fixture(scope="session")
def browser(launch_chromium):
    chromium = launch_chromium()
    yield chromium
    chromium.close()


@pytest.fixture
def open_page(application, browser):
    """Open a page of the application; at the end, no request has left the machine and no script has failed."""
    foreign: list[str] = []
    failures: list[str] = []
    contexts = []

    def open_one(path="", *, locale="en-US", width=1280, color_scheme="light"):
        context = browser.new_context(
            locale=locale, viewport={"width": width, "height": 900}, color_scheme=color_scheme, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", lambda request: None if _is_local(request.url) else foreign.append(request.url))
        page.on("websocket", lambda socket: None if _is_local(socket.url) else foreign.append(socket.url))
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(f"{application}/{path}")
        page.locator("h1").first.wait_for()
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert foreign == []
    assert failures == []


def _is_local(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in LOCAL_SCHEMES or parts.hostname == "127.0.0.1"


@pytest.fixture(scope="session")
def example_photo():
    """One of the pictures that ship."""
    return sorted((ROOT / "data" / "examples").glob("*.jpg"))[0]
