"""What happens around the steps of a training: measuring, history, checkpoints, stopping, telling how far it is."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import numpy as np
from lightning.pytorch.callbacks import Callback

from core.errors import RunError
from core.lab.checkpoint import Checkpoint, Sums, write_checkpoint, write_weights
from core.lab.history import EpochRow, append_epoch
from core.lab.learner import Learner
from core.lab.loader import PictureLoader
from core.lab.stopping import Best, BestEpoch
from core.lab.watching import Watched, measure

# An epoch of a large network over a large set takes hours; no more than this is lost to a kill.
CHECKPOINT_SECONDS = 600.0
BEST = "best-{epoch}.ckpt"


@dataclass(frozen=True)
class Moment:
    """How far a training is: for bars, status files and logs.

    Attributes:
        epoch: Epochs ended.
        epochs: All of them.
        step: Steps of the epoch at work.
        steps: Steps of an epoch.
        loss: Mean training loss of the epoch so far, None before its first step.
        seconds_left: Estimate for all epochs, None before there is one.
        row: The epoch that has just ended, None in between.
    """

    epoch: int
    epochs: int
    step: int
    steps: int
    loss: float | None
    seconds_left: float | None
    row: EpochRow | None = None


class StopAsked(Exception):  # noqa: N818 - no error: someone asked for it
    """The training was asked to stop, and did."""


class Keeper(Callback):
    """Keeps a training's books.

    Args:
        folder: The stage's folder.
        loader: What feeds the training.
        watched: What it is measured on, or None.
        best: Follows the best epoch.
        stop_asked: Whether to stop after this step.
        tell: Told how far it is after every step.
        checkpoint_seconds: How often to write a checkpoint within an epoch.
    """

    def __init__(
        self,
        folder: Path,
        loader: PictureLoader,
        watched: Watched | None,
        best: BestEpoch,
        stop_asked: Callable[[], bool],
        tell: Callable[[Moment], None],
        checkpoint_seconds: float,
    ) -> None:
        self.folder = folder
        self.loader = loader
        self.watched = watched
        self.best = best
        self.stop_asked = stop_asked
        self.tell = tell
        self.checkpoint_seconds = checkpoint_seconds
        self._mark = self._written = 0.0
        self._began, self._done = 0.0, 0

    def on_fit_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Take this process's share of the batches."""
        self.loader.rank, self.loader.world = trainer.global_rank, trainer.world_size
        self._began = time.perf_counter()

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        """Set the epoch's batches up, leaving out the steps that were taken before a kill."""
        learner = _learner(pl_module)
        self.loader.epoch, self.loader.first_step = learner.epoch, learner.step
        self.loader.waited = 0.0
        learner.enter_epoch()
        self._mark = self._written = time.perf_counter()

    def on_train_batch_end(
        self,
        trainer: pl.Trainer,
        pl_module: pl.LightningModule,
        outputs: Any,  # noqa: ANN401, ARG002 - Lightning's signature
        batch: Any,  # noqa: ANN401, ARG002
        batch_idx: int,  # noqa: ARG002
    ) -> None:
        """Count the step, write a checkpoint where one is due, and stop where asked."""
        learner = _learner(pl_module)
        learner.step += 1
        self._done += 1
        self._take_time(learner.sums)
        if trainer.is_global_zero:
            self.tell(self._moment(learner))
        # Processes that train together must stop at the same step.
        stop = bool(trainer.strategy.reduce_boolean_decision(self.stop_asked(), all=False))
        due = stop or time.perf_counter() - self._written >= self.checkpoint_seconds
        if trainer.world_size == 1 and due and learner.step < len(self.loader):
            self._write(trainer, learner, ended=False)
        if stop:
            raise StopAsked

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """Measure, note, keep the best, move on."""
        learner = _learner(pl_module)
        row = self._close_epoch(trainer, learner)
        if self.watched is not None and self.watched.chooses:
            self._choose(trainer, learner, row)
        learner.epoch, learner.step, learner.sums = learner.epoch + 1, 0, Sums()
        ended = learner.epoch >= learner.recipe.training.epochs or self.best.exhausted
        # In this order a kill in between leaves an epoch to be done again, never one that is missing.
        if trainer.is_global_zero:
            append_epoch(self.folder, row)
        self._write(trainer, learner, ended=ended)
        if trainer.is_global_zero:
            self._drop_former_best()
        if trainer.is_global_zero:
            self.tell(self._moment(learner, row))
        trainer.should_stop = ended

    def _close_epoch(self, trainer: pl.Trainer, learner: Learner) -> EpochRow:
        sums = learner.sums
        self._take_time(sums)
        training = sums.seconds
        measured = measure(learner.objective, self.watched) if self.watched and trainer.is_global_zero else None
        measured = trainer.strategy.broadcast(measured)
        if measured is not None and not np.isfinite(measured.loss):
            raise RunError(
                "run.not_a_number", epoch=learner.epoch + 1, step=learner.step, lr=learner.recipe.optimiser.lr
            )
        self._take_time(sums)
        seen = sums.steps * self.loader.batch_size * trainer.world_size
        return EpochRow(
            epoch=learner.epoch,
            seconds=sums.seconds,
            lr=learner.rate,
            loss=sums.loss / max(1, sums.steps),
            val_loss=measured.loss if measured else None,
            val_accuracy=measured.accuracy if measured else None,
            val_kappa=measured.kappa if measured else None,
            accuracy=sums.right / max(1, sums.counted),
            waiting=sums.waited / training,
            photos_per_second=seen / training,
        )

    def _choose(self, trainer: pl.Trainer, learner: Learner, row: EpochRow) -> None:
        """Let the watched photos say whether this epoch is the best, and whether to lower the rate."""
        if self.best.observe(row.epoch, _monitored(row, learner.recipe.stopping.monitor)) and trainer.is_global_zero:
            write_weights(self.folder / BEST.format(epoch=row.epoch), learner.network.state_dict())
        value = _monitored(row, learner.recipe.schedule.monitor)
        if learner.plateau is not None and value is not None:
            learner.plateau.step(value)

    def _drop_former_best(self) -> None:
        """Remove the weights of epochs that the checkpoint just written no longer names."""
        kept = None if self.best.best is None else BEST.format(epoch=self.best.best.epoch)
        for path in self.folder.glob(BEST.format(epoch="*")):
            if path.name != kept:
                path.unlink()

    def _write(self, trainer: pl.Trainer, learner: Learner, *, ended: bool) -> None:
        if trainer.is_global_zero:
            write_checkpoint(self.folder, learner.snapshot(self.best.state_dict(), ended=ended))
        self._written = time.perf_counter()

    def _take_time(self, sums: Sums) -> None:
        now = time.perf_counter()
        sums.seconds += now - self._mark
        sums.waited += self.loader.waited
        self._mark, self.loader.waited = now, 0.0

    def _moment(self, learner: Learner, row: EpochRow | None = None) -> Moment:
        epochs, steps = learner.recipe.training.epochs, len(self.loader)
        left = epochs * steps - learner.epoch * steps - learner.step
        pace = (time.perf_counter() - self._began) / max(1, self._done)
        sums = learner.sums
        loss = sums.loss / sums.steps if sums.steps else None
        return Moment(learner.epoch, epochs, learner.step, steps, loss, pace * left if self._done else None, row)


def best_epoch(checkpoint: Checkpoint) -> Best | None:
    """The best epoch that a checkpoint names."""
    named = checkpoint.best["best"]
    return None if named is None else Best(*named)


def _monitored(row: EpochRow, monitor: str) -> float | None:
    value: float | None = getattr(row, monitor)
    return value


def _learner(module: pl.LightningModule) -> Learner:
    if not isinstance(module, Learner):
        raise TypeError(f"{type(module).__name__} is no Learner")
    return module
