"""The statistics page: how common a condition is, by age and sex, with n and intervals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import pandas as pd
import streamlit as st

from core.errors import ScalpError
from core.interface.address import FILTERS_STYLE_SHEET, settle_choice, write_address
from core.interface.charts import Bar, current_colours, draw_rate_bars
from core.interface.chrome import draw_page_link
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.resources import get_store
from core.interface.sentences import raise_first
from core.interface.statistics_demo import draw_demo_banner, draw_demo_offer, take_notice
from core.interface.statistics_table import table_as_csv, table_rows
from core.interface.statistics_words import (
    at_least_words,
    conditions_sentence,
    group_name,
    groups_sentence,
    rate_label,
    share_words,
    shown_groups,
)
from core.interface.wordings import condition_name
from core.records.privacy import MIN_CELL
from core.records.statistics import Filters, Group, Prevalence, Rate, Totals, prevalence, totals
from core.records.store import RecordStore
from core.taxonomy import CONDITIONS, AgeBand, Condition, Severity, Sex

PAGE: Final = "statistics"
_REAL: Final = "results"
_DEMO: Final = "demo"
_GRADES: Final = (Severity.MILD, Severity.MODERATE, Severity.SEVERE)


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        demo: Of the demonstration rows instead of the real ones.
        condition: How common what is.
        at_least: From which grade on.
        pointed: The sex and age band to point out; None for none.
    """

    demo: bool
    condition: Condition
    at_least: Severity
    pointed: Group | None


def draw_statistics() -> None:
    """Draw the page below its header."""
    st.html(FILTERS_STYLE_SHEET)
    try:
        _draw(get_store())
    except ScalpError as error:
        st.error(plain(error.message(current_language())), title=say("common.error.title"))


def _draw(store: RecordStore) -> None:
    take_notice()
    has_demo = bool(store.recent_visits(1, demo=True))
    has_real = bool(store.recent_visits(1))
    if not has_demo and not has_real:
        _draw_empty()
        return
    demo = _draw_source(has_demo=has_demo, has_real=has_real)
    if demo:
        draw_demo_banner()
    question = _draw_question(demo)
    filters = Filters(demo=demo)
    counted = totals(store, filters)
    if not counted.people:
        _draw_too_few(has_demo=has_demo)
    else:
        # One moment for everything shown: the answers below are read one after the other.
        answers = {condition: prevalence(store, condition, question.at_least, filters) for condition in CONDITIONS}
        _draw_answer(question, counted, answers, datetime.now(UTC))


def _draw_empty() -> None:
    st.subheader(say("statistics.empty.title"), anchor=False)
    st.markdown(say("statistics.empty.why", least=MIN_CELL))
    draw_page_link("diagnosis", say("statistics.empty.check"))
    draw_demo_offer()


def _draw_too_few(*, has_demo: bool) -> None:
    st.info(say("statistics.empty.too_few", least=MIN_CELL), icon=":material/group_off:")
    if not has_demo:
        draw_demo_offer()


def _draw_source(*, has_demo: bool, has_real: bool) -> bool:
    """Ask which rows to count where there are both, and return whether it is the demonstration."""
    offered = [name for name, there in ((_REAL, has_real), (_DEMO, has_demo)) if there]
    key = settle_choice(PAGE, "data", offered, offered[0])
    if len(offered) == 1:
        return offered[0] == _DEMO
    chosen = st.segmented_control(
        say("statistics.source.label"),
        offered,
        format_func={name: say(f"statistics.source.{name}") for name in offered}.__getitem__,
        key=key,
        required=True,
        persist_state="session",
    )
    return chosen == _DEMO


def _draw_question(demo: bool) -> Question:
    language = current_language()
    with st.container(key="statistics_filters"):
        columns = st.columns([1.5, 1.1, 0.9, 0.9])
    with columns[0]:
        condition: Condition = st.selectbox(
            say("statistics.ask.condition"),
            CONDITIONS,
            format_func={one: raise_first(condition_name(language, one)) for one in CONDITIONS}.__getitem__,
            key=settle_choice(PAGE, "condition", CONDITIONS, Condition.DANDRUFF),
            persist_state="session",
        )
    with columns[1]:
        at_least: Severity = st.selectbox(
            say("statistics.ask.at_least"),
            _GRADES,
            format_func={one: raise_first(at_least_words(language, one)) for one in _GRADES}.__getitem__,
            key=settle_choice(PAGE, "at_least", _GRADES, Severity.MILD),
            persist_state="session",
        )
    with columns[2]:
        sex = _draw_told("sex", list(Sex))
    with columns[3]:
        age_band = _draw_told("age_band", list(AgeBand))
    write_address(
        PAGE, data=_DEMO if demo else None, condition=condition, at_least=int(at_least), sex=sex, age_band=age_band
    )
    pointed = (Sex(sex), AgeBand(age_band)) if sex and age_band else None
    return Question(demo=demo, condition=condition, at_least=at_least, pointed=pointed)


def _draw_told(name: str, words: list[Sex] | list[AgeBand]) -> str:
    labels = {"": say("statistics.ask.none")}
    labels |= {str(word): raise_first(say(f"taxonomy.{name}.{word}")) for word in words}
    options = list(labels)
    chosen: str = st.selectbox(
        say(f"statistics.ask.{name}"),
        options,
        format_func=labels.__getitem__,
        key=settle_choice(PAGE, name, options, ""),
        persist_state="session",
        help=say("statistics.ask.pointed_help"),
    )
    return chosen


def _draw_answer(
    question: Question, counted: Totals, answers: Mapping[Condition, Prevalence], made_at: datetime
) -> None:
    asked = answers[question.condition]
    overall = {condition: answer.total for condition, answer in answers.items()}
    _draw_key_figures(question, counted, asked, overall)
    watermark = say("statistics.demo.watermark") if question.demo else ""
    _draw_groups(question, asked, watermark)
    _draw_conditions(question, overall, watermark)
    st.caption(say("statistics.hidden.note", least=MIN_CELL))
    st.caption(say("statistics.about.people"))
    if question.condition is Condition.HAIR_LOSS and question.at_least is Severity.MILD:
        st.caption(say("statistics.about.crown"))
    _draw_table(question, asked, made_at)


def _draw_key_figures(
    question: Question, counted: Totals, asked: Prevalence, overall: Mapping[Condition, Rate | None]
) -> None:
    language = current_language()
    known = {condition: rate for condition, rate in overall.items() if rate is not None}
    with st.container(horizontal=True, key="statistics_key_figures"):
        st.metric(say("statistics.key.people"), f"{counted.people:,}", border=True, height="stretch")
        st.metric(say("statistics.key.photos"), f"{counted.photos:,}", border=True, height="stretch")
        label = say(
            "statistics.key.asked",
            condition=raise_first(condition_name(language, question.condition)),
            grade=at_least_words(language, question.at_least),
        )
        _draw_rate(label, asked.total)
        if known:
            most = max(known, key=lambda condition: known[condition].share)
            name = raise_first(condition_name(language, most))
            _draw_rate(say("statistics.key.most", condition=name), known[most])


def _draw_rate(label: str, rate: Rate | None) -> None:
    if rate is None:
        st.metric(label, say("statistics.hidden.label"), border=True, height="stretch")
        return
    interval = say("statistics.key.interval", low=share_words(rate.low), high=share_words(rate.high), n=f"{rate.n:,}")
    st.metric(
        label,
        share_words(rate.share),
        delta=interval,
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
    )


def _draw_groups(question: Question, asked: Prevalence, watermark: str) -> None:
    language = current_language()
    colours = current_colours()
    tints = {Sex.FEMALE: colours.first, Sex.MALE: colours.second, None: colours.third}
    sentence = groups_sentence(language, asked, question.pointed)
    st.subheader(
        say("statistics.chart.groups", condition=raise_first(condition_name(language, asked.condition))), anchor=False
    )
    bars = [
        Bar(
            name=group_name(language, group),
            rate=asked.cells[group],
            label=rate_label(language, asked.cells[group]),
            colour=tints[group[0]],
            quiet=question.pointed is not None and group != question.pointed,
        )
        for group in shown_groups(asked)
    ]
    st.caption(_axis(question))
    draw_rate_bars(bars, sentence, watermark)
    st.markdown(sentence)


def _draw_conditions(question: Question, overall: Mapping[Condition, Rate | None], watermark: str) -> None:
    language = current_language()
    sentence = conditions_sentence(language, overall, question.at_least)
    st.subheader(say("statistics.chart.conditions"), anchor=False)
    bars = [
        Bar(
            name=raise_first(say(f"statistics.condition_short.{condition}")),
            rate=rate,
            label=rate_label(language, rate),
            colour=current_colours().first,
        )
        for condition, rate in overall.items()
    ]
    st.caption(_axis(question))
    draw_rate_bars(bars, sentence, watermark)
    st.markdown(sentence)


def _axis(question: Question) -> str:
    return say("statistics.chart.axis", grade=at_least_words(current_language(), question.at_least))


def _draw_table(question: Question, asked: Prevalence, made_at: datetime) -> None:
    groups = shown_groups(asked)
    with st.expander(say("statistics.table.title")):
        frame = pd.DataFrame(
            [_table_row(sex, band, rate) for sex, band, rate in table_rows(asked, groups)],
            columns=[
                say(f"statistics.table.{name}") for name in ("sex", "age_band", "n", "count", "share", "interval")
            ],
        )
        st.dataframe(frame, hide_index=True, width="stretch")
        suffix = "-demo" if question.demo else ""
        st.download_button(
            say("statistics.table.download"),
            table_as_csv(asked, groups, made_at, demo=question.demo),
            file_name=f"scalpspectra-{asked.condition}-{int(asked.at_least)}{suffix}-{made_at:%Y%m%d-%H%M}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _table_row(sex: str, band: str, rate: Rate | None) -> tuple[str, ...]:
    names = (_told("sex", sex), _told("age_band", band))
    if rate is None:
        return (*names, *[say("statistics.hidden.label")] * 4)
    interval = f"{share_words(rate.low)} \u2013 {share_words(rate.high)}"
    return (*names, f"{rate.n:,}", f"{rate.count:,}", share_words(rate.share), interval)


def _told(name: str, word: str) -> str:
    if word in (*Sex, *AgeBand):
        return raise_first(say(f"taxonomy.{name}.{word}"))
    return say("statistics.table.all" if word == "all" else "statistics.table.not_told")
