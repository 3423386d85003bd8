"""The table of runs: sortable, rows to tick, and as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from core.interface.language import say
from core.interface.models_records import figures
from core.interface.models_state import MOST_RUNS, choose_runs
from core.interface.models_words import first_weights, network_name, output_name, weights_word
from core.interface.statistics_table import harmless

if TYPE_CHECKING:
    from core.lab.run_records import RunRecord

_TABLE_KEY: Final = "models_run_table"
_SHOWN_KEY: Final = "models_run_table_rows"
_FIGURES: Final = ("quadratic_kappa", "accuracy", "macro_f1")
_ROW_PX: Final = 35
_MOST_ROWS: Final = 12


def draw_run_table(
    records: Sequence[RunRecord], measured: Sequence[RunRecord], chosen: Sequence[str], output: str | None
) -> None:
    """Draw every run there is; ticked rows are compared.

    Args:
        records: All runs.
        measured: Those of them that can be compared.
        chosen: The ids of those compared now.
        output: What the figures are about; a run that did not predict it shows its first output.
    """
    import pandas as pd

    rows = [_row(record, output) for record in records]
    titles = {name: say(f"models.table.{name}") for name in rows[0]}
    ids = [record.id for record in records]
    st.session_state[_SHOWN_KEY] = ids
    st.session_state[_TABLE_KEY] = {"selection": {"rows": [ids.index(name) for name in chosen], "columns": []}}
    st.dataframe(
        pd.DataFrame(rows).rename(columns=titles),
        hide_index=True,
        key=_TABLE_KEY,
        on_select=_take_rows,
        selection_mode="multi-row",
        height=min(len(rows), _MOST_ROWS) * _ROW_PX + 38,
        column_config=_columns(titles),
        placeholder=say("models.words.unknown"),
        alt=say("models.table.alt"),
    )
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        count = say("models.table.count", n=len(records), measured=len(measured), most=MOST_RUNS)
        st.caption(count, width="content")
        st.download_button(
            say("models.table.csv"),
            lambda: table_as_csv(rows),
            file_name="scalpspectra-runs.csv",
            mime="text/csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key="models_runs_csv",
        )


def table_as_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return rows as CSV (UTF-8 with byte order mark); no spreadsheet takes a cell of it for a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(harmless(name) for name in rows[0])
    for row in rows:
        writer.writerow("" if cell is None else harmless(cell) for cell in row.values())
    return out.getvalue().encode("utf-8-sig")


def _row(record: RunRecord, output: str | None) -> dict[str, Any]:
    shown = output if output in record.held_out else next(iter(record.held_out), None)
    measured = figures(record, shown) if shown is not None else None
    summary = record.summary
    values = {name: measured.values[name].value if measured and name in measured.values else None for name in _FIGURES}
    latency, seconds, parameters = (_number(summary, key) for key in ("latency_ms", "training_seconds", "parameters"))
    return {
        "run": record.name,
        "group": record.group,
        "output": output_name(shown, record) if shown is not None else "",
        "network": network_name(record),
        "weights": weights_word(first_weights(record)),
        "n": measured.n if measured else None,
        **{name: None if value is None else round(value, 4) for name, value in values.items()},
        "parameters_m": None if parameters is None else round(parameters / 1e6, 2),
        "latency_ms": None if latency is None else round(latency, 2),
        "minutes": None if seconds is None else round(seconds / 60, 1),
        "state": say(f"models.state.{state_of(record)}"),
        "origin": say("models.table.shipped" if record.shipped else "models.table.own"),
    }


def state_of(record: RunRecord) -> str:
    """Return how far a run is: a word there is a text for."""
    state = str(record.status.get("state"))
    return state if state in ("queued", "running", "finished", "cancelled", "failed") else "stopped"


def _number(values: Mapping[str, Any], key: str) -> float | None:
    value = values.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _columns(titles: Mapping[str, str]) -> dict[str, Any]:
    config = st.column_config
    numbers = dict.fromkeys(_FIGURES, "%.3f") | {"parameters_m": "%.2f", "latency_ms": "%.1f", "minutes": "%.1f"}
    columns: dict[str, Any] = {
        titles[name]: config.NumberColumn(format=form, help=say(f"models.table_help.{name}"))
        for name, form in numbers.items()
    }
    columns[titles["run"]] = config.TextColumn(pinned=True, width="medium")
    columns[titles["n"]] = config.NumberColumn(format="localized", help=say("models.table_help.n"))
    return columns


def _take_rows() -> None:
    ids: list[str] = st.session_state[_SHOWN_KEY]
    rows = st.session_state[_TABLE_KEY]["selection"]["rows"]
    choose_runs([ids[int(row)] for row in rows if int(row) < len(ids)])
