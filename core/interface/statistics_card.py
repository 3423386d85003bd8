"""The frame every chart stands in: title, chart, a sentence that says what it shows, its SQL, and files to save."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd
import streamlit as st

from core.interface.charts import LIGHT, Colours, current_colours
from core.interface.charts_drawn import Drawn
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.statistics_picture import Kind, as_picture
from core.interface.statistics_table import Row, Stamp, as_csv, as_parquet
from core.interface.statistics_words import stamp_lines

_TABLE_FILES: Final = {"csv": ("text/csv", as_csv), "parquet": ("application/vnd.apache.parquet", as_parquet)}
# In no text: the private use area.
_GLUE: Final = "\ue000"
_WITHIN_NUMBERS: Final = re.compile(r"(?<=\d)\\?[-\u2013](?=\d)")
_MIME: Final[Mapping[Kind, str]] = {"png": "image/png", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class Card:
    """One chart with everything about it.

    Attributes:
        name: Its key, and the name of its files.
        title: What it is about.
        note: What its marks and axes mean.
        sentence: What it says, in words.
        rows: The figures behind it.
        counted: Who was counted, in words, and how many: a chart that is clicked keeps its context.
        sql: What was asked of the records for them, to read: the SQL corner has the published tables alone, and what is
            not told is taken out after this query.
        draw: Draws it in the colours of a theme; None for a table.
        table: What stands in place of a chart.
    """

    name: str
    title: str
    note: str
    sentence: str
    rows: Sequence[Row]
    counted: tuple[str, int | None]
    sql: str
    draw: Callable[[Colours], Drawn] | None
    table: pd.DataFrame | None = None


def draw_card(card: Card, stamp: Stamp, on_pick: Callable[[], None] | None = None, nonce: int = 0) -> None:
    """Draw a chart in its frame.

    Args:
        card: The chart.
        stamp: Where the figures of the page come from.
        on_pick: Called when something in the chart was clicked or drawn over; None where nothing can be.
        nonce: Another number draws the chart anew, without what was drawn over in it.
    """
    stamp = replace(stamp, filters=card.counted[0], people=card.counted[1])
    with st.container(border=True, height="stretch", key=f"card_{card.name}"):
        st.subheader(card.title, anchor=False)
        if card.note:
            st.caption(card.note)
        options: dict[str, Any] = {"on_select": on_pick} if on_pick else {}
        if card.draw is None:
            # Lines break where a phone has no room for them.
            st.table(card.table, border="horizontal", hide_index=True)
        else:
            spec, key = card.draw(current_colours()).filled, f"{chart_key(card.name)}_{nonce}"
            st.vega_lite_chart(spec=spec, width="stretch", key=key, **options)
        st.markdown(_kept_together(card.sentence))
        _draw_tools(card, stamp)


def _kept_together(words: str) -> str:
    """Return words for Markdown in which no number parts from its sign, and no interval or month is broken in two."""
    joined = plain(words.replace("\u00a0", _GLUE)).replace(_GLUE, "\u00a0")
    return _WITHIN_NUMBERS.sub("\\g<0>\u2060", joined)


def chart_key(name: str) -> str:
    """Return the start of the key under which a chart tells what was picked in it."""
    return f"statistics_chart_{name}"


@st.fragment
def _draw_tools(card: Card, stamp: Stamp) -> None:
    with st.container(horizontal=True, gap="small", key=f"tools_{card.name}"):
        # What is behind a button is drawn when it is opened: eight charts would draw fifty widgets that nobody sees.
        sql = _popover(card, "sql", ":material/code:")
        if sql.open:
            with sql:
                st.caption(say("statistics.tools.sql_note"))
                st.code(card.sql, language="sql", wrap_lines=True)
        save = _popover(card, "save", ":material/download:")
        if save.open:
            with save:
                st.caption(say("statistics.tools.save_note"))
                if card.draw is not None:
                    for kind in _MIME:
                        _draw_picture(card, card.draw, stamp, kind)
                for ending in _TABLE_FILES:
                    _draw_file(card, stamp, ending)


def _popover(card: Card, name: str, icon: str) -> Any:  # noqa: ANN401 (Streamlit names no type for it)
    return st.popover(
        say(f"statistics.tools.{name}"), icon=icon, type="tertiary", key=f"{name}_{card.name}", on_change="rerun"
    )


def _draw_picture(card: Card, draw: Callable[[Colours], Drawn], stamp: Stamp, kind: Kind) -> None:
    # When the button is pressed, nothing of the session is known any more.
    lines = (card.sentence, *stamp_lines(current_language(), stamp))

    def picture() -> bytes:
        return as_picture(draw(LIGHT).as_altair(), card.title, lines, kind)

    _draw_download(card, stamp, kind, picture, _MIME[kind])


def _draw_file(card: Card, stamp: Stamp, kind: str) -> None:
    mime, write = _TABLE_FILES[kind]
    _draw_download(card, stamp, kind, lambda: write(card.rows, stamp), mime, disabled=not card.rows)


def _draw_download(
    card: Card, stamp: Stamp, kind: str, make: Callable[[], bytes], mime: str, *, disabled: bool = False
) -> None:
    st.download_button(
        say(f"statistics.tools.{kind}"),
        # Made when asked for: a picture takes a moment.
        make,
        file_name=stamp.file_name(card.name, kind),
        mime=mime,
        key=f"save_{card.name}_{kind}",
        on_click="ignore",
        disabled=disabled,
        width="stretch",
    )
