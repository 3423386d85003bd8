"""Charts: one theme for all of them, and what more than one of them needs.

Every builder takes the colours of a theme and draws with Altair without touching Streamlit, so that the same chart
goes to the page and into a file. Streamlit's own theme gives fonts; what is set here goes on top of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import pandas as pd
import streamlit as st
from altair.utils.schemapi import disable_debug_mode

from core.interface.charts_drawn import Spec, slot
from core.interface.palette import ACCENT_DARK, ACCENT_LIGHT

# Altair checks every part of every chart as it is made, which takes a second a page. Whole charts are checked when they
# go into a file, and in tests.
disable_debug_mode()

LABEL_PX: Final = 12
SMALL_PX: Final = 11
LETTER_PX: Final = 5.6
"""How wide a figure of `SMALL_PX` is on average, commas and spaces included."""

FITTING: Final = f"width < {slot('wide')} ? datum.short : datum.label"
"""Of two labels of a mark the one that a chart has room for; `wide` is how many pixels the longer one asks for."""

PICK: Final = "pick"
"""Name of the selection by which a chart tells what was clicked in it."""

BRUSH: Final = "brush"
"""Name of the selection by which a chart tells which stretch was drawn over."""

QUIET: Final = 0.3
_LABEL_GAP_PX: Final = 8
_STRIPES: Final = 10

Chart = Any
"""Altair types layered, configured charts as Any wherever their parts differ."""


@dataclass(frozen=True)
class Colours:
    """Colours of a chart in the theme in use.

    Attributes:
        text: Labels.
        muted: Axes and what is not shown.
        grid: Grid lines.
        first: Women, and whatever stands alone.
        second: Men, and the second of two groups.
        third: Sex not told.
        surface: The page behind.
        stripe: The darker stripe of what is not shown.
        ramp: From none to most, ordered in lightness.
        less: Less often together than by chance.
        even: As often as by chance.
    """

    text: str
    muted: str
    grid: str
    first: str
    second: str
    third: str
    surface: str
    stripe: str
    ramp: tuple[str, ...]
    less: str
    even: str


LIGHT: Final = Colours(
    text="#292524",
    muted="#6B645C",
    grid="#E9E5DE",
    first=ACCENT_LIGHT,
    second="#B45309",
    third="#8A8177",
    surface="#FFFFFF",
    stripe="#DAD4CA",
    ramp=("#EFF6F4", "#B7DAD4", "#6FB3AA", "#2C857C", "#0A4F49"),
    less="#B7793A",
    even="#F1EEE8",
)
DARK: Final = Colours(
    text="#EDEAE5",
    muted="#B3ABA1",
    grid="#383430",
    first=ACCENT_DARK,
    second="#F0A868",
    third="#A69D92",
    surface="#1A1917",
    stripe="#45403A",
    ramp=("#1F2E2C", "#20504B", "#2B7A72", "#4FB0A5", "#A5EBE1"),
    less="#C98A4B",
    even="#2B2825",
)


def current_colours() -> Colours:
    """Return the colours for the theme this person uses."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def hatch(colours: Colours) -> dict[str, Any]:
    """Return the fill of what is not shown: stripes, so that it is never taken for a small value."""
    stops = []
    for number in range(_STRIPES):
        colour = colours.stripe if number % 2 else colours.surface
        stops += [{"offset": number / _STRIPES, "color": colour}, {"offset": (number + 1) / _STRIPES, "color": colour}]
    return {"gradient": "linear", "x1": 0, "y1": 0, "x2": 1, "y2": 1, "stops": stops}


def opacity() -> alt.Opacity:
    """Encode how strongly a row is drawn: pale where something else was picked."""
    return alt.Opacity("strength:Q", scale=None, legend=None)


Titles = tuple[tuple[str, str], ...]
"""Columns of a tooltip with what they are called, as a key."""


def as_titles(titles: Mapping[str, str]) -> Titles:
    """Return the columns of a tooltip as a key."""
    return tuple(titles.items())


def tips(titles: Mapping[str, str] | Titles) -> list[alt.Tooltip]:
    """Return a tooltip of columns that hold words already.

    Args:
        titles: Column to what it is called.
    """
    return [alt.Tooltip(f"{field}:N", title=title) for field, title in dict(titles).items()]


def share_axis() -> alt.Axis:
    """Return an axis of shares that ends at all of them, however much room labels take behind."""
    beyond = "datum.value > 1.001"
    return alt.Axis(
        format="~%",
        tickCount=4,
        grid=True,
        labelExpr=f"{beyond} ? '' : datum.label",
        gridOpacity=alt.condition(beyond, alt.value(0), alt.value(1)),
    )


def spoken(rows: pd.DataFrame, titles: Mapping[str, str]) -> pd.DataFrame:
    """Return rows with a column `spoken`: what a tooltip shows, for screen readers."""
    columns = [rows[name].tolist() for name in titles]
    return rows.assign(spoken=[", ".join(map(str, words)) for words in zip(*columns, strict=True)])


def picker(fields: Sequence[str]) -> alt.Parameter:
    """Return a selection that counts every click on a mark, so that a second click on it is told apart from none."""
    return alt.selection_point(name=PICK, fields=list(fields), toggle="true", clear=False, empty=True)


def finish(
    layers: Sequence[Chart], colours: Colours, description: str, height: int, watermark: str = "", **properties: object
) -> Chart:
    """Lay the parts over each other and set the theme.

    Args:
        layers: From the bottom up.
        colours: Of the theme.
        description: What the chart says, for screen readers.
        height: Of the area inside the axes, in px.
        watermark: Words across the chart; empty for none.
        **properties: More of Altair's top-level properties.
    """
    marks = [*layers, *([_watermark(watermark, colours)] if watermark else [])]
    chart = alt.layer(*marks).properties(height=height, description=description, **properties)
    return (
        chart.configure_axis(
            labelColor=colours.text,
            titleColor=colours.muted,
            domain=False,
            ticks=False,
            labelFontSize=LABEL_PX,
            titleFontSize=SMALL_PX,
            titleFontWeight="normal",
            labelLimit=170,
        )
        .configure_axisX(gridColor=colours.grid, labelColor=colours.muted)
        .configure_axisY(gridColor=colours.grid, labelPadding=8, labelFlush=False)
        .configure_view(strokeOpacity=0)
    )


def width_for(labels: "pd.Series[str]", share: float) -> float:
    """Return how wide a chart must be, in pixels, for its labels to fit into a share of it."""
    return (LETTER_PX * float(labels.str.len().max() if len(labels) else 0) + _LABEL_GAP_PX) / share


def template(layers: Sequence[Chart], colours: Colours, watermark: str = "") -> Spec:
    """Lay the parts of a template over each other and set the theme; `Drawn` adds height and description.

    Args:
        layers: From the bottom up, with slots and tables of `core.interface.charts_drawn`.
        colours: Of the theme.
        watermark: Words across the chart; empty for none.
    """
    spec: Spec = finish(layers, colours, "", 0, watermark).to_dict(validate=False)
    return spec


def _watermark(words: str, colours: Colours) -> Chart:
    return (
        alt.Chart(pd.DataFrame([{"words": words}]))
        .mark_text(
            x=alt.expr("width / 2"),
            y=alt.expr("height / 2"),
            angle=340,
            fontSize=30,
            fontWeight="bold",
            opacity=0.16,
            color=colours.muted,
            tooltip=None,
        )
        .encode(text="words:N")
    )
