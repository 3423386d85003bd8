"""What others published: apart from what was measured here, and labelled as published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from core.interface.language import say
from core.interface.models_table import table_as_csv
from core.interface.models_words import in_language, metric_name, number_words, output_name
from core.taxonomy import Condition

if TYPE_CHECKING:
    from core.lab.published import PublishedFigure


def draw_published() -> None:
    """Draw the published figures as a table that opens on demand."""
    import pandas as pd

    from core.lab.published import read_published

    st.subheader(say("models.published.heading"), anchor="published")
    st.caption(say("models.published.note"))
    rows = [_row(figure) for figure in read_published()]
    with st.expander(say("models.published.open", n=len(rows)), icon=":material/menu_book:"):
        link = say("models.published.link")
        st.dataframe(
            pd.DataFrame(rows),
            hide_index=True,
            alt=say("models.published.heading"),
            column_config={link: st.column_config.LinkColumn(display_text=say("models.published.read"))},
        )
        st.download_button(
            say("models.table.csv"),
            lambda: table_as_csv(rows),
            file_name="scalpspectra-published.csv",
            mime="text/csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key="models_published_csv",
        )


def _row(figure: PublishedFigure) -> dict[str, str | None]:
    source = figure.source if figure.year is None else f"{figure.source}, {figure.year}"
    return {
        say("models.published.source"): source,
        say("models.published.task"): _task_name(figure.task),
        say("models.published.output"): _output_name(figure),
        say("models.published.method"): figure.method,
        say("models.published.metric"): _metric_words(figure),
        say("models.published.value"): number_words(figure.value),
        say("models.published.remark"): figure.note,
        say("models.published.link"): figure.link or None,
    }


def _task_name(task: str) -> str:
    from core.errors import ScalpError
    from core.lab.task import read_task

    try:
        return in_language(read_task(task).names)
    except ScalpError:
        return task


def _output_name(figure: PublishedFigure) -> str:
    if figure.output == "mean":
        return say("models.published.mean")
    if figure.output in {condition.value for condition in Condition}:
        return output_name(figure.output)
    return figure.output


def _metric_words(figure: PublishedFigure) -> str:
    known = ("accuracy", "macro_f1", "recall", "training_accuracy")
    name = metric_name(figure.metric) if figure.metric in known else figure.metric
    return name if figure.grade is None else say("models.published.of_grade", metric=name, grade=figure.grade)
