"""The statistics page: who is counted, key figures, charts that choose for each other, two groups, what is behind."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from core.errors import ScalpError
from core.interface.address import FILTERS_STYLE_SHEET
from core.interface.chrome import draw_page_link
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.resources import get_store
from core.interface.sql_corner_view import draw_sql_corner
from core.interface.statistics_among import among_card
from core.interface.statistics_asked import Asked
from core.interface.statistics_card import draw_card
from core.interface.statistics_cards import groups_card, heat_card
from core.interface.statistics_compare import draw_comparison
from core.interface.statistics_demo import draw_demo_banner, draw_demo_offer, draw_demo_removal, take_notice
from core.interface.statistics_figures import draw_key_figures
from core.interface.statistics_filters import draw_filters
from core.interface.statistics_link import offered_by
from core.interface.statistics_picks import draw_over, pick_cell, pick_condition, pick_group
from core.interface.statistics_quality import draw_quality
from core.interface.statistics_question import Question
from core.interface.statistics_saved import draw_saved_views
from core.interface.statistics_severity import lift_card, severity_card
from core.interface.statistics_state import (
    ask,
    current_question,
    forget_question,
    nonce,
    on_brush,
    on_click,
    settle_question,
    write_question,
)
from core.interface.statistics_table import Stamp
from core.interface.statistics_trend import ages_card, model_name, trend_card
from core.records.privacy import MIN_CELL
from core.records.statistics import Totals, model_marks, present, totals
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Severity, Sex

_REAL: Final = "results"
_DEMO: Final = "demo"


def draw_statistics() -> None:
    """Draw the page below its header."""
    st.html(FILTERS_STYLE_SHEET)
    try:
        _draw(get_store())
    except ScalpError as error:
        st.error(plain(error.message(current_language())), title=say("common.error.title"))


def _draw(store: RecordStore) -> None:
    # What is there only at times has a place that is always there: without it, every chart behind it would be drawn
    # anew as it comes and goes.
    with st.container(key="statistics_notice"):
        take_notice()
    there = present(store)
    has_demo, has_real = there.demo, there.results
    if not has_demo and not has_real:
        forget_question()
        _draw_empty()
        return
    only = None if has_demo and has_real else has_demo
    question = settle_question(lambda demo: offered_by(store, demo=demo), demo=only)
    offered = offered_by(store, demo=question.demo)
    if question.demo:
        draw_demo_banner()
    with st.container(horizontal=True, vertical_alignment="center", key="statistics_head"):
        if has_demo and has_real:
            _draw_source(question)
        draw_saved_views(offered)
        if question.demo:
            draw_demo_removal()
    draw_filters(offered)
    write_question(question)
    counted = totals(store, question.filters())
    with st.container(key="statistics_too_few"):
        if not counted.people:
            _draw_too_few(question, has_demo=has_demo)
    if not counted.people and not question.narrowed:
        return
    watermark = say("statistics.demo.watermark") if question.demo else ""
    asked = Asked(store, question, current_language(), watermark)
    draw_key_figures(asked, counted)
    stamp = _stamp(asked, counted)
    _draw_charts(asked, stamp)
    draw_comparison(asked, stamp)
    draw_quality(asked, stamp)
    draw_sql_corner(asked, stamp)
    # Where the operator has not switched single records on, there is no such page, and nothing is drawn.
    draw_page_link("records", say("records.link"), **question.in_address())
    _draw_notes(question)


def _draw_empty() -> None:
    st.subheader(say("statistics.empty.title"), anchor=False)
    st.markdown(say("statistics.empty.why", least=MIN_CELL))
    draw_page_link("diagnosis", say("statistics.empty.check"))
    draw_demo_offer()


def _draw_too_few(question: Question, *, has_demo: bool) -> None:
    name = "filtered" if question.narrowed else "too_few"
    st.info(say(f"statistics.empty.{name}", least=MIN_CELL), icon=":material/group_off:")
    if not has_demo and not question.narrowed:
        # Whoever asks for the demonstration wants to see it, not the few results beside it.
        draw_demo_offer(lambda: ask(replace(current_question().everyone(), demo=True)))


def _draw_source(question: Question) -> None:
    key = "statistics_data"
    st.session_state[key] = _DEMO if question.demo else _REAL
    st.segmented_control(
        say("statistics.source.label"),
        [_REAL, _DEMO],
        format_func={name: say(f"statistics.source.{name}") for name in (_REAL, _DEMO)}.__getitem__,
        key=key,
        required=True,
        label_visibility="collapsed",
        on_change=lambda: ask(replace(current_question().everyone(), demo=st.session_state[key] == _DEMO)),
    )


def _stamp(asked: Asked, counted: Totals) -> Stamp:
    return Stamp(
        data="demonstration" if asked.question.demo else "results",
        filters=asked.counted()[0],
        people=counted.people,
        made_at=datetime.now(UTC),
        models=_models(asked),
    )


def _models(asked: Asked) -> tuple[str, ...]:
    marks = model_marks(asked.store, asked.question.filters())
    return tuple(dict.fromkeys(model_name(mark.model_id, mark.model_version) for mark in marks if mark.model_id))


def _draw_charts(asked: Asked, stamp: Stamp) -> None:
    heat, groups, severity, trend = heat_card(asked), groups_card(asked), severity_card(asked), trend_card(asked)
    lift, ages = lift_card(asked), ages_card(asked)
    with st.container(key="statistics_hatched"):
        if any(row["n"] is None for card in (heat, groups, severity, trend, lift, ages) for row in card.rows):
            st.caption(say("statistics.hidden.hatched", least=MIN_CELL))
    first, second = st.columns(2)
    with first:
        draw_card(heat, stamp, on_click("heat", _take_cell))
    with second:
        draw_card(groups, stamp, on_click("groups", _take_group))
    first, second = st.columns(2)
    with first:
        draw_card(severity, stamp, on_click("severity", _take_condition))
    with second:
        draw_card(trend, stamp, on_brush("trend", _take_periods), nonce())
    first, second = st.columns(2)
    with first:
        draw_card(lift, stamp)
    with second:
        draw_card(ages, stamp)
    among = among_card(asked)
    if among is not None:
        draw_card(among, stamp)


def _take_cell(mark: Mapping[str, str]) -> Question:
    band = AgeBand(mark["across_id"])
    return pick_cell(current_question(), band, Condition(mark["down_id"]))


def _take_group(mark: Mapping[str, str]) -> Question:
    return pick_group(current_question(), Sex(mark["within_id"]), AgeBand(mark["down_id"]))


def _take_condition(mark: Mapping[str, str]) -> Question:
    return pick_condition(current_question(), Condition(mark["down_id"]))


def _take_periods(periods: Sequence[str]) -> Question:
    return draw_over(current_question(), periods)


def _draw_notes(question: Question) -> None:
    # Nobody of the demonstration chose anything.
    chosen = "" if question.demo else say("statistics.about.chosen")
    st.caption(f"{say('statistics.about.people')} {chosen}".rstrip())
    if question.condition is Condition.HAIR_LOSS and question.at_least is Severity.MILD:
        st.caption(say("statistics.about.crown"))
