"""The report to take along: what goes into it, and the two files. They are made when their button is pressed."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import streamlit as st

from core.care.record_code import record_code
from core.interface.answers import Answers
from core.interface.care_answers import current_care_answers
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


def draw_report_button(checkup: Checkup, answers: Answers) -> None:
    """Draw a button that opens the report's choices, for a row of other buttons.

    Args:
        checkup: The check under way, at least one of its photos graded.
        answers: What the person told about themselves.
    """
    with st.popover(say("report.page.open"), icon=":material/description:", key="report_popover"):
        _draw_choices(checkup, answers, None)


def draw_report(checkup: Checkup, answers: Answers, plan: Plan | None = None) -> None:
    """Draw the report's card: choices and the two files.

    Args:
        checkup: The check under way, at least one of its photos graded.
        answers: What the person told about themselves.
        plan: The plan as the page shows it; made from grades and answers where there is none.
    """
    with st.container(border=True, key="report_card"):
        st.subheader(say("report.page.heading"), anchor="report")
        _draw_choices(checkup, answers, plan)


@st.fragment
def _draw_choices(checkup: Checkup, answers: Answers, plan: Plan | None) -> None:
    st.markdown(say("report.page.lead"))
    choices = _ask()
    kept = find_kept(checkup)
    record = kept.visit_id if kept else None
    make = _maker(checkup, answers, plan, choices, record)
    name = f"scalpspectra-{checkup.checked_at.astimezone(_zone()):%Y%m%d-%H%M}-{choices.language}"
    st.caption(say("report.page.stored", code=record_code(record)) if record else say("report.page.unstored"))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            say("report.page.pdf"),
            lambda: _as_pdf(make()),
            file_name=f"{name}.pdf",
            mime="application/pdf",
            on_click="ignore",
            type="primary",
            icon=":material/picture_as_pdf:",
            key="report_pdf",
        )
        st.download_button(
            say("report.page.fhir"),
            lambda: _as_fhir(make()),
            file_name=f"{name}.fhir.json",
            mime="application/fhir+json",
            on_click="ignore",
            type="tertiary",
            icon=":material/data_object:",
            key="report_fhir",
        )


def _ask() -> ReportChoices:
    with_photo = st.toggle(say("report.page.photo"), key="report_photo", persist_state="session")
    st.caption(say("report.page.photo_note"))
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
        placeholder=say("report.page.word_example"),
        max_chars=WORD_LENGTH,
        height=80,
        persist_state="session",
    )
    return ReportChoices(Language(language or page), with_photo, word or "")


def _maker(
    checkup: Checkup, answers: Answers, plan: Plan | None, choices: ReportChoices, record: str | None
) -> Callable[[], Report]:
    # What needs the session is fetched now; the files are made on another thread, when they are asked for.
    told, zone = current_care_answers(), _zone()
    measured = _measured(checkup, choices.language)
    person = ReportPerson(answers.sex, answers.age_band, answers.region, told)

    def make() -> Report:
        from core.care.plan import make_plan
        from core.interface.report_material import gather_report

        day = checkup.checked_at.astimezone().date()
        made = plan or make_plan(checkup.diagnoses, told, sex=answers.sex, age_band=answers.age_band, on=day)
        now = datetime.now(zone)
        return gather_report(checkup, person, made, choices, record=record, measured=measured, made_at=now)

    return make


def _zone() -> tzinfo | None:
    # The person's clock, not the server's; a browser may call its zone by a name this system does not have.
    try:
        return ZoneInfo(st.context.timezone or "")
    except (ValueError, LookupError, OSError):
        return datetime.now().astimezone().tzinfo


def _measured(checkup: Checkup, language: Language) -> tuple[str, ...]:
    packages = {(package.id, package.version): package for package in get_diagnoser().packages.values()}
    used = dict.fromkeys((str(one.model_id), str(one.model_version)) for one in checkup.diagnoses)
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
