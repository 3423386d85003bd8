"""Two groups side by side: as they are, and as if they were of the same ages."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import pandas as pd
import streamlit as st

from core.interface.charts import Colours
from core.interface.charts_drawn import Drawn
from core.interface.charts_lines import cohort_dots
from core.interface.language import say
from core.interface.sentences import raise_first
from core.interface.statistics_asked import Asked, rate_columns
from core.interface.statistics_card import Card, draw_card
from core.interface.statistics_question import MEN, STANDARDS, WOMEN, Cohort, Question, changed
from core.interface.statistics_state import ask, current_question
from core.interface.statistics_table import Row, Stamp
from core.interface.statistics_words import (
    band_label,
    points_words,
    share_sentence,
    share_words,
    short_name,
    who_phrase,
)
from core.records.standard_populations import PUBLISHED
from core.records.statistics import Comparison, Filters, Prevalence, compare, prevalence
from core.records.statistics.behind import Chart as Behind
from core.taxonomy import CONDITIONS, AgeBand, Sex

_ALL: Final = ""


def draw_comparison(asked: Asked, stamp: Stamp) -> None:
    """Draw the choice of two groups, and both side by side.

    Args:
        asked: What is asked.
        stamp: Where the figures come from.
    """
    question = asked.question
    others = (question.first, question.second) != (WOMEN, MEN)
    section = st.expander(
        say("statistics.compare.title"),
        icon=":material/compare_arrows:",
        expanded=others,
        key="statistics_compare",
        on_change="rerun",
    )
    if not section.open:
        return
    with section:
        st.caption(say("statistics.compare.note"))
        columns = st.columns(2)
        for column, name, cohort in zip(columns, ("first", "second"), (question.first, question.second), strict=True):
            with column:
                _draw_cohort(asked, name, cohort)
        _draw_standard(question)
        if question.first == question.second:
            st.info(say("statistics.compare.same"))
        else:
            draw_card(_card(asked), stamp)


def _draw_cohort(asked: Asked, name: str, cohort: Cohort) -> None:
    sexes = {_ALL: say("statistics.ask.everyone")}
    sexes |= {str(sex): raise_first(say(f"statistics.group.{sex}")) for sex in Sex}
    st.segmented_control(
        say(f"statistics.compare.{name}"),
        list(sexes),
        format_func=sexes.__getitem__,
        key=_settle(f"{name}_sex", str(cohort.sexes[0]) if len(cohort.sexes) == 1 else _ALL),
        required=True,
        on_change=_take(name, "sex", lambda value: {"sexes": (Sex(value),) if value else ()}),
    )
    st.pills(
        say("statistics.compare.age"),
        list(AgeBand),
        selection_mode="multi",
        format_func={band: band_label(asked.language, band) for band in AgeBand}.__getitem__,
        key=_settle(f"{name}_age", list(cohort.age_bands)),
        wrap=True,
        on_change=_take(name, "age", lambda value: {"age_bands": tuple(band for band in AgeBand if band in value)}),
    )


def _draw_standard(question: Question) -> None:
    st.selectbox(
        say("statistics.compare.standard"),
        STANDARDS,
        format_func={name: say(f"statistics.compare.{name}_ages") for name in STANDARDS}.__getitem__,
        key=_settle("standard", question.standard),
        on_change=lambda: ask(replace(current_question(), standard=st.session_state["statistics_standard"])),
    )
    if question.standard in PUBLISHED:
        st.caption(say(f"statistics.compare.{question.standard}_source"))


def _settle(name: str, value: object) -> str:
    key = f"statistics_{name}"
    if st.session_state.get(key, ...) != value:
        st.session_state[key] = value
    return key


def _take(name: str, part: str, change: Callable[[Any], dict[str, Any]]) -> Callable[[], None]:
    def take() -> None:
        question = current_question()
        cohort = replace(getattr(question, name), **change(st.session_state[f"statistics_{name}_{part}"]))
        ask(changed(question, name, cohort))

    return take


def _card(asked: Asked) -> Card:
    question, language = asked.question, asked.language
    filters = [question.of(cohort).filters() for cohort in (question.first, question.second)]
    names = [
        raise_first(who_phrase(language, Question(sexes=cohort.sexes, age_bands=cohort.age_bands)))
        for cohort in (question.first, question.second)
    ]
    weights = _weights(asked, filters)
    found = {
        condition: compare(asked.store, condition, question.at_least, filters[0], filters[1], weights)
        for condition in CONDITIONS
    }
    dots, rows = [], []
    for condition, one in found.items():
        for place, side in enumerate((one.first, one.second)):
            dots.append(_dot(asked, short_name(language, condition), names[place], one, side))
            rows.append({**_row(str(condition), names[place], one, side), "standard": question.standard})
    labels = [
        {"down": short_name(language, condition), "label": _difference(asked, one)} for condition, one in found.items()
    ]
    frame, differences = pd.DataFrame(dots), pd.DataFrame(labels)
    sentence = _sentence(asked, names, found[question.condition])
    titles = asked.tip_titles("condition", "group") | {"standardised_told": asked.words("tip.standardised")}

    def draw(colours: Colours) -> Drawn:
        return cohort_dots(
            frame,
            differences,
            colours,
            sentence,
            titles,
            down=[short_name(language, condition) for condition in found],
            groups=names,
            watermark=asked.watermark,
        )

    return Card(
        name="compare",
        title=asked.words("compare.chart", first=names[0], second=names[1]),
        note=asked.words(
            "compare.chart_note",
            grade=asked.grade,
            first=names[0],
            second=names[1],
            standard=asked.words(f"compare.{question.standard}_ages"),
        ),
        sentence=sentence,
        rows=rows,
        counted=asked.counted("sexes", "age_bands"),
        sql="\n\n".join(asked.sql(Behind.PREVALENCE, one) for one in filters),
        draw=draw,
    )


def _weights(asked: Asked, filters: list[Filters]) -> Mapping[AgeBand, float] | None:
    """Return the standard population; None for both groups together."""
    standard = asked.question.standard
    if standard == "pooled":
        return None
    if standard in PUBLISHED:
        return PUBLISHED[standard]
    if standard == "equal":
        return dict.fromkeys(AgeBand, 1.0)
    whole = filters[0 if standard == "first" else 1]
    by_age = prevalence(asked.store, asked.question.condition, asked.question.at_least, whole).by_age
    return {band: float(rate.n) for band in AgeBand if (rate := by_age[band])}


def _dot(asked: Asked, condition: str, group: str, found: Comparison, side: Prevalence) -> dict[str, Any]:
    rate = side.total
    standardised = found.standardised
    estimate = (standardised.first if side is found.first else standardised.second) if standardised else None
    return {
        "down": condition,
        "group": group,
        "share": rate.share if rate else None,
        "low": rate.low if rate else None,
        "high": rate.high if rate else None,
        "standardised": estimate.value if estimate else None,
        "condition": condition,
        **asked.tip(rate),
        "standardised_told": share_words(estimate.value) if estimate else asked.words("hidden.tip"),
    }


def _row(condition: str, group: str, found: Comparison, side: Prevalence) -> Row:
    standardised = found.standardised
    estimate = (standardised.first if side is found.first else standardised.second) if standardised else None
    return {
        "condition": condition,
        "at_least": int(found.at_least),
        "group": group,
        **rate_columns(side.total),
        "standardised": round(estimate.value, 6) if estimate else None,
        "difference": round(found.difference.value, 6) if found.difference else None,
        "difference_low_95": round(found.difference.low, 6) if found.difference else None,
        "difference_high_95": round(found.difference.high, 6) if found.difference else None,
    }


def _difference(asked: Asked, found: Comparison) -> str:
    if found.difference is None:
        return asked.words("hidden.label")
    estimate = found.difference
    interval = asked.words("compare.interval", low=points_words(estimate.low), high=points_words(estimate.high))
    return f"{points_words(estimate.value)} ({interval})"


def _sentence(asked: Asked, names: list[str], found: Comparison) -> str:
    first, second, estimate = found.first.total, found.second.total, found.difference
    if first is None or second is None:
        return asked.words("say.compare_hidden", condition=asked.condition)
    told = {"condition": asked.condition, "grade": asked.grade, "first": names[0], "second": names[1]}
    told |= {
        f"{name}_rate": share_sentence(asked.language, rate) for name, rate in (("first", first), ("second", second))
    }
    if estimate is None:
        return asked.words("say.compare_overlap", **told)
    low, high = points_words(estimate.low), points_words(estimate.high)
    sentence = asked.words("say.compare", difference=points_words(estimate.value), low=low, high=high, **told)
    chance = asked.words("say.compare_chance" if estimate.low <= 0 <= estimate.high else "say.compare_real")
    parts = [sentence, chance]
    if found.standardised:
        shares = share_words(found.standardised.first.value), share_words(found.standardised.second.value)
        standard = asked.words(f"compare.{asked.question.standard}_ages")
        parts.append(asked.words("say.compare_standard", first=shares[0], second=shares[1], standard=standard))
    return " ".join(parts)
