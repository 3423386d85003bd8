import csv
import io

import pytest

from core.interface.resources import get_store
from core.interface.sql_answer import export_rows
from core.interface.sql_corner_view import EXAMPLES
from core.interface.statistics_table import as_csv, as_parquet
from core.locale import Language, text
from core.records.demo import add_demo
from core.records.sql_corner import MOST_ROWS
from core.records.statistics import Filters, totals

STATISTICS = "2_statistics.py"


def say(key, language=Language.ENGLISH, **values):
    return text(language, f"sql.{key}", **values)


@pytest.fixture
def open_corner(open_app, settings):  # noqa: ARG001
    """Open the corner over 1,000 invented people."""

    def open_one(language=Language.ENGLISH, **query):
        add_demo(get_store(), 1_000)
        app = open_app(STATISTICS, language=language, **query)
        app.session_state["sql_corner"] = True
        return app.run()

    return open_one


def run(app, sql):
    app.text_area(key="sql_corner_text").set_value(sql)
    app.button(key="sql_corner_run").click().run()
    assert not app.exception
    return app


def shown(app):
    return app.dataframe[-1].value if len(app.dataframe) else None


def test_a_query_gives_a_table_a_chart_and_stays_in_the_history(open_corner):
    app = open_corner(Language.KOREAN)
    charts = len(app.get("vega_lite_chart")) + len(app.get("arrow_vega_lite_chart"))
    app.button(key="sql_example_highest").click().run()
    app.button(key="sql_corner_run").click().run()
    assert not app.exception
    assert len(shown(app)) == 6
    assert len(app.get("vega_lite_chart")) + len(app.get("arrow_vega_lite_chart")) == charts + 1

    run(app, "SELECT people FROM about")
    assert shown(app)["people"].tolist() == [totals(get_store(), Filters(demo=True)).people]
    app.button(key="sql_history_0").click().run()
    assert app.text_area(key="sql_corner_text").value == EXAMPLES["highest"]


def test_a_wrong_query_says_why_and_the_page_goes_on(open_corner):
    app = run(open_corner(), "WITH x AS (DELETE FROM trend RETURNING *) SELECT * FROM x")
    assert app.error[0].value.replace("\\", "") == text(Language.ENGLISH, "errors.sql.writes")
    assert shown(app) is None
    assert app.text_area(key="sql_corner_text").value.startswith("WITH x")
    run(app, f"FROM range({MOST_ROWS + 1})")
    assert say("more", rows="1,000") in [one.value for one in app.warning]
    assert len(shown(app)) == MOST_ROWS


def test_files_are_stamped_and_hold_no_formula(open_corner):
    sql = "SELECT '=1+1' AS \"=cmd\", 7 AS people, sex FROM prevalence_by_sex WHERE condition = 'dandruff'"
    app = run(open_corner(), sql)
    done = app.session_state["sql_corner_runs"][-1]
    rows = list(csv.DictReader(io.StringIO(as_csv(export_rows(done), done.stamp).decode("utf-8-sig"))))
    assert [row["'=cmd"] for row in rows] == ["'=1+1", "'=1+1"]
    assert {row["people_1"] for row in rows} == {"7"}
    assert {(row["data"], row["people"], row["sql"]) for row in rows} == {("demonstration", "1000", sql)}
    assert all(row["filters"] and row["made_at"] and row["models"] for row in rows)
    assert as_parquet(export_rows(done), done.stamp)[:4] == b"PAR1"
    assert "demonstration" in done.stamp.file_name("sql", "csv")
