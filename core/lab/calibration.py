"""From scores on held-out photos to calibrated probabilities, grade thresholds and conformal sets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize
from scipy.special import expit

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]

_LEAST_STEP = 1e-3


@dataclass(frozen=True)
class OrdinalCalibration:
    """P(at least grade k) = sigmoid(slope * score - cuts[k - 1]).

    Attributes:
        slope: Above 0.
        cuts: Ascending, one fewer than grades.
    """

    slope: float
    cuts: tuple[float, ...]

    def probabilities(self, scores: Floats) -> Floats:
        """Probability of each grade, float (N, grades)."""
        at_least = expit(self.slope * np.asarray(scores)[:, None] - np.array(self.cuts)[None])
        ones, zeros = np.ones((len(at_least), 1)), np.zeros((len(at_least), 1))
        edges = np.hstack([ones, at_least, zeros])
        return np.asarray(edges[:, :-1] - edges[:, 1:])

    def grades(self, scores: Floats) -> Ints:
        """Median grade of the calibrated distribution, int (N,)."""
        return np.digitize(scores, self.thresholds)

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Scores at which the median grade steps up."""
        return tuple(cut / self.slope for cut in self.cuts)


def fit_ordinal(scores: Floats, labels: Ints, grades: int) -> OrdinalCalibration:
    """Fit a proportional-odds model of grades on one score by maximum likelihood.

    Args:
        scores: float (N,), on photos the network was not trained on.
        labels: int (N,), 0 to grades - 1.
        grades: How many grades there are.

    References:
        McCullagh 1980, https://doi.org/10.1111/j.2517-6161.1980.tb01109.x.
    """
    scores = np.asarray(scores, dtype=np.float64)
    spread = float(scores.std()) or 1.0
    shares = (np.arange(1, grades)[:, None] <= labels[None]).mean(axis=1).clip(0.005, 0.995)
    start_cuts = -np.log(shares / (1 - shares)) + scores.mean() / spread
    start = np.concatenate([[np.log(1 / spread)], [start_cuts[0]], np.log(np.diff(start_cuts).clip(0.05))])

    def unpack(values: Floats) -> OrdinalCalibration:
        steps = np.exp(values[2:].clip(-12, 6)) + _LEAST_STEP
        cuts = np.concatenate([[values[1]], values[1] + np.cumsum(steps)])
        return OrdinalCalibration(float(np.exp(values[0].clip(-8, 8))), tuple(float(c) for c in cuts))

    def loss(values: Floats) -> float:
        chosen = unpack(values).probabilities(scores)[np.arange(len(labels)), labels]
        # A weak pull towards slope 1 keeps a perfectly separated set finite.
        return float(-np.log(chosen.clip(1e-9)).mean() + 1e-4 * values[0] ** 2)

    return unpack(minimize(loss, start, method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-4}).x)


def share_thresholds(scores: Floats, at_least: Sequence[float]) -> tuple[float, ...]:
    """Place grade thresholds so that the share of scores at or above each equals given shares.

    On rare severe grades the most probable grade is nearly always a lower one; thresholds at the shares of the labels
    give every grade its due, and agree better by quadratic kappa.

    Args:
        scores: float (N,), held out.
        at_least: Share of photos at or above grade 1, 2, ..., descending.
    """
    return tuple(float(v) for v in np.maximum.accumulate([np.quantile(scores, 1 - share) for share in at_least]))


def cuts_for_shares(scores: Floats, slope: float, at_least: Sequence[float]) -> tuple[float, ...]:
    """Place cuts so that the mean probability of "at least grade k" over these scores equals given shares.

    Args:
        scores: float (N,), scores of the photos the shares shall hold for.
        slope: Slope of the calibration.
        at_least: Share of photos at or above grade 1, 2, ..., descending, each between 0 and 1.
    """
    scaled = slope * np.asarray(scores, dtype=np.float64)
    low, high = float(scaled.min()) - 30, float(scaled.max()) + 30
    cuts = [brentq(lambda cut, s=share: float(expit(scaled - cut).mean()) - s, low, high) for share in at_least]
    return tuple(float(c) for c in np.maximum.accumulate(cuts))


def conformal_minimum(probabilities: Floats, labels: Ints, coverage: float) -> float:
    """Find the probability a grade needs to enter the set, so that sets hold the truth at the given coverage.

    Args:
        probabilities: float (N, grades) on held-out photos.
        labels: int (N,).
        coverage: Wanted share of photos whose set holds the truth.

    Returns:
        The finite-sample quantile of the truth's probability; 0 where there are too few photos to promise anything.

    References:
        Least ambiguous set-valued classifiers, https://arxiv.org/abs/1609.00451.
    """
    truth = np.sort(probabilities[np.arange(len(labels)), labels])
    rank = int(np.floor((len(truth) + 1) * (1 - coverage)))
    return float(truth[rank - 1]) if rank >= 1 else 0.0


def severity_sets(probabilities: Floats, grades: Ints, minimum: float) -> npt.NDArray[np.bool_]:
    """Sets without gaps, bool (N, grades): from the lowest to the highest grade that is probable enough or given."""
    member = probabilities >= minimum
    member[np.arange(len(grades)), grades] = True
    below = np.maximum.accumulate(member, axis=1)
    above = np.maximum.accumulate(member[:, ::-1], axis=1)[:, ::-1]
    return np.asarray(below & above)


def cross_fitted(
    scores: Floats, labels: Ints, folds: Ints, grades: int, fit: Callable[[Floats, Ints, int], OrdinalCalibration]
) -> Floats:
    """Probabilities for each fold by a calibration fitted on the other folds alone, float (N, grades)."""
    probabilities = np.empty((len(labels), grades))
    for fold in np.unique(folds):
        inside = folds == fold
        probabilities[inside] = fit(scores[~inside], labels[~inside], grades).probabilities(scores[inside])
    return probabilities
