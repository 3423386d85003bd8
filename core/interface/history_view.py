"""The history page: visits of one person over time, under a key that they alone hold."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.care.change import CERTAIN, Course, Verdict, courses, latest_change, steps
from core.errors import RecordsError, ScalpError
from core.interface.checkup import Checkup, current_checkup
from core.interface.chrome import draw_page_link
from core.interface.diagnosis_view import draw_error
from core.interface.history_chart import draw_course
from core.interface.history_doors import draw_add, draw_doors, draw_new_key
from core.interface.history_manage import draw_manage
from core.interface.history_photos import draw_photos, forget_photos
from core.interface.history_session import is_in, new_key, on_close, opened_key, read_open, take_notice
from core.interface.history_words import (
    course_name,
    day,
    grade_of,
    moment,
    range_of,
    summary,
    total_words,
    verdict_words,
)
from core.interface.language import current_language, say
from core.interface.wordings import percent
from core.records.history import HistoryEntry
from core.records.history_key import HistoryKey

_ICONS = {
    Verdict.WORSE: ":material/trending_up:",
    Verdict.BETTER: ":material/trending_down:",
    Verdict.NONE: ":material/trending_flat:",
}
_WRONGLY_CALLED = 0.017  # core/care/change.py says how it was worked out


def draw_history() -> None:
    """Draw the page below its header."""
    st.markdown(say("history.intro.line"))
    _draw_notice()
    checkup = current_checkup()
    graded = checkup if checkup is not None and checkup.graded else None
    key = opened_key()
    if key is None:
        forget_photos()
        made = new_key()
        if made is not None and graded is not None:
            draw_new_key(made, graded)
        else:
            draw_doors(graded)
        st.caption(f":material/lock: {say('history.intro.how')}")
        return
    try:
        entries = read_open(key)
    except RecordsError as error:
        draw_error(error)
        st.button(say("history.open.close"), on_click=on_close, icon=":material/lock:")
        return
    _draw_open(key, entries, graded)


def _draw_notice() -> None:
    notice = take_notice()
    if isinstance(notice, ScalpError):
        draw_error(notice)
    elif notice is not None:
        st.success(say(notice), icon=":material/check:")


def _draw_open(key: HistoryKey, entries: tuple[HistoryEntry, ...], checkup: Checkup | None) -> None:
    first, last = (day(entry.visit.visited_at) for entry in (entries[0], entries[-1]))
    name = "count_one" if len(entries) == 1 else "count"
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        words = say(f"history.open.{name}", visits=len(entries), first=first, last=last)
        st.markdown(f":material/lock_open: {words}", width="content")
        st.button(
            say("history.open.close"), on_click=on_close, icon=":material/lock:", type="tertiary", key="history_close"
        )
    if checkup is not None and not is_in(checkup, entries):
        draw_add(key, checkup)
    found = tuple(courses(entry.visit for entry in entries).values())
    if len(entries) == 1:
        st.info(say("history.open.one"), icon=":material/event_repeat:")
    else:
        _draw_summary(found)
    _draw_courses(found)
    draw_photos(key, entries)
    draw_manage(key, entries)


def _draw_summary(found: Sequence[Course]) -> None:
    st.subheader(say("history.change.heading"), anchor=False)
    language = current_language()
    st.markdown("  \n".join(f"**{line}**" for line in summary(language, found)))
    changes = [change for course in found if (change := latest_change(course)) is not None]
    if any(change.verdict is Verdict.WORSE for change in changes):
        st.markdown(say("history.change.doctor"))
        draw_page_link("clinics", say("history.change.clinics"))


def _draw_courses(found: Sequence[Course]) -> None:
    language = current_language()
    with st.grid(2, min_column_width=330, key="history_courses"):
        for course in found:
            with st.container(border=True):
                change = latest_change(course)
                icon = _ICONS.get(change.verdict, ":material/help:") if change else ":material/flag:"
                st.markdown(f"**{course_name(language, course)}**  \n{icon} {verdict_words(language, course)}")
                draw_course(course)
                if words := total_words(language, course):
                    st.caption(words)
    st.caption(say("history.chart.legend"))
    _draw_table(found)
    with st.expander(say("history.chart.how"), icon=":material/fact_check:"):
        st.markdown(say("history.chart.method", certain=percent(CERTAIN), wrong=f"{_WRONGLY_CALLED * 100:.1f} %"))
        st.markdown(say("history.chart.limits"))


def _draw_table(found: Sequence[Course]) -> None:
    language = current_language()
    columns = ("date", "condition", "grade", "range", "probability", "change", "model")
    rows = []
    for course in found:
        verdicts = ["", *(say(f"history.table.{change.verdict}") for change in steps(course))]
        for one, verdict in zip(course, verdicts, strict=True):
            probability = one.finding.probability
            models = ", ".join(f"{model} {version}" for model, version in one.models)
            known = "" if probability is None else percent(probability)
            name = course_name(language, course)
            rows.append(
                (moment(one.at), name, grade_of(language, one), range_of(language, one), known, verdict, models)
            )
    with st.expander(say("history.table.heading"), icon=":material/table:"):
        table = pd.DataFrame(rows, columns=[say(f"history.table.{column}") for column in columns])
        st.dataframe(table, hide_index=True, width="stretch")
