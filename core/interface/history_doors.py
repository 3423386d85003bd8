"""Ways into a history: a new key for a first result, a key one has, and a further result for an open history."""

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import ScalpError
from core.interface.checkup import Checkup
from core.interface.chrome import draw_page_link
from core.interface.history_session import KEPT_SIDE, enter, on_discard, on_keep, on_make, on_open, opened_key, tell
from core.interface.history_words import moment
from core.interface.key_card import draw_key_card, read_key_card
from core.interface.language import say
from core.interface.markup import browser_words
from core.records.history_key import HistoryKey

_ENTRY: Final = "history_entry"
_PICTURE: Final = "history_picture"
_PICTURE_TYPES: Final = ("png", "jpg", "jpeg", "webp")


def draw_doors(checkup: Checkup | None) -> None:
    """Draw both ways in, side by side where there is width.

    Args:
        checkup: The check under way, where it has a graded photo.
    """
    # What this person can do comes first: on a phone the second is below the first.
    first, second = st.columns(2, gap="large")
    start, known = (first, second) if checkup is not None else (second, first)
    _draw_start(start, checkup)
    _draw_enter(known)


def _draw_start(place: DeltaGenerator, checkup: Checkup | None) -> None:
    with place.container(border=True, key="history_start"):
        st.subheader(say("history.start.heading"), anchor=False)
        if checkup is None:
            st.markdown(say("history.start.no_result"))
            draw_page_link("diagnosis", say("history.start.check"))
            return
        st.markdown(say("history.start.what"))
        st.markdown(f":material/key_off: {say('history.start.lost')}")
        st.button(
            say("history.start.make"), type="primary", icon=":material/key:", on_click=on_make, key="history_make"
        )


def _draw_enter(place: DeltaGenerator) -> None:
    with place.container(border=True, key="history_enter"):
        st.subheader(say("history.enter.heading"), anchor=False)
        with st.form("history_form", border=False):
            st.text_input(
                say("history.enter.label"),
                key=_ENTRY,
                type="password",
                autocomplete="off",
                max_chars=200,
                placeholder=say("history.enter.placeholder"),
            )
            st.caption(say("history.enter.help"))
            st.form_submit_button(say("history.enter.open"), icon=":material/lock_open:", on_click=_open_typed)
        st.html(browser_words(say("history.enter.choose"), say("diagnosis.photo.shoot")))
        with st.expander(say("history.enter.picture"), icon=":material/qr_code_scanner:"):
            st.file_uploader(
                say("history.enter.upload"), type=list(_PICTURE_TYPES), key=_PICTURE, on_change=_open_pictured
            )


def _open_typed() -> None:
    on_open(str(st.session_state.get(_ENTRY) or ""))
    if opened_key() is not None:
        # Not left to Streamlit, which may hold on to what a field held: after closing, the key must not stand there.
        st.session_state[_ENTRY] = ""


def _open_pictured() -> None:
    picture = st.session_state.get(_PICTURE)
    if picture is None:
        return
    try:
        enter(read_key_card(picture.getvalue()))
    except ScalpError as error:
        tell(error)


def draw_new_key(key: HistoryKey, checkup: Checkup) -> None:
    """Show a key that was just made, and keep the result under it once the person has saved it and agrees."""
    with st.container(border=True, key="history_new_key"):
        st.subheader(say("history.key.heading"), anchor=False)
        st.markdown(f"**{say('history.key.keep')}** {say('history.start.lost')}")
        card = draw_key_card(key)
        picture, letters = st.columns([1, 2], gap="large", vertical_alignment="center")
        picture.image(card, width=220, alt=say("history.key.alt"))
        with letters:
            st.code(key.text, language=None, wrap_lines=True)
            with st.container(horizontal=True):
                st.download_button(
                    say("history.key.save_picture"),
                    card,
                    file_name="scalpspectra-key.png",
                    mime="image/png",
                    on_click="ignore",
                    icon=":material/qr_code_2:",
                )
                st.download_button(
                    say("history.key.save_text"),
                    say("history.key.text", key=key.text),
                    file_name="scalpspectra-key.txt",
                    mime="text/plain",
                    on_click="ignore",
                    icon=":material/description:",
                )
        saved = st.checkbox(say("history.key.saved"), key="history_saved")
        _draw_keep(key, checkup, "first", ready=saved)
        st.button(say("history.key.back"), on_click=on_discard, type="tertiary", key="history_discard")


def draw_add(key: HistoryKey, checkup: Checkup) -> None:
    """Offer to add the result under way to the open history."""
    photos = len(checkup.graded)
    words = say("diagnosis.kept.photos_one" if photos == 1 else "diagnosis.kept.photos_many", count=photos)
    with st.container(border=True, key="history_add"):
        st.subheader(say("history.add.heading"), anchor=False)
        st.markdown(say("history.add.current", photos=words, time=moment(checkup.checked_at)))
        _draw_keep(key, checkup, "more", ready=True)


def _draw_keep(key: HistoryKey, checkup: Checkup, name: str, *, ready: bool) -> None:
    """Ask for both consents, apart, and keep the result when the button is pressed."""
    # Tied to the photos: what was agreed to for one result is not agreed to for the next.
    tied = f"{name}_{checkup.checked_at.timestamp()}"
    consent_key, photos_key = f"history_consent_{tied}", f"history_photos_{tied}"
    consent = st.checkbox(say("history.add.consent"), key=consent_key)
    st.checkbox(say("history.add.photos"), key=photos_key)
    st.caption(f"{say('history.add.photos_note', side=KEPT_SIDE)} {say('history.add.photos_note_later')}")
    if any(photo.source == "example" for photo in checkup.graded):
        st.caption(f":material/info: {say('history.add.example')}")
    st.button(
        say(f"history.add.{name}"),
        type="primary",
        icon=":material/lock:",
        disabled=not (consent and ready),
        on_click=on_keep,
        args=(key, checkup, consent_key, photos_key),
        key=f"history_keep_{name}",
    )
