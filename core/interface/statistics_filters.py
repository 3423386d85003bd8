"""Who is counted: everything a click in a chart can choose, for the keyboard too, and chips that say what is active."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, Final, TypeVar

import streamlit as st

from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.sentences import raise_first
from core.interface.statistics_chips import draw_chips, source_name
from core.interface.statistics_question import GRADES, STEPS, Offered, Question, changed, month_end
from core.interface.statistics_state import ask, current_question
from core.interface.statistics_words import answer_phrase, at_least_words, band_label, having_words
from core.interface.wordings import condition_name
from core.taxonomy import CONDITIONS, AgeBand, Condition, Region, Severity, Sex, View

T = TypeVar("T")

_EVERYONE: Final = ""


def draw_filters(offered: Offered) -> None:
    """Draw the filters in the state of the question.

    Args:
        offered: What there is to choose from.
    """
    question = current_question()
    with st.container(key="statistics_filters"):
        columns = st.columns([1.5, 1.2, 1.3])
        with columns[0]:
            _draw_condition(question)
        with columns[1]:
            _draw_grade(question)
        with columns[2]:
            _draw_sex(question)
    with st.container(horizontal=True, vertical_alignment="bottom", key="statistics_ages"):
        _draw_ages(question)
        more = st.popover(say("statistics.ask.more"), icon=":material/tune:", key="statistics_more", on_change="rerun")
        if more.open:
            # Drawn before, they would be shown as they were when the page was opened, and hand that back.
            with more:
                _draw_more(question, offered)
    draw_chips(question)


def _draw_condition(question: Question) -> None:
    language = current_language()
    st.selectbox(
        say("statistics.ask.condition"),
        CONDITIONS,
        format_func={one: raise_first(condition_name(language, one)) for one in CONDITIONS}.__getitem__,
        key=_settle("condition", question.condition),
        on_change=_take("condition", lambda value: {"condition": value}),
    )


def _draw_grade(question: Question) -> None:
    language = current_language()
    st.selectbox(
        say("statistics.ask.at_least"),
        GRADES,
        format_func={one: raise_first(at_least_words(language, one)) for one in GRADES}.__getitem__,
        key=_settle("at_least", question.at_least),
        on_change=_take("at_least", lambda value: {"at_least": value}),
    )


def _draw_sex(question: Question) -> None:
    names = {_EVERYONE: say("statistics.ask.everyone")}
    names |= {str(sex): raise_first(say(f"statistics.group.{sex}")) for sex in Sex}
    st.segmented_control(
        say("statistics.ask.sex"),
        list(names),
        format_func=names.__getitem__,
        key=_settle("sexes", str(question.sexes[0]) if len(question.sexes) == 1 else _EVERYONE),
        required=True,
        on_change=_take("sexes", lambda value: {"sexes": (Sex(value),) if value else ()}),
        width="stretch",
    )


def _draw_ages(question: Question) -> None:
    language = current_language()
    st.pills(
        say("statistics.ask.age_band"),
        list(AgeBand),
        selection_mode="multi",
        format_func={band: band_label(language, band) for band in AgeBand}.__getitem__,
        key=_settle("age_bands", list(question.age_bands)),
        on_change=_take("age_bands", lambda value: {"age_bands": _in_order(AgeBand, value)}),
        wrap=True,
    )


def _draw_more(question: Question, offered: Offered) -> None:
    _draw_several("regions", list(Region), "region", question.regions)
    _draw_several("views", list(View), "view", question.views)
    _draw_listed("models", offered.models, question.models, plain)
    _draw_listed("sources", offered.sources, question.sources, source_name)
    language = current_language()
    _draw_listed("answers", offered.answers, question.answers, lambda answer: plain(answer_phrase(language, *answer)))
    _draw_having(question)
    _draw_months(question, offered)
    st.segmented_control(
        say("statistics.ask.by"),
        STEPS,
        format_func={step: say(f"statistics.by.{step}") for step in STEPS}.__getitem__,
        key=_settle("by", question.by),
        required=True,
        on_change=_take("by", lambda value: {"by": value}),
    )


def _draw_having(question: Question) -> None:
    language = current_language()
    # An empty word stands for all: Streamlit shows English words of its own in place of None.
    names = {_EVERYONE: say("statistics.ask.everyone")}
    names |= {
        f"{condition}:{int(grade)}": having_words(language, condition, grade)
        for condition in CONDITIONS
        for grade in GRADES
    }
    st.selectbox(
        say("statistics.ask.having"),
        list(names),
        format_func=names.__getitem__,
        key=_settle("having", f"{question.having}:{int(question.having_at_least)}" if question.having else _EVERYONE),
        on_change=_take("having", _having),
    )


def _having(value: str) -> dict[str, Any]:
    if not value:
        return {"having": None}
    condition, _, grade = value.partition(":")
    return {"having": Condition(condition), "having_at_least": Severity(int(grade))}


def _draw_months(question: Question, offered: Offered) -> None:
    days = [day for day in (offered.first, offered.last, question.since, question.until) if day]
    names = {_EVERYONE: say("statistics.ask.no_limit")}
    names |= {month: month for month in (_months(min(days), max(days)) if days else [])}
    for column, name, day in zip(st.columns(2), ("since", "until"), (question.since, question.until), strict=True):
        with column:
            st.selectbox(
                say(f"statistics.ask.{name}"),
                list(names),
                format_func=names.__getitem__,
                key=_settle(name, f"{day:%Y-%m}" if day else _EVERYONE),
                on_change=_take(name, partial(_month, name)),
            )


def _months(first: date, last: date) -> list[str]:
    ends = first.year * 12 + first.month - 1, last.year * 12 + last.month - 1
    return [f"{number // 12}-{number % 12 + 1:02d}" for number in range(ends[0], ends[1] + 1)]


def _draw_several(name: str, options: list[Region] | list[View], table: str, chosen: Sequence[object]) -> None:
    st.multiselect(
        say(f"statistics.ask.{table}"),
        options,
        format_func={one: raise_first(say(f"taxonomy.{table}.{one}")) for one in options}.__getitem__,
        placeholder=say("statistics.ask.everyone"),
        key=_settle(name, list(chosen)),
        on_change=_take(name, lambda value: {name: _in_order(options, value)}),
    )


def _draw_listed(name: str, options: Sequence[T], chosen: Sequence[T], words: Callable[[T], str]) -> None:
    """Ask for some of what the records hold; with a single option there is nothing to ask."""
    if len(options) < 2 and not chosen:
        return
    st.multiselect(
        say(f"statistics.ask.{name}"),
        options,
        format_func=words,
        placeholder=say("statistics.ask.everyone"),
        key=_settle(name, list(chosen)),
        on_change=_take(name, lambda value: {name: _in_order(options, value)}),
    )


def _settle(name: str, value: object) -> str:
    """Put the question's value into a widget before it is drawn, and return its key."""
    key = f"statistics_{name}"
    if st.session_state.get(key, ...) != value:
        st.session_state[key] = value
    return key


def _take(name: str, change: Callable[[Any], dict[str, Any]]) -> Callable[[], None]:
    """Return a callback that carries a widget's value into the question."""
    return lambda: ask(replace(current_question(), **change(st.session_state[f"statistics_{name}"])))


def _month(name: str, value: str) -> dict[str, Any]:
    day = date.fromisoformat(f"{value}-01") if value else None
    chosen = month_end(day) if day and name == "until" else day
    question = changed(current_question(), name, chosen)
    if day and question.since and question.until and question.since > question.until:
        # The month that was just chosen is meant; the other end gives way.
        return {"since": day, "until": month_end(day)}
    return {name: chosen}


def _in_order(options: Sequence[T] | type[Any], chosen: Sequence[T]) -> tuple[T, ...]:
    return tuple(option for option in options if option in chosen)
