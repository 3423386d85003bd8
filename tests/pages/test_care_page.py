"""The care page: from a result to a plan, with answers remembered, kept only with consent, and a doctor first."""

import json
import threading
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from core.interface.checkup import Checked, Checkup
from core.interface.resources import get_store
from core.locale import Language, text
from core.settings import get_settings
from tests.unit.making_plans import diagnosis, refused

CARE, DIAGNOSIS = "4_care.py", "1_diagnosis.py"
PLAN = 'class="ss-plan"'
FLAGS = 'class="ss-flags'
SENTENCE = 'class="ss-sentence"'
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)


def say(key, **values):
    return text(Language.ENGLISH, f"care.{key}", **values)


def with_result(open_app, grades="dandruff=2", language="en", **session):
    """The care page with a graded photo, and what was told on the way."""
    app = open_app(None, language)
    app.session_state["checkup"] = Checkup(NOW, (Checked("key", "photo.jpg", "upload", diagnosis(grades)),))
    for key, value in session.items():
        app.session_state[key] = value
    return to_care(app)


def to_care(app):
    app.switch_page(f"pages/{CARE}")
    app.query_params.pop("example", None)
    app.run()
    assert not app.exception
    return app


def plan_of(app):
    return next((one.proto.body for one in app.get("html") if PLAN in one.proto.body), "")


def flags_of(app):
    return next((one.proto.body for one in app.get("html") if FLAGS in one.proto.body), "")


def links(app):
    return {one.proto.label: one.proto.query_string for one in app.get("page_link")}


def stored_answers():
    store = get_store()
    (visit,) = (store.visit(summary.id) for summary in store.recent_visits(100))
    return dict(visit.answers)


def test_without_a_result_there_are_ways_to_one(open_app):
    app = open_app(CARE)
    assert any(say("empty.title") in one.value for one in app.subheader)
    assert any("example=" in query for query in links(app).values())
    assert not plan_of(app)


def test_example_leads_to_questions_and_plan_in_both_languages(open_app):
    app = open_app(DIAGNOSIS, example="dandruff")
    assert "My care plan" in links(app)
    to_care(app)
    assert not plan_of(app)
    app.button(key="care_skip").click().run()
    assert not app.exception
    for language in Language:
        app.segmented_control(key="lang").set_value(language.value).run()
        plan = plan_of(app)
        assert text(language, "care.line.priority_dandruff") in plan
        assert plan.count("<details") == plan.count(text(language, "care.why.sources")) > 5
    assert "care_letter_write" not in [one.key for one in app.button]


def test_answers_change_the_plan_and_survive_other_pages(open_app):
    app = with_result(open_app)
    app.selectbox(key="care_dye").set_value("monthly").run()
    app.pills(key="care_hair").set_value(["dry"]).run()
    app.button(key="care_show").click().run()
    patch_test = say("line.dye_patch_test").split(":")[0]
    assert patch_test in plan_of(app)

    app.switch_page("pages/9_about.py").run()
    to_care(app)
    assert patch_test in plan_of(app)
    assert any("every month or two" in one.value for one in app.caption)
    app.button(key="care_change").click().run()
    assert not plan_of(app)
    assert app.selectbox(key="care_dye").value == "monthly"
    assert app.pills(key="care_hair").value == ["dry"]
    app.button(key="care_clear").click().run()
    assert patch_test not in plan_of(app)


def test_an_answer_that_comes_with_the_press_of_show_is_not_lost(open_app):
    app = with_result(open_app)
    app.pills(key="care_hair").set_value(["dry"])
    app.checkbox(key="care_child").set_value(True)
    app.button(key="care_show").click().run()
    told = " ".join(one.value for one in app.caption)
    assert say("answers.hair.dry") in told
    assert say("answers.child.label") in told


def test_a_red_flag_stands_above_everything_while_it_is_told(open_app):
    app = with_result(open_app)
    assert not flags_of(app)
    app.pills(key="care_loss").set_value("patchy").run()
    assert say("line.flag_patchy") in flags_of(app)
    app.pills(key="care_signs").set_value(["swelling"]).run()
    assert 'href="tel:119"' in flags_of(app)
    app.button(key="care_show").click().run()
    assert say("section.washing") not in plan_of(app)
    assert say("section.seek") not in plan_of(app)
    bodies = [one.proto.body for one in app.main.get("html")]
    places = [next(n for n, body in enumerate(bodies) if mark in body) for mark in (FLAGS, SENTENCE, PLAN)]
    assert places == sorted(places)


def test_men_are_not_asked_about_pregnancy_and_clinics_open_where_they_live(open_app):
    app = with_result(open_app, sex="male", region="KR-11")
    assert "care_pregnancy" not in [one.key for one in app.selectbox]
    app.button(key="care_skip").click().run()
    query = links(app)[say("page.clinics_for", department="dermatology")]
    assert "region=KR-11" in query
    assert "department=" in query


def test_answers_are_kept_only_with_both_consents_and_leave_no_bytes(open_app):
    app = with_result(open_app)
    assert "care_consent" not in [one.key for one in app.checkbox]
    app.session_state["consent"] = True
    app.selectbox(key="care_shampoo").set_value("daily").run()
    app.run()
    assert stored_answers() == {}
    app.checkbox(key="care_consent").check().run()
    assert stored_answers() == {"shampoo": "daily"}
    app.selectbox(key="care_pregnancy").set_value("breast_feeding").run()
    app.button(key="care_show").click().run()
    app.switch_page("pages/9_about.py").run()
    to_care(app)
    assert stored_answers() == {"shampoo": "daily", "pregnancy": "breast_feeding"}

    app.button(key="care_change").click().run()
    app.checkbox(key="care_consent").uncheck().run()
    assert stored_answers() == {}
    get_store().close()
    assert b"breast_feeding" not in get_settings().database_path.read_bytes()


def test_refused_photo_leads_back(open_app):
    app = open_app()
    app.session_state["checkup"] = Checkup(NOW, (Checked("key", "photo.jpg", "upload", refused()),))
    to_care(app)
    assert say("empty.refused") in [one.value for one in app.markdown]
    assert not plan_of(app)


@pytest.fixture
def model_server(settings, monkeypatch):  # noqa: ARG001 (settings of its own)
    """A language model that says what it is told to say, set in the settings."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            choice = {"message": {"content": server.words}, "finish_reason": "stop"}
            data = json.dumps({"choices": [choice]}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    monkeypatch.setenv("SCALPSPECTRA_LETTER_URL", f"http://127.0.0.1:{server.server_address[1]}/v1")
    monkeypatch.setenv("SCALPSPECTRA_LETTER_MODEL", "small")
    get_settings.cache_clear()
    yield server
    server.shutdown()
    server.server_close()


HONEST = "Your scalp shows some dandruff. Be gentle, wash with a mild shampoo, use your fingertips and dry it fully."


def test_letter_is_sent_only_when_asked_and_as_shown_and_a_lie_is_never_seen(model_server, open_app):
    model_server.words = HONEST
    app = with_result(open_app, age_band="30s")
    app.button(key="care_skip").click().run()
    assert model_server.asked == []
    shown = app.code[0].value
    assert "30s" not in shown
    app.button(key="care_letter_write").click().run()
    (asked,) = model_server.asked
    assert shown == "\n\n".join(message["content"] for message in asked["messages"])
    assert any(HONEST in one.proto.body for one in app.get("html"))

    model_server.words = f"{HONEST} Also take 5 mg of prednisolone every day."
    app.button(key="care_change").click().run()
    app.pills(key="care_itching").set_value("some").run()
    app.selectbox(key="care_dye").set_value("monthly").run()
    app.button(key="care_show").click().run()
    app.button(key="care_letter_write").click().run()
    assert len(model_server.asked) == 2
    assert not app.exception
    assert not app.error
    assert "prednisolone" not in "".join(one.proto.body for one in app.get("html"))
    assert "care_letter_write" not in [one.key for one in app.button]
    assert plan_of(app)
