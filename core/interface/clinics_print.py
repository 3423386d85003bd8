"""The nearest clinics on one sheet of paper: drawn with the page, seen only when it is printed."""

from datetime import date
from html import escape

import streamlit as st

from core.interface.clinics_card import printed_card
from core.interface.clinics_search import NEAREST_ANYWAY, Result
from core.interface.language import say


def draw_print(result: Result) -> None:
    """Draw the button that prints, and the sheet for it."""
    label = escape(say("clinics.print.button", n=min(result.total, NEAREST_ANYWAY)))
    st.html(f'<button type="button" class="ss-print-now">{label}</button>{_sheet(result)}', width="content")


def _sheet(result: Result) -> str:
    wanted = result.search.query.departments
    places = result.found[: min(result.total, NEAREST_ANYWAY)]
    items = "".join(printed_card(place.clinic, place.distance_km, wanted) for place in places)
    # A person's own position is not written down, not even on paper.
    title = escape(say("clinics.print.title", place=result.search.place))
    notes = (say("clinics.print.note", date=date.today().isoformat()), say("common.app.not_a_diagnosis"))
    foot = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f'<section class="ss-sheet" aria-hidden="true"><h1>{title}</h1><ol>{items}</ol>{foot}</section>'
