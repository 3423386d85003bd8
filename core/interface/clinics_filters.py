"""What the person asks of the clinic page: where, how far, which."""

from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from core.clinics.directory import Directory, Query
from core.clinics.regions import Area, find_area, read_districts
from core.clinics.romanize import romanize
from core.interface.address import settle_choice, settle_words
from core.interface.language import current_language, say
from core.locale import Language
from core.taxonomy import Region

PAGE: Final = "clinics"
CHOSEN: Final = "clinic"
RADII_KM: Final = (2, 5, 10, 20, 50, 100)
_USUAL_RADIUS_KM: Final = 10


@dataclass(frozen=True)
class Search:
    """What is asked for.

    Attributes:
        area: Where: a district, or a whole province.
        radius_km: How far from the district's centre; None for a whole province.
        query: Which clinics.
    """

    area: Area
    radius_km: int | None
    query: Query

    @property
    def origin(self) -> tuple[float, float]:
        """Where distances are measured from: latitude and longitude, degrees."""
        return self.area.latitude, self.area.longitude

    @property
    def query_anywhere(self) -> Query:
        """Which clinics, wherever they are."""
        return replace(self.query, region=None)

    @property
    def in_address(self) -> dict[str, object]:
        """What the address says about this search."""
        return {
            "region": self.area.region,
            "district": self.area.district,
            "radius": self.radius_km,
            "kind": self.query.kind,
            "department": self.query.department,
            "q": self.query.words,
        }


def draw_filters(directory: Directory) -> Search:
    """Ask where, how far and which.

    Raises:
        ClinicsError: The outlines cannot be read.
    """
    with st.container(key="clinics_filters"):
        where = st.columns(3)
        with where[0]:
            region = _draw_region()
        with where[1]:
            area = _draw_district(region)
        with where[2]:
            radius_km = _draw_radius(whole_province=not area.district)
        which = st.columns(3)
        with which[0]:
            department = _draw_word("department", directory.departments)
        with which[1]:
            kind = _draw_word("kind", directory.kinds)
        with which[2]:
            words = _draw_words()
    return Search(
        area=area,
        radius_km=radius_km,
        query=Query(words=words, region=None if area.district else region, kind=kind, department=department),
    )


def place_name(area: Area) -> str:
    """Return the name of a district with its province, or of the province, in the language of this session."""
    region = say(f"taxonomy.region.{area.region}")
    if not area.district:
        return region
    return say("clinics.where.full", region=region, district=district_name(area.district))


def district_name(district: str) -> str:
    """Return the name of a district in the language of this session."""
    return district if current_language() is Language.KOREAN else romanize(district)


def word_name(table: str, word: str) -> str:
    """Return a kind or department in the language of this session; HIRA's word where it has no translation."""
    try:
        return say(f"clinics.{table}.{word}")
    except KeyError:
        return word


def _draw_region() -> Region:
    options = list(Region)
    chosen: Region = st.selectbox(
        say("clinics.where.region"),
        options,
        format_func={region: say(f"taxonomy.region.{region}") for region in options}.__getitem__,
        key=settle_choice(PAGE, "region", options, Region.SEOUL),
        persist_state="session",
        on_change=_forget_place,
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
        key=settle_choice(PAGE, "district", districts, ""),
        persist_state="session",
        on_change=forget_chosen,
    )
    area = find_area(region, chosen)
    assert area is not None, "only known districts are offered"
    return area


def _draw_radius(*, whole_province: bool) -> int | None:
    chosen: int = st.selectbox(
        say("clinics.where.radius"),
        RADII_KM,
        format_func={km: say("clinics.where.km", km=km) for km in RADII_KM}.__getitem__,
        key=settle_choice(PAGE, "radius", RADII_KM, _USUAL_RADIUS_KM),
        persist_state="session",
        on_change=forget_chosen,
        disabled=whole_province,
        help=say("clinics.where.radius_help"),
    )
    return None if whole_province else chosen


def _draw_word(name: str, words: tuple[str, ...]) -> str:
    labels = {"": say("clinics.which.all")} | {word: word_name(name, word) for word in words}
    options = list(labels)
    chosen: str = st.selectbox(
        say(f"clinics.which.{name}"),
        options,
        format_func=labels.__getitem__,
        key=settle_choice(PAGE, name, options, ""),
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


def chosen_key(directory: Directory) -> str:
    """Settle which clinic is chosen and return its session key; an unknown one in the address is none."""
    return settle_choice(PAGE, CHOSEN, ["", *(clinic.id for clinic in directory.clinics)], "")


def choose(identity: str) -> None:
    """Choose a clinic; the callback of the list and the map."""
    st.session_state[f"{PAGE}_{CHOSEN}"] = identity


def forget_chosen() -> None:
    """Choose no clinic: what was chosen may not be among the next results."""
    choose("")


def _forget_place() -> None:
    st.session_state[f"{PAGE}_district"] = ""
    forget_chosen()
