"""Home: what this does in ten seconds, three ways in, what stands behind them, what it is not."""

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.interface.chrome import draw_page_link
from core.interface.drawings import STEPS
from core.interface.examples import list_examples
from core.interface.language import current_language, say
from core.interface.registry import find_page
from core.interface.resources import warm_up
from core.interface.wordings import join_words

_DOORS: Final = ("diagnosis", "statistics", "clinics")


def draw_home() -> None:
    """Draw Home below its header. What costs time to find out is drawn last."""
    st.subheader(say("home.intro.promise"), anchor=False)
    st.markdown(f":material/lock: {say('home.intro.local')}")
    doors = [name for name in _DOORS if find_page(name) is not None]
    columns = st.columns(len(doors), gap="medium")
    states = {name: _draw_door(column, name) for column, name in zip(columns, doors, strict=True)}
    _draw_steps()
    with st.container(border=True, key="limits_card"):
        st.subheader(say("home.limits.heading"), anchor=False)
        st.markdown("\n".join(f"- {say(f'home.limits.{name}')}" for name in ("one", "two", "three")))
    _draw_models(states["diagnosis"])
    warm_up()


def _draw_door(column: DeltaGenerator, name: str) -> DeltaGenerator:
    with column.container(border=True, key=f"door_{name}", height="stretch"):
        st.subheader(say(f"home.doors.{name}.title"), anchor=False)
        st.markdown(say(f"home.doors.{name}.line"))
        draw_page_link(name, f"**{say(f'home.doors.{name}.link')}**")
        if name == "diagnosis" and list_examples():
            draw_page_link(name, say("home.doors.diagnosis.example"), example=list_examples()[0].name)
        return st.empty()


def _draw_models(place: DeltaGenerator) -> None:
    from core.interface.models import list_models
    from core.settings import get_settings

    models = list_models(get_settings().models_dir)
    if not models:
        place.caption(say("home.state.models_none"))
        return
    names = [say(f"home.state.model_{model.view}") for model in models]
    place.caption(say("home.state.models", count=len(models), names=join_words(current_language(), names)))


def _draw_steps() -> None:
    st.subheader(say("home.steps.heading"), anchor=False)
    for column, name in zip(st.columns(3, gap="medium"), STEPS, strict=True):
        with column:
            st.image(STEPS[name], width=200, alt=say(f"home.steps.alt_{name}"))
            st.markdown(f"**{say(f'home.steps.{name}_title')}**  \n{say(f'home.steps.{name}')}")
