import pytest

from core.interface.registry import PAGES
from core.locale import Language, text
from core.settings import get_settings


@pytest.mark.parametrize("language", list(Language))
def test_home_draws_in_both_languages(open_app, language):
    app = open_app(language=language.value)
    assert app.title[0].value == "ScalpSpectra"
    assert text(language, "home.intro.promise") in [one.value for one in app.subheader]
    assert text(language, "common.app.not_a_diagnosis") in [one.value for one in app.caption]


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("entry", [entry for entry in PAGES if entry.file], ids=lambda entry: entry.name)
def test_every_page_draws_with_its_title(open_app, entry, language, monkeypatch):
    if entry.switch:
        monkeypatch.setenv(f"SCALPSPECTRA_{entry.switch.upper()}", "true")
        get_settings.cache_clear()
    app = open_app(entry.file, language=language.value)
    assert app.title[0].value == text(language, f"common.page.{entry.name}")


def test_home_says_when_no_model_is_installed(open_app, monkeypatch, tmp_path):
    monkeypatch.setenv("SCALPSPECTRA_MODELS_DIR", str(tmp_path))
    app = open_app()
    assert text(Language.ENGLISH, "home.state.models_none") in [one.value for one in app.caption]
