"""What is in a history, and the ways out of it: one visit, the photos, everything; and a copy of all of it."""

from collections.abc import Callable

import streamlit as st

from core.interface.history_session import on_delete, on_delete_everything, on_delete_photos
from core.interface.history_words import moment
from core.interface.language import say
from core.interface.resources import get_store
from core.records.history import HistoryEntry, export_history
from core.records.history_key import HistoryKey


def draw_manage(key: HistoryKey, entries: tuple[HistoryEntry, ...]) -> None:
    """Draw the list of visits and what can be done with all of them."""
    with st.expander(f"{say('history.visits.heading')} ({len(entries)})", icon=":material/list:"):
        for entry in reversed(entries):
            _draw_visit(key, entry)
    st.subheader(say("history.yours.heading"), anchor=False)
    with st.container(horizontal=True, key="history_yours"):
        st.download_button(
            say("history.yours.export"),
            lambda: export_history(get_store(), key),
            file_name="scalpspectra-history.zip",
            mime="application/zip",
            on_click="ignore",
            icon=":material/download:",
            key="history_export",
        )
        if any(entry.kept_photos for entry in entries):
            _draw_question("photos", say("history.yours.photos_ask"), lambda: on_delete_photos(key))
        _draw_question(
            "everything",
            say("history.yours.delete_ask", visits=len(entries)),
            lambda: on_delete_everything(key),
        )
    st.caption(f"{say('history.yours.export_note')} {say('history.yours.backups')}")


def _draw_visit(key: HistoryKey, entry: HistoryEntry) -> None:
    photos = len(entry.visit.diagnoses)
    words = [say("diagnosis.kept.photos_one" if photos == 1 else "diagnosis.kept.photos_many", count=photos)]
    if entry.kept_photos:
        words.append(say("history.visits.with_photos"))
    if entry.visit.source == "example":
        words.append(say("history.visits.example"))
    time = moment(entry.visit.visited_at)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(say("history.visits.item", time=time, photos=" · ".join(words)), width="content")
        with st.popover(say("history.visits.delete"), icon=":material/delete:", key=f"history_visit_{entry.id}"):
            st.markdown(say("history.visits.delete_ask", time=time))
            st.button(
                say("history.visits.delete_yes"),
                type="primary",
                on_click=on_delete,
                args=(key, entry),
                key=f"history_visit_yes_{entry.id}",
            )


def _draw_question(name: str, question: str, act: Callable[[], None]) -> None:
    """Draw a button that asks once more before something is lost."""
    prefix = "photos_" if name == "photos" else ""
    icon = ":material/hide_image:" if name == "photos" else ":material/delete_forever:"
    with st.popover(say(f"history.yours.{prefix}delete"), icon=icon, key=f"history_ask_{name}"):
        st.markdown(question)
        yes = say(f"history.yours.{prefix}{'yes' if prefix else 'delete_yes'}")
        st.button(yes, type="primary", on_click=act, key=f"history_yes_{name}")
