"""What this session stored, listed, and deleted after a second question."""

import streamlit as st

from core.errors import ScalpError
from core.interface.kept import Kept, list_kept, on_delete, take_notice
from core.interface.language import current_language, say
from core.interface.markup import plain


def draw_notice() -> None:
    """Say once what came of the last deletion."""
    notice = take_notice()
    if isinstance(notice, ScalpError):
        st.error(plain(notice.message(current_language())), title=say("common.error.title"), icon=":material/error:")
    elif notice:
        st.success(say("diagnosis.kept.deleted"), icon=":material/delete_sweep:")


def draw_kept() -> None:
    """List the stored results of this session, each with its way out."""
    draw_notice()
    visits = list_kept()
    if not visits:
        st.markdown(say("diagnosis.kept.none"))
    for kept in visits:
        photos = len(kept.visit.diagnoses)
        words = say("diagnosis.kept.photos_one" if photos == 1 else "diagnosis.kept.photos_many", count=photos)
        time = f"{kept.kept_at.astimezone():%Y-%m-%d %H:%M}"
        draw_one_kept(kept, say("diagnosis.kept.item", time=time, photos=words, number=kept.visit_id))


def draw_one_kept(kept: Kept, words: str) -> None:
    """Draw one stored result with the button that deletes it after a second question."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f":material/task_alt: {words}", width="content")
        with st.popover(say("diagnosis.kept.delete"), icon=":material/delete:", key=f"delete_{kept.visit_id}"):
            st.markdown(say("diagnosis.kept.delete_ask", number=kept.visit_id))
            st.button(
                say("diagnosis.kept.delete_yes"),
                type="primary",
                on_click=on_delete,
                args=(kept.visit_id,),
                key=f"confirm_{kept.visit_id}",
            )
