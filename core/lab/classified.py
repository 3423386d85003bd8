"""The way of any other task: a classifier measured on photos it did not see, calibrated on them, and packaged."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from core.errors import ManifestError, RecipeError
from core.lab.fitting import Watch, fit, load_best
from core.lab.held_out import write_held_out
from core.lab.manifest import Manifest
from core.lab.measuring import Measuring
from core.lab.objectives import ClassifierObjective, label_columns, raw_outputs
from core.lab.origins import Origins
from core.lab.parts import Flags, Parts, is_steered
from core.lab.pictures import PictureSet
from core.lab.recipe import Recipe
from core.lab.session import Session
from core.lab.stages import Arrays, run_folds, run_splits
from core.lab.task import Task
from core.vision.backbones import ClassifierNetwork
from core.vision.outputs import OutputCalibration
from core.vision.weights import load_weights

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Classified:
    """Everything a classifier package is made of.

    Attributes:
        network: The network.
        calibration: One an output.
        metrics: What was measured.
    """

    network: ClassifierNetwork
    calibration: tuple[OutputCalibration, ...]
    metrics: dict[str, Any]


def class_labels(task: Task, manifest: Manifest) -> Ints:
    """Labels of a task's outputs, int (N, columns), see `core.lab.objectives.label_columns`; -1 where unlabelled.

    Raises:
        ManifestError: A label outside the task, or an output that no photo is labelled for.
    """
    columns = []
    for output in task.outputs:
        labels = manifest.class_indices(output)
        if not (labels >= 0).any():
            raise ManifestError("manifest.nothing_labelled", output=output.id)
        columns.append(labels if labels.ndim == 2 else labels[:, None])
    return np.hstack(columns)


def check_monitors(recipe: Recipe) -> None:
    """Refuse to be steered by a figure that the task does not have.

    Raises:
        RecipeError: Kappa is monitored, and no output has classes that are steps (`recipe.monitor_undefined`).
    """
    task = recipe.definition
    monitors = [recipe.stopping.monitor] if recipe.stopping.patience or recipe.stopping.restore_best else []
    monitors += [recipe.schedule.monitor] if recipe.schedule.name == "plateau" else []
    ordered = any(output.kind == "ordinal" for output in task.outputs)
    if is_steered(recipe) and "val_kappa" in monitors and not ordered:
        raise RecipeError("recipe.monitor_undefined", monitor="val_kappa", task=task.id)


class _Classifying:
    """Trains classifiers stage by stage, see `core.lab.stages.Trainee`."""

    def __init__(self, recipe: Recipe, photos: PictureSet, labels: Ints) -> None:
        self.recipe = recipe
        self.photos = photos
        self.labels = labels
        self._objective: ClassifierObjective | None = None

    @property
    def objective(self) -> ClassifierObjective:
        """That of the last stage."""
        if self._objective is None:
            raise ValueError("no stage has been trained yet")
        return self._objective

    @property
    def network(self) -> ClassifierNetwork:
        """The network of the last stage."""
        return self.objective.classifier

    def fit(self, folder: Path, parts: Parts, watch: Watch) -> None:
        """Train a stage."""
        learnt = self.labels[parts.learnt]
        self._check_classes(learnt)
        self._objective = self._build(learnt)
        pictures, watched = self.photos.pictures, parts.watch(self.photos.pictures, self.labels)
        fit(self.recipe, self._objective, pictures[parts.learnt], learnt, folder, watched, watch)
        self.network.look_at_scales(self.recipe.network.scales)

    def reach(self, folder: Path, parts: Parts) -> bool:
        """Take what a stage came to."""
        objective = self._build(self.labels[parts.learnt])
        if load_best(self.recipe, objective, folder) is None:
            return False
        self._objective = objective
        self.network.look_at_scales(self.recipe.network.scales)
        return True

    def judge(self, parts: Parts, held_out: Flags) -> Arrays:  # noqa: ARG002 - a grader's judging needs the parts
        """Values of held-out photos, float32 (M, classes)."""
        return {"values": raw_outputs(self.objective, self.photos.pictures[held_out])}

    def _build(self, labels: Ints) -> ClassifierObjective:
        recipe, task = self.recipe, self.recipe.definition
        torch.manual_seed(recipe.training.seed)
        spec, options = recipe.input.spec(), recipe.network
        network = ClassifierNetwork(options.architecture, task.class_count, spec.mean, spec.std, options.dropout)
        load_weights(network.backbone, options.architecture, options.weights)
        network.to(memory_format=torch.channels_last)
        return ClassifierObjective(network, task, recipe.loss, labels)

    def _check_classes(self, learnt: Ints) -> None:
        columns = label_columns(self.recipe.definition)
        for output in self.recipe.definition.outputs:
            if output.kind == "multi":
                continue
            there = np.unique(learnt[:, columns[output.id].start])
            there = there[there >= 0]
            if len(there) < 2:
                value = output.classes[int(there[0])].id if len(there) else "-"
                raise ManifestError("manifest.one_class", output=output.id, value=value)


def train_classes(session: Session, photos: PictureSet, labels: Ints, root: Path) -> Classified:
    """Measure by folds or splits, write the held-out rows, and give what a package is made of.

    Args:
        session: The run and its stages; one that was stopped gives its best network so far.
        photos: Labelled photos.
        labels: int (N, columns), see `class_labels`.
        root: The folder the manifest's files are named from.

    Raises:
        ManifestError: All photos to learn from have the same class.
        RunError: Stopped before there was a network (`run.stopped_with_nothing`).
    """
    recipe = session.run.recipe
    trainee = _Classifying(recipe, photos, labels)
    calibrating: Flags | None = None
    if recipe.validation.folds:
        held = run_folds(session, trainee, photos.manifest, labels)
    else:
        held, splits = run_splits(session, trainee, photos.manifest, labels)
        if splits.test.any() and splits.validation.any():
            calibrating = splits.validation[held.done]
    measured = Measuring(recipe, photos.manifest.subset(np.flatnonzero(held.done)), labels[held.done], held, root)
    parts = [measured.output(output, calibrating) for output in recipe.definition.outputs]
    write_held_out(session.run.folder, [row for part in parts for row in part.rows])
    judged, how = measured.manifest, measured.how
    if calibrating is not None:
        judged = judged.subset(np.flatnonzero(~calibrating))
        how = f"the test split; calibrated on {int(calibrating.sum())} validation photos"
    origins = Origins.of(judged)
    outputs = {output.id: part.figures for output, part in zip(recipe.definition.outputs, parts, strict=True)}
    data = f"{origins.words()}, {how}"
    metrics = {"classified": {"data": data, "photos": origins.as_dict(), "outputs": outputs}}
    return Classified(trainee.network, tuple(part.calibration for part in parts), metrics)
