"""Trainings as background jobs: processes of their own, which go on when the page that started them is gone.

A job is a run folder with a `job.json` that says how to start it. Nothing else is remembered anywhere: whoever looks
finds out from the folder, so any number of pages and terminals may watch, and a restart loses nothing. One job trains
at a time; the others wait in the order they were started, each in a small process of its own, for a lock that the
system lets go of however the one before ends.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import ManifestError, RunError
from core.lab.files import write_whole
from core.lab.history import EpochRow, read_history
from core.lab.recipe import Recipe, read_recipe
from core.lab.run import open_run
from core.lab.status import CANCEL, Status, ask_to_stop, is_alive, read_status, write_status
from core.lab.turns import JOB
from core.settings import ROOT

LOG = "log.txt"

_START_SECONDS = 60.0
_LOOK_SECONDS = 0.05
_LOG_TAIL = 4000


@dataclass(frozen=True)
class Job:
    """A training as whoever watches sees it.

    Attributes:
        folder: The run folder.
        status: What it does. The state of a process that died without a word is `failed` with the key `job.cut_off`.
        alive: Whether its process lives.
        resumable: Whether it can go on where it stopped.
        histories: Epochs by stage, in the order of the stages.
    """

    folder: Path
    status: Status
    alive: bool
    resumable: bool
    histories: dict[str, tuple[EpochRow, ...]]


def start_training(recipe: Recipe | str | Path, manifest: Path, folder: Path, overrides: Sequence[str] = ()) -> Job:
    """Start a training in the background.

    Args:
        recipe: What to train: a recipe, the name of one that ships, or a TOML file.
        manifest: Labelled photos.
        folder: The run folder; its parent holds the queue.
        overrides: `key=value`, where the recipe is a name or a file.

    Returns:
        The job, queued or running.

    Raises:
        RecipeError: The recipe is not as it should be, or the folder holds a run of another one.
        ManifestError: There is no such manifest.
        RunError: The folder holds a run that has ended or is running, or the process did not start.
        OSError: The folder cannot be written.
    """
    plan = recipe if isinstance(recipe, Recipe) else read_recipe(str(recipe), list(overrides))
    if not manifest.is_file():
        raise ManifestError("manifest.not_found", path=manifest)
    _check_free(folder)
    open_run(folder, plan)
    job = json.dumps({"data": str(manifest.resolve())}, indent=1) + "\n"
    write_whole(folder / JOB, lambda file: file.write(job.encode()))
    return _launch(folder)


def resume(folder: Path) -> Job:
    """Go on with a training that was cut off, cancelled or failed.

    Raises:
        RunError: There is nothing to resume, it has ended, or it is running.
    """
    _check_free(folder)
    if not (folder / "recipe.json").exists():
        raise RunError("job.not_a_run", folder=folder)
    if _data_of(folder) is None:
        raise RunError("job.nothing_to_resume", folder=folder)
    return _launch(folder)


def watch(folder: Path) -> Job:
    """Look at a training.

    Raises:
        RunError: The folder holds none.
    """
    status = read_status(folder)
    if status is None:
        raise RunError("job.not_a_run", folder=folder)
    active = status.state in ("queued", "running")
    alive = active and is_alive(folder)
    if active and not alive:
        # It may have ended between the two looks.
        status = read_status(folder) or status
        if status.state in ("queued", "running"):
            status = replace(status, state="failed", message_key="job.cut_off", message_values={})
    stages = status.stages or tuple(sorted(path.parent.name for path in folder.glob("*/history.csv")))
    histories = {stage: read_history(folder / stage) for stage in stages}
    ended = status.state == "finished"
    return Job(folder, status, alive, not alive and not ended and _data_of(folder) is not None, histories)


def list_jobs(runs_dir: Path) -> tuple[Job, ...]:
    """All trainings under a folder that said what they do, the latest started first."""
    folders = sorted({path.parent for path in runs_dir.glob("*/status.json")} | set(_deeper(runs_dir)))
    jobs = []
    for folder in folders:
        with suppress(RunError):  # one that was deleted while we looked
            jobs.append(watch(folder))
    return tuple(sorted(jobs, key=lambda job: job.status.started, reverse=True))


def cancel(folder: Path) -> Job:
    """Ask a training to stop after its current step and keep the best so far; one that waits leaves the queue.

    Raises:
        RunError: The folder holds no training.
    """
    job = watch(folder)
    if job.alive:
        ask_to_stop(folder)
    elif job.status.state not in ("finished", "cancelled"):
        write_status(folder, replace(job.status, state="cancelled"))
    return watch(folder)


def terminate(folder: Path) -> Job:
    """End the process of a training at once, where it does not stop by itself; it can be resumed.

    Raises:
        RunError: The folder holds no training.
    """
    job = watch(folder)
    # The lock says that the process that wrote its number still lives, so the number cannot be another's by now.
    if job.alive and job.status.pid:
        with suppress(ProcessLookupError):
            os.kill(job.status.pid, signal.SIGTERM)
    return watch(folder)


def read_log(folder: Path) -> str:
    """The end of what a job wrote besides its status, for when it went wrong; empty where there is nothing."""
    try:
        return (folder / LOG).read_bytes()[-_LOG_TAIL:].decode("utf-8", errors="replace")
    except OSError:
        return ""


def _check_free(folder: Path) -> None:
    status = read_status(folder)
    if status is not None and status.state == "finished":
        raise RunError("job.finished", folder=folder)
    if is_alive(folder):
        raise RunError("job.already_running", folder=folder)


def _data_of(folder: Path) -> str | None:
    try:
        return str(json.loads((folder / JOB).read_text(encoding="utf-8"))["data"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _deeper(runs_dir: Path) -> list[Path]:
    """Run folders one level down, where runs lie in groups."""
    return [path.parent for path in runs_dir.glob("*/*/status.json")]


def _launch(folder: Path) -> Job:
    folder = folder.resolve()
    (folder / CANCEL).unlink(missing_ok=True)
    (folder / JOB).touch()  # its place in the queue
    before = read_status(folder)
    recipe, data = folder / "recipe.json", _data_of(folder)
    command = [sys.executable, "-m", "core", "train", str(recipe), "--data", str(data), "--out", str(folder), "--queue"]
    with (folder / LOG).open("ab") as log:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Out of the page's group: closing the terminal that serves it must not end the training.
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        status = read_status(folder)
        if status is not None and status != before:
            return watch(folder)
        if process.poll() is not None:
            break
        time.sleep(_LOOK_SECONDS)
    lines = read_log(folder).strip().splitlines()
    raise RunError("job.not_started", detail=lines[-1] if lines else "-", log=folder / LOG)
