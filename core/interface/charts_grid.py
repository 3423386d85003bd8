"""Two grids: how common each condition is at each age, and which conditions go together."""

from collections.abc import Mapping, Sequence
from functools import cache
from math import log2
from typing import Final

import altair as alt
import pandas as pd

from core.interface.charts import (
    LETTER_PX,
    SMALL_PX,
    Chart,
    Colours,
    Titles,
    as_titles,
    hatch,
    picker,
    spoken,
    template,
    tips,
)
from core.interface.charts_drawn import Drawn, Spec, slot, table

_ROW_PX: Final = 38
_GAP_PX: Final = 5
_TWO_LINES: Final = "split(datum.label, '|')"
# The second line is a count, in few letters where columns are narrow.
_COUNTED: Final = f"[split(datum.label, '|')[0], split(datum.label, '|')[width < {slot('wide')} ? 2 : 1]]"
# A lift this far from one is drawn in the full colour.
_FULL_LIFT: Final = 4.0


def _grid(titles: Titles, names: str = _TWO_LINES) -> Chart:
    """Lay out labelled cells, the columns' names above them."""
    return alt.Chart(table("rows")).encode(
        x=alt.X(
            "across:N",
            sort=slot("across"),
            title=None,
            axis=alt.Axis(
                labelExpr=names,
                labelAngle=0,
                labelOverlap=False,
                labelFlush=False,
                orient="top",
                labelPadding=20,
                labelFontSize=SMALL_PX,
            ),
            scale=alt.Scale(paddingInner=0.05, paddingOuter=0),
        ),
        y=alt.Y("down:N", sort=slot("down"), title=None, scale=alt.Scale(paddingInner=0.07, paddingOuter=0)),
        tooltip=tips(titles),
        description="spoken:N",
    )


def heat_map(
    rows: pd.DataFrame,
    colours: Colours,
    description: str,
    titles: Mapping[str, str],
    *,
    across: Sequence[str],
    down: Sequence[str],
    watermark: str = "",
) -> Drawn:
    """Draw shares as a grid of labelled cells; what is not shown is hatched.

    Args:
        rows: One per cell: `across` (its name, a bar, its count, a bar, this in few letters), `down`, `across_id`,
            `down_id`, `share` (0..1 or missing), `label`, `strength`, `focus` (whether it is of the condition asked
            for), and the columns of `titles`.
        colours: Of the theme.
        description: What the chart says.
        titles: Columns of the tooltip.
        across: Labels of the columns, from the left.
        down: Labels of the rows, from the top.
        watermark: Words across the chart.
    """
    most = max(rows["share"].max(skipna=True), 0.01) if rows["share"].notna().any() else 1.0
    return Drawn(
        _heat_map(colours, as_titles(titles), watermark),
        {
            "across": list(across),
            "down": list(down),
            "most": float(most),
            "strong": float(0.62 * most),
            "wide": len(across) * (LETTER_PX * max(len(name.split("|")[1]) for name in across) + _GAP_PX),
        },
        {"rows": spoken(rows, titles)},
        {"height": _ROW_PX * len(down), "description": description},
    )


@cache
def _heat_map(colours: Colours, titles: Titles, watermark: str) -> Spec:
    base = _grid(titles, _COUNTED)
    cells = base.mark_rect(cornerRadius=3, cursor="pointer").encode(
        color=alt.Color(
            "share:Q",
            scale=alt.Scale(domain=[0, slot("most")], range=list(colours.ramp), interpolate="lab"),
            legend=None,
        ),
        opacity=alt.Opacity("strength:Q", scale=None, legend=None),
        stroke=alt.condition("datum.focus", alt.value(colours.second), alt.value("transparent")),
        strokeWidth=alt.value(1.6),
    )
    hidden = base.transform_filter("!isValid(datum.share)").mark_rect(cornerRadius=3, fill=hatch(colours))
    # What is not picked stays readable: on a pale cell the words keep the colour of the page's text.
    strong = f"datum.share > {slot('strong')} && datum.strength == 1"
    words = base.mark_text(fontSize=SMALL_PX, cursor="pointer").encode(
        text="label:N",
        color=alt.condition(strong, alt.value(colours.surface), alt.value(colours.text)),
    )
    layers = [cells.add_params(picker(["across_id", "down_id"])), hidden, words]
    return template(layers, colours, watermark)


def _shift(lift: float) -> float:
    return -1.0 if lift <= 0 else max(-1.0, min(1.0, log2(lift) / log2(_FULL_LIFT)))


def lift_matrix(
    rows: pd.DataFrame,
    colours: Colours,
    description: str,
    titles: Mapping[str, str],
    *,
    across: Sequence[str],
    down: Sequence[str],
    watermark: str = "",
) -> Drawn:
    """Draw how many times as often as by chance two conditions go together.

    Args:
        rows: One per pair: `across`, `down` (labels), `lift` (above 0, or missing), `label`, and the columns of
            `titles`.
        colours: Of the theme.
        description: What the chart says.
        titles: Columns of the tooltip.
        across: Labels of the columns, from the left.
        down: Labels of the rows, from the top.
        watermark: Words across the chart.
    """
    # In steps of doubling: half as often is as far from one as twice as often.
    shifts = [None if pd.isna(lift) else _shift(float(lift)) for lift in rows["lift"]]
    placed = rows.assign(shift=pd.Series(shifts, index=rows.index, dtype="float64"))
    return Drawn(
        _lift_matrix(colours, as_titles(titles), watermark),
        {"across": list(across), "down": list(down)},
        {"rows": spoken(placed, titles)},
        {"height": _ROW_PX * len(down), "description": description},
    )


@cache
def _lift_matrix(colours: Colours, titles: Titles, watermark: str) -> Spec:
    base = _grid(titles)
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color(
            "shift:Q",
            scale=alt.Scale(domain=[-1, 0, 1], range=[colours.less, colours.even, colours.first], interpolate="lab"),
            legend=None,
        )
    )
    hidden = base.transform_filter("!isValid(datum.lift)").mark_rect(cornerRadius=3, fill=hatch(colours))
    words = base.mark_text(fontSize=SMALL_PX).encode(
        text="label:N",
        color=alt.condition("datum.shift > 0.7", alt.value(colours.surface), alt.value(colours.text)),
    )
    return template([cells, hidden, words], colours, watermark)
