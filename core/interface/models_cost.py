"""What quality costs, and every figure of a comparison as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.interface.charts_models import cost_dots
from core.interface.language import say
from core.interface.markup import plain
from core.interface.models_card import draw_chart
from core.interface.models_table import table_as_csv
from core.interface.models_words import figure_words, metric_name, number_words, weights_word

if TYPE_CHECKING:
    from core.lab.comparison import Comparison, ComparisonRow


def draw_cost(comparison: Comparison, names: Mapping[str, str]) -> None:
    """Draw quality against what a photo costs in time."""
    import pandas as pd

    timed = [
        row for row in comparison.rows if row.latency_ms and row.figures.values["quadratic_kappa"].value is not None
    ]
    settings = sorted({row.latency_setting for row in timed if row.latency_setting})
    if not timed:
        with st.container(border=True, height="stretch", key="card_models_cost_none"):
            st.subheader(say("models.compare.cost"), anchor=False)
            st.markdown(say("models.compare.cost_none"))
        return
    kappa = metric_name("quadratic_kappa")
    latency = say("models.compare.latency")
    titles = {
        "run": say("models.table.run"),
        "speed": latency,
        "words": kappa,
        "first": say("models.table.weights"),
        "n": say("models.words.photos"),
    }
    rows = pd.DataFrame(
        [
            {
                "run": names[row.id],
                "cost": float(row.latency_ms or 0),
                "value": row.figures.values["quadratic_kappa"].value,
                "low": _or(row.figures.values["quadratic_kappa"].low, row.figures.values["quadratic_kappa"].value),
                "high": _or(row.figures.values["quadratic_kappa"].high, row.figures.values["quadratic_kappa"].value),
                "pretrained": row.pretrained not in (None, "none"),
                "speed": f"{row.latency_ms:.1f}",
                "words": figure_words(row.figures.values["quadratic_kappa"]),
                "first": weights_word(row.pretrained),
                "n": f"{row.figures.n:,}",
            }
            for row in timed
        ]
    )
    best = max(timed, key=lambda row: row.figures.values["quadratic_kappa"].value or -1)
    fastest = min(timed, key=lambda row: row.latency_ms or 0)
    sentence = _sentence(best, fastest, names, alone=len(timed) == 1)
    draw_chart(
        "cost",
        say("models.compare.cost"),
        say("models.compare.cost_note", setting=plain("; ".join(settings)) or say("models.words.unknown")),
        lambda colours: cost_dots(rows, colours, sentence, titles, across=latency, up=kappa),
        sentence,
    )


def _or(value: float | None, other: float | None) -> float | None:
    return other if value is None else value


def draw_all_figures(comparison: Comparison, names: Mapping[str, str], metrics: Sequence[str]) -> None:
    """Draw every figure with its interval as a table, which is also a file."""
    import pandas as pd

    rows = [_figures_row(row, names, metrics) for row in comparison.rows]
    with st.container(border=True, height="stretch", key="card_models_all"):
        st.subheader(say("models.compare.all"), anchor=False)
        st.caption(say("models.compare.all_note", samples=f"{comparison.samples:,}"))
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            height=min(9, len(rows)) * 35 + 38,
            alt=say("models.compare.all"),
            column_config={say("models.table.run"): st.column_config.TextColumn(pinned=True)},
        )
        st.download_button(
            say("models.table.csv"),
            lambda: table_as_csv([_plain_row(row, comparison, metrics) for row in comparison.rows]),
            file_name="scalpspectra-comparison.csv",
            mime="text/csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key="models_comparison_csv",
        )


def _figures_row(row: ComparisonRow, names: Mapping[str, str], metrics: Sequence[str]) -> dict[str, str]:
    values = row.figures.values
    return {
        say("models.table.run"): names[row.id],
        say("models.table.n"): f"{row.figures.n:,}",
        **{metric_name(metric): figure_words(values[metric]) for metric in metrics if metric in values},
        say("models.compare.recall"): " / ".join(number_words(figure.value) for figure in row.figures.recall),
    }


def _plain_row(row: ComparisonRow, comparison: Comparison, metrics: Sequence[str]) -> dict[str, Any]:
    """One run for a file: every figure with both ends of its interval, and its difference to the baseline."""
    cells: dict[str, Any] = {
        "run": row.id,
        "output": comparison.output,
        "n": row.figures.n,
        "groups": row.figures.groups,
    }
    for metric in metrics:
        figure = row.figures.values.get(metric)
        difference = comparison.difference(row.id, metric)
        cells |= {
            metric: None if figure is None else figure.value,
            f"{metric}_low": None if figure is None else figure.low,
            f"{metric}_high": None if figure is None else figure.high,
            f"{metric}_minus_baseline": None if difference is None else difference.figure.value,
            f"{metric}_p_holm": None if difference is None else difference.p_adjusted,
        }
    recall = {f"recall_class_{place}": figure.value for place, figure in enumerate(row.figures.recall)}
    return {
        **cells,
        **recall,
        "baseline": comparison.baseline,
        "parameters": row.parameters,
        "latency_ms": row.latency_ms,
        "latency_setting": row.latency_setting,
        "training_seconds": row.training_seconds,
        "first_weights": row.pretrained,
    }


def _sentence(best: ComparisonRow, fastest: ComparisonRow, names: Mapping[str, str], *, alone: bool) -> str:
    kappa, ms = number_words(best.figures.values["quadratic_kappa"].value), f"{best.latency_ms:.1f}"
    if alone:
        return say("models.compare.cost_sentence_one", run=names[best.id], kappa=kappa, ms=ms)
    if best.id == fastest.id:
        return say("models.compare.cost_sentence_both", best=names[best.id], best_kappa=kappa, best_ms=ms)
    return say(
        "models.compare.cost_sentence",
        best=names[best.id],
        best_kappa=kappa,
        best_ms=ms,
        fast=names[fastest.id],
        fast_kappa=number_words(fastest.figures.values["quadratic_kappa"].value),
        fast_ms=f"{fastest.latency_ms:.1f}",
    )
