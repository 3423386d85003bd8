"""Trainings under way: how far, how they learn, how to stop one; drawn again every few seconds by themselves alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import streamlit as st

from core.errors import ScalpError
from core.interface.charts_models import MOST_LINES
from core.interface.language import current_language, say
from core.interface.markup import plain
from core.interface.models_curves import draw_curve
from core.interface.models_door import may_operate
from core.interface.models_records import runs_dir
from core.interface.models_state import choose_runs, choose_section
from core.interface.models_words import seconds_words
from core.locale import text

if TYPE_CHECKING:
    from core.lab.jobs import Job
    from core.lab.status import Status

_EVERY_S: Final = 2.0
_LIVE: Final = ("val_accuracy", "loss")
_STATES_KEY: Final = "models_job_states"
_ERROR_KEY: Final = "models_job_error"


def draw_jobs() -> None:
    """Draw the trainings: those under way watch themselves, earlier ones stand still."""
    from core.lab.jobs import list_jobs

    st.subheader(say("models.jobs.heading"), anchor="jobs")
    error = st.session_state.pop(_ERROR_KEY, None)
    if isinstance(error, ScalpError):
        st.error(plain(error.message(current_language())), icon=":material/error:")
    jobs = list_jobs(runs_dir())
    if not jobs:
        st.caption(say("models.jobs.none"))
        return
    going = [job for job in jobs if job.alive]
    st.session_state[_STATES_KEY] = {str(job.folder) for job in going}
    if going:
        _draw_going()
    ended = [job for job in jobs if not job.alive]
    for job in ended[:1]:
        _draw_ended(job)
    if len(ended) > 1:
        with st.expander(say("models.jobs.earlier", n=len(ended) - 1), icon=":material/history:"):
            for job in ended[1:]:
                _draw_ended(job)


@st.fragment(run_every=_EVERY_S)
def _draw_going() -> None:
    from core.lab.jobs import list_jobs

    going = [job for job in list_jobs(runs_dir()) if job.alive]
    if {str(job.folder) for job in going} != st.session_state.get(_STATES_KEY):
        # One began or ended: the rest of the page has something to say about it.
        st.rerun()
    for job in going:
        waits = job.status.state == "queued" and any(one.status.state == "running" for one in going)
        with st.container(border=True, key=f"models_job_{job.folder.name}"):
            _draw_progress(job, waits=waits)


def _draw_progress(job: Job, *, waits: bool) -> None:
    from core.lab.status import stop_asked

    status = job.status
    stopping = stop_asked(job.folder)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{plain(job.folder.name)}**", width="content")
        st.button(
            say("models.jobs.cancel"),
            icon=":material/stop_circle:",
            key=f"models_cancel_{job.folder.name}",
            on_click=_cancel,
            args=(job.folder,),
            disabled=stopping,
        )
    if status.state == "queued":
        st.caption(say("models.jobs.queued" if waits else "models.train.starting"))
        return
    st.progress(_share(status), text=_line(status))
    if stopping:
        st.caption(say("models.jobs.cancelling"))
        st.button(
            say("models.jobs.end"),
            key=f"models_end_{job.folder.name}",
            type="tertiary",
            on_click=_end,
            args=(job.folder,),
            help=say("models.jobs.end_help"),
        )
    _draw_live(job)


def _share(status: Status) -> float:
    """Return how much of the whole training is done, 0..1."""
    stages = max(1, len(status.stages))
    stage = status.stages.index(status.stage) if status.stage in status.stages else 0
    step = status.step / status.steps if status.steps else 0.0
    epochs = (status.epoch + step) / status.epochs if status.epochs else 0.0
    return min(1.0, (stage + min(1.0, epochs)) / stages)


def _line(status: Status) -> str:
    if status.stage not in status.stages or not status.epochs:
        return say("models.jobs.preparing")
    number = status.stages.index(status.stage) + 1
    parts = [
        say(
            "models.jobs.under_way",
            stage=_stage(status.stage),
            epoch=min(status.epoch + 1, status.epochs),
            epochs=status.epochs,
        ),
        say("models.jobs.stages", number=number, count=len(status.stages)),
    ]
    if status.seconds_left is not None:
        parts.append(say("models.jobs.left", time=seconds_words(status.seconds_left)))
    return " · ".join(plain(part) for part in parts)


def _stage(name: str) -> str:
    kind, _, number = name.partition("-")
    if kind == "fold" and number.isdigit():
        return say("models.jobs.stage_fold", number=int(number) + 1)
    return say("models.jobs.stage_final") if name == "final" else name


def _draw_live(job: Job) -> None:
    """Draw what was learnt so far, a line a stage."""
    stages = {stage: rows for stage, rows in job.histories.items() if rows}
    lines = {_stage(stage): {stage: rows} for stage, rows in list(stages.items())[-MOST_LINES:]}
    columns = st.columns(2, gap="small")
    for column, figure in zip(columns, _LIVE, strict=True):
        if any(getattr(row, figure) is not None for rows in stages.values() for row in rows):
            with column:
                st.caption(say(f"models.curves.{figure}"))
                draw_curve(f"live_{job.folder.name}_{figure}", lines, figure, live=True)


def _draw_ended(job: Job) -> None:
    status = job.status
    name = job.folder.name
    with st.container(border=True, key=f"models_ended_{name}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{plain(name)}**", width="content")
            with st.container(horizontal=True, width="content"):
                if (job.folder / "held_out.parquet").exists():
                    st.button(
                        say("models.jobs.compare"),
                        icon=":material/compare_arrows:",
                        key=f"models_compare_{name}",
                        on_click=_compare,
                        args=(job.folder.relative_to(runs_dir()).as_posix(),),
                    )
                if job.resumable:
                    st.button(
                        say("models.jobs.resume"),
                        icon=":material/resume:",
                        key=f"models_resume_{name}",
                        on_click=_resume,
                        args=(job.folder,),
                    )
        st.caption(plain(_ending(job, status)))
        if status.state == "failed":
            _draw_log(job)


def _draw_log(job: Job) -> None:
    from core.lab.jobs import read_log

    log = read_log(job.folder)
    if log:
        with st.expander(say("models.jobs.log")):
            st.code(log, language=None)


def _ending(job: Job, status: Status) -> str:
    if status.state == "finished":
        return say("models.jobs.finished", when=_when(status.updated))
    if status.state == "cancelled":
        kept = any(job.folder.glob("package/*/model.json"))
        return say("models.jobs.cancelled_package" if kept else "models.jobs.cancelled")
    try:
        why = text(current_language(), f"errors.{status.message_key}", **dict(status.message_values))
    except (KeyError, IndexError, ValueError):
        why = status.message_key or "?"
    return say("models.jobs.failed", why=why)


def _when(moment: str) -> str:
    try:
        zone = ZoneInfo(st.context.timezone or "")
    except (ValueError, LookupError, OSError):
        zone = None
    try:
        return f"{datetime.fromisoformat(moment).astimezone(zone):%Y-%m-%d %H:%M}"
    except ValueError:
        return moment


def _cancel(folder: Path) -> None:
    from core.lab.jobs import cancel

    if may_operate():
        _guarded(lambda: cancel(folder))


def _end(folder: Path) -> None:
    from core.lab.jobs import terminate

    if may_operate():
        _guarded(lambda: terminate(folder))


def _resume(folder: Path) -> None:
    from core.lab.jobs import resume

    if may_operate():
        _guarded(lambda: resume(folder))


def _guarded(act: Callable[[], object]) -> None:
    try:
        act()
    except ScalpError as error:
        st.session_state[_ERROR_KEY] = error


def _compare(run: str) -> None:
    choose_runs([run])
    choose_section("runs")
