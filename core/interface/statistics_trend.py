"""Charts over time, and ages beside the figures of the National Health Insurance Service."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Final

import pandas as pd

from core.interface.charts import QUIET, Colours
from core.interface.charts_bars import rate_bars
from core.interface.charts_drawn import Drawn
from core.interface.charts_lines import trend_line
from core.interface.statistics_asked import Asked, rate_columns
from core.interface.statistics_card import Card
from core.interface.statistics_question import month_end
from core.interface.statistics_table import Row
from core.interface.statistics_words import (
    at_least_words,
    band_label,
    interval_words,
    rate_label,
    rate_share,
    share_sentence,
    share_words,
    short_label,
    who_phrase,
)
from core.records.statistics import Period, Rate, Trend, TrendPoint, prevalence, trend, wilson
from core.records.statistics.behind import Chart as Behind
from core.taxonomy import AgeBand, Condition

TREATED: Final[Mapping[AgeBand, float]] = {
    AgeBand.TWENTIES: 0.207,
    AgeBand.THIRTIES: 0.222,
    AgeBand.FORTIES: 0.215,
}
"""Shares of the 233,000 patients treated for hair loss (KCD L63-L66) in Korea in 2020 by age, as published by the
National Health Insurance Service on 2021-07-15; other ages were not named."""


def trend_card(asked: Asked) -> Card:
    """Make the chart of one condition over time."""
    question = asked.question
    filters = question.filters("days")
    period = Period(question.by)
    found = trend(asked.store, question.condition, question.at_least, period, filters)
    names = {point.start: _name(point.start, period) for point in found.points}
    points = pd.DataFrame([_point(asked, names, point, period) for point in found.points], columns=_COLUMNS)
    marks = pd.DataFrame(
        [{"period": name, "label": label} for name, label in _marks(asked, found, names)], columns=["period", "label"]
    )
    rows: list[Row] = [
        {
            "condition": str(found.condition),
            "at_least": int(found.at_least),
            "period": str(period),
            "start": point.start.isoformat(),
            **rate_columns(point.rate),
        }
        for point in found.points
    ]
    sentence = _trend_sentence(asked, found, names)

    def draw(colours: Colours) -> Drawn:
        return trend_line(
            points,
            marks,
            colours,
            sentence,
            asked.tip_titles("period"),
            across=list(names.values()),
            watermark=asked.watermark,
        )

    step = asked.words(f"step.{period}")
    return Card(
        name="trend",
        title=asked.words("chart.trend", condition=asked.condition),
        note=asked.words("chart.trend_note", grade=asked.grade, step=step),
        sentence=sentence,
        rows=rows,
        counted=asked.counted("days"),
        sql=asked.sql(Behind.TREND, filters, told_only=found.told_only),
        draw=draw,
    )


_COLUMNS: Final = ("period", "share", "low", "high", "strength", "within", "share_told", "interval", "of")


def _name(start: date, period: Period) -> str:
    return f"{start:%Y-%m}" if period is Period.MONTH else start.isoformat()


def _point(asked: Asked, names: Mapping[date, str], point: TrendPoint, period: Period) -> dict[str, Any]:
    question, rate = asked.question, point.rate
    narrowed = bool(question.since or question.until)
    last = _last_day(point.start, period)
    within = narrowed and (
        (question.since is None or last >= question.since) and (question.until is None or point.start <= question.until)
    )
    return {
        "period": names[point.start],
        "share": rate.share if rate else None,
        "low": rate.low if rate else None,
        "high": rate.high if rate else None,
        "strength": 1.0 if within or not narrowed else QUIET,
        "within": within,
        **asked.tip(rate),
    }


def _last_day(start: date, period: Period) -> date:
    if period is Period.MONTH:
        return month_end(start)
    return start + timedelta(days=6 if period is Period.WEEK else 0)


def _marks(asked: Asked, found: Trend, names: Mapping[date, str]) -> list[tuple[str, str]]:
    """Return where models changed: the period, and the models that began in it."""
    begun: dict[str, list[str]] = {}
    for mark in found.marks:
        at = [name for start, name in names.items() if (start.year, start.month) == (mark.start.year, mark.start.month)]
        if at and mark.model_id:
            begun.setdefault(at[0], []).append(model_name(mark.model_id, mark.model_version))
    return [(name, asked.words("chart.model", model=", ".join(models))) for name, models in begun.items()]


def model_name(model_id: str, version: str | None) -> str:
    """Return a model with its version."""
    return f"{model_id} {version}" if version else model_id


def _trend_sentence(asked: Asked, found: Trend, names: Mapping[date, str]) -> str:
    known = [(names[point.start], point.rate) for point in found.points if point.rate]
    step = asked.words(f"step.{found.period}")
    if not known:
        return asked.words("say.trend_none", step=step)
    who = who_phrase(asked.language, asked.question, "days")
    words = {"condition": asked.condition, "grade": asked.grade, "who": who, "step": step}
    (first, before), (last, after) = known[0], known[-1]
    if len(known) == 1:
        return asked.words("say.trend_one", first=first, rate=share_sentence(asked.language, before), **words)
    numbers = [rate.n for _, rate in known]
    sentences = [
        asked.words(
            "say.trend",
            first=first,
            last=last,
            first_rate=share_sentence(asked.language, before),
            last_rate=share_sentence(asked.language, after),
            **words,
        ),
        asked.words("say.trend_span", step=step, low=f"{min(numbers):,}", high=f"{max(numbers):,}"),
    ]
    models = [model_name(mark.model_id, mark.model_version) for mark in found.marks if mark.model_id]
    if len(models) > 1:
        sentences.append(asked.words("say.trend_models", models=", ".join(dict.fromkeys(models))))
    return " ".join(sentences)


def ages_card(asked: Asked) -> Card:
    """Make the chart of the ages of people with hair loss beside those of patients treated for it."""
    question, language = asked.question, asked.language
    filters = question.filters("age_bands")
    found = prevalence(asked.store, Condition.HAIR_LOSS, question.at_least, filters)
    everyone = found.total.count if found.total else 0
    rates: dict[AgeBand, Rate | None] = {}
    for band in AgeBand:
        rate = found.by_age[band]
        rates[band] = wilson(rate.count, everyone) if rate and everyone else None
    bars = [
        {
            "down": band_label(language, band),
            "within": "",
            "down_id": str(band),
            "within_id": "",
            "share": rate.share if rate else None,
            "low": rate.low if rate else None,
            "high": rate.high if rate else None,
            "label": rate_label(language, rate) if rate else "",
            "short": short_label(language, rate) if rate else "",
            "strength": 1.0,
            "reference": TREATED.get(band),
            "who": band_label(language, band),
            **asked.tip(rate),
            "treated": share_words(TREATED[band]) if band in TREATED else asked.words("hidden.label"),
        }
        for band, rate in rates.items()
    ]
    frame = pd.DataFrame(bars)
    sentence = _ages_sentence(asked, rates[AgeBand.THIRTIES])
    titles = asked.tip_titles("who") | {"treated": asked.words("tip.reference")}
    rows: list[Row] = [
        {
            "condition": str(Condition.HAIR_LOSS),
            "at_least": int(question.at_least),
            "age_band": str(band),
            **rate_columns(rate),
            "reference_share": TREATED.get(band),
            "reference": "NHIS 2021-07-15, treated for KCD L63-L66 in 2020" if band in TREATED else None,
        }
        for band, rate in rates.items()
    ]

    def draw(colours: Colours) -> Drawn:
        return rate_bars(
            frame,
            colours,
            sentence,
            titles,
            down=[band_label(language, band) for band in AgeBand],
            within=[""],
            tints=[colours.first],
            watermark=asked.watermark,
        )

    return Card(
        name="ages",
        title=asked.words("chart.ages"),
        note=asked.words("chart.ages_note", grade=asked.grade),
        sentence=sentence,
        rows=rows,
        counted=asked.counted("age_bands", question=replace(question, condition=Condition.HAIR_LOSS)),
        sql=asked.sql(Behind.PREVALENCE, filters, Condition.HAIR_LOSS, told_only=found.told_only),
        draw=draw,
    )


def _ages_sentence(asked: Asked, rate: Rate | None) -> str:
    if rate is None:
        return asked.words("say.ages_hidden")
    return asked.words(
        "say.ages",
        grade=at_least_words(asked.language, asked.question.at_least),
        share=rate_share(rate),
        interval=interval_words(rate.low, rate.high),
        n=f"{rate.n:,}",
    )
