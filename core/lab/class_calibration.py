"""From a classifier's values on photos it did not see to temperatures, conformal limits and readings."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from core.lab.calibration import conformal_minimum
from core.vision.outputs import OutputCalibration, Reading, class_probabilities, read_values
from core.vision.task import Kind

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]

_LEAST, _MOST = 0.05, 20.0
_TINY = 1e-9


def fit_calibration(values: Floats, labels: Ints, kind: Kind, coverage: float) -> OutputCalibration:
    """Fit one output's temperature by maximum likelihood, and the limit that gives its sets their coverage.

    Args:
        values: float (N, classes), held out.
        labels: int (N,), positions among the classes; for `multi` int (N, classes) of 1 and 0.
        kind: Of the output.
        coverage: Wanted share of sets that hold the truth; for `multi`, of classes that are there.

    References:
        https://arxiv.org/abs/1706.04599.
    """
    temperature = _temperature(values, labels, kind)
    probabilities = class_probabilities(values, kind, temperature)
    if kind == "multi":
        present = probabilities[labels == 1]
        # A class that is there takes the place of the truth.
        pairs, truth = np.stack([1 - present, present], axis=1), np.ones(len(present), dtype=np.int64)
        minimum = conformal_minimum(pairs, truth, coverage)
    else:
        minimum = conformal_minimum(probabilities, labels, coverage)
    return OutputCalibration(temperature, minimum, coverage)


def read_cross_fitted(values: Floats, labels: Ints, folds: Ints, kind: Kind, coverage: float) -> Reading:
    """Read every fold with a calibration fitted on the other folds alone.

    Args:
        values: float (N, classes), held out.
        labels: int (N,) or (N, classes), see `fit_calibration`.
        folds: int (N,), of two or more folds.
        kind: Of the output.
        coverage: Wanted.
    """
    probabilities = np.empty(values.shape)
    chosen, possible = np.empty(values.shape, dtype=bool), np.empty(values.shape, dtype=bool)
    for fold in np.unique(folds):
        inside = folds == fold
        calibration = fit_calibration(values[~inside], labels[~inside], kind, coverage)
        reading = read_values(values[inside], kind, calibration)
        probabilities[inside], chosen[inside], possible[inside] = (
            reading.probabilities,
            reading.chosen,
            reading.possible,
        )
    return Reading(probabilities, chosen, possible)


def _temperature(values: Floats, labels: Ints, kind: Kind) -> float:
    def loss(logarithm: float) -> float:
        probabilities = class_probabilities(values, kind, float(np.exp(logarithm)))
        if kind == "multi":
            truth = np.where(labels == 1, probabilities, 1 - probabilities)
        else:
            truth = probabilities[np.arange(len(labels)), labels]
        return float(-np.log(truth.clip(_TINY)).mean())

    found = minimize_scalar(loss, bounds=(np.log(_LEAST), np.log(_MOST)), method="bounded")
    return float(np.exp(found.x))
