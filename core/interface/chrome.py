"""What every page shares: navigation, title row with the language switch, what this is not, the look."""

from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Final

import streamlit as st

from core.interface.language import (
    LANGUAGE_KEY,
    announce_language,
    current_language,
    draw_language_switch,
    say,
    settle_language,
)
from core.interface.registry import PAGES, PAGES_DIR, PageEntry, find_page
from core.interface.tidying import tidy_later

FAVICON: Final = Path(__file__).with_name("favicon.svg").read_text(encoding="utf-8")
STYLE_SHEET: Final = Path(__file__).with_name("style.css")
_routing: Final = ContextVar("routing", default=False)


def run_pages(draw_home: Callable[[], None]) -> None:
    """Draw the navigation, the shared header and the page that the address asks for.

    The header carries the page's title: pages do not draw one.

    Args:
        draw_home: Draws Home below its header.
    """
    settle_language()
    # Before the navigation: without an icon of its own the browser would fetch the page's symbol from a font server.
    st.set_page_config(page_icon=FAVICON, layout="wide", menu_items={"About": say("common.app.not_a_diagnosis")})
    pages = {entry.name: _as_streamlit_page(entry, draw_home) for entry in PAGES if entry.present}
    chosen = st.navigation(list(pages.values()), position="top")
    name = next(name for name, page in pages.items() if page is chosen)
    st.set_page_config(page_title=f"{chosen.title} · {say('common.app.name')}")
    st.html(STYLE_SHEET)
    announce_language()
    _draw_header(name)
    token = _routing.set(True)
    try:
        chosen.run()
    finally:
        _routing.reset(token)
        tidy_later()


def through_router() -> None:
    """Make sure that a page is drawn by the router; the first line of every page.

    Until `Home.py` has run once, Streamlit takes the files of `pages/` for pages of its own: whoever opens one by its
    address as the first visitor gets that file alone. The router then runs here, and draws the page inside itself.
    """
    if _routing.get():
        return
    from core.interface.home_view import draw_home

    run_pages(draw_home)
    st.stop()


def draw_page_link(name: str, label: str, **query: str) -> None:
    """Draw a link to another page where that page exists; it keeps the language and adds `query` to the address."""
    entry = find_page(name)
    if entry is None:
        return
    st.page_link(
        PAGES_DIR / entry.file if entry.file else "Home.py",
        label=label,
        icon=entry.icon,
        query_params={LANGUAGE_KEY: current_language().value, **query},
    )


def _as_streamlit_page(entry: PageEntry, draw_home: Callable[[], None]) -> st.Page:
    source = draw_home if entry.file is None else PAGES_DIR / entry.file
    return st.Page(
        source,
        title=say(f"common.page.{entry.name}"),
        icon=entry.icon,
        url_path=entry.name,
        default=entry.file is None,
        help=say(f"common.page_help.{entry.name}"),
        visibility="hidden" if entry.hidden else "visible",
    )


def _draw_header(name: str) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="header"):
        st.title(
            say("common.app.name") if name == "home" else say(f"common.page.{name}"), anchor=False, width="content"
        )
        draw_language_switch()
    st.caption(say("common.app.not_a_diagnosis"))
