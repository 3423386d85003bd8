"""The frame of a chart on the Models page: title, what its marks mean, the chart, and a sentence that says it."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.interface.charts import Chart, Colours, current_colours
from core.interface.markup import plain


def draw_chart(
    name: str,
    title: str,
    note: str,
    draw: Callable[[Colours], Chart],
    sentence: str,
    on_pick: Callable[[], None] | None = None,
) -> None:
    """Draw a chart in its frame.

    Args:
        name: Its key.
        title: What it is about; empty where the frame around it says so.
        note: What its marks and axes mean.
        draw: Draws it in the colours of a theme.
        sentence: What it says, in words; names of runs and classes in it are people's and shown as they are.
        on_pick: Called when something in it was clicked; None where nothing can be.
    """
    with st.container(border=bool(title), height="stretch", key=f"card_models_{name}"):
        if title:
            st.subheader(title, anchor=False)
        if note:
            st.caption(note)
        draw_bare(name, draw, on_pick)
        st.markdown(kept_together(sentence))


def draw_bare(name: str, draw: Callable[[Colours], Chart], on_pick: Callable[[], None] | None = None) -> None:
    """Draw a chart without a frame."""
    options: dict[str, Any] = {"on_select": on_pick} if on_pick else {}
    st.vega_lite_chart(
        spec=draw(current_colours()).to_dict(validate=False), width="stretch", key=chart_key(name), **options
    )


def chart_key(name: str) -> str:
    """Return the key under which a chart tells what was picked in it."""
    return f"models_chart_{name}"


# In no text: the private use area.
_GLUE = "\ue000"


def kept_together(words: str) -> str:
    """Return people's words for Markdown, as they are; no-break spaces stay, so that no number parts from its sign."""
    return plain(words.replace("\u00a0", _GLUE)).replace(_GLUE, "\u00a0")
