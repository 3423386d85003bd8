from datetime import UTC, datetime

import pytest

from core.findings import Diagnosis, Finding, Quality, Visit
from core.interface.checkup import Checked, Checkup
from core.interface.resources import get_store
from core.interface.statistics_words import interval_words, rate_share
from core.locale import Language, text
from core.records.demo import ROWS, add_demo
from core.records.saved_views import list_views
from core.records.statistics import Filters, prevalence, severity_shares, totals
from core.taxonomy import AgeBand, Condition, Severity, Sex, View

STATISTICS = "2_statistics.py"
CHARTS = ("heat", "groups", "severity", "trend", "lift", "ages")


def say(key, language=Language.ENGLISH, **values):
    return text(language, f"statistics.{key}", **values)


def words(app):
    """Texts of the page, without what nobody sees: word joiners that keep intervals in one piece."""
    kinds = (app.markdown, app.caption, app.warning, app.info, app.success)
    return [one.value.replace("\u2060", "") for kind in kinds for one in kind]


def charts(app):
    return len(app.get("vega_lite_chart")) + len(app.get("arrow_vega_lite_chart"))


def figures(app):
    return {metric.label: metric.value for metric in app.metric}


@pytest.fixture
def open_demo(open_app, settings):  # noqa: ARG001
    """Open the page over 2,000 invented people."""

    def open_one(**query):
        add_demo(get_store(), 2_000)
        return open_app(STATISTICS, **query)

    return open_one


@pytest.mark.parametrize("language", list(Language))
def test_demonstration_is_offered_fills_every_chart_and_leaves_nothing(open_app, language):
    app = open_app(STATISTICS, language=language)
    assert app.subheader[0].value == say("empty.title", language)
    assert charts(app) == 0

    app.button(key="demo_add").click().run()
    assert not app.exception
    assert app.warning[0].value == say("demo.banner", language)
    assert figures(app)[say("key.people", language)] == f"{ROWS:,}"
    assert charts(app) == len(CHARTS)
    assert app.query_params["data"] == "demo"

    app.button(key="demo_remove").click().run()
    assert not app.exception
    assert say("demo.removed", language) in words(app)
    assert app.subheader[0].value == say("empty.title", language)
    assert dict(app.query_params) == {"lang": language.value}
    assert get_store().recent_visits(1, demo=True) == []
    assert not totals(get_store(), Filters(demo=True)).people


def test_few_people_show_no_figure(open_app, settings):  # noqa: ARG001
    add_demo(get_store(), 9)
    app = open_app(STATISTICS)
    assert app.info[0].value == say("empty.too_few", least=10)
    assert len(app.metric) == charts(app) == 0


def test_demonstration_is_shown_to_whoever_adds_it_beside_a_few_results(open_app, settings):  # noqa: ARG001
    finding = Finding(Condition.HAIR_LOSS, (0.9, 0.0, 0.1, 0.0), Severity.GOOD, (Severity.GOOD,))
    diagnosis = Diagnosis("0" * 64, Quality(View.CROWN), "model", "1", (finding,), (0, 0, 0, 0), 4.0)
    get_store().add_visit(Visit(datetime(2026, 11, 20, tzinfo=UTC), (diagnosis,), True, "app"), "one")
    app = open_app(STATISTICS)
    assert app.info[0].value == say("empty.too_few", least=10)
    app.button(key="demo_add").click().run()
    assert not app.exception
    assert app.query_params["data"] == "demo"
    assert figures(app)[say("key.people")] == f"{ROWS:,}"


def test_figures_and_sentence_are_those_of_the_records(open_demo):
    app = open_demo(condition="hair_loss", at_least="2", sex="male", age_band="50s")
    asked = Filters(sexes=(Sex.MALE,), age_bands=(AgeBand.FIFTIES,), demo=True)
    rate = prevalence(get_store(), Condition.HAIR_LOSS, Severity.MODERATE, asked).total
    shown = figures(app)
    assert shown[say("key.people")] == f"{totals(get_store(), asked).people:,}"
    assert shown["Hair loss, moderate or worse"] == rate_share(rate)
    sentence = (
        f"Hair loss, moderate or worse: {rate_share(rate)} of men in their 50s, "
        f"{interval_words(rate.low, rate.high)}, n\u00a0=\u00a0{rate.n:,}."
    )
    assert any(one.replace("\\", "").startswith(sentence) for one in words(app))


def test_chips_take_filters_away_one_by_one_or_all_at_once(open_demo):
    app = open_demo(sex="female", age_band="30s,40s", **{"from": "2026-01"})
    everyone = f"{totals(get_store(), Filters(demo=True)).people:,}"
    assert figures(app)[say("key.people")] != everyone
    app.button(key="chip_sexes_0").click().run()
    assert "sex" not in app.query_params
    assert app.query_params["age_band"] == "30s,40s"
    app.button(key="statistics_reset").click().run()
    assert not app.exception
    assert not {"age_band", "from"} & set(app.query_params)
    assert figures(app)[say("key.people")] == everyone


def test_widgets_choose_what_a_click_in_a_chart_would(open_demo):
    app = open_demo()
    app.get("button_group")
    app.selectbox(key="statistics_condition").set_value(Condition.EXCESS_SEBUM).run()
    app.selectbox(key="statistics_at_least").set_value(Severity.MILD).run()
    assert not app.exception
    assert dict(app.query_params) == {"lang": "en", "data": "demo", "condition": "excess_sebum", "at_least": "1"}
    everyone = figures(app)[say("key.people")]
    app.session_state["statistics_more"] = True
    app.run()
    app.selectbox(key="statistics_having").set_value("hair_loss:2").run()
    app.selectbox(key="statistics_until").set_value("2026-03").run()
    app.selectbox(key="statistics_since").set_value("2026-06").run()
    assert not app.exception
    assert figures(app)[say("key.people")] != everyone
    chosen = dict(app.query_params)
    assert (chosen["having"], chosen["from"], chosen["to"]) == ("hair_loss:2", "2026-06", "2026-06")


def test_nonsense_in_the_address_is_named_and_ignored(open_demo):
    app = open_demo(condition="x'; DROP", at_least="9", sex="q", age_band="30s", data="all", second="x:30s")
    assert not app.exception
    note = next(one.value for one in app.info if "ignored" in one.value)
    assert {"condition", "at_least", "sex", "data", "second"} == set(note.rsplit(": ", 1)[1].rstrip(".").split(", "))
    assert app.query_params["condition"] == "dandruff"
    assert app.query_params["age_band"] == "30s"


def test_a_view_is_saved_opened_again_and_deleted_after_asking(open_demo):
    app = open_demo(sex="female")
    app.text_input(key="statistics_view_name").set_value("women <b>now</b>").run()
    app.button(key="statistics_view_save").click().run()
    assert [(view.name, "sex=female" in view.address) for view in list_views(get_store())] == [
        ("women <b>now</b>", True)
    ]
    app.button(key="statistics_reset").click().run()
    assert "sex" not in app.query_params
    app.button(key="view_open_0").click().run()
    assert app.query_params["sex"] == "female"
    app.button(key="view_delete_0").click().run()
    assert len(list_views(get_store())) == 1
    app.button(key="view_doomed").click().run()
    assert not app.exception
    assert list_views(get_store()) == []


def test_two_equal_groups_are_told_instead_of_drawn(open_demo):
    app = open_demo(first="female:", second="female:")
    assert any(one.value == say("compare.same") for one in app.info)
    assert charts(app) == len(CHARTS)


def test_two_groups_and_the_quality_of_the_data_are_drawn_when_opened(open_demo):
    app = open_demo(first="female:30s,40s", second="male:30s,40s", standard="equal")
    assert charts(app) == len(CHARTS) + 1
    assert app.query_params["first"] == "female:30s,40s"
    told = [one.replace("\\", "") for one in words(app)]
    sentence = next(one for one in told if one.startswith("Dandruff, moderate or worse: Women"))
    assert "With ages weighed like a population" in sentence
    app.session_state["statistics_quality"] = True
    app.run()
    assert not app.exception
    assert charts(app) == len(CHARTS) + 2
    (missing,) = app.table
    assert list(missing.value.iloc[:, 0])[:3] == ["Sex not told", "Age not told", "Region not told"]


def test_own_result_of_this_session_stands_among_others(open_demo):
    app = open_demo()
    assert charts(app) == len(CHARTS)
    sebum = Finding(Condition.EXCESS_SEBUM, (0.1, 0.1, 0.7, 0.1), Severity.MODERATE, (Severity.MODERATE,))
    calm = {c: Finding(c, (0.9, 0.1, 0.0, 0.0), Severity.GOOD, (Severity.GOOD,)) for c in Condition}
    findings = tuple((calm | {Condition.EXCESS_SEBUM: sebum}).values())
    diagnosis = Diagnosis("0" * 64, Quality(View.MICROSCOPE), "model", "1", findings, (0, 0, 1, 1), 1.0)
    app.session_state["checkup"] = Checkup(datetime.now(UTC), (Checked("a", "a.jpg", "upload", diagnosis),))
    app.session_state["sex"], app.session_state["age_band"] = Sex.FEMALE, AgeBand.THIRTIES
    app.run()
    assert not app.exception
    assert charts(app) == len(CHARTS) + 1
    assert any("You among women in their 30s" in one.value for one in app.subheader)
    told = [one.replace("\\", "") for one in words(app)]
    group = Filters(sexes=(Sex.FEMALE,), age_bands=(AgeBand.THIRTIES,), demo=True)
    n = severity_shares(get_store(), group)[Condition.EXCESS_SEBUM].n
    assert any(one.startswith("Your excess sebum: moderate.") and f"{n:,}" in one for one in told)
    assert not {"sex", "age_band"} & set(app.query_params)
