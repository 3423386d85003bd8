"""Who may train, see the photos of a manifest and change which model grades: whoever runs this installation.

Where the operator has set a password, it is asked for. Without one, only somebody who sits at this very machine may:
the page was opened at its own address (`localhost`), and nothing forwarded the request.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from core.interface.language import say
from core.interface.operator_door import draw_door, has_door, is_open

_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_FORWARDED: Final = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")


def may_operate() -> bool:
    """Whether this session may do what is the operator's."""
    return is_open() if has_door() else _at_this_machine()


def draw_operator_only(reason: str) -> None:
    """Say that something is the operator's, and ask for the password where there is one.

    Args:
        reason: What is behind the door, in words.
    """
    st.markdown(reason)
    if has_door():
        draw_door()
    else:
        st.info(say("models.door.no_password"), icon=":material/lock:")


def _at_this_machine() -> bool:
    headers = st.context.headers
    if any(headers.get(name) for name in _FORWARDED):
        return False
    # Browsers send where a page was opened; a page opened elsewhere cannot say localhost.
    hosts = [urlsplit(headers.get("Origin") or "").hostname, urlsplit(f"//{headers.get('Host') or ''}").hostname]
    return st.context.ip_address in (None, *_LOCAL) and all(host in _LOCAL for host in hosts)
