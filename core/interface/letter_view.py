"""The plan as a letter, where the operator has set up a language model: what is sent is shown before it is sent."""

from html import escape
from typing import Final
from urllib.parse import urlsplit

import streamlit as st

from core.care.letter import offers_letter, write_letter
from core.care.letter_prompt import LetterRequest, Person, letter_request
from core.interface.care_visit import CareVisit
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.settings import get_settings

_LETTERS_KEY: Final = "care_letters"
_WANTED_KEY: Final = "care_letter_wanted"
_PERSON_KEY: Final = "care_letter_person"


@st.fragment
def draw_letter(visit: CareVisit) -> None:
    """Draw the letter or the way to it; nothing where there is none to be had, or where one could not be had."""
    settings = get_settings()
    if not offers_letter(visit.plan, settings):
        return
    request = letter_request(visit.plan, visit.answers, current_language(), _person(visit))
    letters: dict[str, str | None] = st.session_state.setdefault(_LETTERS_KEY, {})
    place = st.empty()
    if st.session_state.pop(_WANTED_KEY, None) == request.data:
        with place, st.spinner(say("care.letter.waiting")):
            letters[request.data] = write_letter(request, settings)
    if request.data in letters and letters[request.data] is None:
        return
    with place.container(border=True, key="care_letter"):
        st.subheader(say("care.page.letter"), anchor=False)
        if letter := letters.get(request.data):
            st.html(_paragraphs(letter))
            st.caption(say("care.letter.note"))
            return
        st.markdown(say("care.letter.intro"))
        _draw_sent(visit, request, settings.letter_url)
        st.button(
            say("care.letter.write"),
            key="care_letter_write",
            icon=":material/mail:",
            on_click=_want,
            args=(request.data,),
        )


def _want(data: str) -> None:
    # What is sent is what was on the screen when the button was pressed, or nothing.
    st.session_state[_WANTED_KEY] = data


def _person(visit: CareVisit) -> Person:
    if not st.session_state.get(_PERSON_KEY, False):
        return Person()
    return Person(visit.told.sex, visit.told.age_band, visit.told.region)


def _draw_sent(visit: CareVisit, request: LetterRequest, address: str) -> None:
    if visit.told.sex or visit.told.age_band or visit.told.region:
        st.checkbox(say("care.letter.person"), key=_PERSON_KEY)
    st.caption(say("care.letter.sends_note", host=plain(urlsplit(address).netloc)))
    with st.expander(say("care.letter.sends"), type="compact"):
        st.code(f"{request.orders}\n\n{request.data}", language=None, wrap_lines=True)


def _paragraphs(letter: str) -> str:
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in letter.splitlines() if part.strip())
    return f'<div class="ss-letter">{paragraphs}</div>'
