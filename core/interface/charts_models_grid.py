"""What a model takes for what, and whether its likelihoods mean what they say."""

from collections.abc import Mapping, Sequence
from typing import Final

import altair as alt
import pandas as pd

from core.interface.charts import SMALL_PX, Chart, Colours, finish, picker, spoken, tips

# The height of a chart in the page includes the names of its columns.
_HEAD_PX: Final = 56
_SLANTED_PX: Final = 110
_ROW_PX: Final = 46
_MANY_ROW_PX: Final = 34
_RELIABILITY_PX: Final = 280


def confusion(
    rows: pd.DataFrame,
    colours: Colours,
    description: str,
    titles: Mapping[str, str],
    *,
    classes: Sequence[str],
    labelled: str,
    predicted: str,
) -> Chart:
    """Draw photos by label (down) and by what was predicted (across); a cell can be clicked.

    Args:
        rows: One per cell: `label`, `grade` (as in `classes`), `label_id`, `grade_id` (positions as text), `n`,
            `share` (of the photos with that label, 0..1 or missing), `words`, `strength` (1, or less where another
            cell was clicked) and the columns of `titles`.
        colours: Of the theme.
        description: What the chart says.
        titles: Columns of the tooltip.
        classes: In order.
        labelled: Name of the vertical axis.
        predicted: Name of the horizontal axis.
    """
    many = len(classes) > 5
    base = alt.Chart(spoken(rows, titles)).encode(
        x=alt.X(
            "grade:N",
            sort=list(classes),
            title=predicted,
            axis=alt.Axis(
                orient="top",
                labelAngle=-40 if many else 0,
                labelLimit=110,
                labelOverlap=False,
                labelFlush=False,
                titlePadding=10,
            ),
            scale=alt.Scale(domain=list(classes), paddingInner=0.05, paddingOuter=0),
        ),
        y=alt.Y(
            "label:N",
            sort=list(classes),
            title=labelled,
            axis=alt.Axis(labelLimit=110, labelFlush=False, titlePadding=10),
            scale=alt.Scale(domain=list(classes), paddingInner=0.07, paddingOuter=0),
        ),
        tooltip=tips(titles),
        description="spoken:N",
    )
    cells = base.mark_rect(cornerRadius=3, cursor="pointer").encode(
        color=alt.Color(
            "share:Q", scale=alt.Scale(domain=[0, 1], range=list(colours.ramp), interpolate="lab"), legend=None
        ),
        opacity=alt.Opacity("strength:Q", scale=None, legend=None),
    )
    strong = "datum.share > 0.6 && datum.strength == 1"
    words = base.mark_text(fontSize=SMALL_PX, cursor="pointer").encode(
        text="words:N", color=alt.condition(strong, alt.value(colours.surface), alt.value(colours.text))
    )
    height = (_MANY_ROW_PX if many else _ROW_PX) * len(classes) + (_SLANTED_PX if many else _HEAD_PX)
    return finish([cells.add_params(picker(["label_id", "grade_id"])), words], colours, description, height)


def reliability_dots(
    rows: pd.DataFrame, colours: Colours, description: str, titles: Mapping[str, str], *, across: str, up: str
) -> Chart:
    """Draw how often a model was right against how sure it said it was; on the line both are the same.

    Args:
        rows: One per bin with photos: `confidence`, `accuracy` (0..1), `low`, `high`, `n` and the columns of
            `titles`.
        colours: Of the theme.
        description: What the chart says.
        titles: Columns of the tooltip.
        across: Name of the horizontal axis.
        up: Name of the vertical axis.
    """
    share = alt.Scale(domain=[0, 1])
    axis = alt.Axis(format="~%", tickCount=5, grid=True)
    even = alt.Chart(pd.DataFrame([{"confidence": 0.0, "accuracy": 0.0}, {"confidence": 1.0, "accuracy": 1.0}]))
    base = alt.Chart(spoken(rows, titles)).encode(
        x=alt.X("confidence:Q", title=across, scale=share, axis=axis), tooltip=tips(titles), description="spoken:N"
    )
    layers = [
        even.mark_line(strokeDash=[5, 4], strokeWidth=1.5, color=colours.muted).encode(
            x=alt.X("confidence:Q", scale=share, axis=axis), y=alt.Y("accuracy:Q", title=up, scale=share, axis=axis)
        ),
        base.mark_rule(strokeWidth=1.5, color=colours.first).encode(y=alt.Y("low:Q", title=up), y2="high:Q"),
        base.mark_circle(opacity=1, color=colours.first).encode(
            y=alt.Y("accuracy:Q", title=up),
            size=alt.Size("n:Q", scale=alt.Scale(range=[35, 380], zero=True), legend=None),
        ),
    ]
    return finish(layers, colours, description, _RELIABILITY_PX)
