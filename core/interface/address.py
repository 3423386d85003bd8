"""State of a page in the address: what is chosen there can be sent to somebody.

Each choice is a widget with its own session key and a parameter in the address. The address wins when a link brings
something new; otherwise the session does, so that choices survive a visit to another page.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, TypeVar

import streamlit as st

T = TypeVar("T")

# Lets the filters of a page stand in pairs on a phone.
FILTERS_STYLE_SHEET: Final = Path(__file__).with_name("filters.css")

_WRITTEN_KEY: Final = "address_written"
_LONGEST_WORDS: Final = 60


def settle_choice(page: str, name: str, options: Sequence[T], default: T) -> str:
    """Settle a choice before its widget is drawn, and return the key for the widget.

    Nonsense in the address, and a choice that is no longer offered, give the default.

    Args:
        page: Name of the page.
        name: The parameter in the address.
        options: What can be chosen; `str()` of an option stands in the address.
        default: Chosen where nothing else is.
    """
    key = _key(page, name)
    came = arrived(page, name)
    if came is not None:
        st.session_state[key] = next((option for option in options if str(option) == came), default)
    elif st.session_state.get(key, default) not in options or key not in st.session_state:
        st.session_state[key] = default
    return key


def settle_words(page: str, name: str) -> str:
    """Settle a text field before it is drawn, and return the key for it."""
    key = _key(page, name)
    came = arrived(page, name)
    if came is not None:
        st.session_state[key] = " ".join(came.split())[:_LONGEST_WORDS]
    else:
        st.session_state.setdefault(key, "")
    return key


def write_address(page: str, **chosen: object) -> None:
    """Write what is chosen into the address; None and empty words are left out of it."""
    written = {name: str(value) for name, value in chosen.items() if value is not None and value != ""}
    put_parameters(tuple(chosen), written)
    st.session_state[f"{_WRITTEN_KEY}_{page}"] = written


def put_parameters(names: Sequence[str], written: Mapping[str, str]) -> None:
    """Write parameters of the address in one go, so that the browser's way back leads to the view before.

    Args:
        names: All that the page writes; those that are not written are taken away, others are left alone.
        written: Those that are, with their values.
    """
    if {name: st.query_params[name] for name in names if name in st.query_params} == written:
        return
    others = {name: st.query_params.get_all(name) for name in st.query_params if name not in names}
    st.query_params.from_dict({**others, **written})


def arrived(page: str, name: str) -> str | None:
    """Return what a link brought: a parameter that this page did not write itself; None where it brought nothing."""
    value = st.query_params.get(name)
    written: dict[str, str] = st.session_state.get(f"{_WRITTEN_KEY}_{page}", {})
    return None if value is None or value == written.get(name) else value


def _key(page: str, name: str) -> str:
    return f"{page}_{name}"
