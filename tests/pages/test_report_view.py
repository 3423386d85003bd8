"""The report's choices on the pages; the files themselves are read in tests/unit and in the browser."""

import pytest

from core.care.record_code import record_code
from core.interface.resources import get_store
from core.locale import Language, text


def button(app, key):
    return next(one for one in app.get("download_button") if one.proto.id.endswith(f"-{key}"))


@pytest.mark.parametrize("language", list(Language))
def test_result_offers_the_report_without_the_photo(open_app, language):
    app = open_app("1_diagnosis.py", language, example="dandruff")
    for kind in ("pdf", "fhir"):
        offered = button(app, f"report_{kind}").proto
        assert offered.label == text(language, f"report.page.{kind}")
        # Made only when asked for.
        assert offered.deferred_file_id
        assert not offered.url
    assert app.toggle(key="report_photo").value is False
    assert text(language, "report.page.unstored") in [one.value for one in app.caption]


def test_a_stored_result_has_its_code_in_the_report(open_app):
    app = open_app("1_diagnosis.py", example="dandruff")
    app.checkbox(key="consent").check().run()
    assert not app.exception
    (stored,) = get_store().recent_visits()
    expected = text(Language.ENGLISH, "report.page.stored", code=record_code(stored.id))
    assert expected in [one.value for one in app.caption]
