"""The clinic page: filters, map and list in step. Nothing about where a person is leaves the machine."""

from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from core.clinics.clinic import DERMATOLOGY, Clinic
from core.clinics.directory import Directory
from core.clinics.lists import ClinicList
from core.errors import ScalpError
from core.interface.address import write_address
from core.interface.clinics_card import clinic_card
from core.interface.clinics_choice import CHOSEN, PAGE, choose, chosen_clinic, settle_page
from core.interface.clinics_filters import draw_filters
from core.interface.clinics_map import draw_map
from core.interface.clinics_operator import draw_booking, draw_operator, draw_told
from core.interface.clinics_position import draw_position_note
from core.interface.clinics_print import draw_tools
from core.interface.clinics_resources import get_clinic_store
from core.interface.clinics_search import Result, find
from core.interface.clinics_words import word_name
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.settings import get_settings

_STYLE_SHEET: Final = Path(__file__).with_name("clinics.css")
_DESK_SCRIPT: Final = Path(__file__).with_name("desk_assets") / "desk.js"
_DESK_WORDS: Final = ("copy", "copied", "copy_failed")
_UNPLACED: Final = 20


def draw_clinics() -> None:
    """Draw the page below its header."""
    st.html(_STYLE_SHEET)
    try:
        store = get_clinic_store()
        directory = store.directory()
        search = draw_filters(directory)
        draw_position_note()
        draw_told()
        result = find(directory, search, chosen_clinic())
        _draw_result(result)
        write_address(PAGE, **search.in_address, **{CHOSEN: chosen_clinic()})
        lists = store.lists()
        _draw_source(directory, lists)
        draw_operator(store, lists)
    except ScalpError as error:
        st.error(plain(error.message(current_language())), title=say("common.error.title"))


def _draw_result(result: Result) -> None:
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="clinics_summary"
    ):
        st.markdown(f"**{plain(_summary(result))}**", width="content")
        if result.total:
            draw_tools(result)
    if not result.total:
        st.info(say("clinics.result.none"), icon=":material/search_off:")
    # The list comes first, and stands right of the map where there is room (clinics.css).
    with st.container(key="clinics_split"):
        listed, mapped = st.columns([1, 1.25], gap="medium")
        with listed:
            _draw_list(result)
        with mapped, st.container(key="clinics_mapped"):
            draw_map(result)
            _draw_map_notes(result)
    words = {name: say(f"clinics.map.{name}") for name in _DESK_WORDS}
    _desk()(key="clinics_desk", data={"chosen": chosen_clinic(), **words})


def _summary(result: Result) -> str:
    search = result.search
    scope = "province" if search.radius_km is None else "radius"
    if result.anyway:
        return say(f"clinics.result.anyway_{scope}", place=search.place, km=search.radius_km)
    number = "one" if result.total == 1 else "many"
    return say(f"clinics.result.{scope}_{number}", place=search.place, km=search.radius_km, n=f"{result.total:,}")


def _draw_list(result: Result) -> None:
    number, key = settle_page(result.pages, result.page_of_chosen)
    page = result.page(number)
    with st.container(key="clinics_list", gap="small"):
        if result.chosen and result.chosen[0].id not in {place.clinic.id for place in page}:
            _draw_item(*result.chosen, result, note=say("clinics.result.chosen"))
        for place in page:
            _draw_item(place.clinic, place.distance_km, result)
        _draw_unplaced(result)
    if result.pages > 1:
        st.pagination(result.pages, default=number, key=key, max_visible_pages=5)


def _draw_item(clinic: Clinic, distance_km: float | None, result: Result, note: str = "") -> None:
    chosen = clinic.id == chosen_clinic()
    name = plain(clinic.name_in(current_language()))
    with st.container(border=True, key=f"clinic_{'chosen' if chosen else 'listed'}_{clinic.id}", gap="xsmall"):
        if note:
            st.caption(note)
        st.button(name, key=f"choose_{clinic.id}", type="tertiary", on_click=choose, args=(clinic.id,))
        st.html(clinic_card(clinic, distance_km, result.search.query.departments, whole=chosen))
        if chosen:
            draw_booking(clinic)


def _draw_unplaced(result: Result) -> None:
    """List those whose place on the map nobody knows: they are found by their region alone."""
    search = result.search
    if search.position or result.anyway:
        return
    query = search.query_in_area
    clinics = result.directory.without_position(query, _UNPLACED)
    if clinics:
        with st.expander(say("clinics.result.unplaced", n=len(clinics))):
            for clinic in clinics:
                st.markdown(f"**{plain(clinic.name_in(current_language()))}**")
                st.html(clinic_card(clinic, None, query.departments, whole=False))


def _draw_source(directory: Directory, lists: tuple[ClinicList, ...]) -> None:
    note = say("clinics.source.note", n=f"{len(directory):,}")
    if not any(each.removable for each in lists):
        note += " " + say("clinics.source.built_in_only")
    st.caption(note)
    with st.expander(say("clinics.source.lists")):
        st.markdown("\n".join(f"- {plain(_list_words(each))}" for each in lists))


def _list_words(each: ClinicList) -> str:
    known = {"name": each.name, "source": each.source, "n": f"{each.clinics:,}", "shown": f"{each.shown:,}"}
    if not each.source_date:
        return say("clinics.source.list_undated", **known)
    return say("clinics.source.list", **known, date=each.source_date)


def _draw_map_notes(result: Result) -> None:
    wanted = result.search.query.departments or (DERMATOLOGY,)
    notes = [say("clinics.map.legend", department=", ".join(word_name("department", name) for name in wanted))]
    host = urlsplit(get_settings().tile_url).hostname
    if host:
        notes.append(say("clinics.map.tiles", host=host))
    st.caption(plain(" ".join(notes)))


@st.cache_resource(show_spinner=False)
def _desk() -> ComponentRenderer:
    return st.components.v2.component("scalpspectra_desk", js=_DESK_SCRIPT.read_text(encoding="utf-8"))
