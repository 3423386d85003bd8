"""Charts of trainings and models: curves, figures with intervals, cost against quality."""

from collections.abc import Mapping, Sequence
from typing import Final

import altair as alt
import pandas as pd

from core.interface.charts import DARK, SMALL_PX, Chart, Colours, finish, spoken, tips

MOST_LINES: Final = 6
"""More lines than this cannot be told apart in one chart."""

_CURVE_PX: Final = 240
_ROW_PX: Final = 30
_COST_PX: Final = 320
# Where labels stand: this share of the width beside the lines or the longest interval.
_LABEL_SHARE: Final = 0.34
_LABEL_STEP: Final = 15
# The height of a chart in the page includes its axes.
_AXIS_PX: Final = 30
_LIGHT_LINES: Final = ("#0F766E", "#B45309", "#4F6D9A", "#8A5A83", "#6B7A3A", "#292524")
_DARK_LINES: Final = ("#5CCBBE", "#F0A868", "#8FB2E8", "#D9A0D0", "#B9CC7A", "#EDEAE5")
# Beside the colour, so that lines are told apart without it.
_DASHES: Final = ((1, 0), (7, 3), (2, 2), (9, 3, 2, 3), (4, 4), (12, 4))


def run_colours(colours: Colours) -> tuple[str, ...]:
    """Return the colours of up to `MOST_LINES` runs, apart from each other for colour-blind eyes too."""
    return _DARK_LINES if colours is DARK else _LIGHT_LINES


def curves(
    rows: pd.DataFrame,
    colours: Colours,
    description: str,
    titles: Mapping[str, str],
    *,
    runs: Sequence[str],
    percent: bool,
    across: str,
) -> Chart:
    """Draw a figure by epoch: a line a run, the mean over its folds, and a band from the lowest to the highest fold.

    Args:
        rows: One per run and epoch: `run` (as in `runs`), `epoch` (from 1), `mean`, `low`, `high`, and the columns of
            `titles`.
        colours: Of the theme.
        description: What the chart says.
        titles: Columns of the tooltip.
        runs: At most `MOST_LINES`, each labelled at the end of its line.
        percent: Whether the figure is a share.
        across: What the horizontal axis counts.
    """
    last = float(rows["epoch"].max())
    ends = rows.sort_values("epoch").groupby("run", as_index=False).last()
    low, high = float(rows["low"].min()), float(rows["high"].max())
    bottom, top = _padded(low, high)
    ends["label_y"] = _apart(ends["mean"].tolist(), (top - bottom) * _LABEL_STEP / _CURVE_PX)
    scale = alt.Scale(domain=list(runs), range=list(run_colours(colours))[: len(runs)])
    dashes = alt.Scale(domain=list(runs), range=[list(dash) for dash in _DASHES[: len(runs)]])
    edge = last + max(last - 1, 1) * _LABEL_SHARE / (1 - _LABEL_SHARE)
    x = alt.X(
        "epoch:Q",
        title=across,
        scale=alt.Scale(domain=[1, edge], nice=False),
        axis=alt.Axis(values=_epoch_ticks(int(last)), format="d", grid=False),
    )
    axis = alt.Axis(format="~%" if percent else "~g", tickCount=4, grid=True)
    y_scale = alt.Scale(domain=[bottom, top], nice=False, zero=False)
    colour = alt.Color("run:N", scale=scale, legend=None)
    base = alt.Chart(spoken(rows, titles)).encode(x=x, color=colour, description="spoken:N")
    layers = [
        base.mark_area(opacity=0.13).encode(y=alt.Y("low:Q", title=None, scale=y_scale, axis=axis), y2="high:Q"),
        base.mark_line(strokeWidth=2).encode(
            y=alt.Y("mean:Q", title=None), strokeDash=alt.StrokeDash("run:N", scale=dashes, legend=None)
        ),
        base.mark_point(filled=True, size=34, opacity=1).encode(y=alt.Y("mean:Q", title=None), tooltip=tips(titles)),
        alt.Chart(ends)
        .mark_text(align="left", dx=8, fontSize=SMALL_PX, limit=alt.expr(f"width * {_LABEL_SHARE} - 10"))
        .encode(x=x, y=alt.Y("label_y:Q", title=None), color=colour, text="run:N"),
    ]
    return finish(layers, colours, description, _CURVE_PX)


def interval_dots(
    rows: pd.DataFrame,
    colours: Colours,
    description: str,
    titles: Mapping[str, str],
    *,
    down: Sequence[str],
    line_at: float | None = None,
    percent: bool = False,
) -> Chart:
    """Draw figures as dots with their intervals, one row each, the value in words at the right.

    Args:
        rows: One per row: `down` (its label), `value`, `low`, `high` (missing where there is none), `label`,
            `strong` (whether it stands out) and the columns of `titles`.
        colours: Of the theme.
        description: What the chart says.
        titles: Columns of the tooltip.
        down: Rows from the top.
        line_at: Where a line stands that the figures are held against, for example 0 for differences.
        percent: Whether the figures are shares.
    """
    known = rows[["value", "low", "high"]].to_numpy(dtype=float).ravel().tolist()
    values = [value for value in known if value == value] + ([] if line_at is None else [line_at])
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = (high - low) or 1.0
    start = low - room * 0.06
    edge = high + (high - start) * _LABEL_SHARE / (1 - _LABEL_SHARE)
    x_scale = alt.Scale(domain=[start, edge], nice=False, zero=False)
    x = alt.X(
        "value:Q",
        title=None,
        scale=x_scale,
        axis=alt.Axis(format="~%" if percent else "~g", tickCount=5, grid=True),
    )
    y = alt.Y(
        "down:N",
        sort=list(down),
        title=None,
        axis=alt.Axis(labelLimit=190, labelOverlap=False),
        scale=alt.Scale(domain=list(down), paddingInner=0.2, paddingOuter=0.2),
    )
    placed = spoken(rows, titles).assign(label_at=rows[["value", "high"]].astype("float64").max(axis=1))
    if line_at is not None:
        # In a column of their own, clear of the line.
        placed["label_at"] = high
    base = alt.Chart(placed).encode(y=y, tooltip=tips(titles), description="spoken:N")
    tint = alt.condition("datum.strong", alt.value(colours.first), alt.value(colours.muted))
    layers: list[Chart] = []
    if line_at is not None:
        layers.append(
            alt.Chart(pd.DataFrame([{"at": line_at}]))
            .mark_rule(color=colours.text, strokeWidth=1)
            .encode(x=alt.X("at:Q", title=None, scale=x_scale))
        )
    layers += [
        base.mark_rule(strokeWidth=2).encode(x=alt.X("low:Q", title=None, scale=x_scale), x2="high:Q", color=tint),
        base.mark_point(filled=True, size=80, opacity=1).encode(x=x, color=tint),
        base.mark_text(align="left", dx=8, fontSize=SMALL_PX, color=colours.text).encode(
            x=alt.X("label_at:Q", title=None), text="label:N"
        ),
    ]
    return finish(layers, colours, description, _ROW_PX * max(1, len(down)) + _AXIS_PX)


def cost_dots(
    rows: pd.DataFrame, colours: Colours, description: str, titles: Mapping[str, str], *, across: str, up: str
) -> Chart:
    """Draw quality against cost: a labelled dot a run, with the interval of its quality.

    Args:
        rows: One per run: `run`, `cost` (above 0), `value`, `low`, `high`, `pretrained` (bool: a filled dot) and the
            columns of `titles`.
        colours: Of the theme.
        description: What the chart says.
        titles: Columns of the tooltip.
        across: What the cost is, with its unit.
        up: What the quality is.
    """
    cheapest, dearest = float(rows["cost"].min()), float(rows["cost"].max())
    low, high = float(rows["low"].min()), float(rows["high"].max())
    ordered = rows.sort_values("cost").reset_index(drop=True)
    bottom, top = _padded(low, high)
    ordered["label_y"] = _apart(ordered["value"].tolist(), (top - bottom) * _LABEL_STEP / _COST_PX)
    x = alt.X(
        "cost:Q",
        title=across,
        scale=alt.Scale(type="log", domain=[cheapest * 0.85, dearest * (dearest / cheapest * 2) ** 0.5], nice=False),
        axis=alt.Axis(
            values=[10**power * step for power in range(-2, 5) for step in (1, 2, 5)], format="~g", grid=True
        ),
    )
    y_scale = alt.Scale(domain=[bottom, top], nice=False, zero=False)
    base = alt.Chart(spoken(ordered, titles)).encode(x=x, tooltip=tips(titles), description="spoken:N")
    layers = [
        base.mark_rule(strokeWidth=1.5, color=colours.muted, opacity=0.55).encode(
            y=alt.Y("low:Q", title=up, scale=y_scale, axis=alt.Axis(format="~g", tickCount=5)), y2="high:Q"
        ),
        base.mark_point(size=90, opacity=1, strokeWidth=2, color=colours.first).encode(
            y=alt.Y("value:Q", title=up),
            fill=alt.condition("datum.pretrained", alt.value(colours.first), alt.value(colours.surface)),
        ),
        base.mark_text(align="left", dx=9, fontSize=SMALL_PX, color=colours.text).encode(
            y=alt.Y("label_y:Q", title=up), text="run:N"
        ),
    ]
    return finish(layers, colours, description, _COST_PX)


def _padded(low: float, high: float) -> tuple[float, float]:
    """Return the ends of an axis that leaves a little room, so that labels can be placed to the pixel."""
    room = (high - low or abs(high) or 1.0) * 0.05
    return low - room, high + room


def _epoch_ticks(last: int) -> list[int]:
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500) if last / step <= 8 or step == 500)
    return [1, *range(step if step > 1 else 2, last + 1, step)] if last > 1 else [1]


def _apart(values: Sequence[float], gap: float) -> list[float]:
    """Move labels apart until each stands at least `gap` from the next, as little as that takes."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    moved = [values[place] for place in order]
    for _ in range(60):
        close = [i for i in range(len(moved) - 1) if moved[i + 1] - moved[i] < gap * 0.999]
        if not close:
            break
        for i in close:
            push = (gap - (moved[i + 1] - moved[i])) / 2
            moved[i] -= push
            moved[i + 1] += push
    result = list(values)
    for place, value in zip(order, moved, strict=True):
        result[place] = value
    return result
