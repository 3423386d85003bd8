"""Home: what this does in ten seconds, three ways in, what stands behind them, what it is not."""

from collections.abc import Callable
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.errors import ScalpError
from core.interface.chrome import draw_page_link
from core.interface.drawings import STEPS
from core.interface.examples import list_examples
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.registry import find_page
from core.interface.resources import get_store, warm_up
from core.interface.sentences import join_words

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
    for name, place in states.items():
        _draw_state(name, place)
    warm_up()


def _draw_door(column: DeltaGenerator, name: str) -> DeltaGenerator:
    with column.container(border=True, key=f"door_{name}", height="stretch"):
        st.subheader(say(f"home.doors.{name}.title"), anchor=False)
        st.markdown(say(f"home.doors.{name}.line"))
        with st.container(key=f"enter_{name}"):
            draw_page_link(name, f"**{say(f'home.doors.{name}.link')}**")
        if name == "diagnosis" and list_examples():
            draw_page_link(name, say("home.doors.diagnosis.example"), example=list_examples()[0].name)
        return st.empty()


def _draw_state(name: str, place: DeltaGenerator) -> None:
    try:
        place.caption(_STATES[name]())
    except ScalpError as error:
        place.caption(plain(error.message(current_language())))


def _models_state() -> str:
    from core.interface.models import list_models
    from core.settings import get_settings

    models = list_models(get_settings().models_dir)
    if not models:
        return say("home.state.models_none")
    names = [say(f"home.state.model_{model.view}") for model in models]
    return say("home.state.models", count=len(models), names=join_words(current_language(), names))


def _records_state() -> str:
    from core.records.statistics import totals

    people = totals(get_store()).people
    return say("home.state.records_few") if people is None else say("home.state.records", n=f"{people:,}")


def _clinics_state() -> str:
    from core.interface.clinics_resources import get_directory

    return say("home.state.clinics", n=f"{len(get_directory().clinics):,}")


_STATES: Final[dict[str, Callable[[], str]]] = {
    "diagnosis": _models_state,
    "statistics": _records_state,
    "clinics": _clinics_state,
}


def _draw_steps() -> None:
    st.subheader(say("home.steps.heading"), anchor=False)
    for column, name in zip(st.columns(3, gap="medium"), STEPS, strict=True):
        with column:
            st.image(STEPS[name], width=200, alt=say(f"home.steps.alt_{name}"))
            st.markdown(f"**{say(f'home.steps.{name}_title')}**  \n{say(f'home.steps.{name}')}")
