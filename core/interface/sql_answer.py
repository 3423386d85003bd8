"""What a query of the SQL corner gave: kept in the session, drawn, saved as files. Knows no Streamlit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import altair as alt
import pandas as pd
import pyarrow as pa

from core.errors import ScalpError
from core.interface.charts import Chart, Colours, finish
from core.interface.statistics_table import Row, Stamp, harmless
from core.records.sql_corner import Answer

_HEIGHT_PX: Final = 260
_ROW_PX: Final = 22
_AXIS_PX: Final = 60
_MOST_BARS: Final = 40
_MOST_LINES: Final = 8
_FEWEST_POINTS: Final = 2
# What charts of the page show where there is a choice.
_PREFERRED: Final = ("share", "lift", "count", "n")
_NO_MEASURE: Final = {"at_least", "lowest", "highest", "low_95", "high_95"}


@dataclass(frozen=True)
class Run:
    """One query that was run.

    Attributes:
        sql: The query.
        stamp: Where the figures of its tables come from.
        answer: What it gave; None where it failed.
        error: Why it failed.
    """

    sql: str
    stamp: Stamp
    answer: Answer | None
    error: ScalpError | None


def export_rows(run: Run) -> Sequence[Row]:
    """Return the rows of a query that went well, with the query behind them, ready to be stamped.

    A column named like one of the stamp gets another name, and no name is a formula.
    """
    if run.answer is None:
        return ()
    behind = {"sql": run.sql}
    names: list[str] = []
    for column in run.answer.rows.column_names:
        names.append(_free_name(str(harmless(column)), {*names, *behind, *run.stamp.as_row()}))
    found = run.answer.rows.rename_columns(names)
    return [{**row, **behind} for row in found.to_pylist()]


def _free_name(name: str, used: set[str]) -> str:
    candidate, number = name, 1
    while candidate in used:
        candidate, number = f"{name}_{number}", number + 1
    return candidate


def quick_chart(rows: pa.Table, colours: Colours, description: str, watermark: str = "") -> Chart | None:
    """Draw what suits the types of the columns: lines over time, bars of names, points of two numbers.

    Args:
        rows: The rows of an answer.
        colours: Of the theme.
        description: For screen readers.
        watermark: Across the chart; empty for none.

    Returns:
        The chart; None where no chart would say more than the table.
    """
    times = [f.name for f in rows.schema if pa.types.is_temporal(f.type)]
    names = [f.name for f in rows.schema if pa.types.is_string(f.type)]
    numbers = [f.name for f in rows.schema if pa.types.is_integer(f.type) or pa.types.is_floating(f.type)]
    measures = sorted((n for n in numbers if n not in _NO_MEASURE), key=_rank)
    if not measures or rows.num_rows < _FEWEST_POINTS:
        return None
    if times:
        layer = _lines(rows, times[0], measures[0], names, colours)
    elif names:
        layer = _bars(rows, names, measures[0], colours)
    elif len(measures) > 1:
        layer = _points(rows, measures[0], measures[1], colours)
    else:
        return None
    if layer is None:
        return None
    chart, height = layer
    return finish([chart], colours, description, height, watermark)


def _rank(name: str) -> int:
    return _PREFERRED.index(name) if name in _PREFERRED else len(_PREFERRED)


def _frame(rows: pa.Table, **columns: str) -> pd.DataFrame:
    """Return columns under names of ours: those of a query may mean something to the chart language."""
    return pd.DataFrame({ours: rows.column(theirs).to_pandas() for ours, theirs in columns.items()})


def _number(field: str, title: str) -> alt.X | alt.Y:
    axis = alt.Axis(grid=True, tickCount=5, format="~%" if title == "share" else "~s")
    return (alt.X if field == "x" else alt.Y)(f"{field}:Q", title=title, axis=axis)


def _lines(rows: pa.Table, time: str, measure: str, names: Sequence[str], colours: Colours) -> tuple[Chart, int] | None:
    frame = _frame(rows, x=time, y=measure).assign(group=_joined(rows, names))
    frame["x"] = pd.to_datetime(frame["x"])
    groups = list(dict.fromkeys(frame["group"]))
    if len(groups) > _MOST_LINES:
        return None
    chart = (
        alt.Chart(frame.dropna(subset=["y"]))
        .mark_line(point=True, strokeWidth=2)
        .encode(
            x=alt.X("x:T", title=None, axis=alt.Axis(grid=False, format="%Y-%m")),
            y=_number("y", measure),
            tooltip=[alt.Tooltip("x:T", title=time, format="%Y-%m-%d"), alt.Tooltip("y:Q", title=measure), "group:N"],
        )
    )
    if len(groups) == 1:
        return chart.encode(color=alt.value(colours.first)), _HEIGHT_PX
    # A dash pattern beside each colour, for those who tell no colours apart.
    legend = alt.Legend(
        orient="bottom", columns=2, labelColor=colours.text, labelLimit=240, symbolType="stroke", symbolSize=500
    )
    return chart.encode(
        color=alt.Color("group:N", title=None, sort=groups, scale=alt.Scale(scheme="tableau10"), legend=legend),
        strokeDash=alt.StrokeDash("group:N", title=None, sort=groups, legend=legend),
    ), _HEIGHT_PX


def _bars(rows: pa.Table, names: Sequence[str], measure: str, colours: Colours) -> tuple[Chart, int] | None:
    frame = _frame(rows, x=measure).assign(group=_joined(rows, names))
    if len(frame) > _MOST_BARS:
        return None
    # Rows that share their names stay apart: a bar is a row of the table, never a sum.
    twice = frame.groupby("group").cumcount()
    frame["group"] = frame["group"].where(twice == 0, frame["group"] + " (" + (twice + 1).astype(str) + ")")
    chart = (
        alt.Chart(frame)
        .mark_bar(color=colours.first)
        .encode(
            y=alt.Y("group:N", title=None, sort=None, axis=alt.Axis(labelOverlap=False)),
            x=_number("x", measure),
            tooltip=["group:N", alt.Tooltip("x:Q", title=measure)],
        )
    )
    return chart, len(frame) * _ROW_PX + _AXIS_PX


def _points(rows: pa.Table, across: str, up: str, colours: Colours) -> tuple[Chart, int]:
    chart = (
        alt.Chart(_frame(rows, x=across, y=up))
        .mark_point(color=colours.first, filled=True, opacity=0.7)
        .encode(
            x=_number("x", across),
            y=_number("y", up),
            tooltip=[alt.Tooltip("x:Q", title=across), alt.Tooltip("y:Q", title=up)],
        )
    )
    return chart, _HEIGHT_PX


def _joined(rows: pa.Table, names: Sequence[str]) -> "pd.Series[str]":
    """Return what names a row: its texts, those left out that are the same in every row."""
    frame = pd.DataFrame({name: rows.column(name).to_pandas().astype(object) for name in names}, dtype=object)
    telling = [name for name in names if frame[name].nunique(dropna=False) > 1]
    if not telling:
        return pd.Series([""] * rows.num_rows, dtype=object)
    return frame[telling].fillna("").astype(str).agg(" · ".join, axis=1)
