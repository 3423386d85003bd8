"""What is chosen on the Models page: kept in the session, and in the address so that it can be sent to somebody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

import streamlit as st

from core.interface.address import arrived, settle_choice, write_address

if TYPE_CHECKING:
    from core.lab.run_records import RunRecord

PAGE: Final = "models"
SECTIONS: Final = ("runs", "packages", "try", "train")
MOST_RUNS: Final = 12
_CHOSEN_KEY: Final = "models_chosen_runs"
_GONE_KEY: Final = "models_gone_runs"
_WRITTEN_KEY: Final = "models_in_address"

T = TypeVar("T")


def settle(name: str, options: Sequence[T], default: T) -> str:
    """Settle a choice of this page before its widget is drawn, and return the key for the widget."""
    return settle_choice(PAGE, name, options, default)


def chosen_runs(measured: Sequence[RunRecord]) -> list[str]:
    """Return the runs to compare: what a link brought, else what was chosen last, else the first group there is.

    Args:
        measured: The runs that can be compared.
    """
    known = [record.id for record in measured]
    came = arrived(PAGE, "runs")
    if came is not None:
        wanted = [name for name in came.split(",") if name]
        st.session_state[_GONE_KEY] = [name for name in wanted if name not in known]
        st.session_state[_CHOSEN_KEY] = [name for name in dict.fromkeys(wanted) if name in known][:MOST_RUNS]
    elif _CHOSEN_KEY not in st.session_state:
        # The comparison that ships, where there is one: the first visitor sees what this page is for.
        group = next((r.group for r in measured if r.shipped), measured[0].group if measured else "")
        st.session_state[_CHOSEN_KEY] = [r.id for r in measured if r.group == group][:MOST_RUNS]
    kept = [name for name in st.session_state[_CHOSEN_KEY] if name in known]
    st.session_state[_CHOSEN_KEY] = kept
    return kept


def choose_runs(names: Sequence[str]) -> None:
    """Compare other runs from the next run of the page on."""
    st.session_state[_CHOSEN_KEY] = list(dict.fromkeys(names))[:MOST_RUNS]
    st.session_state.pop(_GONE_KEY, None)


def gone_runs() -> list[str]:
    """Return the runs a link asked for that are not here."""
    gone: list[str] = st.session_state.get(_GONE_KEY, [])
    return gone


def choose_section(section: str, chosen: Mapping[str, object] | None = None) -> None:
    """Go to another section, with something chosen in it; the callback of a button."""
    st.session_state[f"{PAGE}_section"] = section
    for name, value in (chosen or {}).items():
        st.session_state[f"{PAGE}_{name}"] = value


def note(**chosen: object) -> None:
    """Note what stands in the address; it is written once, at the end of the page."""
    st.session_state.setdefault(_WRITTEN_KEY, {}).update(chosen)


def write_noted() -> None:
    """Write into the address what was noted, of this section and the others."""
    write_address(PAGE, **st.session_state.get(_WRITTEN_KEY, {}))
