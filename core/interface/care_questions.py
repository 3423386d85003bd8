"""Life-style questions: one screen, all optional, remembered for the session, kept only with consent of their own."""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from core.care.answers import OPTIONS, SETS, CareAnswers, answer_label, answer_words
from core.interface.answers import draw_region, told_answers
from core.interface.care_answers import CARE_CONSENT_KEY, current_care_answers, set_care_answers
from core.interface.checkup import Checkup
from core.interface.kept import find_kept
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.taxonomy import Sex

ROUTINE: Final = ("shampoo", "perm", "dye", "last_treatment", "hair", "products")
BEYOND: Final = ("itching", "pain", "loss", "duration", "signs", "medication", "pregnancy", "child")
WISHES: Final = ("wanted", "matters")
_ASKED_KEY: Final = "care_asked"


def questions_open() -> bool:
    """Whether the questions are on the screen: until they were answered or skipped, and while they are changed."""
    return bool(st.session_state.get(_ASKED_KEY, True))


def draw_questions(checkup: Checkup) -> None:
    """Draw all questions, and note what is told."""
    with st.container(border=True, key="care_questions"):
        st.subheader(say("care.page.questions"), anchor=False)
        st.caption(say("care.questions.note"))
        left, right = st.columns(2, gap="large")
        told: dict[str, Any] = {}
        with left:
            told |= _draw_group("routine", ROUTINE)
        with right:
            told |= _draw_group("beyond", _fitting(BEYOND))
        told |= _draw_wishes()
        set_care_answers(_as_answers(told))
        _draw_consent(checkup)
        with st.container(horizontal=True, vertical_alignment="center", key="care_questions_end"):
            _button("show", _close, primary=True)
            _button("skip" if not current_care_answers().told() else "clear", _skip)


def draw_told() -> None:
    """Draw what was told in a line or two, with the way back to the questions."""
    language = current_language()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="care_told"):
        told = [
            f"{answer_label(language, field)} {', '.join(answer_words(language, field, value) for value in values)}"
            for field, values in current_care_answers().told().items()
        ]
        line = say("care.questions.told", answers=" · ".join(told)) if told else say("care.questions.told_none")
        st.caption(plain(line), width="stretch")
        _button("change", _open)


def _button(name: str, action: Callable[[], None], *, primary: bool = False) -> None:
    st.button(
        say(f"care.questions.{name}"), key=f"care_{name}", on_click=action, type="primary" if primary else "tertiary"
    )


def _draw_group(name: str, group: tuple[str, ...]) -> dict[str, Any]:
    st.markdown(f"**{say(f'care.questions.{name}')}**")
    return {field: _ask(field) for field in group}


def _draw_wishes() -> dict[str, Any]:
    st.markdown(f"**{say('care.questions.wishes')}**")
    told: dict[str, Any] = {}
    with st.container(key="care_wishes"):
        left, right = st.columns(2, gap="large")
        with left:
            told["wanted"] = _ask("wanted")
        with right:
            told["matters"] = _ask("matters")
            told["region"] = draw_region()
    return told


def _ask(field: str) -> Any:  # noqa: ANN401 (one option, a list of them, or None)
    return st.pills(
        say(f"care.answers.{field}.question"),
        [option.value for option in OPTIONS[field]],
        selection_mode="multi" if field in SETS else "single",
        format_func=lambda value: say(f"care.answers.{field}.{value}"),
        key=f"care_{field}",
        persist_state="session",
        wrap=True,
    )


def _fitting(group: tuple[str, ...]) -> tuple[str, ...]:
    # A man is not asked about pregnancy, unless an answer given earlier should be seen and corrected.
    if told_answers().sex is not Sex.MALE or current_care_answers().pregnancy is not None:
        return group
    return tuple(field for field in group if field != "pregnancy")


def _as_answers(told: dict[str, Any]) -> CareAnswers:
    values = {field: value if isinstance(value, list) else [value] for field, value in told.items() if value}
    return CareAnswers.from_mapping({field: ",".join(chosen) for field, chosen in values.items()})


def _draw_consent(checkup: Checkup) -> None:
    kept = find_kept(checkup)
    if kept is None or not told_answers().consent:
        st.caption(f":material/lock: {say('care.questions.keep_first')}")
        return
    st.checkbox(say("care.questions.keep"), key=CARE_CONSENT_KEY, persist_state="session")
    st.caption(say("care.questions.keep_note"))


def _open() -> None:
    st.session_state[_ASKED_KEY] = True


def _close() -> None:
    st.session_state[_ASKED_KEY] = False


def _skip() -> None:
    for field in OPTIONS:
        if field != "region":
            st.session_state[f"care_{field}"] = [] if field in SETS else None
    set_care_answers(CareAnswers())
    _close()
