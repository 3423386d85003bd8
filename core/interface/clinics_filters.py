"""What the person asks of the clinic page: where, how far, which."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeVar

import streamlit as st

from core.clinics.departments import from_address, in_address
from core.clinics.directory import Directory, Query
from core.clinics.regions import Area, find_area, read_districts
from core.interface.address import FILTERS_STYLE_SHEET, arrived, settle_choice, settle_words
from core.interface.clinics_choice import PAGE, forget_chosen, ignore, note_ignored, settle_chosen
from core.interface.clinics_position import Position, current_position, draw_locate_button, forget_position
from core.interface.clinics_words import area_name, district_name, word_name
from core.interface.language import say
from core.taxonomy import Region

RADII_KM: Final = (1, 2, 5, 10, 20, 50, 100)
_USUAL_RADIUS_KM: Final = 10

T = TypeVar("T")


@dataclass(frozen=True)
class Search:
    """What is asked for.

    Attributes:
        area: Where: a district, or a whole province.
        position: The person's own position, which then counts instead of the area.
        radius_km: How far from there; None for a whole province.
        query: Which clinics.
    """

    area: Area
    position: Position | None
    radius_km: int | None
    query: Query

    @property
    def origin(self) -> tuple[float, float]:
        """Where distances are measured from: latitude and longitude, degrees."""
        place = self.position or self.area
        return place.latitude, place.longitude

    @property
    def query_anywhere(self) -> Query:
        """Which clinics, wherever they are."""
        return replace(self.query, region=None)

    @property
    def query_in_area(self) -> Query:
        """Which clinics of the chosen district or province, their place on the map known or not."""
        return replace(self.query, region=self.area.region, district=self.area.district)

    @property
    def place(self) -> str:
        """What the place is called that is searched around."""
        if self.position is None:
            return area_name(self.area)
        return say("clinics.position.mine" if self.position.from_device else "clinics.position.tapped")

    @property
    def in_address(self) -> dict[str, object]:
        """What the address says about this search: never a person's own position."""
        return {
            "region": self.area.region,
            "district": self.area.district,
            "radius": self.radius_km,
            "kind": self.query.kind,
            "department": in_address(self.query.departments),
            "phone": 1 if self.query.has_phone else None,
            "q": self.query.words,
        }


def draw_filters(directory: Directory) -> Search:
    """Ask where, how far and which.

    Raises:
        ClinicsError: The outlines cannot be read.
    """
    st.html(FILTERS_STYLE_SHEET)
    settle_chosen(directory)
    with st.container(key="clinics_filters"):
        where = st.columns(4, vertical_alignment="bottom")
        with where[0]:
            region = _draw_region()
        with where[1]:
            area = _draw_district(region)
        position = current_position()
        with where[2]:
            radius_km = _draw_radius(whole_province=position is None and not area.district)
        with where[3]:
            draw_locate_button(forget_chosen)
        which = st.columns(4, vertical_alignment="bottom")
        with which[0]:
            departments = _draw_departments(directory.departments)
        with which[1]:
            kind = _draw_kind(directory.kinds)
        with which[2]:
            words = _draw_words()
        with which[3]:
            has_phone = _draw_has_phone()
    note_ignored()
    in_province = position is None and not area.district
    query = Query(
        words=words,
        region=region if in_province else None,
        kind=kind,
        departments=departments,
        has_phone=has_phone,
    )
    return Search(area, position, radius_km, query)


def _settle(name: str, options: Sequence[T], default: T) -> str:
    came = arrived(PAGE, name)
    key = settle_choice(PAGE, name, options, default)
    if came is not None:
        ignore(name, ignored=str(st.session_state[key]) != came)
    return key


def _draw_region() -> Region:
    options = list(Region)
    chosen: Region = st.selectbox(
        say("clinics.where.region"),
        options,
        format_func={region: say(f"taxonomy.region.{region}") for region in options}.__getitem__,
        key=_settle("region", options, Region.SEOUL),
        persist_state="session",
        on_change=_change_region,
    )
    return chosen


def _draw_district(region: Region) -> Area:
    names = {"": say("clinics.where.whole")}
    names |= {area.district: district_name(area.district) for area in read_districts(region)}
    districts = list(names)
    chosen = st.selectbox(
        say("clinics.where.district"),
        districts,
        format_func=names.__getitem__,
        key=_settle("district", districts, ""),
        persist_state="session",
        on_change=_change_place,
    )
    area = find_area(region, chosen)
    assert area is not None, "only known districts are offered"
    return area


def _draw_radius(*, whole_province: bool) -> int | None:
    chosen: int = st.selectbox(
        say("clinics.where.radius"),
        RADII_KM,
        format_func={km: say("clinics.where.km", km=km) for km in RADII_KM}.__getitem__,
        key=_settle("radius", RADII_KM, _USUAL_RADIUS_KM),
        persist_state="session",
        on_change=forget_chosen,
        disabled=whole_province,
        help=say("clinics.where.radius_help"),
    )
    return None if whole_province else chosen


def _draw_departments(known: tuple[str, ...]) -> tuple[str, ...]:
    key = f"{PAGE}_department"
    came = arrived(PAGE, "department")
    if came is not None:
        asked = from_address(came)
        st.session_state[key] = [name for name in asked if name in known]
        ignore("department", ignored=len(st.session_state[key]) < len(asked))
    else:
        st.session_state[key] = [name for name in st.session_state.get(key, []) if name in known]
    chosen: list[str] = st.multiselect(
        say("clinics.which.department"),
        known,
        format_func=lambda word: word_name("department", word),
        placeholder=say("clinics.which.all"),
        key=key,
        persist_state="session",
        on_change=forget_chosen,
    )
    return tuple(chosen)


def _draw_kind(kinds: tuple[str, ...]) -> str:
    labels = {"": say("clinics.which.all")} | {word: word_name("kind", word) for word in kinds}
    chosen: str = st.selectbox(
        say("clinics.which.kind"),
        list(labels),
        format_func=labels.__getitem__,
        key=_settle("kind", list(labels), ""),
        persist_state="session",
        on_change=forget_chosen,
    )
    return chosen


def _draw_words() -> str:
    typed: str = st.text_input(
        say("clinics.which.words"),
        placeholder=say("clinics.which.words_example"),
        key=settle_words(PAGE, "q"),
        max_chars=60,
        persist_state="session",
        on_change=forget_chosen,
    )
    return typed.strip()


def _draw_has_phone() -> bool:
    key = f"{PAGE}_phone"
    came = arrived(PAGE, "phone")
    if came is not None:
        st.session_state[key] = came == "1"
        ignore("phone", ignored=came != "1")
    return st.toggle(say("clinics.which.phone"), key=key, persist_state="session", on_change=forget_chosen)


def _change_region() -> None:
    st.session_state[f"{PAGE}_district"] = ""
    _change_place()


def _change_place() -> None:
    """A region that is chosen counts from now on, not the person's position."""
    forget_position()
    forget_chosen()
