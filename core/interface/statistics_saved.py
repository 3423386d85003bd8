"""Views with a name: save the one that is open, open one again, delete one."""

from typing import Final
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from core.errors import ScalpError
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.resources import get_store
from core.interface.statistics_link import read_question
from core.interface.statistics_question import Offered, Question
from core.interface.statistics_state import ask, current_question
from core.records.saved_views import LONGEST_NAME, SavedView, delete_view, list_views, save_view

_NAME_KEY: Final = "statistics_view_name"
_NOTICE_KEY: Final = "statistics_view_notice"
_DOOMED_KEY: Final = "statistics_view_doomed"


def draw_saved_views(offered: Offered) -> None:
    """Draw the button behind which saved views are.

    Args:
        offered: What there is to choose from, for views saved when there was more.
    """
    with st.popover(say("statistics.saved.title"), icon=":material/bookmark:"):
        _draw_notice()
        views = list_views(get_store())
        for number, view in enumerate(views):
            _draw_view(number, view, offered)
        if not views:
            st.caption(say("statistics.saved.none"))
        st.text_input(say("statistics.saved.name"), key=_NAME_KEY, max_chars=LONGEST_NAME)
        st.button(say("statistics.saved.save"), key="statistics_view_save", icon=":material/add:", on_click=_save)
        st.caption(say("statistics.saved.note"))


def _draw_view(number: int, view: SavedView, offered: Offered) -> None:
    if st.session_state.get(_DOOMED_KEY) == view.name:
        st.markdown(say("statistics.saved.sure", name=plain(view.name)))
        with st.container(horizontal=True):
            st.button(say("statistics.saved.delete_yes"), key="view_doomed", on_click=_delete, args=(view.name,))
            st.button(say("statistics.saved.keep"), key="view_kept", on_click=_doom, args=(None,))
        return
    with st.container(horizontal=True, vertical_alignment="center", wrap=False):
        st.button(
            plain(view.name),
            key=f"view_open_{number}",
            type="tertiary",
            icon=":material/bookmark:",
            width="stretch",
            on_click=_open,
            args=(view, offered),
        )
        st.button(
            say("statistics.saved.delete"),
            key=f"view_delete_{number}",
            type="tertiary",
            icon=":material/delete:",
            on_click=_doom,
            args=(view.name,),
        )


def _open(view: SavedView, offered: Offered) -> None:
    question, _ = read_question(dict(parse_qsl(view.address)), offered, Question(demo=current_question().demo))
    ask(question)


def _save() -> None:
    address = urlencode(current_question().in_address())
    try:
        saved = save_view(get_store(), st.session_state[_NAME_KEY], address)
    except ScalpError as error:
        st.session_state[_NOTICE_KEY] = error
    else:
        st.session_state[_NOTICE_KEY] = saved.name
        st.session_state[_NAME_KEY] = ""


def _delete(name: str) -> None:
    st.session_state.pop(_DOOMED_KEY, None)
    try:
        delete_view(get_store(), name)
    except ScalpError as error:
        st.session_state[_NOTICE_KEY] = error


def _doom(name: str | None) -> None:
    st.session_state[_DOOMED_KEY] = name


def _draw_notice() -> None:
    notice: ScalpError | str | None = st.session_state.pop(_NOTICE_KEY, None)
    if isinstance(notice, ScalpError):
        st.error(plain(notice.message(current_language())))
    elif notice is not None:
        st.success(say("statistics.saved.done", name=plain(notice)), icon=":material/check:")
