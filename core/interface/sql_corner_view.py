"""The SQL corner of the statistics page: a query beside the tables it may ask, its answer as table, chart and files."""

from dataclasses import replace
from typing import Any, Final

import pyarrow as pa
import streamlit as st

from core.errors import ScalpError
from core.interface.charts import current_colours
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.sentences import raise_first
from core.interface.sql_answer import Run, export_rows, quick_chart
from core.interface.statistics_asked import Asked
from core.interface.statistics_table import Stamp, as_csv, as_parquet
from core.records.privacy import MIN_CELL
from core.records.sql_corner import LONGEST_SQL, MOST_ROWS, SECONDS, Snapshot, run_sql, take_snapshot

_TEXT_KEY: Final = "sql_corner_text"
_KEPT_KEY: Final = "sql_corner_kept"
_RUNS_KEY: Final = "sql_corner_runs"
_MOST_RUNS: Final = 20
_SCHEMA_PX: Final = 330
_TITLE_LETTERS: Final = 80

EXAMPLES: Final = {
    "highest": """SELECT condition, share, low_95, high_95, n
FROM prevalence_total
ORDER BY share DESC NULLS LAST""",
    "gap": """SELECT women.condition, women.age_band,
    women.share - men.share AS gap, women.n AS n_women, men.n AS n_men
FROM prevalence AS women
JOIN prevalence AS men USING (condition, age_band)
WHERE women.sex = 'female' AND men.sex = 'male' AND gap IS NOT NULL
ORDER BY abs(gap) DESC LIMIT 12""",
    "months": """SELECT month, condition, share, n
FROM trend
WHERE condition IN ('dandruff', 'excess_sebum')
ORDER BY condition, month""",
    "pairs": """SELECT first, second, lift, low_95, high_95, n
FROM together
WHERE low_95 > 1
ORDER BY lift DESC""",
    "hidden": """SELECT condition, count(*) FILTER (n IS NULL) AS not_shown, count(*) AS cells
FROM prevalence
GROUP BY condition ORDER BY not_shown DESC""",
}
"""Queries to begin with, by the key of their title; each can be run as it stands."""


def draw_sql_corner(asked: Asked, stamp: Stamp) -> None:
    """Draw the corner.

    Args:
        asked: What the page asks: its tables are those of the corner.
        stamp: Where the figures come from.
    """
    section = st.expander(say("sql.title"), icon=":material/terminal:", key="sql_corner", on_change="rerun")
    if not section.open:
        return
    with section:
        try:
            snapshot = take_snapshot(asked.store, asked.question.filters(), asked.question.at_least)
        except ScalpError as error:
            st.error(plain(error.message(current_language())), title=say("common.error.title"))
            return
        # The tables are of all conditions, whichever the charts are of.
        chosen = stamp.filters.replace(f"{asked.condition}, {asked.grade}", raise_first(asked.grade), 1)
        stamp = replace(stamp, filters=chosen)
        st.caption(say("sql.note", grade=asked.grade, least=MIN_CELL))
        _draw_inside(snapshot, stamp)


@st.fragment
def _draw_inside(snapshot: Snapshot, stamp: Stamp) -> None:
    query, schema = st.columns([1.5, 1])
    with query:
        _draw_query(snapshot, stamp)
    with schema:
        _draw_schema(snapshot)
    runs = _runs()
    if runs:
        _draw_run(runs[-1])


def _runs() -> list[Run]:
    runs: list[Run] = st.session_state.setdefault(_RUNS_KEY, [])
    return runs


def _draw_query(snapshot: Snapshot, stamp: Stamp) -> None:
    with st.container(horizontal=True, gap="small"):
        with st.popover(say("sql.examples"), icon=":material/lightbulb:", type="tertiary"):
            for name, sql in EXAMPLES.items():
                st.button(
                    say(f"sql.example.{name}"),
                    key=f"sql_example_{name}",
                    type="tertiary",
                    on_click=_write,
                    args=(sql,),
                )
        with st.popover(say("sql.history"), icon=":material/history:", type="tertiary"):
            _draw_history()
    # A widget that was not drawn, because the corner was closed, has forgotten what was in it.
    st.session_state.setdefault(_TEXT_KEY, st.session_state.get(_KEPT_KEY, EXAMPLES["highest"]))
    with st.form("sql_corner_form", border=False):
        st.text_area(say("sql.query"), key=_TEXT_KEY, height=190, max_chars=LONGEST_SQL)
        st.form_submit_button(
            say("sql.run"),
            type="primary",
            icon=":material/play_arrow:",
            key="sql_corner_run",
            on_click=_run,
            args=(snapshot, stamp),
        )
    st.caption(say("sql.limits", rows=f"{MOST_ROWS:,}", seconds=SECONDS))


def _draw_history() -> None:
    runs = _runs()
    if not runs:
        st.caption(say("sql.history_none"))
    for number, run in reversed(list(enumerate(runs))):
        title = " ".join(run.sql.split())[:_TITLE_LETTERS]
        st.button(
            plain(title) or say("sql.empty_query"),
            key=f"sql_history_{number}",
            type="tertiary",
            icon=":material/error:" if run.error else ":material/table_rows:",
            on_click=_write,
            args=(run.sql,),
        )
    if runs:
        st.caption(say("sql.history_note"))


def _draw_schema(snapshot: Snapshot) -> None:
    st.markdown(say("sql.tables"))
    with st.container(height=_SCHEMA_PX, key="sql_schema"):
        for table in snapshot.tables:
            count = say("sql.rows", rows=f"{table.rows.num_rows:,}")
            st.markdown(f"**{plain(table.name)}** · {count}  \n{say(f'sql.table.{table.name}')}")
            columns = [f"{field.name} {_type_name(field.type)}" for field in table.rows.schema]
            st.code(", ".join(columns), language=None, wrap_lines=True)


def _type_name(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "BIGINT"
    return {"double": "DOUBLE", "date32[day]": "DATE"}.get(str(kind), "VARCHAR")


def _write(sql: str) -> None:
    st.session_state[_TEXT_KEY] = st.session_state[_KEPT_KEY] = sql


def _run(snapshot: Snapshot, stamp: Stamp) -> None:
    sql = str(st.session_state[_TEXT_KEY])
    st.session_state[_KEPT_KEY] = sql
    try:
        with st.spinner(say("sql.running")):
            run = Run(sql, stamp, run_sql(snapshot, sql), None)
    except ScalpError as error:
        run = Run(sql, stamp, None, error)
    before = [one for one in _runs() if one.sql != sql]
    st.session_state[_RUNS_KEY] = [*before, run][-_MOST_RUNS:]


def _draw_run(run: Run) -> None:
    if run.answer is None:
        assert run.error is not None
        st.error(plain(run.error.message(current_language())), title=say("sql.failed"))
        return
    answer = run.answer
    found = say("sql.found", rows=f"{answer.rows.num_rows:,}", seconds=f"{answer.seconds:.1f}")
    st.markdown(f"{found} {plain(run.stamp.filters)}")
    if answer.more:
        st.warning(say("sql.more", rows=f"{MOST_ROWS:,}"), icon=":material/content_cut:")
    if not answer.rows.num_rows:
        st.info(say("sql.nothing"))
        return
    watermark = say("statistics.demo.watermark") if run.stamp.data == "demonstration" else ""
    chart = quick_chart(answer.rows, current_colours(), say("sql.chart_about"), watermark)
    if chart is not None:
        st.vega_lite_chart(spec=chart.to_dict(validate=False), width="stretch", key="sql_corner_chart")
    st.dataframe(answer.rows, hide_index=True, width="stretch")
    _draw_files(run)


def _draw_files(run: Run) -> None:
    with st.container(horizontal=True, gap="small"):
        for kind, mime, write in (
            ("csv", "text/csv", as_csv),
            ("parquet", "application/vnd.apache.parquet", as_parquet),
        ):
            st.download_button(
                say(f"sql.save_{kind}"),
                _file(run, write),
                file_name=run.stamp.file_name("sql", kind),
                mime=mime,
                icon=":material/download:",
                key=f"sql_save_{kind}",
                on_click="ignore",
            )


def _file(run: Run, write: Any) -> Any:  # noqa: ANN401 (Streamlit calls it when the button is pressed)
    return lambda: write(export_rows(run), run.stamp)
