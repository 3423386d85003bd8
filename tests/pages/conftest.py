"""The application run by Streamlit's own test harness, with records of its own."""

import sys
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.interface.resources import get_store
from core.settings import get_settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def settings(monkeypatch, tmp_path):
    """Settings with a records folder of its own; changed further with `monkeypatch.setenv` before the first run."""
    monkeypatch.setenv("SCALPSPECTRA_VAR_DIR", str(tmp_path / "var"))
    get_settings.cache_clear()
    st.cache_resource.clear()
    yield
    get_store().close()
    st.cache_resource.clear()
    get_settings.cache_clear()


@pytest.fixture
def open_app(settings):  # noqa: ARG001 (records of its own)
    """Open the application at a page, in a language."""

    def open_one(page=None, language="en", **query):
        app = AppTest.from_file(str(ROOT / "Home.py"), default_timeout=60)
        app.query_params["lang"] = language
        app.run()
        if page is not None:
            app.switch_page(f"pages/{page}")
            for name, value in query.items():
                app.query_params[name] = value
            app.run()
        assert not app.exception
        return app

    return open_one


@pytest.fixture(scope="session")
def example():
    """A picture that ships, as an upload."""
    path = sorted((ROOT / "data" / "examples").glob("*.jpg"))[0]
    return path.name, path.read_bytes(), "image/jpeg"


@pytest.fixture(scope="session")
def second_example():
    """Another picture that ships, as an upload."""
    path = sorted((ROOT / "data" / "examples").glob("*.jpg"))[1]
    return path.name, path.read_bytes(), "image/jpeg"


@pytest.fixture(autouse=True)
def _main_module_kept():
    """Put the main module back: a page run leaves its own in its place, and processes spawned later would run that."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before
