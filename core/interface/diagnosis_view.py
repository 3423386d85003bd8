"""What surrounds a result: waiting, photos that gave none, what is kept, how far it can be trusted."""

import logging
from collections.abc import Sequence

import streamlit as st

from core.errors import ScalpError
from core.findings import Diagnosis, Refusal
from core.interface.answers import Answers
from core.interface.checkup import Checked, Checkup, Submitted, current_checkup, drop_checkup, name_site, update_checkup
from core.interface.chrome import draw_page_link
from core.interface.drawings import DRAWINGS
from core.interface.intake import RESULT_ANCHOR, start_over
from core.interface.kept import find_kept, keep
from core.interface.kept_view import draw_notice, draw_one_kept
from core.interface.language import current_language, say
from core.interface.markup import plain, sign_list
from core.interface.models import read_evidence
from core.interface.resources import get_diagnoser, get_store
from core.interface.result_view import draw_result, photo_label
from core.interface.wordings import evidence_lines
from core.taxonomy import Site, View

# Which drawing helps against which refusal.
_HINTS = {
    Refusal.SMALL: "distance",
    Refusal.BLURRED: "distance",
    Refusal.DARK: "light",
    Refusal.BRIGHT: "light",
    Refusal.GLARE: "light",
    Refusal.NOT_SCALP: "parting",
    Refusal.OTHER_VIEW: "parting",
}
_log = logging.getLogger(__name__)


def draw_error(error: ScalpError) -> None:
    """Say what went wrong and what to do about it, as plain text."""
    st.error(plain(error.message(current_language())), title=say("common.error.title"), icon=":material/error:")


def draw_see_a_doctor() -> None:
    """Say, whether or not there is a result, what no photo check may delay."""
    names = ("sudden", "pain", "fever", "child", "lasting")
    signs = [say(f"diagnosis.flags.{name}") for name in names]
    with st.container(border=True, key="flags_card"):
        st.html(sign_list(say("diagnosis.flags.title"), signs))


def check_photos(submitted: tuple[Submitted, ...], view: View | None) -> Checkup | None:
    """Grade what is new among the photos handed over, with a word while it lasts.

    Returns:
        The check under way, or None where no photo was handed over or the models cannot be used (said so).
    """
    if not submitted:
        drop_checkup()
        return None
    before = current_checkup()
    known = {photo.key for photo in before.photos} if before and before.view == view else set()
    if known >= {photo.key for photo in submitted}:
        return update_checkup(submitted, view)
    waiting = "grading" if len(submitted) == 1 else "grading_many"
    try:
        with st.spinner(say(f"diagnosis.wait.{waiting}", count=len(submitted))):
            checkup = update_checkup(submitted, view)
    except ScalpError as error:
        draw_error(error)
        return None
    _count_refusals([photo for photo in checkup.photos if photo.key not in known])
    return checkup


def draw_checkup(checkup: Checkup | None, answers: Answers) -> None:
    """Draw everything below the questions: the result, or why there is none, and what is kept."""
    draw_notice()
    if checkup is None:
        st.info(say("diagnosis.wait.empty"), icon=":material/hourglass_empty:")
        return
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.subheader(say("diagnosis.result.heading"), anchor=RESULT_ANCHOR, width="content")
        st.button(
            say("diagnosis.photo.start_over"), on_click=start_over, icon=":material/restart_alt:", type="tertiary"
        )
    if len(checkup.photos) > 1:
        _draw_strip(checkup)
    if checkup.diagnoses:
        _draw_model_notices()
    if checkup.graded:
        result, keeping = st.container(), st.container()
        # Kept first: the report that the result offers carries the number of the record.
        with keeping:
            _draw_keeping(checkup, answers)
        with result:
            draw_result(checkup, answers)
    for photo in checkup.photos:
        if not photo.graded:
            _draw_ungraded(checkup, photo)
    if not checkup.graded:
        st.caption(say("diagnosis.refused.all"))
    _draw_measured(checkup.diagnoses)


def _draw_model_notices() -> None:
    """Say where another model grades than the operator chose, and why."""
    language = current_language()
    for notice in get_diagnoser().notices:
        cause = notice.__cause__
        why = f" {cause.message(language)}" if isinstance(cause, ScalpError) else ""
        st.warning(plain(notice.message(language) + why), icon=":material/swap_horiz:")


def _count_refusals(photos: list[Checked]) -> None:
    # Only a number per day and reason: nothing about the person, so no consent is asked for it.
    for photo in photos:
        if photo.diagnosis is None or photo.graded:
            continue
        try:
            get_store().count_refusal(photo.diagnosis.quality)
        except ScalpError as error:
            _log.warning("a refused photo was not counted: %s", error)


def _draw_strip(checkup: Checkup) -> None:
    with st.grid(6, min_column_width=104, key="strip"):
        for number, photo in enumerate(checkup.photos, start=1):
            with st.container():
                label = photo_label(checkup, photo)
                if photo.preview is not None:
                    st.image(photo.thumbnail, width="stretch", alt=label)
                if not photo.graded:
                    st.caption(say("diagnosis.result.photo_not_graded", name=label))
                    continue
                st.caption(say("diagnosis.photo.number", number=number))
                st.selectbox(
                    say("diagnosis.photo.site", number=number),
                    list(Site),
                    index=None,
                    format_func=lambda site: say(f"taxonomy.site.{site}"),
                    placeholder=say("diagnosis.photo.site_unknown"),
                    key=f"site_{photo.key}",
                    on_change=_take_site,
                    args=(photo.key,),
                    label_visibility="collapsed",
                )


def _take_site(key: str) -> None:
    name_site(key, st.session_state.get(f"site_{key}"))


def _draw_ungraded(checkup: Checkup, photo: Checked) -> None:
    label = f"{photo_label(checkup, photo)} ({plain(photo.name)})"
    with st.container(border=True):
        if photo.diagnosis is None:
            assert photo.error is not None
            st.markdown(f":material/broken_image: **{say('diagnosis.refused.title_error', name=label)}**")
            st.markdown(plain(photo.error.message(current_language())))
            return
        st.markdown(f":material/no_photography: **{say('diagnosis.refused.title', name=label)}**")
        picture, words, hint = st.columns([1, 2.2, 1])
        if photo.preview is not None:
            picture.image(photo.thumbnail, width=200, alt=say("diagnosis.result.photo"))
        refusals = [reason.refusal for reason in photo.diagnosis.quality.reasons]
        for refusal in refusals:
            words.markdown(f"**{say(f'diagnosis.refused.{refusal}.why')}** {say(f'diagnosis.refused.{refusal}.how')}")
        words.caption(say("diagnosis.refused.again"))
        name = _HINTS[refusals[0]]
        hint.image(DRAWINGS[name], width=180, alt=say(f"diagnosis.howto.alt_{name}"))
        words.button(
            say("common.error.again"), on_click=start_over, icon=":material/restart_alt:", key=f"again_{photo.key}"
        )


def _draw_keeping(checkup: Checkup, answers: Answers) -> None:
    kept = find_kept(checkup)
    if answers.consent:
        try:
            kept = keep(checkup, answers)
        except ScalpError as error:
            draw_error(error)
            return
    if kept is None:
        st.caption(say("diagnosis.kept.consent_missing"))
        return
    if not answers.consent:
        st.caption(say("diagnosis.kept.withdrawn"))
    with st.container(border=True, key="kept_card"):
        draw_one_kept(kept, say("diagnosis.kept.now", number=kept.visit_id))


def _draw_measured(diagnoses: Sequence[Diagnosis]) -> None:
    if not diagnoses:
        return
    packages = {(package.id, package.version): package for package in get_diagnoser().packages.values()}
    lines: dict[str, list[str]] = {}
    for diagnosis in diagnoses:
        # Graded before another model was made the default, a result does not carry the figures of the new one.
        package = packages.get((str(diagnosis.model_id), str(diagnosis.model_version)))
        line = say("diagnosis.measured.line", model=diagnosis.model_id, version=diagnosis.model_version)
        lines[line] = evidence_lines(current_language(), read_evidence(package.metrics)) if package else []
    for line, evidence in lines.items():
        st.caption("  \n".join([line, *evidence]))
    with st.expander(say("diagnosis.measured.title"), icon=":material/fact_check:"):
        for name in ("chance", "named", "synthetic"):
            st.markdown(say(f"diagnosis.measured.{name}"))
        draw_page_link("about", say("diagnosis.measured.card"))
