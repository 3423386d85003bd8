"""Losses of one output: ordinal, cross entropy, binary cross entropy, focal; with class weights and label smoothing.

Each gives the loss of every labelled picture; `weighted_mean` makes one number of them.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as nnf

Ints = npt.NDArray[np.int64]


def cumulative_link_losses(
    scores: Tensor, labels: Tensor, cuts: Tensor, *, smoothing: float = 0.0, gamma: float = 0.0
) -> Tensor:
    """Binary cross entropy of "at least grade k", mean over the cut points, float (N,).

    Args:
        scores: float (N,).
        labels: int (N,), positions among the grades.
        cuts: float (grades - 1,), ascending.
        smoothing: How far a target moves towards one half, as a share.
        gamma: Above 0, the focal loss with this exponent.

    References:
        Cumulative link models, McCullagh 1980; as a network loss, https://arxiv.org/abs/1901.07884.
    """
    logits = scores[:, None] - cuts[None]
    above = (labels[:, None] > torch.arange(len(cuts), device=labels.device)).float()
    return _binary_losses(logits, above, smoothing, gamma).mean(dim=1)


def class_losses(logits: Tensor, labels: Tensor, *, smoothing: float = 0.0, gamma: float = 0.0) -> Tensor:
    """Cross entropy of one class among several, float (N,).

    Args:
        logits: float (N, C).
        labels: int (N,), positions among the classes.
        smoothing: Share of the target spread over all classes (https://arxiv.org/abs/1512.00567).
        gamma: Above 0, the focal loss with this exponent (https://arxiv.org/abs/1708.02002).
    """
    losses = nnf.cross_entropy(logits, labels, reduction="none", label_smoothing=smoothing)
    if gamma == 0:
        return losses
    truth = torch.softmax(logits, dim=1).gather(1, labels[:, None])[:, 0]
    return (1 - truth) ** gamma * losses


def step_losses(logits: Tensor, labels: Tensor, *, smoothing: float = 0.0) -> Tensor:
    """Binary cross entropy of "at least step k", of classes that are steps, mean over the steps, float (N,).

    The probability of "at least k" is what the softmax gives to the classes from k on, so a guess far off costs more
    than one beside the truth.

    Args:
        logits: float (N, C).
        labels: int (N,), positions among the classes.
        smoothing: How far a target moves towards one half, as a share.
    """
    whole = torch.logsumexp(logits, dim=1)
    losses = []
    for step in range(1, logits.shape[1]):
        above = torch.logsumexp(logits[:, step:], dim=1) - whole
        below = torch.logsumexp(logits[:, :step], dim=1) - whole
        target = (labels >= step).float() * (1 - smoothing) + smoothing / 2
        losses.append(-(target * above + (1 - target) * below))
    return torch.stack(losses).mean(dim=0)


def presence_losses(logits: Tensor, present: Tensor, *, smoothing: float = 0.0, gamma: float = 0.0) -> Tensor:
    """Binary cross entropy of every class being there or not, float (N, C).

    Args:
        logits: float (N, C).
        present: int (N, C), 1 or 0.
        smoothing: How far a target moves towards one half, as a share.
        gamma: Above 0, the focal loss with this exponent.
    """
    return _binary_losses(logits, present.float(), smoothing, gamma)


def weighted_mean(losses: Tensor, weights: Tensor | None) -> Tensor:
    """Mean of losses, each counted by its weight, both float of one shape; None counts all alike."""
    return losses.mean() if weights is None else (losses * weights).sum() / weights.sum().clamp_min(1e-12)


def balanced_weights(labels: Ints, classes: int) -> Tensor:
    """Weights that let every class that occurs count the same, float (classes,), 1 on average over the pictures.

    Args:
        labels: int (N,), -1 where not labelled.
        classes: How many there are.
    """
    counts = np.bincount(labels[labels >= 0], minlength=classes)
    occurring = max(1, int((counts > 0).sum()))
    return torch.tensor([counts.sum() / (occurring * c) if c else 0.0 for c in counts], dtype=torch.float32)


def presence_weights(present: Ints) -> Tensor:
    """The same for every class being there or not, float (2, C), absent before present.

    Args:
        present: int (N, C): 1, 0, or -1 where not labelled.
    """
    columns: Sequence[Tensor] = [balanced_weights(present[:, c], 2) for c in range(present.shape[1])]
    return torch.stack(list(columns), dim=1)


def _binary_losses(logits: Tensor, targets: Tensor, smoothing: float, gamma: float) -> Tensor:
    smooth = targets * (1 - smoothing) + smoothing / 2
    losses = nnf.binary_cross_entropy_with_logits(logits, smooth, reduction="none")
    if gamma == 0:
        return losses
    truth = torch.sigmoid(logits)
    return (1 - torch.where(targets > 0.5, truth, 1 - truth)) ** gamma * losses
