"""What the person tells about themselves, and what they agree to. Everything is optional."""

from dataclasses import dataclass
from typing import Final, TypeVar

import streamlit as st

from core.interface.language import say
from core.taxonomy import AgeBand, Region, Sex

CONSENT_KEY: Final = "consent"

_Option = TypeVar("_Option", AgeBand, Region)
_Told = TypeVar("_Told", Sex, AgeBand, Region)


@dataclass(frozen=True)
class Answers:
    """What was told; None where it was not.

    Attributes:
        sex: Sex.
        age_band: Age band.
        region: Province.
        consent: Whether the result may be kept.
    """

    sex: Sex | None
    age_band: AgeBand | None
    region: Region | None
    consent: bool


def draw_answers() -> Answers:
    """Ask for sex, age band and region, and, apart from them, for consent."""
    st.subheader(say("diagnosis.you.heading"), anchor=False)
    st.caption(say("diagnosis.you.note"))
    sex = st.segmented_control(
        say("diagnosis.you.sex"),
        list(Sex),
        format_func=lambda option: say(f"taxonomy.sex.{option}"),
        key="sex",
        persist_state="session",
    )
    age_column, region_column = st.columns(2)
    with age_column:
        age_band = _draw_choice("age_band", AgeBand)
    with region_column:
        region = draw_region()
    return Answers(sex, age_band, region, _draw_consent())


def draw_region() -> Region | None:
    """Ask for the region; the answer is the same on every page that asks."""
    return _draw_choice("region", Region)


def told_answers() -> Answers:
    """Return what was told in this session, on whatever page."""
    told = st.session_state
    return Answers(
        _option(Sex, told.get("sex")),
        _option(AgeBand, told.get("age_band")),
        _option(Region, told.get("region")),
        bool(told.get(CONSENT_KEY, False)),
    )


def _option(kind: type[_Told], value: object) -> _Told | None:
    return next((option for option in kind if option == value), None)


def _draw_choice(name: str, options: type[_Option]) -> _Option | None:
    return st.selectbox(
        say(f"diagnosis.you.{name}"),
        list(options),
        index=None,
        format_func=lambda option: say(f"taxonomy.{name}.{option}"),
        placeholder=say("diagnosis.you.unsaid"),
        key=name,
        persist_state="session",
    )


def _draw_consent() -> bool:
    with st.container(border=True, key="consent_card"):
        consent = st.checkbox(say("diagnosis.consent.label"), key=CONSENT_KEY, persist_state="session")
        st.caption(say("diagnosis.consent.note"))
        with st.expander(say("diagnosis.consent.what"), type="compact"):
            draw_what_is_kept()
    return consent


def draw_what_is_kept() -> None:
    """Say what is kept, what is not, where, and how it is deleted."""
    for name in ("kept", "not_kept", "where"):
        st.markdown(say(f"diagnosis.consent.{name}"))
