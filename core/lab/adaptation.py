"""Fitting the head of a network trained on drawn photos to presence marks on real ones.

The backbone stays as it is. Each marked condition gets its linear head refitted by logistic regression that is held
to the trained head: what the drawings taught is the prior, the real photos move it only as far as they agree on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Head:
    """A linear head on features.

    Attributes:
        weight: float (F,).
        bias: Number added.
    """

    weight: Floats
    bias: float

    def scores(self, features: Floats) -> Floats:
        """Scores (N,) of features (N, F)."""
        return np.asarray(features @ self.weight + self.bias)


def adapt_head(prior: Head, features: Floats, marks: Ints, ridge: float) -> Head:
    """Refit a head to marks, held to the head it had.

    Args:
        prior: The head as trained.
        features: float (N, F) of real photos.
        marks: int (N,), 1 present, 0 absent.
        ridge: Weight of the squared distance to the prior direction, over features scaled to unit spread.

    Returns:
        A head whose score is on the log-odds scale of the marks, centred like the prior's.
    """
    spread = features.std(axis=0) + 1e-6
    centre = features.mean(axis=0)
    scaled = (features - centre) / spread
    direction = prior.weight * spread
    prior_score = scaled @ direction

    def loss(values: Floats) -> tuple[float, Floats]:
        scale, bias, shift = values[0], values[1], values[2:]
        logits = scale * prior_score + scaled @ shift + bias
        odds = expit(logits)
        error = (odds - marks) / len(marks)
        value = float(np.logaddexp(0, logits).mean() - (marks * logits).mean())
        value += ridge / len(marks) * float(shift @ shift) / 2
        gradient = np.concatenate([[error @ prior_score], [error.sum()], scaled.T @ error + ridge / len(marks) * shift])
        return value, gradient

    start = np.concatenate([[1.0, 0.0], np.zeros(len(direction))])
    bounds = [(1e-3, None), (None, None)] + [(None, None)] * len(direction)
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500}).x
    weight = (found[0] * direction + found[2:]) / spread
    return Head(weight, float(found[1] - weight @ centre))


def choose_ridge(prior: Head, features: Floats, marks: Ints, folds: Ints, ridges: Sequence[float]) -> float:
    """Choose how strongly to hold a head to its prior: the ridge with the least log loss on held-out folds.

    Args:
        prior: The head as trained.
        features: float (N, F).
        marks: int (N,).
        folds: int (N,), at least two different ones.
        ridges: What to choose from.
    """

    def held_out_loss(ridge: float) -> float:
        losses = []
        for fold in np.unique(folds):
            inside = folds == fold
            logits = adapt_head(prior, features[~inside], marks[~inside], ridge).scores(features[inside])
            losses.append(np.logaddexp(0, logits) - marks[inside] * logits)
        return float(np.concatenate(losses).mean())

    return min(ridges, key=held_out_loss)
