"""Servers and browsers for the benches: each started fresh, and ended whatever happens."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = os.environ.get("SCALPSPECTRA_CHROMIUM", "/usr/bin/chromium")
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PATIENCE = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def streamlit_command(script: Path, port: int) -> list[str]:
    # The same options for ours and the plain page: the start is compared, not the configuration.
    return [
        *(sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"),
        *("--server.headless=true", "--server.fileWatcherType=none", "--browser.gatherUsageStats=false"),
    ]


@contextmanager
def serving(command: Sequence[str], port: int, folder: Path, env: Mapping[str, str] | None = None) -> Iterator[float]:
    """Start a server in `folder` and give the moment it was started, once it takes connections."""
    with tempfile.TemporaryFile() as log:
        started = time.perf_counter()
        server = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(env or {})}, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            while not _takes_connections(port):
                if server.poll() is not None or time.perf_counter() - started > PATIENCE:
                    log.seek(0)
                    raise RuntimeError(f"no server on port {port}: {log.read().decode(errors='replace')}")
                time.sleep(0.005)
            yield started
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


@contextmanager
def ours(var: Path | None = None) -> Iterator[tuple[str, float]]:
    """The application with records of its own, in `var` if that is given: its address, and when it was started."""
    port = free_port()
    with tempfile.TemporaryDirectory() as empty:
        environment = {"SCALPSPECTRA_VAR_DIR": str(var or empty)}
        with serving(streamlit_command(ROOT / "Home.py", port), port, ROOT, environment) as started:
            yield f"http://127.0.0.1:{port}", started


@contextmanager
def fresh_page() -> Iterator[Page]:
    """A page of a browser just started, that reaches nothing but this machine."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        try:
            context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900})
            context.route("**/*", _local_only)
            page = context.new_page()
            page.set_default_timeout(PATIENCE * 1000)
            yield page
        finally:
            browser.close()


def _local_only(route: Route) -> None:
    parts = urlsplit(route.request.url)
    if parts.scheme in ("data", "blob") or parts.hostname == "127.0.0.1":
        route.continue_()
    else:
        route.abort()


def _takes_connections(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0
