"""Where the person is: found by the device, or pressed on the map; kept by this session alone.

A position is in no file, no log and no address: only in the memory of the session that asked, until it ends.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from core.interface.language import say

_KEY: Final = "clinics_position"
_REFUSED_KEY: Final = "clinics_position_refused"
_BUTTON_KEY: Final = "clinics_locate"
_REASONS: Final = ("denied", "unavailable", "timeout", "insecure")
_ASSETS: Final = Path(__file__).with_name("locate_assets")


@dataclass(frozen=True)
class Position:
    """A person's position.

    Attributes:
        latitude: Degrees.
        longitude: Degrees.
        accuracy_m: How far off it may be, in metres; None for one pressed on the map.
    """

    latitude: float
    longitude: float
    accuracy_m: float | None = None

    @property
    def from_device(self) -> bool:
        """Whether the device found it."""
        return self.accuracy_m is not None


def current_position() -> Position | None:
    """Return the position in use, or None where a region was chosen."""
    position = st.session_state.get(_KEY)
    return position if isinstance(position, Position) else None


def use_position(latitude: object, longitude: object, accuracy_m: object = None) -> bool:
    """Use a position that the browser told; anything but a place on Earth is passed over.

    Returns:
        Whether it is used.
    """
    numbers = [value for value in (latitude, longitude) if isinstance(value, int | float) and isfinite(value)]
    if len(numbers) < 2 or not (-90 <= numbers[0] <= 90):
        return False
    # A map may be turned round the globe.
    around = (numbers[1] + 180) % 360 - 180
    accuracy = float(accuracy_m) if isinstance(accuracy_m, int | float) and isfinite(accuracy_m) else None
    st.session_state[_KEY] = Position(float(numbers[0]), around, accuracy)
    st.session_state.pop(_REFUSED_KEY, None)
    return True


def forget_position() -> None:
    """Go back to the chosen region."""
    st.session_state.pop(_KEY, None)
    st.session_state.pop(_REFUSED_KEY, None)


def draw_locate_button(on_found: Callable[[], None]) -> None:
    """Draw the button that asks the device where it is.

    Args:
        on_found: Called without arguments after a position was taken over.
    """
    words = {name: say(f"clinics.position.{name}") for name in ("locate", "locating")}

    def take() -> None:
        told: Any = (st.session_state.get(_BUTTON_KEY) or {}).get("position") or {}
        if "refused" in told:
            reason = told["refused"]
            st.session_state[_REFUSED_KEY] = reason if reason in _REASONS else "unavailable"
        elif use_position(told.get("latitude"), told.get("longitude"), told.get("accuracy")):
            on_found()

    _locate()(key=_BUTTON_KEY, data=words, on_position_change=take)


def draw_position_note() -> None:
    """Say which position is in use, or kindly that none was found, and the way back."""
    refused = st.session_state.get(_REFUSED_KEY)
    if refused:
        st.info(say(f"clinics.position.refused_{refused}"), icon=":material/location_off:")
    position = current_position()
    if position is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="clinics_position_note"):
        words = "used_tap"
        if position.from_device:
            words = "used_rough" if (position.accuracy_m or 0) > 3000 else "used_device"
        st.markdown(f":material/my_location: {say(f'clinics.position.{words}')}", width="content")
        st.button(
            say("clinics.position.forget"), key="clinics_forget_position", type="tertiary", on_click=forget_position
        )


@st.cache_resource(show_spinner=False)
def _locate() -> ComponentRenderer:
    html, css, js = (
        (_ASSETS / name).read_text(encoding="utf-8") for name in ("locate.html", "locate.css", "locate.js")
    )
    return st.components.v2.component("scalpspectra_locate", html=html, css=css, js=js)
