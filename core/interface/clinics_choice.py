"""Which clinic is chosen and which page of the list is open, and what of a followed link could not be used."""

from typing import Final

import streamlit as st

from core.clinics.directory import Directory
from core.interface.address import arrived
from core.interface.language import say
from core.interface.markup import plain

PAGE: Final = "clinics"
CHOSEN: Final = "clinic"
_IGNORED_KEY: Final = "clinics_ignored"
_CHOSEN_KEY: Final = f"{PAGE}_{CHOSEN}"
_TURN_KEY: Final = "clinics_turn"
_FOLLOW_KEY: Final = "clinics_follow"


def chosen_clinic() -> str:
    """Return the id of the chosen clinic, or nothing."""
    return str(st.session_state.get(_CHOSEN_KEY, ""))


def choose(identity: str, *, follow: bool = False) -> None:
    """Choose a clinic.

    Args:
        identity: Its id.
        follow: Whether the list turns to the page it stands on; one chosen in the list stands there already.
    """
    st.session_state[_CHOSEN_KEY] = identity
    st.session_state[_FOLLOW_KEY] = follow


def forget_chosen() -> None:
    """Choose no clinic and go back to the first page: what was chosen may not be among the next results."""
    choose("")
    _turn_to(1)
    st.session_state.pop(_IGNORED_KEY, None)


def settle_page(pages: int, page_of_chosen: int | None) -> tuple[int, str]:
    """Settle which page of the list is open.

    Args:
        pages: How many there are.
        page_of_chosen: Where the chosen clinic stands, or None where it is not among the results.

    Returns:
        The page, counted from 1, and the session key for the widget that turns pages.
    """
    turn, page = st.session_state.get(_TURN_KEY, (0, 1))
    page = st.session_state.get(_page_key(turn), page)
    if st.session_state.pop(_FOLLOW_KEY, False) and page_of_chosen not in (None, page):
        turn, page = _turn_to(page_of_chosen or 1)
    elif page > pages:
        turn, page = _turn_to(pages)
    return page, _page_key(turn)


def _turn_to(page: int) -> tuple[int, int]:
    """Open a page of the list: with a new widget, since this one takes no value from the session."""
    turn = st.session_state.get(_TURN_KEY, (0, 1))[0] + 1
    st.session_state[_TURN_KEY] = turn, page
    return turn, page


def _page_key(turn: int) -> str:
    return f"clinics_page_{turn}"


def settle_chosen(directory: Directory) -> None:
    """Take over the clinic that a link brought; one that is not in the directory is none."""
    came = arrived(PAGE, CHOSEN)
    if came is not None:
        known = directory.find(came) is not None
        choose(came if known else "", follow=True)
        ignore(CHOSEN, ignored=not known)
    elif chosen_clinic() and directory.find(chosen_clinic()) is None:
        choose("")


def ignore(name: str, *, ignored: bool) -> None:
    """Remember whether a part of the link that was followed could not be used."""
    names: dict[str, None] = st.session_state.setdefault(_IGNORED_KEY, {})
    if ignored:
        names[name] = None
    else:
        names.pop(name, None)


def note_ignored() -> None:
    """Say which parts of the link were left out, until the person chooses something else."""
    names = st.session_state.get(_IGNORED_KEY) or {}
    if names:
        listed = ", ".join(say(f"clinics.ignored.{name}") for name in names)
        st.info(plain(say("clinics.ignored.note", names=listed)), icon=":material/link_off:")
