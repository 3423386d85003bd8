"""For the operator of the clinic list: lists in and out, behind the operator's door."""

from typing import Final

import streamlit as st

from core.clinics.clinic import Clinic
from core.clinics.lists import ClinicList
from core.clinics.store import ClinicStore
from core.errors import ScalpError
from core.interface.clinics_import import draw_import, forget_import
from core.interface.clinics_resources import get_clinic_store
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.operator_door import draw_door, draw_leave, has_door, is_open

_DONE_KEY: Final = "clinics_operator_done"
_BOOKING_KEY: Final = "clinics_booking"


def draw_operator(store: ClinicStore, lists: tuple[ClinicList, ...]) -> None:
    """Draw the part of the page that changes the list for everybody.

    Raises:
        ClinicsError: The directory cannot be read.
    """
    with st.expander(say("clinics.operator.title"), icon=":material/admin_panel_settings:"):
        if not has_door():
            st.markdown(plain(say("clinics.operator.off")))
        elif not is_open():
            st.markdown(say("clinics.operator.locked"))
            draw_door()
        else:
            draw_leave()
            _draw_done()
            _draw_lists(lists)
            draw_import(store, tell)


def draw_booking(clinic: Clinic) -> None:
    """Let the operator fill in where a clinic is booked; nothing is drawn for anybody else."""
    if not is_open():
        return
    with st.popover(say("clinics.operator.booking"), icon=":material/edit_calendar:", type="tertiary"):
        key = f"{_BOOKING_KEY}_{clinic.id}"
        st.text_input(
            say("clinics.operator.booking_label"),
            value=clinic.booking,
            key=key,
            max_chars=300,
            placeholder="https://",
            help=say("clinics.operator.booking_help"),
        )
        st.button(
            say("clinics.operator.booking_save"), key=f"{key}_save", on_click=_save_booking, args=(clinic.id, key)
        )


def tell(done: ScalpError | str) -> None:
    """Have the next run of the page say what came of a change."""
    st.session_state[_DONE_KEY] = done


def draw_told() -> None:
    """Say what came of a booking link, above the list where the operator is looking."""
    if is_open() and isinstance(st.session_state.get(_BOOKING_KEY), ScalpError | str):
        _say(st.session_state.pop(_BOOKING_KEY))


def _draw_done() -> None:
    done = st.session_state.pop(_DONE_KEY, None)
    if done is not None:
        _say(done)


def _say(done: ScalpError | str) -> None:
    if isinstance(done, ScalpError):
        st.error(plain(done.message(current_language())), title=say("common.error.title"))
    else:
        st.success(plain(done), icon=":material/check:")


def _draw_lists(lists: tuple[ClinicList, ...]) -> None:
    for each in lists:
        if not each.removable:
            continue
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            added = f"{each.added_at:%Y-%m-%d %H:%M}"
            words = say("clinics.operator.list", name=each.name, n=f"{each.clinics:,}", added=added)
            st.markdown(plain(words), width="content")
            with st.popover(say("clinics.operator.remove"), icon=":material/undo:", key=f"clinics_undo_{each.id}"):
                st.markdown(plain(say("clinics.operator.remove_ask", name=each.name, n=f"{each.clinics:,}")))
                st.button(
                    say("clinics.operator.remove_yes"),
                    key=f"clinics_remove_{each.id}",
                    type="primary",
                    on_click=_remove,
                    args=(each.id, each.name),
                )


# A callback may arrive from a browser whose door was closed meanwhile: each asks again.
def _remove(list_id: int, name: str) -> None:
    if not is_open():
        return
    try:
        gone = get_clinic_store().remove(list_id)
        tell(say("clinics.operator.removed", name=name, n=f"{gone:,}"))
    except ScalpError as error:
        tell(error)
    forget_import()


def _save_booking(clinic_id: str, key: str) -> None:
    if not is_open():
        return
    address = str(st.session_state.get(key, "")).strip()
    try:
        get_clinic_store().set_booking(clinic_id, address)
        st.session_state[_BOOKING_KEY] = say(f"clinics.operator.booking_{'saved' if address else 'gone'}")
    except ScalpError as error:
        st.session_state[_BOOKING_KEY] = error
