"""The report to take along: what goes into it, and the two files. Made only when a button is pressed."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import streamlit as st

from core.care.answers import CareAnswers
from core.care.record_code import record_code
from core.interface.answers import Answers
from core.interface.checkup import Checkup
from core.interface.kept import find_kept
from core.interface.language import current_language, say
from core.interface.models import read_evidence
from core.interface.report_choices import ReportChoices, ReportPerson
from core.interface.resources import get_diagnoser
from core.interface.wordings import evidence_lines
from core.locale import Language

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.care.plan import Plan
    from core.care.report import Report

WORD_LENGTH: Final = 1000


def draw_report_button(checkup: Checkup, answers: Answers, told: CareAnswers | None = None) -> None:
    """Draw a button that opens the report's choices, for a row of other buttons.

    Args:
        checkup: The check under way, at least one photo.
        answers: What the person told about themselves.
        told: Life-style answers, where they were asked for.
    """
    with st.popover(say("report.page.open"), icon=":material/description:", key="report_popover"):
        st.markdown(say("report.page.lead"))
        _draw_choices(checkup, answers, told or CareAnswers(), None)


def draw_report(checkup: Checkup, answers: Answers, told: CareAnswers | None = None, plan: Plan | None = None) -> None:
    """Draw the report's card: choices and the two files.

    Args:
        checkup: The check under way, at least one photo.
        answers: What the person told about themselves.
        told: Life-style answers, where they were asked for.
        plan: The plan as the page shows it; made from the grades and answers where there is none.
    """
    with st.container(border=True, key="report_card"):
        st.subheader(say("report.page.heading"), anchor="report")
        st.markdown(say("report.page.lead"))
        _draw_choices(checkup, answers, told or CareAnswers(), plan)


@st.fragment
def _draw_choices(checkup: Checkup, answers: Answers, told: CareAnswers, plan: Plan | None) -> None:
    choices = _ask()
    kept = find_kept(checkup)
    record = kept.visit_id if kept else None
    make = _maker(checkup, answers, told, plan, choices, record)
    if not checkup.graded:
        st.caption(say("report.page.refused_only"))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            say("report.page.pdf"),
            lambda: _as_pdf(make()),
            file_name=_file_name(checkup, choices.language, "pdf"),
            mime="application/pdf",
            on_click="ignore",
            type="primary",
            icon=":material/picture_as_pdf:",
            key="report_pdf",
        )
        st.download_button(
            say("report.page.fhir"),
            lambda: _as_fhir(make()),
            file_name=_file_name(checkup, choices.language, "fhir.json"),
            mime="application/fhir+json",
            on_click="ignore",
            type="tertiary",
            icon=":material/data_object:",
            key="report_fhir",
        )
    st.caption(say("report.page.stored", code=record_code(record)) if record else say("report.page.unstored"))


def _ask() -> ReportChoices:
    with_photo = st.toggle(
        say("report.page.photo"), key="report_photo", help=say("report.page.photo_note"), persist_state="session"
    )
    page = current_language()
    language = st.segmented_control(
        say("report.page.language"),
        list(Language),
        default=page,
        format_func=lambda one: say(f"common.language.{one}"),
        # Follows the page's language until another is chosen.
        key=f"report_language_{page}",
        required=True,
    )
    word = st.text_area(
        say("report.page.word"),
        key="report_word",
        help=say("report.page.word_help"),
        max_chars=WORD_LENGTH,
        height=80,
        persist_state="session",
    )
    return ReportChoices(Language(language or page), with_photo, word or "")


def _maker(
    checkup: Checkup,
    answers: Answers,
    told: CareAnswers,
    plan: Plan | None,
    choices: ReportChoices,
    record: str | None,
) -> Callable[[], Report]:
    # What needs the session is fetched now; the files are made on another thread, when they are asked for.
    measured = _measured(checkup, choices.language)
    person = ReportPerson(answers.sex, answers.age_band, answers.region, told)

    def make() -> Report:
        from core.care.plan import make_plan
        from core.interface.report_material import gather_report

        now = datetime.now().astimezone()
        made = plan or make_plan(
            checkup.diagnoses,
            told,
            sex=answers.sex,
            age_band=answers.age_band,
            on=checkup.checked_at.astimezone().date(),
        )
        return gather_report(checkup, person, made, choices, record=record, measured=measured, made_at=now)

    return make


def _measured(checkup: Checkup, language: Language) -> tuple[str, ...]:
    packages = {package.id: package for package in get_diagnoser().packages.values()}
    used = dict.fromkeys(str(diagnosis.model_id) for diagnosis in checkup.diagnoses)
    return tuple(
        line
        for model in used
        if model in packages
        for line in evidence_lines(language, read_evidence(packages[model].metrics))
    )


def _as_pdf(report: Report) -> bytes:
    from core.care.report import render_pdf

    return render_pdf(report)


def _as_fhir(report: Report) -> str:
    from core.care.fhir import fhir_json

    return fhir_json(report)


def _file_name(checkup: Checkup, language: Language, ending: str) -> str:
    return f"scalpspectra-{checkup.checked_at:%Y%m%d-%H%M}-{language}.{ending}"
