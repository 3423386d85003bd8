import csv
import io
from datetime import UTC, datetime

import pytest

from core.interface.resources import get_store
from core.interface.statistics_table import COLUMNS, harmless, table_as_csv
from core.interface.statistics_words import shown_groups
from core.locale import Language, text
from core.records.demo import add_demo
from core.records.statistics import Filters, prevalence, totals
from core.taxonomy import AgeBand, Condition, Severity, Sex

STATISTICS = "2_statistics.py"


def say(key, **values):
    return text(Language.ENGLISH, f"statistics.{key}", **values)


def words(app):
    return [one.value for kind in (app.markdown, app.caption, app.warning, app.info, app.success) for one in kind]


@pytest.mark.parametrize("language", list(Language))
def test_nothing_stored_explains_itself_and_offers_the_demonstration(open_app, language):
    app = open_app(STATISTICS, language=language)
    assert not app.exception
    assert app.subheader[0].value == text(language, "statistics.empty.title")
    assert app.button(key="demo_add").label == text(language, "statistics.demo.add")


@pytest.mark.parametrize("language", list(Language))
def test_demonstration_comes_and_goes(open_app, language):
    app = open_app(STATISTICS, language=language)
    app.button(key="demo_add").click().run()
    assert not app.exception
    assert app.warning[0].value == text(language, "statistics.demo.banner")
    assert len(app.metric) == 4
    assert app.metric[0].value == "10,000"
    assert len(app.get("vega_lite_chart")) + len(app.get("arrow_vega_lite_chart")) == 2
    assert app.query_params["data"] == "demo"

    app.button(key="demo_remove").click().run()
    assert not app.exception
    assert text(language, "statistics.demo.removed") in words(app)
    assert app.subheader[0].value == text(language, "statistics.empty.title")
    assert get_store().recent_visits(1, demo=True) == []
    assert not totals(get_store(), Filters(demo=True)).people


def test_few_people_show_no_figure(open_app, settings):  # noqa: ARG001
    add_demo(get_store(), 9)
    app = open_app(STATISTICS)
    assert app.info[0].value == say("empty.too_few", least=10)
    assert len(app.metric) == 0


def test_figures_are_those_of_the_records(open_app, settings):  # noqa: ARG001
    add_demo(get_store(), 2_000)
    app = open_app(STATISTICS, condition="hair_loss", at_least="2", sex="male", age_band="50s")
    answer = prevalence(get_store(), Condition.HAIR_LOSS, Severity.MODERATE, Filters(demo=True))
    pointed = answer.cells[Sex.MALE, AgeBand.FIFTIES]
    assert app.selectbox(key="statistics_condition").value == Condition.HAIR_LOSS
    sentence = next(one.value for one in app.markdown if "men in their 50s" in one.value)
    assert f"n\u00a0=\u00a0{pointed.n:,}" in sentence
    assert app.metric[2].value.split("\u00a0")[0] == f"{answer.total.share * 100:.1f}".removesuffix(".0")
    assert f"n = {answer.total.n:,}" in app.metric[2].delta


def test_nonsense_in_the_address_changes_nothing(open_app, settings):  # noqa: ARG001
    add_demo(get_store(), 100)
    app = open_app(STATISTICS, condition="x'; DROP", at_least="9", sex="q", age_band="-1", data="all")
    assert not app.exception
    assert app.selectbox(key="statistics_condition").value == Condition.DANDRUFF
    assert app.query_params["at_least"] == "1"


def test_file_holds_what_is_shown(settings):  # noqa: ARG001
    add_demo(get_store(), 300)
    answer = prevalence(get_store(), Condition.DANDRUFF, Severity.MILD, Filters(demo=True))
    content = table_as_csv(answer, shown_groups(answer), datetime(2026, 11, 22, tzinfo=UTC), demo=True)
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert {one["data"] for one in rows} == {"demonstration"}
    assert rows[0]["n"] == str(answer.total.n)
    hidden = [one for one in rows if not one["n"]]
    assert hidden, "300 people leave some groups under ten"
    assert all(one["count"] == one["share"] == one["low_95"] == "" for one in hidden)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", " =1", "\t=1"])
def test_formulas_become_text(cell):
    assert harmless(cell) == f"'{cell}"
    assert harmless("plain") == "plain"
    assert harmless(-1.5) == -1.5
