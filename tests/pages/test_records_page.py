import csv
import io

import pytest

from core.interface.records_table import record_rows
from core.interface.registry import find_page
from core.interface.resources import get_store
from core.interface.statistics_words import answer_phrase
from core.locale import Language, text
from core.records.demo import add_demo
from core.records.drilldown import drill_down, list_looks
from core.records.statistics import Filters
from core.taxonomy import AgeBand, Region, Sex

RECORDS = "7_records.py"
STATISTICS = "2_statistics.py"
ASKED = {"sex": "female", "age_band": "30s", "region": "KR-11,KR-26"}


def say(key, language=Language.ENGLISH, **values):
    return text(language, f"records.{key}", **values)


def links(app):
    return [link.proto.label for link in app.get("page_link")]


@pytest.fixture
def switched_on(monkeypatch):
    monkeypatch.setenv("SCALPSPECTRA_DRILL_DOWN", "true")


def look(app, who="Dr. <b>Kim", reason="a complaint"):
    app.text_input(key="records_who").set_value(who)
    app.text_input(key="records_reason").set_value(reason)
    app.button(key="records_look").click().run()
    assert not app.exception
    return app


def test_nothing_is_seen_of_single_records_where_they_are_off(open_app, settings):  # noqa: ARG001
    add_demo(get_store(), 300)
    assert find_page("records") is None
    app = open_app(STATISTICS)
    assert say("link") not in links(app)


def test_the_filter_comes_along_and_each_look_is_noted(switched_on, open_app, settings):  # noqa: ARG001
    add_demo(get_store(), 9_000)
    assert say("link") in links(open_app(STATISTICS, **ASKED))
    app = open_app(RECORDS, language="ko", **ASKED)
    assert len(app.dataframe) == 0
    look(app, reason=" ")
    assert app.error[0].value.startswith(text(Language.KOREAN, "errors.records.drill_down_unnamed")[:20])
    assert list_looks(get_store()) == []
    look(app)
    (noted,) = list_looks(get_store())
    assert (noted.number, noted.who, noted.reason) == (1, "Dr. <b>Kim", "a complaint")
    assert noted.filters["regions"] == ["KR-11", "KR-26"]
    listed = app.session_state["records_listed"][1]
    assert {(v.sex, v.age_band) for v in listed.visits} == {(Sex.FEMALE, AgeBand.THIRTIES)}
    assert {v.region for v in listed.visits} == {Region.SEOUL, Region.BUSAN}
    shown, looks = (one.value for one in app.dataframe)
    assert len(shown) == min(25, len(listed.visits)) < listed.people
    assert looks.iloc[0, 0] == "1"
    assert "30대" in looks.iloc[0, 4]
    times = [visit.visited_at for visit in listed.visits]
    assert times == sorted(times, reverse=True)


def test_records_stand_behind_the_password_where_there_is_one(switched_on, monkeypatch, open_app, settings):  # noqa: ARG001
    monkeypatch.setenv("SCALPSPECTRA_OPERATOR_PASSWORD", "long enough")
    add_demo(get_store(), 100)
    app = open_app(RECORDS)
    assert say("locked") in [one.value for one in app.markdown]
    assert "records_look" not in [button.key for button in app.button]
    app.text_input(key="operator_password").set_value("long enough")
    next(button for button in app.button if button.label == text(Language.ENGLISH, "products.operator.enter")).click()
    app.run()
    assert "records_look" in [button.key for button in app.button]


def test_older_records_are_another_look(switched_on, settings):  # noqa: ARG001
    store = get_store()
    add_demo(store, 120)
    asked = Filters(demo=True)
    first = drill_down(store, asked, who="a", reason="b", limit=50)
    rest = drill_down(store, asked, who="a", reason="b", limit=200, behind=50)
    assert (len(first.visits), len(rest.visits), first.people) == (50, 70, 120)
    assert not {v.id for v in first.visits} & {v.id for v in rest.visits}
    assert [one.number for one in list_looks(store)] == [2, 1]
    rows = record_rows(rest)
    assert {row["look"] for row in rows} == {2}
    out = io.StringIO()
    csv.DictWriter(out, list(rows[0])).writerows(rows)
    assert len(out.getvalue().splitlines()) == 70


def test_answers_are_told_in_words():
    assert answer_phrase(Language.ENGLISH, "shampoo", "daily") == "Shampoo: every day"
    assert answer_phrase(Language.KOREAN, "shampoo", "daily").startswith(
        text(Language.KOREAN, "care.answers.shampoo.label")
    )
    assert answer_phrase(Language.ENGLISH, "diet", "<b>vegan") == "diet: <b>vegan"
