"""How a rate went over time, and two groups beside each other."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

import altair as alt
import pandas as pd

from core.interface.charts import (
    BRUSH,
    LETTER_PX,
    SMALL_PX,
    Colours,
    Titles,
    as_titles,
    hatch,
    opacity,
    share_axis,
    spoken,
    template,
    tips,
)
from core.interface.charts_drawn import Drawn, Spec, slot, table

_HEIGHT_PX: Final = 230
_ROW_PX: Final = 46
_KEY_PX: Final = 36
# Stripes are as wide as the mark they fill: a month alone would be a few broad ones.
_HATCH_PX: Final = 26
_POINT_PX2: Final = 52
_SMALL_POINT_PX2: Final = 14
_MANY_PERIODS: Final = 60
# Names of models stand above the line, in as many rows as they need on a phone.
_NARROW_PX: Final = 280
_NAME_ROW_PX: Final = 14
_WIDE_LETTERS_FROM: Final = "\u1100"


def trend_line(
    rows: pd.DataFrame,
    marks: pd.DataFrame,
    colours: Colours,
    description: str,
    titles: Mapping[str, str],
    *,
    across: Sequence[str],
    watermark: str = "",
    up_to: float | None = None,
) -> Drawn:
    """Draw a figure over time with its interval, and where another model began to grade.

    Args:
        rows: One per period: `period` (as in `across`), `share`, `low`, `high` (missing where it is not shown),
            `strength`, `within` (whether it is in the stretch drawn over) and the columns of `titles`.
        marks: Where another model began: `period`, `label`.
        colours: Of the theme.
        description: What the chart says.
        titles: Columns of the tooltip.
        across: All periods, gaps included, in order.
        watermark: Words across the chart.
        up_to: The end of the scale of a figure that is no share; None for a share, whose stretch can be drawn over.
    """
    tables = {"rows": spoken(rows, titles)} | ({"marks": _placed(marks, across)} if len(marks) else {})
    return Drawn(
        _trend_line(
            colours,
            as_titles(titles),
            watermark,
            share=up_to is None,
            marked=bool(len(marks)),
            told=bool(rows["share"].notna().any()),
        ),
        {
            "across": list(across),
            "up_to": up_to or 1,
            "point": _POINT_PX2 if len(across) <= _MANY_PERIODS else _SMALL_POINT_PX2,
        },
        tables,
        {"height": _HEIGHT_PX, "description": description},
    )


def _placed(marks: pd.DataFrame, across: Sequence[str]) -> pd.DataFrame:
    """Give each name a row above the chart, and let it end at its line where it would not fit behind it."""
    taken: list[list[tuple[float, float]]] = []
    placed = []
    for period, label in zip(marks["period"], marks["label"], strict=True):
        at = (list(across).index(period) + 0.5) / len(across) if period in across else 0.0
        wide = LETTER_PX * sum(2 if letter >= _WIDE_LETTERS_FROM else 1 for letter in label) / _NARROW_PX
        ends = at + wide > 1 and at - wide > 0
        start, end = (at - wide, at) if ends else (at, at + wide)
        level = next((i for i, row in enumerate(taken) if all(end <= a or start >= b for a, b in row)), len(taken))
        if level == len(taken):
            taken.append([])
        taken[level].append((start, end))
        placed.append((level, ends))
    return marks.assign(level=[level for level, _ in placed], ends=[ends for _, ends in placed])


@cache
def _trend_line(colours: Colours, titles: Titles, watermark: str, *, share: bool, marked: bool, told: bool) -> Spec:
    x = alt.X(
        "period:N",
        sort=slot("across"),
        title=None,
        scale=alt.Scale(domain=slot("across"), paddingInner=0, paddingOuter=0.1),
        axis=alt.Axis(labelAngle=0, labelOverlap="greedy", labelSeparation=8, labelFlush=True, grid=False),
    )
    up = alt.Scale(zero=True, nice=True) if share and told else alt.Scale(domain=[0, slot("up_to")])
    y = alt.Axis(format="~%" if share else "~f", tickCount=4, grid=True)
    base = alt.Chart(table("rows")).encode(x=x, description="spoken:N")
    unknown = base.transform_filter("!isValid(datum.share)").encode(tooltip=tips(titles))
    known = base.transform_filter("isValid(datum.share)")
    brush = alt.selection_interval(
        name=BRUSH, encodings=["x"], mark=alt.BrushConfig(fill=colours.first, fillOpacity=0.14, stroke=colours.first)
    )
    layers = [
        base.transform_filter("datum.within").mark_rect(color=colours.first, opacity=0.1),
        unknown.mark_rect(
            fill=hatch(colours),
            width=alt.ExprRef(f"min(bandwidth('x'), {_HATCH_PX * 2})"),
            y=alt.ExprRef(f"height - {_HATCH_PX}"),
            y2="height",
        ),
        base.mark_area(opacity=0.2, color=colours.first, interpolate="monotone").encode(
            y=alt.Y("low:Q", title=None, scale=up, axis=y), y2="high:Q"
        ),
        base.mark_line(strokeWidth=2, color=colours.first, interpolate="monotone").encode(
            y=alt.Y("share:Q", title=None, scale=up)
        ),
    ]
    points = known.mark_point(filled=True, size=slot("point"), color=colours.first).encode(
        y=alt.Y("share:Q", title=None), opacity=opacity(), tooltip=tips(titles)
    )
    layers.append(points.add_params(brush) if share else points)
    if marked:
        changes = alt.Chart(table("marks")).encode(x=x)
        layers += [
            changes.mark_rule(strokeDash=[4, 4], color=colours.muted, opacity=0.9),
            changes.mark_text(
                align=alt.ExprRef("datum.ends ? 'right' : 'left'"),
                dx=alt.ExprRef("datum.ends ? 3 : -3"),
                y=alt.ExprRef(f"-8 - {_NAME_ROW_PX} * datum.level"),
                color=colours.muted,
                fontSize=SMALL_PX,
            ).encode(text="label:N"),
        ]
    return template(layers, colours, watermark)


def cohort_dots(
    rows: pd.DataFrame,
    differences: pd.DataFrame,
    colours: Colours,
    description: str,
    titles: Mapping[str, str],
    *,
    down: Sequence[str],
    groups: Sequence[str],
    watermark: str = "",
) -> Drawn:
    """Draw two groups beside each other, each rate with its interval, and the difference in words.

    Args:
        rows: One per group and condition: `down` (label), `group` (as in `groups`), `share`, `low`, `high`,
            `standardised` (0..1 or missing) and the columns of `titles`.
        differences: One per condition: `down`, `label`.
        colours: Of the theme.
        description: What the chart says.
        titles: Columns of the tooltip.
        down: Conditions, from the top.
        groups: Names of both groups.
        watermark: Words across the chart.
    """
    longest = rows["high"].max(skipna=True) if rows["high"].notna().any() else 1.0
    return Drawn(
        _cohort_dots(colours, as_titles(titles), watermark),
        {
            "down": list(down),
            "groups": list(groups),
            "edge": f"{longest * 1.06} * width / max(width - {_label_px(differences)}, width / 3)",
            "hidden_end": str(longest * 0.2),
        },
        {"rows": spoken(rows, titles), "differences": differences},
        {"height": _ROW_PX * len(down) + _KEY_PX, "description": description},
    )


def _label_px(differences: pd.DataFrame) -> float:
    return LETTER_PX * float(differences["label"].str.len().max())


@cache
def _cohort_dots(colours: Colours, titles: Titles, watermark: str) -> Spec:
    y = alt.Y("down:N", sort=slot("down"), title=None, scale=alt.Scale(paddingInner=0.2, paddingOuter=0.1))
    base = alt.Chart(table("rows")).encode(
        y=y,
        yOffset=alt.YOffset("group:N", sort=slot("groups"), scale=alt.Scale(paddingInner=0.3, paddingOuter=0.5)),
        color=alt.Color(
            "group:N",
            sort=slot("groups"),
            scale=alt.Scale(domain=slot("groups"), range=[colours.first, colours.second]),
            legend=alt.Legend(
                title=None,
                orient="top",
                columns=1,
                labelColor=colours.text,
                labelFontSize=SMALL_PX,
                labelLimit=0,
                symbolType="circle",
                offset=4,
            ),
        ),
        tooltip=tips(titles),
        description="spoken:N",
    )
    x = alt.X(
        "share:Q",
        title=None,
        # The differences stand on the right, in as many pixels of any width.
        scale=alt.Scale(domainMin=0, domainMax=alt.ExprRef(slot("edge"))),
        axis=share_axis(),
    )
    layers = [
        base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=None), x2="high:Q"),
        base.mark_point(filled=True, size=80, opacity=1).encode(x=x),
        base.transform_filter("isValid(datum.standardised)")
        .mark_tick(thickness=2.4, height=15, opacity=1)
        .encode(x=alt.X("standardised:Q", title=None)),
        base.transform_filter("!isValid(datum.share)")
        .transform_calculate(zero="0", end=slot("hidden_end"))
        .mark_bar(fill=hatch(colours), height=10)
        .encode(x=alt.X("zero:Q", title=None), x2="end:Q"),
        alt.Chart(table("differences"))
        .mark_text(align="right", x="width", dx=-2, color=colours.text, fontSize=SMALL_PX)
        .encode(y=y, text="label:N"),
    ]
    return template(layers, colours, watermark)
