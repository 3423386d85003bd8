"""Counting what a session was shown and clicked: once for each view, however often its page runs again."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from core.errors import ScalpError
from core.interface.resources import get_store
from core.records.product_counts import Reader, count_click, count_shown

_log = logging.getLogger(__name__)
_VIEWS_KEY: Final = "product_views"


@dataclass
class _View:
    """What was counted of one view. Its reader stays as first seen: one view is one kind of reader."""

    reader: Reader
    shown: set[str] = field(default_factory=set)
    clicked: set[str] = field(default_factory=set)


def note_shown(view: str, reader: Reader, products: Iterable[str]) -> None:
    """Count what a view shows, where it was not counted in this view before.

    That something cannot be counted is no matter of the reader's: it goes to the log.

    Args:
        view: Names the result that is looked at; never leaves the session.
        reader: Whose view it is; what was given first counts.
        products: What is on the page.
    """
    views: dict[str, _View] = st.session_state.setdefault(_VIEWS_KEY, {})
    known = views.get(view, _View(reader))
    new = [product for product in dict.fromkeys(products) if product not in known.shown]
    if not new:
        return
    try:
        count_shown(get_store(), known.reader, new, new_view=view not in views)
    except ScalpError as error:
        _log.warning("what was shown could not be counted: %s", error)
        return
    known.shown.update(new)
    views[view] = known


def on_click(view: str, product: str) -> None:
    """Count, when a link is pressed, that it was; once for each product of a view."""
    known: _View | None = st.session_state.get(_VIEWS_KEY, {}).get(view)
    if known is None or product not in known.shown or product in known.clicked:
        return
    try:
        count_click(get_store(), known.reader, product, first=not known.clicked)
    except ScalpError as error:
        _log.warning("a click could not be counted: %s", error)
    else:
        known.clicked.add(product)
