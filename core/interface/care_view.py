"""The care page: what follows from a result. What sends to a doctor always stands first."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import streamlit as st

from core.care.plan_lines import day_words
from core.errors import ScalpError
from core.interface.care_questions import draw_questions, draw_told, questions_open
from core.interface.care_visit import CareVisit, current_care_visit
from core.interface.checkup import current_checkup
from core.interface.chrome import draw_page_link
from core.interface.examples import list_examples
from core.interface.kept import keep
from core.interface.knowledge_view import draw_knowledge
from core.interface.language import current_language, say
from core.interface.letter_view import draw_letter
from core.interface.markup import plain, result_sentence
from core.interface.plan_view import draw_clinic_links, draw_plan, draw_red_flags
from core.interface.products_view import draw_products
from core.interface.report_view import draw_report
from core.interface.wordings import common_view, headline, scalp_type_line
from core.taxonomy import Condition, Severity

_STYLE_SHEET: Final = Path(__file__).with_name("care.css")


def draw_care() -> None:
    """Draw the page below its header."""
    st.html(_STYLE_SHEET)
    try:
        visit = current_care_visit()
    except ScalpError as error:
        _draw_error(error)
        return
    if visit is None:
        _draw_empty()
        _draw_knowledge({})
        return
    _draw_visit(visit)


def _draw_empty() -> None:
    with st.container(border=True, key="care_empty"):
        st.subheader(say("care.empty.title"), anchor=False)
        st.markdown(say("care.empty.refused" if current_checkup() is not None else "care.empty.text"))
        with st.container(horizontal=True):
            draw_page_link("diagnosis", say("home.doors.diagnosis.link"))
            if examples := list_examples():
                draw_page_link("diagnosis", say("care.empty.example"), example=examples[0].name)


def _draw_visit(visit: CareVisit) -> None:
    # The questions are drawn further down, but what is told there decides what stands above them.
    top = st.container()
    if questions_open():
        draw_questions(visit.checkup)
        visit = current_care_visit() or visit
    with top:
        draw_red_flags(visit.plan, visit.told.region)
        _draw_headline(visit)
    _keep_in_step(visit)
    if questions_open():
        return
    draw_told()
    draw_plan(visit.plan)
    made = say("care.page.made", date=day_words(current_language(), visit.plan.made_on))
    st.caption(f"{made} {say('care.page.print_hint')}")
    with st.container(key="care_more"):  # left out on paper
        _draw_more(visit)


def _draw_more(visit: CareVisit) -> None:
    draw_page_link("history", say("diagnosis.next.history"))
    draw_letter(visit)
    draw_products(
        visit.plan,
        visit.checkup.checked_at.isoformat(),
        visit.told.sex,
        visit.told.age_band,
        counted=all(photo.source != "example" for photo in visit.checkup.graded),
    )
    draw_report(visit.checkup, visit.told, visit.plan)
    _draw_clinics(visit)
    _draw_knowledge({one.condition: one.severity for one in visit.findings if one.severity is not None})


def _draw_headline(visit: CareVisit) -> None:
    language = current_language()
    view = common_view(visit.checkup.diagnoses)
    st.html(result_sentence(headline(language, visit.findings, view), scalp_type_line(language, visit.findings)))
    draw_page_link("diagnosis", say("care.page.back"))


def _draw_clinics(visit: CareVisit) -> None:
    with st.container(border=True, key="care_clinics"):
        st.subheader(say("care.page.clinics"), anchor=False)
        draw_clinic_links(visit.plan, visit.told.region)


def _draw_knowledge(grades: Mapping[Condition, Severity]) -> None:
    st.subheader(say("care.page.knowledge"), anchor="knowledge")
    try:
        draw_knowledge(grades)
    except ScalpError as error:
        _draw_error(error)


def _keep_in_step(visit: CareVisit) -> None:
    if not visit.told.consent:
        return
    try:
        keep(visit.checkup, visit.told)
    except ScalpError as error:
        _draw_error(error)


def _draw_error(error: ScalpError) -> None:
    st.error(plain(error.message(current_language())), title=say("common.error.title"), icon=":material/error:")
