"""How good the data are: what is missing, refused or withheld, and whether grades drift."""

from collections.abc import Mapping
from math import inf
from typing import Any, Final

import pandas as pd
import streamlit as st

from core.interface.charts import Colours
from core.interface.charts_drawn import Drawn
from core.interface.charts_lines import trend_line
from core.interface.language import say
from core.interface.sentences import raise_first
from core.interface.statistics_asked import Asked, rate_columns
from core.interface.statistics_card import Card, draw_card
from core.interface.statistics_severity import grade_range
from core.interface.statistics_table import Row, Stamp
from core.interface.statistics_trend import model_name
from core.interface.statistics_words import interval_words, rate_share, share_sentence, share_words
from core.records.statistics import Drift, DriftPoint, Gaps, Rate, drift, gaps
from core.records.statistics.behind import Chart as Behind
from core.taxonomy import CONDITIONS, Severity

_ROOM: Final = 1.5
_DASH: Final = "\u2013"
# A word joiner: no interval is broken in two.
_JOINED: Final = "\u2060"
_COLUMNS: Final = ("period", "share", "low", "high", "strength", "within", "mean", "interval", "of", "certainty")


def draw_quality(asked: Asked, stamp: Stamp) -> None:
    """Draw what is missing, and how grades move from month to month."""
    section = st.expander(
        say("statistics.quality.title"), icon=":material/fact_check:", key="statistics_quality", on_change="rerun"
    )
    if not section.open:
        return
    with section:
        first, second = st.columns([1, 1.25])
        with first:
            draw_card(_missing_card(asked), stamp)
        with second:
            draw_card(_drift_card(asked), stamp)


def _missing_card(asked: Asked) -> Card:
    filters = asked.question.filters()
    missing = gaps(asked.store, filters)
    return Card(
        name="missing",
        title=asked.words("quality.missing"),
        note=asked.words("quality.missing_note"),
        sentence=_missing_sentence(asked, missing),
        rows=_missing_rows(missing),
        counted=asked.counted(),
        sql=asked.sql(Behind.GAPS, filters),
        draw=None,
        table=_table(asked, missing),
    )


def _missing_rows(missing: Gaps) -> list[Row]:
    names = ("missing", "condition", "reason")
    told: list[tuple[tuple[str | None, ...], Mapping[str, Any]]] = [
        ((name, None, None), rate_columns(getattr(missing, name))) for name in ("sex", "age_band", "region")
    ]
    told += [(("grade", str(one), None), rate_columns(missing.abstained[one])) for one in CONDITIONS]
    told.append((("photos_refused", None, None), rate_columns(missing.refusals.photos)))
    told += [
        (("photos_refused", None, str(reason)), {**rate_columns(None), "count": number})
        for reason, number in missing.refusals.by_reason.items()
    ]
    return [{**dict(zip(names, what, strict=True)), **figures} for what, figures in told]


def _told(asked: Asked, missing: Gaps) -> list[tuple[str, Rate | None]]:
    """Return what can be missing, in words, with its share."""
    return [
        *(
            (asked.words("quality.untold", what=asked.words(f"quality.{name}")), getattr(missing, name))
            for name in ("sex", "age_band", "region")
        ),
        (asked.words("quality.refused"), missing.refusals.photos),
        *(
            (asked.words("quality.withheld", condition=asked.words(f"condition_short.{one}")), missing.abstained[one])
            for one in CONDITIONS
        ),
    ]


def _missing_sentence(asked: Asked, missing: Gaps) -> str:
    told = [(name, rate) for name, rate in _told(asked, missing) if rate]
    if not told:
        return asked.words("quality.nothing")
    what, rate = max(told, key=lambda one: one[1].share)
    return asked.words("quality.most", what=what, rate=share_sentence(asked.language, rate))


def _table(asked: Asked, missing: Gaps) -> pd.DataFrame:
    rows = [(raise_first(name), *_cells(asked, rate)) for name, rate in _told(asked, missing)]
    rows += [
        (raise_first(say(f"statistics.quality.reason.{reason}")), f"{number:,}", "")
        for reason, number in missing.refusals.by_reason.items()
        if number
    ]
    names = [asked.words(f"quality.{name}") for name in ("what", "share", "of")]
    return pd.DataFrame(rows, columns=names)


def _cells(asked: Asked, rate: Rate | None) -> tuple[str, str]:
    if rate is None:
        hidden = asked.words("hidden.label")
        return hidden, hidden
    interval = interval_words(rate.low, rate.high).replace(_DASH, f"{_DASH}{_JOINED}")
    return f"{rate_share(rate)} ({interval})", f"{rate.n:,}"


def _drift_card(asked: Asked) -> Card:
    question = asked.question
    filters = question.filters("days")
    found = drift(asked.store, question.condition, filters)
    points = pd.DataFrame([_point(asked, point) for point in found.points], columns=_COLUMNS)
    marks = pd.DataFrame(
        [
            {
                "period": f"{mark.start:%Y-%m}",
                "label": asked.words("chart.model", model=model_name(mark.model_id, mark.model_version)),
            }
            for mark in found.marks
            if mark.model_id
        ],
        columns=["period", "label"],
    )
    rows: list[Row] = [
        {
            "condition": str(question.condition),
            "month": point.start.isoformat(),
            "grades_begin_at": ";".join(str(int(level)) for level in found.levels),
            "n": point.n,
            "mean_grade": round(point.mean_grade.value, 4) if point.mean_grade else None,
            "low_95": round(point.mean_grade.low, 4) if point.mean_grade else None,
            "high_95": round(point.mean_grade.high, 4) if point.mean_grade else None,
            "certainty": round(point.certainty, 4) if point.certainty is not None else None,
            "shift": round(point.shift, 4) if point.shift is not None else None,
            **{f"abstained_{name}": cell for name, cell in rate_columns(point.abstained).items()},
            **{f"refused_{name}": cell for name, cell in rate_columns(point.refused).items()},
        }
        for point in found.points
    ]
    sentence = _sentence(asked, found)
    titles = {
        "period": asked.words("tip.period"),
        "mean": asked.words("tip.mean"),
        "interval": asked.words("tip.interval"),
        "of": asked.words("tip.of"),
        "certainty": asked.words("tip.certainty"),
    }

    most = max((point.mean_grade.high for point in found.points if point.mean_grade), default=inf)
    # A step of a rare condition would not be seen on the scale of all grades.
    edge = min(_ROOM * most, float(len(found.levels)))

    def draw(colours: Colours) -> Drawn:
        return trend_line(
            points,
            marks,
            colours,
            sentence,
            titles,
            across=list(points["period"]),
            watermark=asked.watermark,
            up_to=edge,
        )

    return Card(
        name="drift",
        title=asked.words("quality.drift", condition=asked.condition),
        note=_drift_note(asked, found),
        sentence=sentence,
        rows=rows,
        counted=asked.counted("days"),
        sql=asked.sql(Behind.TREND, filters),
        draw=draw,
    )


def _drift_note(asked: Asked, found: Drift) -> str:
    """Say what the numbers of the scale mean, and that grades are put together where they are."""
    starts = (Severity.GOOD, *found.levels)
    ends = (*(Severity(level - 1) for level in found.levels), Severity.SEVERE)
    names = [grade_range(asked.language, *both) for both in zip(starts, ends, strict=True)]
    note = asked.words("quality.drift_note", steps=", ".join(f"{place} {name}" for place, name in enumerate(names)))
    return note if len(names) == len(Severity) else f"{note} {asked.words('quality.drift_merged')}"


def _point(asked: Asked, point: DriftPoint) -> dict[str, Any]:
    mean, hidden = point.mean_grade, asked.words("hidden.tip")
    return {
        "period": f"{point.start:%Y-%m}",
        "share": mean.value if mean else None,
        "low": mean.low if mean else None,
        "high": mean.high if mean else None,
        "strength": 1.0,
        "within": False,
        "mean": f"{mean.value:.2f}" if mean else hidden,
        "interval": f"{mean.low:.2f}\u2013{mean.high:.2f}" if mean else hidden,
        "of": f"{point.n:,}" if point.n else hidden,
        "certainty": share_words(point.certainty) if point.certainty is not None else hidden,
    }


def _sentence(asked: Asked, found: Drift) -> str:
    told = [(f"{point.start:%Y-%m}", point.shift) for point in found.points if point.shift is not None]
    if found.reference is None or len(told) < 2:
        return asked.words("quality.drift_none")
    month, shift = max(told, key=lambda one: one[1])
    size = "much" if shift >= 0.25 else "some" if shift >= 0.1 else "little"
    numbers = [point.n for point in found.points if point.n]
    step, (low, high) = asked.words("step.month"), (f"{number:,}" for number in (min(numbers), max(numbers)))
    first = f"{found.reference:%Y-%m}"
    moved = asked.words(f"quality.drift_{size}", month=month, shift=f"{shift:.2f}", first=first)
    return f"{moved} {asked.words('say.trend_span', step=step, low=low, high=high)}"
