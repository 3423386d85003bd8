"""The stages of a run, whatever is trained: folds that hold photos back, or the manifest's splits, then one to ship."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from core.errors import RunError
from core.lab.epochs import StopAsked
from core.lab.fitting import Watch
from core.lab.manifest import Manifest
from core.lab.parts import Flags, Parts, Splits, deal_folds, fold_of, is_steered, share_out, splits_of
from core.lab.recipe import Recipe
from core.lab.session import Session

# Photos held out once, from one network, are calibrated in parts of their own.
_INNER_FOLDS = 5

Ints = npt.NDArray[np.int64]
Arrays = dict[str, npt.NDArray[Any]]


class Trainee(Protocol):
    """Something that is trained stage by stage; it keeps the network of the last one."""

    def fit(self, folder: Path, parts: Parts, watch: Watch) -> None:
        """Train anew in a stage's folder, or go on there."""
        ...

    def reach(self, folder: Path, parts: Parts) -> bool:
        """Take the network of a stage as far as it came; False where it has none yet."""
        ...

    def judge(self, parts: Parts, held_out: Flags) -> Arrays:
        """What the network says of held-out photos, each array with one row a photo."""
        ...


@dataclass(frozen=True)
class Held:
    """What networks said of photos they did not see.

    Attributes:
        arrays: One row a photo of `done`.
        done: bool (N,), the photos that some network was judged by: fewer than all where a run was stopped.
        folds: int (N,).
        learnt: bool (N,), what the network to ship learnt from or was steered by.
    """

    arrays: Arrays
    done: Flags
    folds: Ints
    learnt: Flags


def run_folds(session: Session, trainee: Trainee, manifest: Manifest, labels: Ints) -> Held:
    """Train a network a fold, then one on all photos, and give what the folds said of the photos held out.

    A fold that ended before the run was cut off is not trained again. Where the recipe only measures there is no last
    network. Where the run is stopped, the network of the stage at work, or of the last one that has one, is shipped.

    Raises:
        RunError: Stopped before there was a network (`run.stopped_with_nothing`).
    """
    run, recipe = session.run, session.run.recipe
    count = recipe.validation.folds
    folds = fold_of(recipe, manifest, labels)
    session.warn_of_split(manifest)
    session.plan([*(f"fold-{fold}" for fold in range(count)), *([] if recipe.validation.measure_only else ["final"])])
    everything = np.ones(len(labels), dtype=np.bool_)
    arrays: Arrays = {}
    done = ~everything
    at_hand: Parts | None = None
    for fold in range(count):
        if session.stopped is not None:
            break
        held_out, stage = folds == fold, f"fold-{fold}"
        saved = run.load_arrays(stage)
        if saved is None:
            parts = share_out(recipe, ~held_out, held_out, labels, manifest.groups())
            if not _train_stage(session, trainee, stage, parts):
                break
            at_hand, saved = parts, trainee.judge(parts, held_out)
            if session.stopped is None:
                run.save_arrays(stage, **saved)
        _fill(arrays, saved, held_out)
        done |= held_out
    if session.stopped is None and not recipe.validation.measure_only:
        parts = share_out(recipe, everything, ~everything, labels, manifest.groups())
        at_hand = parts if _train_stage(session, trainee, "final", parts) else None
    if at_hand is None:
        at_hand = _last_reached(session, trainee, folds, labels, manifest)
    if not done.any():
        raise RunError("run.stopped_with_nothing", folder=run.folder)
    learnt = at_hand.learnt | at_hand.watched if at_hand.chooses else at_hand.learnt
    return Held({name: values[done] for name, values in arrays.items()}, done, folds, learnt)


def run_splits(session: Session, trainee: Trainee, manifest: Manifest, labels: Ints) -> tuple[Held, Splits]:
    """Train one network on the photos for training, and give what it says of those for validation and test.

    Raises:
        RunError: Stopped before there was a network (`run.stopped_with_nothing`).
    """
    recipe = session.run.recipe
    splits = splits_of(recipe, manifest, labels)
    session.plan(["final"])
    parts = _split_parts(recipe, splits, labels, manifest)
    if not _train_stage(session, trainee, "final", parts):
        raise RunError("run.stopped_with_nothing", folder=session.run.folder)
    held_out = splits.validation | splits.test
    folds = np.zeros(len(labels), dtype=np.int64)
    return Held(trainee.judge(parts, held_out), held_out, folds, splits.train), splits


def _split_parts(recipe: Recipe, splits: Splits, labels: Ints, manifest: Manifest) -> Parts:
    """Let validation photos steer where test photos judge; else cut some out of those to learn from."""
    if splits.test.any() and splits.validation.any():
        return Parts(splits.train, splits.validation, is_steered(recipe))
    return share_out(recipe, splits.train, splits.validation | splits.test, labels, manifest.groups())


def _train_stage(session: Session, trainee: Trainee, stage: str, parts: Parts) -> bool:
    """Train a stage; whether there is a network afterwards, which there may not be where it was stopped."""
    folder = session.run.stage(stage)
    with session.stage(stage) as watch:
        try:
            trainee.fit(folder, parts, watch)
        except StopAsked:
            session.note_stop()
            return trainee.reach(folder, parts)
    return True


def _last_reached(session: Session, trainee: Trainee, folds: Ints, labels: Ints, manifest: Manifest) -> Parts:
    """Take the network of the last fold that has one."""
    recipe, run = session.run.recipe, session.run
    for fold in reversed(range(recipe.validation.folds)):
        held_out = folds == fold
        parts = share_out(recipe, ~held_out, held_out, labels, manifest.groups())
        if trainee.reach(run.stage(f"fold-{fold}"), parts):
            return parts
    raise RunError("run.stopped_with_nothing", folder=run.folder)


def _fill(arrays: Arrays, rows: Arrays, where: Flags) -> None:
    for name, values in rows.items():
        if name not in arrays:
            arrays[name] = np.zeros((len(where), *values.shape[1:]), dtype=values.dtype)
        arrays[name][where] = values


def measuring_folds(recipe: Recipe, held: Held, photos: Manifest, labels: Ints) -> tuple[Ints, str]:
    """The folds of the photos held out that calibrate each other, int (M,), and what cards say of them.

    Args:
        recipe: Its seed.
        held: What was held out.
        photos: The M photos of it.
        labels: int (M, columns).
    """
    folds = held.folds[held.done]
    count = len(np.unique(folds))
    if count > 1:
        return folds, f"{count}-fold by group; calibration of each fold fitted on the others"
    inner = min(_INNER_FOLDS, len(np.unique(photos.groups())))
    folds = deal_folds(labels[:, 0], photos.groups(), inner, recipe.training.seed)
    return folds, f"held out from one network; calibrated in {inner} parts by group, each fitted on the others"
