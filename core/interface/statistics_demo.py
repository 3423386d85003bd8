"""The demonstration: offered where there is nothing, labelled while it is shown, removed when asked."""

from collections.abc import Callable
from typing import Final

import streamlit as st

from core.errors import ScalpError
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.resources import get_store
from core.records.demo import ROWS, add_demo, remove_demo

_NOTICE_KEY: Final = "demo_notice"


def draw_demo_offer(on_added: Callable[[], None] | None = None) -> None:
    """Offer to add the demonstration.

    Args:
        on_added: Called when it is there.
    """
    with st.container(border=True, key="demo_offer"):
        st.markdown(say("statistics.demo.offer", n=f"{ROWS:,}"))
        st.button(say("statistics.demo.add"), key="demo_add", type="primary", on_click=_add, args=(on_added,))


def draw_demo_banner() -> None:
    """Say that what follows is a demonstration."""
    st.warning(say("statistics.demo.banner"), icon=":material/science:")


def draw_demo_removal() -> None:
    """Offer to remove the demonstration, asking once more before it is done."""
    with st.popover(say("statistics.demo.remove"), icon=":material/delete:"):
        st.markdown(say("statistics.demo.sure"))
        st.button(say("statistics.demo.remove_yes"), key="demo_remove", type="primary", on_click=_remove)


def take_notice() -> None:
    """Say, once, what came of the last button."""
    notice: str | ScalpError | None = st.session_state.pop(_NOTICE_KEY, None)
    if isinstance(notice, ScalpError):
        st.error(plain(notice.message(current_language())), title=say("common.error.title"))
    elif notice is not None:
        st.success(say(f"statistics.demo.{notice}"), icon=":material/check:")


def _add(on_added: Callable[[], None] | None) -> None:
    try:
        with st.spinner(say("statistics.demo.adding")):
            add_demo(get_store(), ROWS)
    except ScalpError as error:
        st.session_state[_NOTICE_KEY] = error
    else:
        if on_added is not None:
            on_added()


def _remove() -> None:
    try:
        with st.spinner(say("statistics.demo.removing")):
            remove_demo(get_store())
    except ScalpError as error:
        st.session_state[_NOTICE_KEY] = error
    else:
        st.session_state[_NOTICE_KEY] = "removed"
