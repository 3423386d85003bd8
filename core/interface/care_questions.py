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

# How a question is drawn: a menu takes little room, pills show all options at a glance.
MENUS: Final = frozenset(
    {"shampoo", "perm", "dye", "last_treatment", "duration", "pregnancy", "products", "matters", "medication"}
)
PAIRS: Final = {
    "beyond": (("itching", "pain"), ("loss",), ("signs",), ("duration", "pregnancy"), ("medication",), ("child",)),
    "routine": (("shampoo", "last_treatment"), ("dye", "perm"), ("hair",), ("products",)),
    "wishes": (("wanted",), ("matters", "region")),
}
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
        with left:
            told = _draw_group("beyond")
        with right:
            told |= _draw_group("routine") | _draw_group("wishes")
        set_care_answers(_as_answers(told))
        _draw_consent(checkup)
        with st.container(horizontal=True, vertical_alignment="center", key="care_questions_end"):
            _button("show", _show, primary=True)
            # The region was told for its own sake, maybe on another page.
            _button("clear" if current_care_answers().told().keys() - {"region"} else "skip", _skip)


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


def _draw_group(name: str) -> dict[str, Any]:
    st.markdown(f"**{say(f'care.questions.{name}')}**")
    told: dict[str, Any] = {}
    for number, row in enumerate(PAIRS[name]):
        fitting = tuple(field for field in row if field != "pregnancy" or _may_be_pregnant())
        with st.container(key=f"care_row_{name}_{number}"):
            for column, field in zip(st.columns(len(fitting)), fitting, strict=True):
                with column:
                    told[field] = _ask(field)
    return told


def _ask(field: str) -> Any:  # noqa: ANN401 (one option, a list of them, a truth value, or None)
    if field == "region":
        return draw_region()
    label, key = say(f"care.answers.{field}.question"), f"care_{field}"
    if field == "child":
        return "yes" if st.checkbox(label, key=key, persist_state="session") else None
    options = [option.value for option in OPTIONS[field]]
    words = {option: say(f"care.answers.{field}.{option}") for option in options}
    if field not in MENUS:
        return st.pills(
            label,
            options,
            selection_mode="multi" if field in SETS else "single",
            format_func=words.__getitem__,
            key=key,
            persist_state="session",
            wrap=True,
        )
    unsaid = say("diagnosis.you.unsaid")
    if field in SETS:
        return st.multiselect(
            label, options, format_func=words.__getitem__, placeholder=unsaid, key=key, persist_state="session"
        )
    return st.selectbox(
        label, options, index=None, format_func=words.__getitem__, placeholder=unsaid, key=key, persist_state="session"
    )


def _may_be_pregnant() -> bool:
    # A man is not asked, unless an answer given earlier should be seen and corrected.
    return told_answers().sex is not Sex.MALE or current_care_answers().pregnancy is not None


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


def _show() -> None:
    # The last answer may have come with this very press, before any run of the page could note it.
    told = {field: st.session_state.get(f"care_{field}") for field in OPTIONS if field != "region"}
    told["child"] = "yes" if told["child"] else None
    set_care_answers(_as_answers(told | {"region": told_answers().region}))
    _close()


def _close() -> None:
    st.session_state[_ASKED_KEY] = False


def _skip() -> None:
    for field in OPTIONS:
        if field != "region":
            st.session_state[f"care_{field}"] = [] if field in SETS else False if field == "child" else None
    set_care_answers(CareAnswers())
    _close()
