"""Charts: one theme, and the bars with intervals that rates are drawn as.

Streamlit's own chart theme gives fonts and background; what is set here goes on top of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import pandas as pd
import streamlit as st

from core.interface.palette import ACCENT_DARK, ACCENT_LIGHT
from core.records.statistics import Rate

_ROW_PX: Final = 27
_AXIS_PX: Final = 34
# Room for the label beyond the longest interval.
_LABEL_ROOM: Final = 1.6


@dataclass(frozen=True)
class Colours:
    """Colours of a chart in the theme in use.

    Attributes:
        text: Labels.
        muted: Axes and what is not shown.
        grid: Grid lines.
        first: Women, and whatever stands alone.
        second: Men.
        third: Sex not told.
    """

    text: str
    muted: str
    grid: str
    first: str
    second: str
    third: str


_LIGHT: Final = Colours("#292524", "#6B645C", "#E9E5DE", ACCENT_LIGHT, "#B45309", "#8A8177")
_DARK: Final = Colours("#EDEAE5", "#B3ABA1", "#383430", ACCENT_DARK, "#F0A868", "#A69D92")


@dataclass(frozen=True)
class Bar:
    """One row of a chart of rates.

    Attributes:
        name: What it is about, in words.
        rate: The rate; None where it is not published or nobody was graded.
        label: The rate in words; for None, why there is nothing.
        colour: One of `Colours`.
        quiet: Drawn paler, because another row is pointed out.
    """

    name: str
    rate: Rate | None
    label: str
    colour: str
    quiet: bool = False


def current_colours() -> Colours:
    """Return the colours for the theme this person uses."""
    return _DARK if st.context.theme.type == "dark" else _LIGHT


def draw_rate_bars(bars: Sequence[Bar], description: str, watermark: str = "") -> None:
    """Draw rates as horizontal bars with their 95 % intervals, each labelled.

    Args:
        bars: From top to bottom; their names differ.
        description: What the chart says, for screen readers.
        watermark: Words across the chart; empty for none.
    """
    colours = current_colours()
    table = pd.DataFrame([_row(bar) for bar in bars])
    longest = max((bar.rate.high for bar in bars if bar.rate), default=1.0)
    across = alt.X("share:Q", title=None, scale=alt.Scale(domain=[0, longest * _LABEL_ROOM]))
    base = alt.Chart(table).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelOverlap=False)),
    )
    layers = [
        base.mark_bar(height={"band": 0.68}, cornerRadiusEnd=3).encode(
            x=across,
            color=alt.Color("colour:N", scale=None),
            opacity=alt.Opacity("opacity:Q", scale=None, legend=None),
        ),
        base.mark_rule(strokeWidth=1.6, color=colours.text).encode(x=alt.X("low:Q", title=None), x2="high:Q"),
        base.mark_text(align="left", dx=7, color=colours.text, fontSize=12.5).encode(
            x=alt.X("high:Q", title=None), text="label:N"
        ),
    ]
    if watermark:
        layers.insert(0, _watermark(watermark, colours))
    chart = alt.layer(*layers).properties(height=_ROW_PX * len(bars) + _AXIS_PX, description=description)
    st.altair_chart(_themed(chart, colours), width="stretch")


def _row(bar: Bar) -> dict[str, Any]:
    rate = bar.rate
    return {
        "name": bar.name,
        "share": rate.share if rate else None,
        "low": rate.low if rate else None,
        # The label of a row without a rate stands where its bar would begin.
        "high": rate.high if rate else 0.0,
        "label": bar.label,
        "colour": bar.colour,
        "opacity": 0.4 if bar.quiet else 1.0,
    }


def _watermark(words: str, colours: Colours) -> Any:  # noqa: ANN401 (as below)
    return (
        alt.Chart(pd.DataFrame([{"words": words}]))
        .mark_text(
            x=alt.expr("width * 0.72"),
            y=alt.expr("height / 2"),
            angle=335,
            fontSize=26,
            opacity=0.22,
            color=colours.muted,
        )
        .encode(text="words:N")
    )


def _themed(chart: Any, colours: Colours) -> Any:  # noqa: ANN401 (Altair types configured charts as Any)
    return (
        chart.configure_axis(
            labelColor=colours.text,
            titleColor=colours.muted,
            domain=False,
            ticks=False,
            labelFontSize=12.5,
            labelLimit=150,
        )
        .configure_axisX(
            format="~%", grid=True, gridColor=colours.grid, tickCount=4, titleFontWeight="normal", titleAnchor="start"
        )
        .configure_axisY(grid=False, labelPadding=8)
        .configure_view(strokeOpacity=0)
    )
