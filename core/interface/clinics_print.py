"""What can be done with what was found: print the nearest, and on a phone go down to the map."""

from datetime import date
from html import escape

import streamlit as st

from core.interface.clinics_card import printed_card
from core.interface.clinics_search import NEAREST_ANYWAY, Result
from core.interface.language import say


def draw_tools(result: Result) -> None:
    """Draw the buttons (`desk.js` gives them life), and the sheet that is seen only when it is printed."""
    to_map = _button("ss-to-map", say("clinics.map.jump"))
    to_paper = _button("ss-print-now", say("clinics.print.button", n=min(result.total, NEAREST_ANYWAY)))
    st.html(f'<div class="ss-tools">{to_map}{to_paper}</div>{_sheet(result)}', width="content")


def _button(name: str, label: str) -> str:
    return f'<button type="button" class="ss-tool {name}">{escape(label)}</button>'


def _sheet(result: Result) -> str:
    wanted = result.search.query.departments
    places = result.found[: min(result.total, NEAREST_ANYWAY)]
    items = "".join(printed_card(place.clinic, place.distance_km, wanted) for place in places)
    # A person's own position is not written down, not even on paper.
    title = escape(say("clinics.print.title", place=result.search.place))
    notes = (say("clinics.print.note", date=date.today().isoformat()), say("common.app.not_a_diagnosis"))
    foot = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f'<section class="ss-sheet" aria-hidden="true"><h1>{title}</h1><ol>{items}</ol>{foot}</section>'
