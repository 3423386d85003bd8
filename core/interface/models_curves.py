"""Learning curves of several runs over each other: the mean over the folds, and how far these lie apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from core.interface.charts_models import MOST_LINES, curves
from core.interface.language import current_language, say
from core.interface.models_card import draw_chart
from core.interface.models_records import figures
from core.interface.sentences import join_words

if TYPE_CHECKING:
    from core.lab.history import EpochRow
    from core.lab.run_records import RunRecord

Histories = Mapping[str, Sequence["EpochRow"]]
SHOWN: Final = ("val_accuracy", "val_kappa", "val_loss", "loss", "accuracy")
_SHARES: Final = frozenset({"val_accuracy", "accuracy"})


def draw_curves(records: Sequence[RunRecord], names: Mapping[str, str]) -> None:
    """Draw accuracy and loss by epoch.

    Args:
        records: The runs compared.
        names: What each is called.
    """
    best = sorted(records, key=_rank)[:MOST_LINES]
    histories = {names[record.id]: record.histories for record in best}
    histories = {name: stages for name, stages in histories.items() if any(stages.values())}
    st.subheader(say("models.curves.heading"), anchor="curves")
    if not histories:
        st.info(say("models.curves.none"), icon=":material/show_chart:")
        return
    if len(records) > MOST_LINES:
        st.caption(say("models.curves.most", most=MOST_LINES, n=len(records)))
    shown = [figure for figure in SHOWN if any(_known(stages, figure) for stages in histories.values())]
    columns = st.columns(2, gap="small")
    for place, figure in enumerate(shown):
        with columns[place % 2]:
            draw_curve(f"curve_{figure}", histories, figure)


def draw_curve(name: str, histories: Mapping[str, Histories], figure: str, *, live: bool = False) -> None:
    """Draw one figure by epoch, a line a run.

    Args:
        name: Key of the chart.
        histories: Epochs by run and stage; at most `MOST_LINES` runs.
        figure: A field of `EpochRow`.
        live: Whether the training goes on: drawn without a frame, a line a stage.
    """
    import pandas as pd

    rows = pd.DataFrame([row for run, stages in histories.items() for row in _rows(run, stages, figure)])
    if rows.empty:
        return
    percent = figure in _SHARES
    titles = {
        "run": say("models.table.run"),
        "epoch_words": say("models.curves.epoch"),
        "words": say(f"models.curves.{figure}"),
        "range": say("models.curves.range"),
        "folds": say("models.curves.folds"),
    }
    last = rows.sort_values("epoch").groupby("run").last()
    ends = [
        say("models.curves.end", run=run, value=_words(last.loc[run, "mean"], percent=percent)) for run in last.index
    ]
    sentence = say(
        "models.curves.now" if live else "models.curves.sentence",
        figure=say(f"models.curves.{figure}"),
        ends=join_words(current_language(), ends),
    )
    runs = [run for run in histories if run in set(rows["run"])]
    draw_chart(
        name,
        "" if live else say(f"models.curves.{figure}"),
        "" if live else say("models.curves.note"),
        lambda colours: curves(
            rows, colours, sentence, titles, runs=runs, percent=percent, across=say("models.curves.epoch")
        ),
        sentence,
    )


def _rank(record: RunRecord) -> float:
    measured = next((figures(record, output) for output in record.held_out), None)
    kappa = measured.values["quadratic_kappa"].value if measured is not None else None
    return -kappa if kappa is not None else 1.0


def _known(stages: Histories, figure: str) -> bool:
    return any(getattr(row, figure) is not None for rows in stages.values() for row in rows)


def _rows(run: str, stages: Histories, figure: str) -> list[dict[str, Any]]:
    """One row an epoch: over the folds where there are any, else over whatever stage there is."""
    folds = [rows for stage, rows in stages.items() if stage.startswith("fold-")] or list(stages.values())
    by_epoch: dict[int, list[float]] = {}
    for epochs in folds:
        for one in epochs:
            value = getattr(one, figure)
            if value is not None and value == value:
                by_epoch.setdefault(one.epoch + 1, []).append(float(value))
    percent = figure in _SHARES
    return [
        {
            "run": run,
            "epoch": epoch,
            "epoch_words": str(epoch),
            "mean": fmean(values),
            "low": min(values),
            "high": max(values),
            "words": _words(fmean(values), percent=percent),
            "range": f"{_words(min(values), percent=percent)}\u2013{_words(max(values), percent=percent)}",
            "folds": str(len(values)),
        }
        for epoch, values in sorted(by_epoch.items())
    ]


def _words(value: float, *, percent: bool) -> str:
    return f"{value * 100:.1f}\u00a0%" if percent else f"{value:.3f}"
