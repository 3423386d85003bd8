"""Results of other systems on the operator's page: looked at, put right by select boxes, brought in."""

import pytest

from core.interface.resources import get_store
from core.locale import Language, text

PASSWORD = "a long password"
TABLE = (
    "no,gender,how old,when,<b>비듬</b>\n"
    "1,여,30대,2025-01-02,1\n"
    "2,남,24,2025-01-03,3\n"
    '3,"<script>alert(1)</script>",24,2025-01-03,3\n'
).encode("cp949")


def say(key, language=Language.ENGLISH, **values):
    return text(language, f"imports.{key}", **values)


def words(app):
    shown = [*app.markdown, *app.success, *app.error, *app.info, *app.warning]
    return " ".join(one.value.replace("\\", "") for one in shown)


def button(app, key):
    return next((one for one in app.button if one.key == key), None)


@pytest.fixture
def open_operator(open_app, monkeypatch):
    """The operator's page with its door open."""

    def open_one(language="en"):
        monkeypatch.setenv("SCALPSPECTRA_OPERATOR_PASSWORD", PASSWORD)
        from core.settings import get_settings

        get_settings.cache_clear()
        app = open_app("8_operator.py", language)
        app.text_input(key="operator_password").input(PASSWORD)
        enter = text(Language(language), "products.operator.enter")
        next(one for one in app.button if one.label == enter).click()
        return app.run()

    return open_one


def test_a_table_is_looked_at_put_right_brought_in_and_brought_in_once(open_operator):
    app = open_operator()
    app.file_uploader(key="results_file_0").set_value(("../표 <b>.csv", TABLE, "text/csv")).run()
    assert not app.exception
    assert say("page.unknown") in words(app)
    assert button(app, "results_import") is None
    assert app.dataframe[-1].value.iloc[0, 4] == "1"

    def choose(role, column):
        next(one for one in app.selectbox if one.key.endswith(f"_{role}")).set_value(column)

    choose("id", "no")
    choose("age", "how old")
    choose("visited_at", "when")
    choose("dandruff", "<b>비듬</b>")
    app.run()
    assert not app.exception
    assert say("page.counts", good="2", rows="3", gradings="2", new="2") in words(app)
    assert say("reason.sex") in words(app)
    assert "<script>" not in words(app)
    read = app.dataframe[-1].value
    assert list(read[say("column.age")]) == ["30s", "20s", "20s"]
    assert list(read["Dandruff"]) == ["1 mild", "3 severe", "3 severe"]
    assert get_store().query("SELECT count(*) FROM visits") == [(0,)]

    button(app, "results_import").click()
    app.run()
    assert not app.exception
    assert say("page.done", imported="2", visits="2", already="0", rejected="1") in words(app)
    assert app.get("download_button")[-1].proto.label == say("page.rejects")
    assert get_store().query("SELECT sex, age, pred, skin FROM human ORDER BY id") == [
        ("female", "30s", 1, "dandruff"),
        ("male", "20s", 3, "dandruff"),
    ]
    known = "id,sex,age,pred,skin\n1,f,30,1,5\n"
    app.file_uploader(key="results_file_1").set_value(("human.csv", known.encode(), "text/csv")).run()
    button(app, "results_import").click()
    app.run()
    app.file_uploader(key="results_file_2").set_value(("human.csv", known.encode(), "text/csv")).run()
    assert say("page.nothing_new") in words(app)
    assert button(app, "results_import").disabled


def test_a_file_that_is_no_table_is_explained_and_the_door_stays_shut_for_others(open_operator, open_app):
    app = open_operator("ko")
    app.file_uploader(key="results_file_0").set_value(("사진.jpg", b"\xff\xd8\xff", "image/jpeg")).run()
    assert not app.exception
    assert "사진.jpg" in words(app)
    shut = open_app("8_operator.py")
    assert not shut.get("file_uploader")
    assert say("page.title") not in words(shut)
