"""The operator's door: what changes the installation for everybody stands behind a password.

Without a password in the settings there is no door, and nothing behind it can be reached. Once open, it is open on
every page of the session.
"""

import hmac
import time
from typing import Final

import streamlit as st

from core.interface.language import say
from core.settings import get_settings

_OPEN_KEY: Final = "operator_open"
_TYPED_KEY: Final = "operator_password"
_WRONG_KEY: Final = "operator_wrong"
# Makes guessing slow, and a slip of the finger not noticeably so.
_WAIT_S: Final = 1.0


def has_door() -> bool:
    """Whether the operator has set a password."""
    return get_settings().operator_password is not None


def is_open() -> bool:
    """Whether this session has given the password."""
    return has_door() and bool(st.session_state.get(_OPEN_KEY))


def draw_door() -> None:
    """Draw the form that asks for the password."""
    with st.form("operator_door", border=False):
        st.text_input(say("products.operator.password"), type="password", key=_TYPED_KEY, max_chars=200, width=360)
        st.form_submit_button(say("products.operator.enter"), type="primary", on_click=_enter)
    if st.session_state.pop(_WRONG_KEY, False):
        st.error(say("products.operator.wrong"))


def draw_leave() -> None:
    """Draw the button that closes the door again."""
    st.button(say("products.operator.leave"), icon=":material/lock:", type="tertiary", on_click=_leave)


def _enter() -> None:
    password = get_settings().operator_password
    typed = str(st.session_state.get(_TYPED_KEY, ""))
    if password is not None and hmac.compare_digest(typed.encode(), password.get_secret_value().encode()):
        st.session_state[_OPEN_KEY] = True
        return
    time.sleep(_WAIT_S)
    st.session_state[_WRONG_KEY] = True


def _leave() -> None:
    st.session_state[_OPEN_KEY] = False
