"""The clinic page: filters, map and list in step. Nothing about where a person is leaves the machine."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit_folium import st_folium

from core.clinics.directory import BUILT_IN_DATE, Directory, Nearby
from core.clinics.map import MapView, Tiles, draw_base_map, draw_places, view_of, view_of_area
from core.clinics.regions import read_districts, read_provinces
from core.errors import ScalpError
from core.interface.address import FILTERS_STYLE_SHEET, write_address
from core.interface.clinics_card import clinic_card
from core.interface.clinics_filters import CHOSEN, PAGE, Search, choose, chosen_key, draw_filters, place_name
from core.interface.clinics_resources import get_directory, get_map_assets
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.settings import get_settings

LIST_LIMIT: Final = 20
NEAREST_ANYWAY: Final = 5
MAP_HEIGHT_PX: Final = 560
_STYLE_SHEET: Final = Path(__file__).with_name("clinics.css")


@dataclass(frozen=True)
class Result:
    """What was found.

    Attributes:
        places: To list, the nearest first; the chosen clinic among them.
        total: How many there are in all.
        anyway: Nobody is within the radius, and these are the nearest elsewhere.
    """

    places: tuple[Nearby, ...]
    total: int
    anyway: bool


def draw_clinics() -> None:
    """Draw the page below its header."""
    st.html(FILTERS_STYLE_SHEET)
    st.html(_STYLE_SHEET)
    try:
        directory = get_directory()
        search = draw_filters(directory)
        key = chosen_key(directory)
        result = find(directory, search)
        _draw_result(search, result, st.session_state[key])
    except ScalpError as error:
        st.error(plain(error.message(current_language())), title=say("common.error.title"))
        return
    write_address(PAGE, **search.in_address, **{CHOSEN: st.session_state[key]})
    st.caption(say("clinics.source.note", n=len(directory.clinics), date=BUILT_IN_DATE))
    if directory.remarks:
        with st.expander(say("clinics.source.remarks", n=len(directory.remarks))):
            st.markdown("\n".join(f"- {plain(remark.message(current_language()))}" for remark in directory.remarks))


def find(directory: Directory, search: Search) -> Result:
    """Return the clinics within the radius, or the nearest anyway where there are none."""
    found = directory.near(*search.origin, limit=len(directory.clinics), within_km=search.radius_km, query=search.query)
    if found:
        return Result(found[:LIST_LIMIT], len(found), anyway=False)
    # A province is left too: whoever finds nobody in it may live near its border.
    elsewhere = directory.near(*search.origin, limit=NEAREST_ANYWAY, query=search.query_anywhere)
    return Result(elsewhere, len(elsewhere), anyway=True)


def _draw_result(search: Search, result: Result, chosen: str) -> None:
    st.markdown(f"**{plain(_summary(search, result))}**")
    if not result.places:
        st.info(say("clinics.result.none"), icon=":material/search_off:")
    # The list comes first, and stands right of the map where there is room (clinics.css).
    with st.container(key="clinics_split"):
        listed, mapped = st.columns([1, 1.25], gap="medium")
        with listed, st.container(key="clinics_list"):
            _draw_list(result, chosen)
        with mapped:
            _draw_map(search, result, chosen)


def _summary(search: Search, result: Result) -> str:
    place = place_name(search.area)
    scope = "province" if search.radius_km is None else "radius"
    if result.anyway:
        return say(f"clinics.result.anyway_{scope}", place=place, km=search.radius_km)
    number = "one" if result.total == 1 else "many"
    sentence = say(f"clinics.result.{scope}_{number}", place=place, km=search.radius_km, n=result.total)
    if result.total > len(result.places):
        sentence += " " + say("clinics.result.limited", n=len(result.places))
    return sentence


def _draw_list(result: Result, chosen: str) -> None:
    for number, place in enumerate(result.places, 1):
        clinic = place.clinic
        state = "chosen" if clinic.id == chosen else "listed"
        with st.container(border=True, key=f"clinic_{state}_{clinic.id}", gap="xsmall"):
            st.button(
                f"{number}\u2002{plain(clinic.name_in(current_language()))}",
                key=f"choose_{clinic.id}",
                type="tertiary",
                on_click=choose,
                args=(clinic.id,),
            )
            st.html(clinic_card(place))


def _draw_map(search: Search, result: Result, chosen: str) -> None:
    settings = get_settings()
    language = current_language()
    tiles = Tiles(settings.tile_url, settings.tile_attribution) if settings.tile_url else None
    dark = st.context.theme.type == "dark"
    base = draw_base_map(read_provinces(), get_map_assets(), language, dark=dark, tiles=tiles)
    places = draw_places(
        result.places,
        search.origin,
        language,
        radius_km=search.radius_km,
        chosen=chosen,
        districts=read_districts(search.area.region),
    )
    view = _view(search, result, tiles=tiles is not None)
    # Another key is another map: the theme and the language are settled when it is first drawn.
    key = f"clinics_map_{'dark' if dark else 'light'}_{language}"
    st_folium(
        base,
        key=key,
        feature_group_to_add=places,
        center=view.center,
        zoom=view.zoom,
        height=MAP_HEIGHT_PX,
        use_container_width=True,
        # The count tells two presses of the same marker apart.
        returned_objects=["last_object_clicked_tooltip", "last_object_clicked_count"],
        on_change=partial(_choose_on_map, key),
    )


def _view(search: Search, result: Result, *, tiles: bool) -> MapView:
    if result.anyway and result.places:
        return view_of(search.origin, result.places[-1].distance_km, tiles=tiles)
    if search.radius_km is None:
        return view_of_area(search.area, tiles=tiles)
    return view_of(search.origin, search.radius_km, tiles=tiles)


def _choose_on_map(key: str) -> None:
    """Take over which marker was pressed: the first word of its tooltip is the clinic's id (`clinics_map.js`)."""
    pressed: dict[str, Any] = st.session_state.get(key) or {}
    tooltip = pressed.get("last_object_clicked_tooltip")
    if isinstance(tooltip, str) and tooltip:
        identity = tooltip.split()[0]
        if get_directory().find(identity):
            choose(identity)
