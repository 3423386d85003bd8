"""What a network is trained towards: its raw outputs, their loss, the answers they mean."""

from typing import Protocol

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.lab.evaluation import quadratic_kappa
from core.lab.losses import (
    balanced_weights,
    class_losses,
    cumulative_link_losses,
    presence_losses,
    presence_weights,
    step_losses,
    weighted_mean,
)
from core.lab.pictures import Pictures
from core.lab.recipe import Loss
from core.lab.task import Output, Task
from core.vision.backbones import ClassifierNetwork, OrdinalGrader, PooledNetwork

Ints = npt.NDArray[np.int64]


class Objective(Protocol):
    """What a training needs to know of a network; label columns are -1 where a picture has no label."""

    @property
    def network(self) -> PooledNetwork:
        """What is trained; its backbone learns slower than the rest."""
        ...

    def raw(self, pictures: Tensor) -> Tensor:
        """Raw outputs of pictures, uint8 or float (N, H, W, 3), as float32 (N, M)."""
        ...

    def loss(self, raw: Tensor, labels: Tensor) -> Tensor:
        """Mean loss of raw outputs (N, M) against labels, int (N, columns)."""
        ...

    def answers(self, raw: Tensor) -> Tensor:
        """What the outputs say, int (N, columns), laid out as the labels are."""
        ...

    def kappas(self, labels: Ints, answers: Ints) -> list[float]:
        """Quadratic kappa of every ordered column where it is defined."""
        ...


class GraderObjective:
    """Grades of scalp conditions by a cumulative link.

    Args:
        grader: The network.
        options: The recipe's loss.
        labels: int (N, conditions) of the photos learnt from, for class weights.
    """

    def __init__(self, grader: OrdinalGrader, options: Loss, labels: Ints) -> None:
        self.network: PooledNetwork = grader
        self._grader = grader
        self._options = options
        self._weights: list[Tensor | None] = [None] * labels.shape[1]
        if options.class_weights == "balanced":
            self._weights = [balanced_weights(labels[:, i], len(grader.steps[i]) + 2) for i in range(labels.shape[1])]

    def raw(self, pictures: Tensor) -> Tensor:
        """Ordinal scores, float32 (N, conditions)."""
        return self._grader.scores(pictures).float()

    def loss(self, raw: Tensor, labels: Tensor) -> Tensor:
        """Mean over the conditions that have labels of the mean over their pictures."""
        gamma = self._options.focal_gamma if self._options.name == "focal" else 0.0
        means = []
        for column, weights in enumerate(self._weights):
            known = labels[:, column] >= 0
            if not known.any():
                continue
            truth = labels[known, column]
            losses = cumulative_link_losses(
                raw[known, column],
                truth,
                self._grader.cuts(column),
                smoothing=self._options.label_smoothing,
                gamma=gamma,
            )
            means.append(weighted_mean(losses, None if weights is None else weights.to(raw.device)[truth]))
        return torch.stack(means).mean() if means else raw.sum() * 0

    def answers(self, raw: Tensor) -> Tensor:
        """The most probable side of every cut point, as a position among the grades."""
        columns = range(raw.shape[1])
        return torch.stack([(raw[:, i, None] > self._grader.cuts(i)[None]).sum(dim=1) for i in columns], dim=1)

    def kappas(self, labels: Ints, answers: Ints) -> list[float]:
        """Quadratic kappa of every condition that has labels."""
        return column_kappas(labels, answers, range(labels.shape[1]))


class ClassifierObjective:
    """Classes of a task's outputs, each taken by itself.

    Labels have one column an output, or one a class for outputs of kind `multi`, see `label_columns`.

    Args:
        network: The network.
        task: What it predicts.
        options: The recipe's loss.
        labels: int (N, columns) of the photos learnt from, for class weights.
    """

    def __init__(self, network: ClassifierNetwork, task: Task, options: Loss, labels: Ints) -> None:
        self.network: PooledNetwork = network
        self.classifier = network
        self._options = options
        columns = label_columns(task)
        self._parts = [(output, task.spans[output.id], columns[output.id]) for output in task.outputs]
        self._weights: list[Tensor | None] = [None] * len(self._parts)
        if options.class_weights == "balanced":
            self._weights = [
                presence_weights(labels[:, column])
                if output.kind == "multi"
                else balanced_weights(labels[:, column.start], len(output.classes))
                for output, _, column in self._parts
            ]

    def raw(self, pictures: Tensor) -> Tensor:
        """Logits, float32 (N, classes)."""
        return self.network.scores(pictures).float()

    def loss(self, raw: Tensor, labels: Tensor) -> Tensor:
        """Mean over the outputs that have labels of the mean over their pictures."""
        means = []
        for (output, span, column), weights in zip(self._parts, self._weights, strict=True):
            truth = labels[:, column]
            known = (truth >= 0).all(dim=1)
            if known.any():
                placed = None if weights is None else weights.to(raw.device)
                means.append(self._output_loss(output, raw[known, span], truth[known], placed))
        return torch.stack(means).mean() if means else raw.sum() * 0

    def _output_loss(self, output: Output, logits: Tensor, truth: Tensor, weights: Tensor | None) -> Tensor:
        smoothing = self._options.label_smoothing
        gamma = self._options.focal_gamma if self._options.name == "focal" else 0.0
        if output.kind == "multi":
            losses = presence_losses(logits, truth, smoothing=smoothing, gamma=gamma)
            places = torch.arange(truth.shape[1], device=truth.device)
            return weighted_mean(losses, None if weights is None else weights[truth, places])
        classes = truth[:, 0]
        if self._options.name == "ordinal":
            losses = step_losses(logits, classes, smoothing=smoothing)
        else:
            losses = class_losses(logits, classes, smoothing=smoothing, gamma=gamma)
        return weighted_mean(losses, None if weights is None else weights[classes])

    def answers(self, raw: Tensor) -> Tensor:
        """The most probable class, or every class that is more likely there than not."""
        parts = [
            (raw[:, span] > 0).long() if output.kind == "multi" else raw[:, span].argmax(dim=1, keepdim=True)
            for output, span, _ in self._parts
        ]
        return torch.cat(parts, dim=1)

    def kappas(self, labels: Ints, answers: Ints) -> list[float]:
        """Quadratic kappa of every output whose classes are steps."""
        ordered = [column.start for output, _, column in self._parts if output.kind == "ordinal"]
        return column_kappas(labels, answers, ordered)


def label_columns(task: Task) -> dict[str, slice]:
    """Where each output's labels lie: one column, or one a class for outputs of kind `multi`."""
    columns, start = {}, 0
    for output in task.outputs:
        width = len(output.classes) if output.kind == "multi" else 1
        columns[output.id] = slice(start, start + width)
        start += width
    return columns


def column_kappas(labels: Ints, answers: Ints, columns: range | list[int]) -> list[float]:
    """Quadratic kappa of the given columns over labelled pictures, where it is defined."""
    kappas = []
    for column in columns:
        known = labels[:, column] >= 0
        kappa = quadratic_kappa(labels[known, column], answers[known, column]) if known.any() else None
        if kappa is not None:
            kappas.append(kappa)
    return kappas


def raw_outputs(objective: Objective, pictures: Pictures, batch_size: int = 16) -> npt.NDArray[np.float32]:
    """Raw outputs of pictures, uint8 (N, H, W, 3), in evaluation mode, float32 (N, M)."""
    objective.network.eval()
    device = next(objective.network.parameters()).device
    parts = []
    with torch.inference_mode():
        for start in range(0, len(pictures), batch_size):
            batch = torch.from_numpy(np.ascontiguousarray(pictures[start : start + batch_size])).to(device)
            parts.append(objective.raw(batch).cpu().numpy())
    return np.concatenate(parts)
