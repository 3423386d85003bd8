"""Counting what a session was shown and clicked: once for each view, however often its page runs again."""

import logging
from collections.abc import Iterable
from typing import Final

import streamlit as st

from core.errors import ScalpError
from core.interface.resources import get_store
from core.records.product_counts import Shown, count_click, count_shown

_log = logging.getLogger(__name__)
_SHOWN_KEY: Final = "products_shown"
_CLICKED_KEY: Final = "products_clicked"

_Seen = dict[tuple[str, str], Shown]


def note_shown(view: str, shown: Iterable[Shown]) -> None:
    """Count what a view shows, where it was not counted in this view before.

    That something cannot be counted is no matter of the reader's: it goes to the log.

    Args:
        view: Names the result that is looked at; never leaves the session.
        shown: What is on the page.
    """
    seen: _Seen = st.session_state.setdefault(_SHOWN_KEY, {})
    new = {(view, one.product_id): one for one in shown if (view, one.product_id) not in seen}
    if not new:
        return
    try:
        count_shown(get_store(), new.values())
    except ScalpError as error:
        _log.warning("what was shown could not be counted: %s", error)
    else:
        seen.update(new)


def on_click(view: str, product_id: str) -> None:
    """Count, when a link is pressed, that it was; once for each view."""
    seen: _Seen = st.session_state.get(_SHOWN_KEY, {})
    clicked: set[tuple[str, str]] = st.session_state.setdefault(_CLICKED_KEY, set())
    key = (view, product_id)
    if key not in seen or key in clicked:
        return
    try:
        count_click(get_store(), seen[key])
    except ScalpError as error:
        _log.warning("a click could not be counted: %s", error)
    else:
        clicked.add(key)
