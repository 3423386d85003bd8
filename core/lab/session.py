"""One attempt at a run: its stages, what it says of itself, and how it is stopped."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from tqdm import tqdm

from core.errors import PhotoError
from core.lab.epochs import CHECKPOINT_SECONDS, Moment
from core.lab.fitting import Watch
from core.lab.manifest import LabelledPhoto, Manifest
from core.lab.manifest_table import write_cells
from core.lab.run import Run
from core.lab.status import StatusFile, stop_asked

SKIPPED = "skipped.csv"


@dataclass(frozen=True)
class Stopped:
    """Where a run was stopped before its end."""

    stage: str
    epoch: int
    epochs: int


class Session:
    """Goes through the stages of a run.

    Args:
        run: The run.
        status: Its status file.
        checkpoint_seconds: How often to write a checkpoint within an epoch.

    Attributes:
        run: The same.
        stopped: Where it was stopped, None while nobody asked for it.
        thin: Classes with too few photos.
    """

    def __init__(self, run: Run, status: StatusFile, checkpoint_seconds: float = CHECKPOINT_SECONDS) -> None:
        self.run = run
        self.stopped: Stopped | None = None
        self.thin: tuple[str, ...] = ()
        self._status = status
        self._checkpoint_seconds = checkpoint_seconds
        self._interrupted = False
        self._bar: tqdm[None] | None = None

    def __getstate__(self) -> dict[str, object]:
        """What goes along to the processes of other devices: everything but the bar on the terminal."""
        return self.__dict__ | {"_bar": None}

    def reading(self, photos: int) -> Callable[[int], None]:
        """Show how far reading the photos is, before any stage; what comes is told the number read so far."""
        bar = tqdm(total=photos, desc="reading photos", file=sys.stderr, leave=False) if sys.stderr.isatty() else None

        def tell(done: int) -> None:
            self._status.say_step(done, photos, None)
            if bar is not None:
                bar.update(done - bar.n)
                if done == photos:
                    bar.close()

        return tell

    def leave_out(self, unreadable: Sequence[tuple[LabelledPhoto, PhotoError]], photos: int) -> None:
        """List photos that could not be read in `skipped.csv` of the run, and say how many.

        Args:
            unreadable: Them, with what was wrong.
            photos: How many the manifest has for this run.
        """
        path = self.run.folder / SKIPPED
        if not unreadable:
            path.unlink(missing_ok=True)
            return
        write_cells(path, ("file", "why"), ({"file": str(p.path), "why": str(error)} for p, error in unreadable))
        _log(f"{len(unreadable)} of {photos} photos could not be read and are left out, listed in {path}")

    def warn_of(self, thin: Sequence[str]) -> None:
        """Say which classes have too few photos, see `core.lab.thin`; their figures say nothing."""
        self.thin = tuple(thin)
        if thin:
            _log(f"Too few photos to learn and to be judged by, of fewer than two people or groups: {', '.join(thin)}")

    def warn_of_split(self, manifest: Manifest) -> None:
        """Say that a split the manifest brings is not gone by, where the recipe measures by folds."""
        folds = self.run.recipe.validation.folds
        if folds and any(photo.split for photo in manifest):
            _log(
                f"The manifest's own split is unused: the recipe measures by {folds} folds; validation.folds=0 uses it"
            )

    def plan(self, stages: Sequence[str]) -> None:
        """Say which stages the run has."""
        self._status.say(stages=tuple(stages), epochs=self.run.recipe.training.epochs)

    @contextmanager
    def stage(self, name: str) -> Iterator[Watch]:
        """Enter a stage; what comes looks on while it trains."""
        self._status.say(stage=name, epoch=0, step=0, steps=0, seconds_left=None)
        try:
            yield Watch(self._stop_asked, self._tell, self._checkpoint_seconds)
        finally:
            if self._bar is not None:
                self._bar.close()
                self._bar = None

    def note_stop(self) -> None:
        """Note that the stage at work was stopped."""
        status = self._status.status
        self.stopped = Stopped(status.stage, status.epoch, status.epochs)

    @contextmanager
    def ctrl_c(self) -> Iterator[None]:
        """Take the first Ctrl-C as a wish to stop after the step; the second one stops at once."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def interrupt(number: int, frame: FrameType | None) -> None:
            if self._interrupted:
                signal.default_int_handler(number, frame)
            self._interrupted = True
            print(  # noqa: T201 - a signal has no other way to a terminal
                "\nStopping after this step and keeping the best so far; Ctrl-C again stops at once.", file=sys.stderr
            )

        before = signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)

    def _stop_asked(self) -> bool:
        return self._interrupted or stop_asked(self.run.folder)

    def _tell(self, moment: Moment) -> None:
        if moment.row is not None:
            self._status.say(epoch=moment.epoch, step=0, steps=moment.steps, seconds_left=moment.seconds_left)
        else:
            self._status.say_step(moment.step, moment.steps, moment.seconds_left)
        if sys.stderr.isatty():
            self._draw(moment)
        elif moment.row is not None:
            print(epoch_line(self._status.status.stage, moment), file=sys.stderr, flush=True)  # noqa: T201 - a log

    def _draw(self, moment: Moment) -> None:
        done = moment.epoch * moment.steps + moment.step
        if self._bar is None:
            self._bar = tqdm(
                total=moment.epochs * moment.steps,
                initial=done - 1,
                file=sys.stderr,
                unit="step",
                dynamic_ncols=True,
                mininterval=0.2,
            )
        self._bar.set_description_str(
            f"{self._status.status.stage} epoch {min(moment.epoch + 1, moment.epochs)}/{moment.epochs}", refresh=False
        )
        if moment.loss is not None:
            self._bar.set_postfix_str(f"loss {moment.loss:.3f}", refresh=False)
        self._bar.update(done - self._bar.n)
        if moment.row is not None and moment.row.val_loss is not None:
            self._bar.write(epoch_line(self._status.status.stage, moment), file=sys.stderr)


def epoch_line(stage: str, moment: Moment) -> str:
    """One line about an epoch that has ended, for terminals and logs."""
    row = moment.row
    if row is None:
        raise ValueError("no epoch has ended")
    parts = [f"{stage} epoch {moment.epoch}/{moment.epochs}", f"{row.seconds:.0f} s", f"loss {row.loss:.3f}"]
    values = (("validation loss", row.val_loss), ("accuracy", row.val_accuracy), ("kappa", row.val_kappa))
    return ", ".join([*parts, *(f"{name} {value:.3f}" for name, value in values if value is not None)])


def _log(said: str) -> None:
    print(said, file=sys.stderr)  # noqa: T201 - a log
