"""The comparison of runs: figures with intervals, differences on the same photos, cost, curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from core.errors import ScalpError
from core.interface.charts_models import interval_dots
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.models_card import draw_chart
from core.interface.models_cost import draw_all_figures, draw_cost
from core.interface.models_curves import draw_curves
from core.interface.models_records import compare
from core.interface.models_served import served_architecture
from core.interface.models_state import note, settle
from core.interface.models_words import (
    figure_words,
    first_weights,
    metric_name,
    network_name,
    number_words,
    output_name,
    p_words,
    short_names,
    signed_words,
    view_of,
)
from core.interface.sentences import join_words

if TYPE_CHECKING:
    from core.lab.comparison import Comparison, ComparisonRow
    from core.lab.run_records import RunRecord

_SIGNIFICANT: Final = 0.05


def draw_comparison(records: Sequence[RunRecord], output: str) -> None:
    """Draw the runs side by side.

    Args:
        records: The runs to compare, in the order chosen.
        output: What they predicted.
    """
    from core.lab.figures import LESS_IS_BETTER, METRICS

    having = [record for record in records if output in record.held_out]
    st.subheader(say("models.compare.heading", output=output_name(output, records[0])), anchor="compare")
    if not having:
        st.info(say("models.compare.none"), icon=":material/compare_arrows:")
        return
    ids = [record.id for record in having]
    metric, baseline = _draw_questions(having, METRICS)
    try:
        with st.spinner(say("models.compare.wait")):
            comparison = compare(having, output, baseline)
    except ScalpError as error:
        st.error(plain(error.message(current_language())), icon=":material/error:")
        return
    names = short_names(ids)
    less = metric in LESS_IS_BETTER
    left, right = st.columns(2, gap="small")
    with left:
        _draw_figures(comparison, names, metric, less=less)
    with right:
        _draw_differences(comparison, names, metric, less=less)
    _draw_left_out(comparison, names)
    left, right = st.columns(2, gap="small")
    with left:
        draw_cost(comparison, names)
    with right:
        draw_all_figures(comparison, names, METRICS)
    draw_curves(having, names)


def _draw_questions(having: Sequence[RunRecord], metrics: Sequence[str]) -> tuple[str, str | None]:
    ids = [record.id for record in having]
    names = short_names(ids)
    with st.container(horizontal=True, key="models_filters", vertical_alignment="bottom"):
        metric: str = st.selectbox(
            say("models.compare.metric"),
            metrics,
            format_func={name: metric_name(name) for name in metrics}.__getitem__,
            key=settle("metric", metrics, "quadratic_kappa"),
            persist_state="session",
            help=say(f"models.metric_help.{st.session_state.get('models_metric', 'quadratic_kappa')}"),
            width=280,
        )
        baseline: str | None = None
        if len(ids) > 1:
            baseline = st.selectbox(
                say("models.compare.baseline"),
                ids,
                format_func=names.__getitem__,
                key=settle("baseline", ids, _usual_baseline(having)),
                persist_state="session",
                help=say("models.compare.baseline_help"),
                width=340,
            )
    note(metric=metric if metric != "quadratic_kappa" else None, baseline=baseline)
    return metric, baseline


def _usual_baseline(having: Sequence[RunRecord]) -> str:
    """Return the run of the network that grades now: the question is whether another one would be better."""
    alike = [record for record in having if network_name(record) == served_architecture(view_of(record))]
    # The packages that grade start from pre-trained weights: so does the run most like them.
    alike.sort(key=lambda record: first_weights(record) in (None, "none"))
    if alike:
        return alike[0].id
    return having[0].id


def _in_order(rows: Sequence[ComparisonRow], metric: str, *, less: bool) -> list[ComparisonRow]:
    def rank(row: ComparisonRow) -> float:
        figure = row.figures.values.get(metric)
        value = None if figure is None else figure.value
        return float("inf") if value is None else value if less else -value

    return sorted(rows, key=rank)


def _draw_figures(comparison: Comparison, names: Mapping[str, str], metric: str, *, less: bool) -> None:
    import pandas as pd

    ordered = [r for r in _in_order(comparison.rows, metric, less=less) if metric in r.figures.values]
    if not ordered:
        st.info(say("models.compare.no_metric", metric=metric_name(metric)))
        return
    titles = {"down": say("models.table.run"), "words": metric_name(metric), "n": say("models.words.photos")}
    rows = pd.DataFrame(
        [
            {
                "down": names[row.id],
                "value": row.figures.values[metric].value,
                "low": row.figures.values[metric].low,
                "high": row.figures.values[metric].high,
                "label": number_words(row.figures.values[metric].value),
                "words": figure_words(row.figures.values[metric]),
                "n": f"{row.figures.n:,}",
                "strong": row.id == comparison.baseline or len(ordered) == 1,
            }
            for row in ordered
        ]
    )
    best = ordered[0]
    sentence = say(
        "models.compare.figures_sentence",
        run=names[best.id],
        metric=metric_name(metric),
        figure=figure_words(best.figures.values[metric]),
        n=f"{best.figures.n:,}",
        groups=f"{best.figures.groups:,}",
    )
    draw_chart(
        "figures",
        say("models.compare.figures", metric=metric_name(metric)),
        say("models.compare.figures_note_less" if less else "models.compare.figures_note"),
        lambda colours: interval_dots(rows, colours, sentence, titles, down=rows["down"].tolist()),
        sentence,
    )


def _draw_differences(comparison: Comparison, names: Mapping[str, str], metric: str, *, less: bool) -> None:
    import pandas as pd

    found = [d for d in comparison.differences if d.metric == metric]
    if comparison.baseline is None or not found:
        with st.container(border=True, height="stretch", key="card_models_differences_none"):
            st.subheader(say("models.compare.differences"), anchor=False)
            st.markdown(say("models.compare.differences_none"))
        return
    found.sort(key=lambda one: one.figure.value or 0.0, reverse=not less)
    titles = {
        "down": say("models.table.run"),
        "words": say("models.compare.difference"),
        "p": say("models.compare.p"),
        "p_adjusted": say("models.compare.p_adjusted"),
    }
    rows = pd.DataFrame(
        [
            {
                "down": names[one.run],
                "value": one.figure.value,
                "low": one.figure.low,
                "high": one.figure.high,
                "label": p_words(one.p_adjusted),
                "words": signed_words(one.figure),
                "p": p_words(one.p),
                "p_adjusted": p_words(one.p_adjusted),
                "strong": one.p_adjusted < _SIGNIFICANT,
            }
            for one in found
        ]
    )
    sentence = _difference_sentence(comparison, names, metric, found, less=less)
    draw_chart(
        "differences",
        say("models.compare.differences_to", run=plain(names[comparison.baseline])),
        say("models.compare.differences_note"),
        lambda colours: interval_dots(rows, colours, sentence, titles, down=rows["down"].tolist(), line_at=0.0),
        sentence,
    )


def _difference_sentence(
    comparison: Comparison, names: Mapping[str, str], metric: str, found: Sequence[Any], *, less: bool
) -> str:
    told = [one for one in found if one.p_adjusted < _SIGNIFICANT]
    better = [names[one.run] for one in told if ((one.figure.value or 0) < 0) == less]
    worse = [names[one.run] for one in told if ((one.figure.value or 0) < 0) != less]
    n = next(row.figures.n for row in comparison.rows if row.id == comparison.baseline)
    parts = []
    for kind, members in (("better", better), ("worse", worse)):
        if members:
            runs = join_words(current_language(), members)
            parts.append(say(f"models.compare.{kind}", runs=runs, count=len(members)))
    rest = len(found) - len(told)
    if rest:
        parts.append(say("models.compare.undecided", count=rest))
    start = say(
        "models.compare.paired", n=f"{n:,}", baseline=names[str(comparison.baseline)], metric=metric_name(metric)
    )
    return " ".join([start, *parts])


def _draw_left_out(comparison: Comparison, names: Mapping[str, str]) -> None:
    if comparison.other_photos:
        runs = join_words(current_language(), [plain(names[run]) for run in comparison.other_photos])
        baseline = plain(names[str(comparison.baseline)])
        st.caption(say("models.compare.other_photos", runs=runs, baseline=baseline))
