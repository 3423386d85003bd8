"""About and privacy: what is kept, this session's results, limits, models, licence."""

import streamlit as st

from core import __version__
from core.interface.answers import draw_what_is_kept
from core.interface.kept_view import draw_kept
from core.interface.language import say
from core.interface.models_packages import card_text
from core.interface.models_served import list_packages


def draw_about() -> None:
    """Draw the page below its header."""
    st.subheader(say("about.results.heading"), anchor="results")
    st.caption(say("about.results.note"))
    draw_kept()
    st.subheader(say("about.kept.heading"), anchor="kept")
    draw_what_is_kept()
    for name in ("history", "refusals", "usage"):
        st.markdown(say(f"about.kept.{name}"))
    st.subheader(say("about.limits.heading"), anchor="limits")
    st.markdown("\n".join(f"- {say(f'about.limits.{name}')}" for name in ("grade", "light", "people", "child")))
    st.subheader(say("about.models.heading"), anchor="models")
    _draw_models()
    st.subheader(say("about.licence.heading"), anchor="licence")
    st.markdown(say("about.licence.own", version=__version__))
    st.markdown(say("about.licence.photos"))


def _draw_models() -> None:
    # Those that grade now: the operator may have chosen others than the ones that ship.
    models = [package for package in list_packages() if package.serves is not None]
    if not models:
        st.markdown(say("about.models.none"))
    for model in models:
        with st.expander(say("about.models.title", model=model.id, version=model.version), icon=":material/article:"):
            st.markdown(card_text(model) if model.card else say("about.models.no_card"), anchors=False)
