"""The question of this session: settled from the address, changed by filters and clicks, written back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import streamlit as st

from core.interface.address import put_parameters
from core.interface.charts import BRUSH, PICK
from core.interface.statistics_card import chart_key
from core.interface.statistics_link import read_question
from core.interface.statistics_picks import clicked
from core.interface.statistics_question import PARAMETERS, Offered, Question

_QUESTION_KEY: Final = "statistics_question"
_WRITTEN_KEY: Final = "statistics_written"
_NONSENSE_KEY: Final = "statistics_nonsense"
_NONCE_KEY: Final = "statistics_nonce"
_CLICKS_KEY: Final = "statistics_clicks"


def settle_question(offered: Callable[[bool], Offered], *, demo: bool | None) -> Question:
    """Return what is asked: what a link brought, else what was asked last.

    Args:
        offered: Says what there is to choose from among demonstration rows, or among real ones.
        demo: The only kind of data there is; None where there are both.
    """
    address = {name: st.query_params[name] for name in PARAMETERS if name in st.query_params}
    if address and address != st.session_state.get(_WRITTEN_KEY):
        wants_demo = address.get("data") == "demo" if demo is None else demo
        question, nonsense = read_question(address, offered(wants_demo), _first(demo))
        st.session_state[_NONSENSE_KEY] = nonsense
        st.session_state[_NONCE_KEY] = nonce() + 1
    else:
        question = st.session_state.get(_QUESTION_KEY) or _first(demo)
    if demo is not None and question.demo != demo:
        question = _first(demo)
    st.session_state[_QUESTION_KEY] = question
    return question


def _first(demo: bool | None) -> Question:
    return Question(demo=bool(demo))


def current_question() -> Question:
    """Return what is asked; call it in callbacks, after `settle_question` has run."""
    question: Question = st.session_state[_QUESTION_KEY]
    return question


def ask(question: Question) -> None:
    """Ask something else from the next run on; call it in callbacks."""
    before = current_question()
    if (before.since, before.until) != (question.since, question.until):
        # What was drawn over in the trend is no longer what is asked.
        st.session_state[_NONCE_KEY] = nonce() + 1
    st.session_state[_QUESTION_KEY] = question
    st.session_state.pop(_NONSENSE_KEY, None)


def write_question(question: Question) -> None:
    """Write what is asked into the address, so that it can be sent to somebody."""
    written = question.in_address()
    put_parameters(PARAMETERS, written)
    st.session_state[_WRITTEN_KEY] = written


def forget_question() -> None:
    """Ask nothing any more, where there is nothing to ask about."""
    put_parameters(PARAMETERS, {})
    for key in (_QUESTION_KEY, _WRITTEN_KEY, _NONSENSE_KEY):
        st.session_state.pop(key, None)


def nonsense() -> Sequence[str]:
    """Return the parameters of the link that could not be read."""
    found: Sequence[str] = st.session_state.get(_NONSENSE_KEY, ())
    return found


def nonce() -> int:
    """Return a number that changes when what is drawn over in the trend has to go."""
    return int(st.session_state.get(_NONCE_KEY, 0))


def on_click(name: str, take: Callable[[Mapping[str, str]], Question]) -> Callable[[], None]:
    """Return a callback for a chart: what was clicked in it becomes part of the question.

    Args:
        name: Of the chart's card.
        take: Turns the clicked mark into the question; ValueError for a mark that means nothing.
    """

    def clicked_now() -> None:
        marks = _selected(f"{chart_key(name)}_0", PICK)
        before: dict[str, list[Any]] = st.session_state.setdefault(_CLICKS_KEY, {})
        mark = clicked(before.get(name, []), marks)
        before[name] = marks
        if mark is None:
            return
        try:
            ask(take(mark))
        except (KeyError, ValueError):
            # Beside every mark, for example on the watermark: nothing was picked.
            return

    return clicked_now


def on_brush(name: str, take: Callable[[Sequence[str]], Question]) -> Callable[[], None]:
    """Return a callback for a chart: the periods drawn over become part of the question, none clears them.

    Args:
        name: Of the chart's card.
        take: Turns the names of the periods, in any order, into the question.
    """

    def brushed_now() -> None:
        key = f"{chart_key(name)}_{nonce()}"
        selected = st.session_state[key].selection.get(BRUSH) or {}
        question = take([str(period) for period in selected.get("period", ())])
        st.session_state[_QUESTION_KEY] = question
        st.session_state.pop(_NONSENSE_KEY, None)

    return brushed_now


def _selected(key: str, parameter: str) -> list[Mapping[str, str]]:
    chosen = st.session_state[key].selection.get(parameter) or []
    return [{str(field): str(value) for field, value in mark.items()} for mark in chosen]
