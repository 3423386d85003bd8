"""Chips: which filters are active, each taken away by a click, and what a link held that could not be read."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.sentences import raise_first
from core.interface.statistics_question import Question, changed
from core.interface.statistics_state import ask, nonsense
from core.interface.statistics_words import answer_phrase, band_label, days_words, having_words

_SOURCES: Final = ("app", "import", "demo")


def draw_chips(question: Question) -> None:
    """Draw what is active and a button that resets all."""
    with st.container(key="statistics_nonsense"):
        _draw_nonsense()
    # The place is kept while there is nothing in it, so that the charts below stay the same charts.
    with st.container(horizontal=True, gap="small", key="statistics_chips"):
        if not question.narrowed:
            return
        for name, label, without in _chips(question):
            st.button(
                label,
                key=f"chip_{name}",
                icon=":material/close:",
                icon_position="right",
                help=say("statistics.ask.remove"),
                on_click=ask,
                args=(without,),
            )
        st.button(
            say("statistics.ask.reset"),
            key="statistics_reset",
            type="tertiary",
            icon=":material/restart_alt:",
            on_click=ask,
            args=(question.everyone(),),
        )


def _chips(question: Question) -> list[tuple[str, str, Question]]:
    """Return name and words of each active filter, and the question without it."""
    language = current_language()
    named: dict[str, tuple[Sequence[Any], Callable[[Any], str]]] = {
        "sexes": (question.sexes, lambda sex: raise_first(say(f"statistics.group.{sex}"))),
        "age_bands": (question.age_bands, lambda band: band_label(language, band)),
        "regions": (question.regions, lambda region: say(f"taxonomy.region.{region}")),
        "views": (question.views, lambda view: raise_first(say(f"taxonomy.view.{view}"))),
        "models": (question.models, plain),
        "sources": (question.sources, source_name),
        "answers": (question.answers, lambda answer: plain(answer_phrase(language, *answer))),
    }
    chips = [
        (f"{name}_{number}", words(one), changed(question, name, tuple(o for o in chosen if o != one)))
        for name, (chosen, words) in named.items()
        for number, one in enumerate(chosen)
    ]
    if question.having:
        words = having_words(language, question.having, question.having_at_least)
        chips.append(("having", words, replace(question, having=None)))
    if question.since or question.until:
        chips.append(("days", raise_first(days_words(language, question)), replace(question, since=None, until=None)))
    return chips


def _draw_nonsense() -> None:
    ignored = nonsense()
    if ignored:
        st.info(say("statistics.ask.nonsense", names=", ".join(ignored)), icon=":material/link_off:")


def source_name(source: str) -> str:
    """Return where results come from, in words."""
    return say(f"statistics.sources.{source}") if source in _SOURCES else plain(source)
