"""Training one network: from wherever it stands to the end of its epochs."""

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import lightning.pytorch as pl
import numpy as np
import numpy.typing as npt
import torch

from core.errors import ManifestError
from core.lab.augment import build_augmentation
from core.lab.batch_statistics import measure_batch_statistics
from core.lab.checkpoint import Checkpoint, read_checkpoint, read_weights
from core.lab.epochs import BEST, CHECKPOINT_SECONDS, Keeper, Moment, best_epoch
from core.lab.faults import faults_explained
from core.lab.learner import Learner
from core.lab.loader import PictureLoader
from core.lab.objectives import Objective
from core.lab.pictures import Pictures
from core.lab.recipe import Recipe
from core.lab.stopping import BestEpoch
from core.lab.watching import Watched

_FEWEST = 2


# Named, so that they go along to the processes of other devices.
def _go_on() -> bool:
    return False


def _tell_nobody(_moment: Moment) -> None:
    pass


@dataclass(frozen=True)
class Watch:
    """Who looks on: told how far a training is, asked whether to stop.

    Attributes:
        stop_asked: Whether to stop after this step.
        tell: Told how far it is after every step and every epoch.
        checkpoint_seconds: How often to write a checkpoint within an epoch.
    """

    stop_asked: Callable[[], bool] = _go_on
    tell: Callable[[Moment], None] = _tell_nobody
    checkpoint_seconds: float = CHECKPOINT_SECONDS


def fit(
    recipe: Recipe,
    objective: Objective,
    pictures: Pictures,
    labels: npt.NDArray[np.int64],
    folder: Path,
    watched: Watched | None = None,
    watch: Watch | None = None,
) -> None:
    """Train a network in place, in evaluation mode afterwards.

    Args:
        recipe: What to train and how.
        objective: The network with its first weights, and its loss.
        pictures: uint8 (N, H, W, 3).
        labels: int (N, columns), -1 where not labelled.
        folder: Where checkpoint and history go; a training that was cut off goes on from there.
        watched: Photos measured after every epoch.
        watch: Who looks on.

    Raises:
        ManifestError: Fewer than two photos to learn from (`manifest.too_few_photos`).
        RunError: A loss that is not a number, too little memory, too few devices, a foreign checkpoint.
        StopAsked: Someone asked for it; the checkpoint stands where it stopped.
        OSError: The disk is full; the last checkpoint is whole.
    """
    if len(pictures) < _FEWEST:
        raise ManifestError("manifest.too_few_photos", photos=len(pictures))
    architecture = recipe.network.architecture
    start = read_checkpoint(folder, architecture)
    if start is None or not start.ended:
        _train(recipe, objective, pictures, labels, folder, watched, watch or Watch(), start)
    load_best(recipe, objective, folder)
    if recipe.training.refresh_statistics:
        loader = _build_loader(recipe, pictures, labels)
        loader.epoch = recipe.training.epochs
        measure_batch_statistics(objective, loader, recipe.network.frozen_parts)


def load_best(recipe: Recipe, objective: Objective, folder: Path) -> Checkpoint | None:
    """Load what a stage is to be judged by: its best epoch where the recipe keeps it, else where it stands.

    Returns:
        The checkpoint; None where the stage has none yet, which leaves the network alone.
    """
    reached = read_checkpoint(folder, recipe.network.architecture)
    if reached is None:
        return None
    best = best_epoch(reached)
    keeps_best = recipe.stopping.restore_best and best is not None
    state = read_weights(folder / BEST.format(epoch=best.epoch)) if keeps_best and best else reached.network
    objective.network.load_state_dict(state)
    objective.network.eval()
    return reached


def drop_checkpoints(folder: Path) -> None:
    """Remove the checkpoints of a stage that is no longer needed; its history stays."""
    for path in folder.glob("*.ckpt"):
        path.unlink()


def _train(
    recipe: Recipe,
    objective: Objective,
    pictures: Pictures,
    labels: npt.NDArray[np.int64],
    folder: Path,
    watched: Watched | None,
    watch: Watch,
    start: Checkpoint | None,
) -> None:
    options = recipe.training
    loader = _build_loader(recipe, pictures, labels)
    loader.world = options.devices
    best = BestEpoch(recipe.stopping.monitor, recipe.stopping.patience, recipe.stopping.min_delta)
    if start is not None:
        best.load_state_dict(start.best)
    learner = Learner(recipe, objective, len(loader), start)
    keeper = Keeper(folder, loader, watched, best, watch.stop_asked, watch.tell, watch.checkpoint_seconds)
    with faults_explained(recipe, objective, labels.shape[1]), _quiet(), _one_thread_each():
        trainer = pl.Trainer(
            accelerator="gpu" if torch.cuda.is_available() else "cpu",
            devices=options.devices,
            # Processes started anew, since one that has run OpenVINO must not be forked.
            strategy="ddp_spawn" if options.devices > 1 else "auto",
            use_distributed_sampler=False,
            max_epochs=options.epochs - learner.epoch,
            precision="bf16-mixed" if options.precision == "bf16" else "32-true",
            callbacks=[keeper],
            logger=False,
            enable_checkpointing=False,
            enable_progress_bar=False,
            enable_model_summary=False,
        )
        try:
            trainer.fit(learner, loader)
        finally:
            objective.network.cpu()


def _build_loader(recipe: Recipe, pictures: Pictures, labels: npt.NDArray[np.int64]) -> PictureLoader:
    options = recipe.training
    augmentation = build_augmentation(recipe.augment) if recipe.augment else None
    return PictureLoader(pictures, labels, augmentation, options.batch_size, options.seed, options.workers)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Lightning's remarks about hardware and workers away from people who train on a laptop."""
    loggers = [logging.getLogger(name) for name in ("lightning.pytorch", "lightning.fabric")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", module="lightning")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Let OpenCV work in the thread that calls it: the loader has a thread a core already."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
