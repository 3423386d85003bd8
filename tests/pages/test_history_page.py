import hashlib
from datetime import UTC, datetime, timedelta

from core.findings import Diagnosis, Finding, Quality, Visit
from core.interface.key_card import draw_key_card
from core.interface.resources import get_store
from core.locale import Language, text
from core.records.history import add_to_history, open_history
from core.records.history_guesses import FREE_TRIES
from core.records.history_key import make_key, parse_key
from core.taxonomy import CONDITIONS, Condition, Severity, View

DIAGNOSIS, HISTORY = "1_diagnosis.py", "5_history.py"


def say(key, **values):
    return text(Language.ENGLISH, f"history.{key}", **values)


def error(key, **values):
    return text(Language.ENGLISH, f"errors.history.{key}", **values)


def shown(app):
    words = [one.value for kind in ("markdown", "caption", "success", "info") for one in app.get(kind)]
    return "\n".join(words)


def unescaped(words):
    return words.replace("\\", "")


def errors(app):
    return [unescaped(one.value) for one in app.error]


def grade(app, *files):
    """Check photos on the page that is open, and go on to the history."""
    app.file_uploader(key="photos_0").set_value(list(files)).run()
    return app.switch_page(f"pages/{HISTORY}").run()


def tick(app, name):
    (box,) = [one for one in app.checkbox if (one.key or "").startswith(name)]
    box.check().run()


def begin(app, *, photos=False):
    """Make a key and keep the result under it; returns the key as the page showed it."""
    app.button(key="history_make").click().run()
    key = parse_key(app.code[0].value)
    tick(app, "history_saved")
    tick(app, "history_consent")
    if photos:
        tick(app, "history_photos")
    app.button(key="history_keep_first").click().run()
    assert not app.exception
    return key


def enter(app, words, language=Language.ENGLISH):
    app.text_input(key="history_entry").set_value(words)
    (button,) = [one for one in app.button if one.label == text(language, "history.enter.open")]
    button.click().run()


SHARES = ((0.97, 0.03, 0.0, 0.0), (0.2, 0.6, 0.1, 0.1), (0.1, 0.2, 0.6, 0.1), (0.0, 0.0, 0.1, 0.9))


def month(number, dandruff, *, model="model"):
    """A visit of one photo, so many months after June, graded good but for dandruff; None abstains."""
    findings = [Finding(one, SHARES[0], Severity.GOOD, (Severity.GOOD,)) for one in CONDITIONS]
    place = CONDITIONS.index(Condition.DANDRUFF)
    shares = (0.25,) * 4 if dandruff is None else SHARES[dandruff]
    severity = None if dandruff is None else Severity(dandruff)
    possible = tuple(Severity) if severity is None else (severity,)
    findings[place] = Finding(Condition.DANDRUFF, shares, severity, possible)
    sha256 = hashlib.sha256(f"{number} {model}".encode()).hexdigest()
    photo = Diagnosis(sha256, Quality(View.MICROSCOPE), model, "1", tuple(findings), (0, 0, 0, 0), 1.0)
    return Visit(datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=30 * number), (photo,), True, "app")


def store_history(*grades):
    """A history of visits a month apart with these grades of dandruff."""
    key = make_key()
    for number, dandruff in enumerate(grades):
        add_to_history(get_store(), key, month(number, dandruff))
    return key


def test_without_a_result_the_page_says_where_to_start(open_app):
    app = open_app(HISTORY)
    assert say("start.no_result") in shown(app)
    assert "history_make" not in {one.key for one in app.button}


def test_result_is_kept_under_a_new_key_that_is_shown_once(open_app, example):
    app = grade(open_app(DIAGNOSIS), example)
    assert say("start.lost") in shown(app)
    app.button(key="history_make").click().run()
    assert app.button(key="history_keep_first").disabled
    assert get_store().query("FROM history_entries") == []
    app.button(key="history_discard").click().run()
    key = begin(app)
    (entry,) = open_history(get_store(), key)
    assert entry.kept_photos == frozenset()
    assert say("add.done") in shown(app)
    assert get_store().recent_visits() == []
    app.run()
    assert key.text not in shown(app)
    assert not app.code
    assert not any(key.symbols[:8] in str(value) for value in app.query_params.values())


def test_second_result_is_added_and_photos_are_kept_only_when_asked_for(open_app, example, second_example):
    app = grade(open_app(DIAGNOSIS), example)
    key = begin(app, photos=True)
    app.switch_page(f"pages/{DIAGNOSIS}").run()
    grade(app, second_example)
    assert say("add.heading") in [one.value for one in app.subheader]
    assert app.button(key="history_keep_more").disabled
    tick(app, "history_consent")
    app.button(key="history_keep_more").click().run()
    first, second = open_history(get_store(), key)
    assert (len(first.kept_photos), len(second.kept_photos)) == (1, 0)
    assert say("change.heading") in [one.value for one in app.subheader]
    assert "history_keep_more" not in {one.key for one in app.button}
    assert len(app.get("vega_lite_chart") or app.get("arrow_vega_lite_chart")) == 6
    app.button(key="history_yes_photos").click().run()
    assert say("yours.photos_deleted") in shown(app)
    assert not any(entry.kept_photos for entry in open_history(get_store(), key))


def test_history_is_opened_with_its_key(open_app):
    app = open_app(HISTORY)
    key = store_history(0, 3, None)
    enter(app, key.text.lower().replace("-", " "))
    assert errors(app) == []
    assert say("open.count", visits=3, first="2026-06-01", last="2026-07-31") in shown(app)
    assert say("verdict.ungraded_now") in shown(app)
    app.button(key="history_close").click().run()
    assert say("open.closed") in shown(app)
    assert app.text_input(key="history_entry").value == ""


def test_page_speaks_korean(open_app):
    app = open_app(HISTORY, Language.KOREAN.value)
    enter(app, store_history(3, 0).text, Language.KOREAN)
    assert text(Language.KOREAN, "history.change.better", conditions="비듬") in shown(app)
    assert text(Language.KOREAN, "history.change.rest") in shown(app)


def test_history_is_opened_with_a_picture(open_app):
    app = open_app(HISTORY)
    key = store_history(0, 0)
    app.file_uploader(key="history_picture").set_value(("key.png", draw_key_card(key), "image/png")).run()
    assert errors(app) == []
    assert say("change.nothing") in shown(app)


def test_picture_without_a_key_is_explained(open_app, example):
    app = open_app(HISTORY)
    app.file_uploader(key="history_picture").set_value(example).run()
    assert errors(app) == [error("no_qr")]
    app.file_uploader(key="history_picture").set_value(("x.png", b"words", "image/png")).run()
    assert errors(app) == [text(Language.ENGLISH, "errors.photo.not_a_photo")]


def test_typo_and_unknown_key_are_told_apart(open_app):
    app = open_app(HISTORY)
    key = make_key()
    wrong = ("1" if key.symbols[0] == "0" else "0") + key.symbols[1:]
    for words, expected in (
        ("", error("key_empty")),
        ("ABC", error("key_length", given=3, expected=24)),
        (wrong, error("key_typo")),
        ("<b>비밀</b>", error("key_characters")),
        (key.text, error("unknown_key")),
    ):
        enter(app, words)
        assert errors(app) == [expected]


def test_trying_unknown_keys_is_slowed_down(open_app):
    app = open_app(HISTORY)
    key = store_history(0)
    for _ in range(FREE_TRIES):
        enter(app, make_key().text)
    enter(app, key.text)
    assert errors(app) == [error("wait", seconds=10)]


def test_one_visit_and_then_everything_is_deleted(open_app):
    app = open_app(HISTORY)
    key = store_history(0, 1, 2)
    enter(app, key.text)
    first = open_history(get_store(), key)[0]
    app.button(key=f"history_visit_yes_{first.id}").click().run()
    assert say("visits.deleted") in shown(app)
    assert len(open_history(get_store(), key)) == 2
    # Another tab adds one meanwhile: everything means everything.
    add_to_history(get_store(), key, month(7, 0))
    app.button(key="history_yes_everything").click().run()
    assert say("yours.deleted") in shown(app)
    assert get_store().query("FROM history_entries") == []
    enter(app, key.text)
    assert errors(app) == [error("unknown_key")]


def test_deleting_the_only_visit_closes_the_history(open_app):
    app = open_app(HISTORY)
    key = store_history(0)
    enter(app, key.text)
    (entry,) = open_history(get_store(), key)
    app.button(key=f"history_visit_yes_{entry.id}").click().run()
    assert say("visits.deleted") in shown(app)
    assert errors(app) == []
    assert app.text_input(key="history_entry").value == ""


def test_deleting_everything_takes_it_out_of_the_statistics(open_app, example):
    app = open_app(DIAGNOSIS)
    app.file_uploader(key="photos_0").set_value([example]).run()
    app.checkbox(key="consent").check().run()
    assert len(get_store().recent_visits()) == 1
    app.switch_page(f"pages/{HISTORY}").run()
    begin(app)
    app.button(key="history_yes_everything").click().run()
    assert get_store().recent_visits() == []
    app.switch_page(f"pages/{DIAGNOSIS}").run()
    app.run()
    assert get_store().recent_visits() == []


def test_visits_by_another_model_are_marked_and_not_compared(open_app):
    app = open_app(HISTORY)
    key = store_history(0)
    add_to_history(get_store(), key, month(3, 3, model="other"))
    enter(app, key.text)
    assert say("change.not_compared") in shown(app)
    assert shown(app).count(say("verdict.other_model")) == 6


def test_history_deleted_elsewhere_is_explained(open_app):
    app = open_app(HISTORY)
    key = store_history(0)
    enter(app, key.text)
    get_store().delete_where("true")
    with get_store().deleting("test") as cursor:
        cursor.execute("DELETE FROM history_entries")
    app.run()
    assert errors(app) == [error("unknown_key")]
    assert not app.exception
