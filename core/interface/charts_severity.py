"""Bars of grades: how many are good, mild, moderate and severe, as parts of a whole."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations
from typing import Final

import altair as alt
import pandas as pd

from core.interface.charts import (
    FITTING,
    SMALL_PX,
    Chart,
    Colours,
    Titles,
    as_titles,
    hatch,
    opacity,
    picker,
    spoken,
    template,
    tips,
    width_for,
)
from core.interface.charts_drawn import Drawn, Spec, slot, table
from core.interface.palette import SEVERITY_COLOURS

_ROW_PX: Final = 36
_KEY_PX: Final = 26
# What the numbers at the ends of bars take of the width.
_END_ROOM: Final = 0.17
# Narrower parts have no room for their number.
_LABELLED_PART: Final = 0.07


def severity_bars(
    rows: pd.DataFrame,
    totals: pd.DataFrame,
    colours: Colours,
    description: str,
    titles: Mapping[str, str],
    *,
    down: Sequence[str],
    grades: Sequence[str],
    watermark: str = "",
) -> Drawn:
    """Draw the four grades as parts of 100 %: the lowest to the left of a common line, the rest to its right.

    Args:
        rows: One per part: `down` (label), `down_id`, `grade` (label), `grade_id` and `top_id` (its lowest and highest
            grade, 0..3), `share` (0..1), `label`, `strength`, the columns of `titles`; rows of conditions that are not
            shown are left out.
        totals: One per bar: `down`, `label` (its n), `short` (the same for a narrow chart), `hidden`; and, where one
            result is pointed out, `own` (0..3 or missing).
        colours: Of the theme.
        description: What the chart says.
        titles: Columns of the tooltip.
        down: Bars, from the top.
        grades: Names of the four grades, from the lowest.
        watermark: Words across the chart.
    """
    parts = _placed(rows)
    left = max((-parts["start"].min()) if len(parts) else 0.5, 0.05)
    right = max(parts["end"].max() if len(parts) else 0.5, 0.05)
    own = parts[parts["own"]] if "own" in parts else parts.iloc[0:0]
    tables = {"rows": spoken(parts, titles), "totals": totals} | ({"own": own} if len(own) else {})
    return Drawn(
        _severity_bars(colours, as_titles(titles), watermark, own=bool(len(own))),
        {
            "down": list(down),
            "grades": json.dumps(list(grades), ensure_ascii=False),
            "from": float(-left * 1.02),
            "to": float(right + (left + right) * _END_ROOM),
            "wide": width_for(totals["label"], _END_ROOM / (1 + _END_ROOM)),
            "left": str(-left),
            "right": str(right),
        },
        tables,
        {"height": _ROW_PX * len(down) + _KEY_PX, "description": description},
    )


@cache
def _severity_bars(colours: Colours, titles: Titles, watermark: str, *, own: bool) -> Spec:
    across = alt.Scale(domain=[slot("from"), slot("to")], nice=False, zero=False)
    y = alt.Y("down:N", sort=slot("down"), title=None, scale=alt.Scale(paddingInner=0.28, paddingOuter=0.1))
    base = alt.Chart(table("rows")).encode(y=y, tooltip=tips(titles), description="spoken:N")
    axis = alt.Axis(format="~%", labelExpr="format(abs(datum.value), '~%')", tickCount=5, grid=True)
    bars = base.mark_bar(cursor="pointer", stroke=colours.surface, strokeWidth=1).encode(
        x=alt.X("start:Q", title=None, scale=across, axis=axis),
        x2="end:Q",
        color=alt.Color(
            "grade_id:O",
            scale=alt.Scale(domain=[0, 1, 2, 3], range=list(SEVERITY_COLOURS.values())),
            legend=alt.Legend(
                title=None,
                orient="top",
                labelExpr=f"{slot('grades')}[datum.value]",
                labelColor=colours.muted,
                labelFontSize=SMALL_PX,
                symbolType="square",
                symbolSize=90,
                columnPadding=8,
                offset=4,
            ),
        ),
        opacity=opacity(),
    )
    inside = (
        base.transform_filter(f"datum.share >= {_LABELLED_PART}")
        .mark_text(fontSize=SMALL_PX)
        .encode(
            x=alt.X("middle:Q", title=None),
            text="label:N",
            color=alt.condition("datum.grade_id == 3", alt.value("#FFFFFF"), alt.value("#1F1B16")),
            opacity=opacity(),
        )
    )
    ends = alt.Chart(table("totals")).encode(y=y, description="down:N")
    numbers = (
        ends.transform_calculate(end=slot("right"), told=FITTING)
        .mark_text(align="left", dx=6, color=colours.muted, fontSize=SMALL_PX)
        .encode(x=alt.X("end:Q", title=None), text="told:N")
    )
    hidden = (
        ends.transform_filter("datum.hidden")
        .transform_calculate(start=slot("left"), end=slot("right"))
        .mark_bar(fill=hatch(colours), cornerRadius=2)
        .encode(x=alt.X("start:Q", title=None), x2="end:Q")
    )
    middle = alt.Chart(pd.DataFrame([{"zero": 0.0}])).mark_rule(color=colours.text, strokeWidth=1).encode(x="zero:Q")
    # Grades that are told of together are drawn as one part that goes from colour to colour.
    merged = (
        base.transform_filter("datum.top_id > datum.grade_id")
        .mark_bar(cursor="pointer", stroke=colours.surface, strokeWidth=1)
        .encode(x=alt.X("start:Q", title=None), x2="end:Q", fill=_fills(), opacity=opacity())
    )
    layers = [bars.add_params(picker(["down_id"])), merged, hidden, inside, numbers, middle]
    if own:
        layers.append(
            alt.Chart(table("own"))
            .mark_point(shape="triangle-down", size=110, filled=True, color=colours.text, opacity=1, yOffset=-17)
            .encode(y=y, x=alt.X("middle:Q", title=None), tooltip=tips(titles))
        )
    return template(layers, colours, watermark)


def _fills() -> Chart:
    """Choose the fill of parts of several grades by the lowest and the highest."""
    chosen: Chart = alt
    for low, high in combinations(SEVERITY_COLOURS, 2):
        tints = [SEVERITY_COLOURS[grade] for grade in SEVERITY_COLOURS if low <= grade <= high]
        stops = [{"offset": place / (len(tints) - 1), "color": tint} for place, tint in enumerate(tints)]
        test = f"datum.grade_id == {int(low)} && datum.top_id == {int(high)}"
        fill = alt.value({"gradient": "linear", "x1": 0, "y1": 0, "x2": 1, "y2": 0, "stops": stops})
        chosen = chosen.when(test).then(fill)
    return chosen.otherwise(alt.value("transparent"))


def _placed(rows: pd.DataFrame) -> pd.DataFrame:
    """Place the parts of each bar along the axis: grade 0 ends at the line, the others follow it."""
    # Without people there are no rows, and columns without rows have no type.
    typed = rows.astype(
        {"share": "float64", "grade_id": "int64", "top_id": "int64", "strength": "float64", "own": "bool"}
    )
    ordered = typed.sort_values(["down", "grade_id"]).reset_index(drop=True)
    above = ordered["share"].where(ordered["grade_id"] > 0, 0.0)
    end = above.groupby(ordered["down"]).cumsum()
    start = (end - ordered["share"]).where(ordered["grade_id"] > 0, -ordered["share"])
    return ordered.assign(start=start, end=end.where(ordered["grade_id"] > 0, 0.0)).assign(
        middle=lambda frame: (frame["start"] + frame["end"]) / 2
    )
