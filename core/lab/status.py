"""What a run is doing, in `status.json` of its folder: written by the training, read by whoever watches it.

The file alone cannot tell a running training from one that was killed, so a training holds a lock on `running.lock`
for as long as it lives; the system lets go of it however the process ends. A file `cancel` in the folder asks the
training to stop after its current step and to keep the best so far.
"""

import errno
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

from filelock import FileLock, Timeout

from core.errors import RunError, ScalpError
from core.lab.files import write_whole

STATUS, CANCEL, LOCK = "status.json", "cancel", "running.lock"
State = Literal["queued", "running", "finished", "cancelled", "failed"]

# Whoever looks whether a training lives holds its lock for an instant.
_LOCK_SECONDS = 3.0
_LEAST_SECONDS_BETWEEN_STEPS = 1.0


@dataclass(frozen=True)
class Status:
    """What a run is doing.

    Attributes:
        state: `running` is what the training last said of itself; whether it still lives tells `is_alive`.
        stage: The stage at work, for example `fold-2` or `final`; empty before the first.
        stages: All stages of the run, in order.
        epoch: Epochs this stage has ended.
        epochs: Epochs of a stage, at most.
        step: Steps done in this epoch.
        steps: Steps of an epoch.
        seconds_left: Estimate for this stage; None before there is one.
        started: When this attempt began, ISO in UTC.
        updated: When this was written, ISO in UTC.
        message_key: Code of the error that ended it, or of a remark, for `errors.toml`; empty where there is none.
        message_values: What the braces of that text name.
        pid: Process of the training.
    """

    state: State
    stage: str = ""
    stages: tuple[str, ...] = ()
    epoch: int = 0
    epochs: int = 0
    step: int = 0
    steps: int = 0
    seconds_left: float | None = None
    started: str = ""
    updated: str = ""
    message_key: str = ""
    message_values: Mapping[str, str] = field(default_factory=dict)
    pid: int = 0


class StatusFile:
    """Keeps `status.json` of a run up to date.

    Args:
        folder: The run folder.
        status: What it says at first.
    """

    def __init__(self, folder: Path, status: Status) -> None:
        self.folder = folder
        self._status = replace(status, pid=os.getpid(), started=status.started or _now())
        self._written = 0.0
        self.say()

    @property
    def status(self) -> Status:
        """What it says now."""
        return self._status

    def say(self, **changes: object) -> None:
        """Change what it says and write it."""
        self._status = replace(self._status, **changes, updated=_now())  # type: ignore[arg-type]
        write_status(self.folder, self._status)
        self._written = time.monotonic()

    def say_step(self, step: int, steps: int, seconds_left: float | None) -> None:
        """Say how far the epoch is; written once a second at most."""
        if time.monotonic() - self._written >= _LEAST_SECONDS_BETWEEN_STEPS:
            self.say(step=step, steps=steps, seconds_left=seconds_left)

    def fail(self, error: BaseException, *, stopped: bool) -> None:
        """Say what ended the run; where the disk is full, this may not be possible either."""
        if isinstance(error, ScalpError):
            key, values = error.code, {name: str(value) for name, value in error.values.items()}
        elif isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            key, values = "recipe.no_room", {}
        else:
            key, values = "run.bug", {"detail": f"{type(error).__name__}: {error}"}
        with suppress(OSError):
            self.say(state="cancelled" if stopped else "failed", message_key=key, message_values=values)


def write_status(folder: Path, status: Status) -> None:
    """Write `status.json` in one step."""
    text = json.dumps(asdict(status), indent=1) + "\n"
    write_whole(folder / STATUS, lambda file: file.write(text.encode()), sync=False)


def read_status(folder: Path) -> Status | None:
    """Read `status.json`; None where there is none, or what lies there is no status."""
    try:
        values = json.loads((folder / STATUS).read_text(encoding="utf-8"))
        return _parse(values)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _parse(values: Mapping[str, object]) -> Status:
    known = {name: values[name] for name in Status.__dataclass_fields__ if name in values}
    if known.get("state") not in get_args(State):
        raise ValueError(f"state {known.get('state')!r}")
    known["stages"] = tuple(str(stage) for stage in known.get("stages", ()))  # type: ignore[attr-defined]
    known["message_values"] = {str(k): str(v) for k, v in dict(known.get("message_values", {})).items()}  # type: ignore[call-overload]
    return Status(**known)  # type: ignore[arg-type]


@contextmanager
def hold_run(folder: Path) -> Iterator[None]:
    """Hold the run for this process.

    Raises:
        RunError: Another process trains in this folder.
    """
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=_LOCK_SECONDS)
    except Timeout as error:
        raise RunError("run.busy", folder=folder) from error
    try:
        yield
    finally:
        lock.release()


def is_alive(folder: Path) -> bool:
    """Whether a process trains in this folder, or waits for its turn to."""
    if not (folder / LOCK).exists():
        return False
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def ask_to_stop(folder: Path) -> None:
    """Ask the training in this folder to stop after its current step and keep the best so far."""
    (folder / CANCEL).touch()


def stop_asked(folder: Path) -> bool:
    """Whether someone asked the training to stop."""
    return (folder / CANCEL).exists()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
