"""The language of this session: what the address says, else what the browser prefers."""

import streamlit as st

from core.locale import Language, preferred_language, text

LANGUAGE_KEY = "lang"


def current_language() -> Language:
    """Return the language every text of this run is drawn in.

    `Home.py` settles it before a page runs, so pages may call this at any time.
    """
    for chosen in (st.session_state.get(LANGUAGE_KEY), st.query_params.get(LANGUAGE_KEY)):
        if chosen in tuple(Language):
            return Language(chosen)
    return preferred_language(st.context.locale or st.context.headers.get("Accept-Language"))


def say(key: str, /, **values: object) -> str:
    """Return a text in the language of this session (`core.locale.text` explains the arguments)."""
    return text(current_language(), key, **values)


def settle_language() -> None:
    """Fix the language for this session and write it into the address, so a link that is sent keeps it."""
    language = current_language().value
    st.session_state.setdefault(LANGUAGE_KEY, language)
    if st.query_params.get(LANGUAGE_KEY) != language:
        st.query_params[LANGUAGE_KEY] = language


def announce_language() -> None:
    """Tell the browser the page's language, so that a screen reader speaks it and a translator leaves it alone.

    Streamlit writes "en" into every page; the only text in this script is one of our two language codes.
    """
    code = current_language().value
    st.html(f"<script>document.documentElement.lang = '{code}'</script>", unsafe_allow_javascript=True)


def draw_language_switch() -> None:
    """Draw the switch."""
    # Not bound to the address with `bind=`: that writes the label ("English") and nothing for the default.
    st.segmented_control(
        say("common.app.language"),
        [language.value for language in Language],
        format_func=lambda code: say(f"common.language.{code}"),
        key=LANGUAGE_KEY,
        required=True,
        label_visibility="collapsed",
    )
