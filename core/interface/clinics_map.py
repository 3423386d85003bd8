"""The map of the clinic page: a part of the page of its own, so that moving it redraws nothing else."""

from functools import partial
from typing import Any, Final

import streamlit as st
from streamlit_folium import st_folium

from core.clinics.map import draw_base_map, draw_found
from core.clinics.map_parts import Card, Marker, Origin, Tiles
from core.clinics.markers import Box, choose_markers
from core.interface.clinics_card import summary_lines, ways
from core.interface.clinics_choice import choose, forget_chosen
from core.interface.clinics_position import use_position
from core.interface.clinics_resources import get_directory, get_map_assets
from core.interface.clinics_search import Result
from core.interface.clinics_words import hours_words, specialists_of
from core.interface.language import current_language, say
from core.settings import get_settings

HEIGHT_PX: Final = 600
# Before the browser has told what it shows.
_FIRST_MARGIN: Final = 0.2
_VIEW_KEY: Final = "clinics_view"
_PAGE_TOO_KEY: Final = "clinics_redraw_page"


@st.fragment
def draw_map(result: Result) -> None:
    """Draw the map of what was found. A press on it redraws the page; moving it only asks for places in view."""
    if st.session_state.pop(_PAGE_TOO_KEY, False):
        st.rerun()
    settings = get_settings()
    language = current_language()
    tiles = Tiles(settings.tile_url, settings.tile_attribution) if settings.tile_url else None
    dark = st.context.theme.type == "dark"
    base = draw_base_map(get_map_assets(), language, dark=dark, tiles=tiles)
    frame = result.frame()
    markers = choose_markers(result.places(), _view(frame))
    clinics = result.directory.clinics.take(markers.rows)
    wanted = result.search.query.departments
    drawn = [
        Marker(
            clinic.id,
            clinic.name_in(language),
            clinic.latitude,
            clinic.longitude,
            clinic.kind,
            specialists_of(clinic, wanted),
        )
        for clinic in clinics
        if clinic.latitude is not None and clinic.longitude is not None
    ]
    found = draw_found(markers, drawn, _origin(result), frame, language, _card(result))
    # Another key is another map: the theme and the language are settled when it is first drawn.
    key = f"clinics_map_{'dark' if dark else 'light'}_{language}"
    st_folium(
        base,
        key=key,
        feature_group_to_add=found,
        height=HEIGHT_PX,
        use_container_width=True,
        # What happens on the map is told by clinics_map.js, in its own words.
        returned_objects=[],
        on_change=partial(_take, key, frame),
    )


def _view(frame: Box) -> Box:
    """Return what the browser last told that it shows; a new search starts with its own frame."""
    told: tuple[Box, Box] | None = st.session_state.get(_VIEW_KEY)
    return told[1] if told and told[0] == frame else frame.wider(_FIRST_MARGIN)


def _origin(result: Result) -> Origin:
    search = result.search
    label = search.place if search.position else say("clinics.map.origin", place=search.place)
    return Origin(*search.origin, label, search.radius_km, mine=search.position is not None)


def _card(result: Result) -> Card | None:
    if result.chosen is None:
        return None
    clinic, distance_km = result.chosen
    wanted = result.search.query.departments
    lines = tuple(line for line in summary_lines(clinic, distance_km, wanted) if line)
    return Card(clinic, lines, hours_words(clinic), ways(clinic), specialists_of(clinic, wanted))


def _take(key: str, frame: Box) -> None:
    """Take over what happened on the map, as `clinics_map.js` tells it; nonsense is passed over."""
    event: Any = st.session_state.get(key) or {}
    if event.get("kind") == "view":
        try:
            box = Box(*(float(event[side]) for side in ("south", "west", "north", "east")))
        except (KeyError, TypeError, ValueError):
            return
        st.session_state[_VIEW_KEY] = (frame, box)
    elif event.get("kind") == "choose" and get_directory().find(str(event.get("id"))):
        choose(str(event["id"]), follow=True)
        st.session_state[_PAGE_TOO_KEY] = True
    elif event.get("kind") == "from" and use_position(event.get("latitude"), event.get("longitude")):
        forget_chosen()
        st.session_state[_PAGE_TOO_KEY] = True
