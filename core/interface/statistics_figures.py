"""Key figures: one row, each with its interval and its n."""

import streamlit as st

from core.interface.language import say
from core.interface.statistics_asked import Asked
from core.interface.statistics_words import interval_words, rate_share, short_name
from core.records.statistics import Rate, Totals, any_finding, prevalences
from core.taxonomy import Condition


def draw_key_figures(asked: Asked, counted: Totals) -> None:
    """Draw the row of key figures.

    Args:
        asked: What is asked.
        counted: People and photos.
    """
    question = asked.question
    found = prevalences(asked.store, question.at_least, question.filters())
    known: dict[Condition, Rate] = {c: one.total for c, one in found.items() if one.total and one.total.count}
    with st.container(horizontal=True, key="statistics_key_figures"):
        _draw_people(asked, counted)
        _draw_rate(
            asked.words("key.any", grade=asked.grade), any_finding(asked.store, question.at_least, question.filters())
        )
        label = asked.words("key.asked", condition=asked.condition, grade=asked.grade)
        _draw_rate(label, found[question.condition].total)
        if known:
            most = max(known, key=lambda condition: known[condition].share)
            _draw_rate(asked.words("key.most", condition=short_name(asked.language, most)), known[most])


def _draw_people(asked: Asked, counted: Totals) -> None:
    hidden = asked.words("hidden.label")
    photos = asked.words("key.photos", n=f"{counted.photos:,}") if counted.photos else ""
    people = f"{counted.people:,}" if counted.people else hidden
    _draw_metric(asked.words("key.people"), people, photos)


def _draw_rate(label: str, rate: Rate | None) -> None:
    if rate is None:
        _draw_metric(label, say("statistics.hidden.label"), "")
        return
    interval = say("statistics.key.interval", interval=interval_words(rate.low, rate.high), n=f"{rate.n:,}")
    _draw_metric(label, rate_share(rate), interval)


def _draw_metric(label: str, value: str, below: str) -> None:
    st.metric(
        label,
        value,
        delta=below or None,
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
    )
