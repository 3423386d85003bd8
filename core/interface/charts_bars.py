"""Bars: rates by sex and age with their intervals."""

from collections.abc import Mapping, Sequence
from functools import cache
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
    share_axis,
    spoken,
    template,
    tips,
    width_for,
)
from core.interface.charts_drawn import Drawn, Spec, slot, table

_BAR_PX: Final = 21
_SINGLE_BAR_PX: Final = 30
# Room for the label beyond the longest interval.
_LABEL_ROOM: Final = 1.55
_NAME_PX: Final = 54
_LEGIBLE: Final = 0.7


def rate_bars(
    rows: pd.DataFrame,
    colours: Colours,
    description: str,
    titles: Mapping[str, str],
    *,
    down: Sequence[str],
    within: Sequence[str],
    tints: Sequence[str],
    watermark: str = "",
) -> Drawn:
    """Draw rates as bars in groups, with 95 % intervals; each is labelled.

    Args:
        rows: One per bar: `down` (label of its group), `within` (label of the bar), `down_id`, `within_id`, `share`,
            `low`, `high` (0..1 or missing), `label`, `short` (the same for a narrow chart), `strength`, the columns of
            `titles`, and, where there is a figure from elsewhere to compare with, `reference` (0..1 or missing).
        colours: Of the theme.
        description: What the chart says.
        titles: Columns of the tooltip.
        down: Groups, from the top.
        within: Bars of a group, from the top.
        tints: Colour of each of these.
        watermark: Words across the chart.
    """
    ends = ["high", "reference"] if "reference" in rows else ["high"]
    rows = rows.assign(label_at=rows[ends].astype("float64").max(axis=1))
    edge = rows["label_at"].max() * _LABEL_ROOM if rows["label_at"].notna().any() else 1.0
    single = len(within) == 1
    return Drawn(
        _rate_bars(colours, as_titles(titles), watermark, tuple(tints), single=single, reference=len(ends) > 1),
        {
            "down": list(down),
            "within": list(within),
            "edge": float(edge),
            "hidden_end": str(edge * 0.16),
            "wide": width_for(rows["label"], 1 - 1 / _LABEL_ROOM),
        },
        {"rows": spoken(rows, titles)},
        {
            "height": len(down) * (_SINGLE_BAR_PX if single else _BAR_PX * len(within)),
            "description": description,
        },
    )


def _labels(base: Chart, colours: Colours, *, reference: bool) -> Chart:
    # What is not picked is pale, but its words are still there to be read.
    told = base.transform_calculate(told=FITTING, legible=f"max(datum.strength, {_LEGIBLE})")
    shown = alt.Opacity("legible:Q", scale=None, legend=None)
    if reference:
        # At the edge: behind a figure from elsewhere, a label would seem to be that figure's.
        return told.mark_text(align="right", x="width", dx=-2, color=colours.text, fontSize=SMALL_PX).encode(
            text="told:N", opacity=shown
        )
    return told.mark_text(align="left", dx=6, color=colours.text, fontSize=SMALL_PX).encode(
        x=alt.X("label_at:Q", title=None), text="told:N", opacity=shown
    )


@cache
def _rate_bars(
    colours: Colours, titles: Titles, watermark: str, tints: tuple[str, ...], *, single: bool, reference: bool
) -> Spec:
    across = alt.X(
        "share:Q",
        title=None,
        scale=alt.Scale(domain=[0, slot("edge")]),
        axis=share_axis(),
    )
    base = alt.Chart(table("rows")).encode(
        y=alt.Y(
            "down:N",
            sort=slot("down"),
            title=None,
            axis=alt.Axis(
                labelPadding=8 if single else _NAME_PX,
                labelFontWeight="normal" if single else "bold",
                labelOverlap=False,
            ),
            scale=alt.Scale(paddingInner=0.14, paddingOuter=0.06),
        ),
        yOffset=alt.YOffset("within:N", sort=slot("within"), scale=alt.Scale(paddingInner=0.08)),
        tooltip=tips(titles),
        description="spoken:N",
    )
    bars = base.mark_bar(cornerRadiusEnd=3, cursor="pointer").encode(
        x=across,
        color=alt.Color("within:N", scale=alt.Scale(domain=slot("within"), range=list(tints)), legend=None),
        opacity=opacity(),
    )
    hidden = (
        base.transform_filter("!isValid(datum.share)")
        .transform_calculate(zero="0", end=slot("hidden_end"))
        .mark_bar(fill=hatch(colours), cornerRadius=2)
        .encode(x=alt.X("zero:Q", title=None), x2="end:Q")
    )
    layers = [
        bars.add_params(picker(["down_id", "within_id"])),
        hidden,
        base.mark_rule(strokeWidth=1.5, color=colours.text).encode(
            x=alt.X("low:Q", title=None), x2="high:Q", opacity=opacity()
        ),
        _labels(base, colours, reference=reference),
    ]
    if not single:
        layers.append(
            base.mark_text(align="right", x=-6, color=colours.muted, fontSize=SMALL_PX).encode(text="within:N")
        )
    if reference:
        layers.append(
            base.transform_filter("isValid(datum.reference)")
            .mark_point(shape="diamond", size=90, filled=False, strokeWidth=1.8, color=colours.second, opacity=1)
            .encode(x=alt.X("reference:Q", title=None))
        )
    return template(layers, colours, watermark)
