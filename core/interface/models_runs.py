"""Runs side by side: which there are, which are compared, and what the comparison says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.models_compare import draw_comparison
from core.interface.models_one import draw_one_run
from core.interface.models_published import draw_published
from core.interface.models_records import all_runs, measured_runs
from core.interface.models_state import MOST_RUNS, choose_runs, chosen_runs, gone_runs, note, settle
from core.interface.models_table import draw_run_table
from core.interface.models_words import output_name, short_names
from core.interface.sentences import join_words

if TYPE_CHECKING:
    from core.lab.run_records import RunRecord

_CHOICE_KEY: Final = "models_runs_choice"


def draw_runs() -> None:
    """Draw the section."""
    records = all_runs()
    measured = measured_runs(records)
    if not records:
        _draw_empty()
        draw_published()
        return
    chosen = chosen_runs(measured)
    note(runs=",".join(chosen) or None)
    if gone_runs():
        names = join_words(current_language(), [plain(name) for name in gone_runs()[:5]])
        st.warning(say("models.runs.gone", names=names), icon=":material/link_off:")
    output = _draw_output(measured)
    draw_run_table(records, measured, chosen, output)
    _draw_choice(measured, chosen)
    compared = [record for record in measured if record.id in chosen]
    compared.sort(key=lambda record: chosen.index(record.id))
    if output is None or not compared:
        st.info(say("models.runs.choose"), icon=":material/compare_arrows:")
    else:
        draw_comparison(compared, output)
        draw_one_run([record for record in compared if output in record.held_out], output)
    draw_published()


def _draw_empty() -> None:
    with st.container(border=True, key="models_empty"):
        st.subheader(say("models.empty.title"), anchor=False)
        st.markdown(say("models.empty.what"))
        st.markdown(say("models.empty.how"))
        st.code("python -m core train efficientnet-lite0-crown --data MANIFEST", language="shell")


def _draw_output(measured: Sequence[RunRecord]) -> str | None:
    """Ask on which output runs are compared, where there are several; None where nothing was measured."""
    having: dict[str, RunRecord] = {}
    for record in measured:
        for output in record.held_out:
            having.setdefault(output, record)
    if not having:
        return None
    outputs = list(having)
    key = settle("output", outputs, _most_common(measured, outputs))
    if len(outputs) == 1:
        return outputs[0]
    chosen: str = st.selectbox(
        say("models.runs.output"),
        outputs,
        format_func={output: output_name(output, record) for output, record in having.items()}.__getitem__,
        key=key,
        persist_state="session",
        width=420,
    )
    note(output=chosen)
    return chosen


def _most_common(measured: Sequence[RunRecord], outputs: Sequence[str]) -> str:
    """Return the output of most of the chosen runs: a fresh page shows what its comparison is about."""
    chosen = set(chosen_runs(measured))
    counts = {output: sum(output in r.held_out for r in measured if r.id in chosen) for output in outputs}
    return max(outputs, key=lambda output: counts[output])


def _draw_choice(measured: Sequence[RunRecord], chosen: Sequence[str]) -> None:
    names = [record.id for record in measured]
    labels = short_names(names)
    st.session_state[_CHOICE_KEY] = list(chosen)
    st.multiselect(
        say("models.runs.compared"),
        names,
        format_func=labels.__getitem__,
        max_selections=MOST_RUNS,
        key=_CHOICE_KEY,
        on_change=_take_choice,
        placeholder=say("models.runs.compared_none"),
        help=say("models.runs.compared_help", most=MOST_RUNS),
    )


def _take_choice() -> None:
    choose_runs(st.session_state[_CHOICE_KEY])
