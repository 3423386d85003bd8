"""The result as a person reads it: one sentence first, then the grades, the picture, and what to do next."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.care.red_flags import find_red_flags
from core.clinics.departments import departments_for, in_address
from core.findings import Finding, worst_findings
from core.interface.answers import Answers
from core.interface.checkup import Checked, Checkup
from core.interface.chrome import draw_page_link
from core.interface.download import result_as_json, result_file_name
from core.interface.language import current_language, say
from core.interface.markup import GradeRow, grade_table, result_sentence
from core.interface.picture_view import Shown, draw_picture
from core.interface.report_view import draw_report_button
from core.interface.sentences import join_words, raise_first
from core.interface.wordings import (
    certainty_lines,
    common_view,
    condition_name,
    grade_word,
    headline,
    next_step,
    percent,
    range_words,
    scalp_type_line,
)
from core.locale import Language
from core.taxonomy import View

_ALL: Final = "all"


def draw_result(checkup: Checkup, answers: Answers) -> None:
    """Draw the result of the graded photos of a check.

    Args:
        checkup: At least one of its photos was graded.
        answers: What the person told; they travel with the links and the file to save.
    """
    photos = _choose_photos(checkup)
    shown = _shown_findings(checkup, photos)
    findings = [one.finding for one in shown]
    language = current_language()
    view = common_view(photo.diagnosis for photo in photos if photo.diagnosis is not None)
    st.html(result_sentence(headline(language, findings, view), scalp_type_line(language, findings)))
    _draw_red_flags(findings)
    grades, picture = st.columns([1.15, 1], gap="large")
    with grades:
        _draw_grades(shown, view, len(photos))
    with picture:
        draw_picture(shown)
    _draw_next(checkup, answers, findings)


def _choose_photos(checkup: Checkup) -> tuple[Checked, ...]:
    graded = checkup.graded
    if len(graded) == 1:
        return graded
    names = {photo.key: photo_label(checkup, photo) for photo in graded}
    choice = st.segmented_control(
        say("diagnosis.result.shown"),
        [_ALL, *names],
        default=_ALL,
        format_func=lambda key: say("diagnosis.result.all_photos") if key == _ALL else names[key],
        key="photo_shown",
        required=True,
        wrap=True,
    )
    return tuple(photo for photo in graded if photo.key == choice) or graded


def photo_label(checkup: Checkup, photo: Checked) -> str:
    """Name a photo by its place in the check and, where told, by its spot on the head."""
    label = say("diagnosis.photo.number", number=checkup.photos.index(photo) + 1)
    return f"{label} · {say(f'taxonomy.site.{photo.site}')}" if photo.site else label


def _shown_findings(checkup: Checkup, photos: Sequence[Checked]) -> tuple[Shown, ...]:
    diagnoses = [photo.diagnosis for photo in photos if photo.diagnosis is not None]
    origin = {id(finding): photo for photo in photos if photo.diagnosis for finding in photo.diagnosis.findings}
    return tuple(_as_shown(checkup, finding, origin[id(finding)]) for finding in worst_findings(diagnoses))


def _as_shown(checkup: Checkup, finding: Finding, photo: Checked) -> Shown:
    return Shown(finding, photo, photo_label(checkup, photo) if len(checkup.photos) > 1 else "")


def _draw_grades(shown: Sequence[Shown], view: View | None, photos: int) -> None:
    language = current_language()
    if photos > 1:
        st.caption(say("diagnosis.result.summary_of", count=photos))
    rows = [_grade_row(language, one.finding, one.view) for one in shown]
    columns = [say(f"diagnosis.result.column_{name}") for name in ("condition", "scale", "grade", "range")]
    st.html(grade_table(rows, say("diagnosis.result.heading"), columns))
    for line in certainty_lines(language, [one.finding for one in shown]):
        st.markdown(line)
    st.caption(say("diagnosis.result.scale_crown" if view is View.CROWN else "diagnosis.result.scale"))


def _grade_row(language: Language, finding: Finding, view: View | None) -> GradeRow:
    condition = raise_first(condition_name(language, finding.condition))
    note = range_words(language, finding, view)
    if finding.severity is None or finding.probability is None:
        unsure = say("diagnosis.result.not_sure")
        return GradeRow(condition, None, finding.severity_set, unsure, "", note, unsure)
    grade = grade_word(language, finding.severity, view)
    spoken = say("diagnosis.result.grade_of", grade=grade, number=int(finding.severity))
    return GradeRow(
        condition, finding.severity, finding.severity_set, grade, percent(finding.probability), note, spoken
    )


def _draw_red_flags(findings: Sequence[Finding]) -> None:
    flags = find_red_flags(findings)
    language = current_language()
    lines = []
    if flags.pustules is not None:
        lines.append(say("diagnosis.flags.pustules", grade=say(f"taxonomy.severity.{int(flags.pustules)}")))
    if flags.severe:
        names = join_words(language, [condition_name(language, condition) for condition in flags.severe])
        lines.append(raise_first(say("diagnosis.flags.severe", conditions=names)))
    if lines:
        title = say("diagnosis.flags.alert_title")
        st.warning("\n\n".join(lines), title=title, icon=":material/stethoscope:")


def _draw_next(checkup: Checkup, answers: Answers, findings: Sequence[Finding]) -> None:
    with st.container(border=True, key="next_card"):
        st.subheader(say("diagnosis.next.heading"), anchor=False)
        st.markdown(next_step(current_language(), findings))
        told = {
            name: str(value)
            for name, value in (("sex", answers.sex), ("age_band", answers.age_band), ("region", answers.region))
            if value is not None
        }
        with st.container(horizontal=True, vertical_alignment="center"):
            draw_page_link("care", say("diagnosis.next.care"))
            wanted = departments_for(finding.condition for finding in findings if finding.severity)
            where = {name: value for name, value in told.items() if name == "region"}
            draw_page_link("clinics", say("diagnosis.next.clinics"), department=in_address(wanted), **where)
            draw_page_link("statistics", say("diagnosis.next.statistics"), **told)
            draw_page_link("history", say("diagnosis.next.history"))
            st.download_button(
                say("diagnosis.next.save"),
                result_as_json(checkup, answers, say("common.app.not_a_diagnosis")),
                file_name=result_file_name(checkup.checked_at),
                mime="application/json",
                on_click="ignore",
                icon=":material/download:",
            )
            draw_report_button(checkup, answers)
