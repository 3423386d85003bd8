"""How a classifier's values become probabilities, classes and sets: one definition for training, measuring, serving.

A network gives one value a class, for all outputs in the order of `Task.spans`. Where one class holds (`single`,
`ordinal`) probabilities are the softmax of the values over a temperature; where each class holds or not (`multi`),
their sigmoid.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.vision.task import Kind

Floats = npt.NDArray[np.floating]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class OutputCalibration:
    """How one output's values are read.

    Attributes:
        temperature: Values are divided by it (https://arxiv.org/abs/1706.04599).
        minimum_probability: A class at least this probable belongs to the set of possible ones.
        coverage: Share of held-out photos whose set held the truth that was asked for.
    """

    temperature: float = 1.0
    minimum_probability: float = 0.05
    coverage: float = 0.9

    def __post_init__(self) -> None:
        """Check the ranges."""
        if not (math.isfinite(self.temperature) and 1e-3 <= self.temperature <= 1e3):
            raise ValueError("temperature lies between 0.001 and 1000")
        if not (0 <= self.minimum_probability <= 1 and 0 < self.coverage < 1):
            raise ValueError("minimum_probability and coverage lie between 0 and 1")


def class_probabilities(values: Floats, kind: Kind, temperature: float = 1.0) -> Floats:
    """Turn values into probabilities.

    Args:
        values: float (..., classes) of one output.
        kind: Its kind.
        temperature: Of its calibration.

    Returns:
        float64 (..., classes); they add up to 1 unless the kind is `multi`.
    """
    scaled = np.asarray(values, dtype=np.float64) / temperature
    if kind == "multi":
        # Written so that neither end overflows.
        small = np.exp(-np.abs(scaled))
        return np.asarray(np.where(scaled >= 0, 1 / (1 + small), small / (1 + small)))
    raised = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def chosen_classes(probabilities: Floats, kind: Kind) -> Flags:
    """The classes said to hold: the most probable one, or of `multi` all from one half on; bool (..., classes)."""
    if kind == "multi":
        return np.asarray(probabilities >= 0.5)
    best = probabilities.argmax(axis=-1)
    return np.asarray(np.arange(probabilities.shape[-1]) == best[..., None])


def possible_classes(probabilities: Floats, kind: Kind, minimum_probability: float) -> Flags:
    """The classes that cannot be ruled out, the chosen ones among them; of `ordinal` without gaps.

    Args:
        probabilities: float (..., classes).
        kind: Kind of the output.
        minimum_probability: The conformal limit (https://arxiv.org/abs/2107.07511).

    Returns:
        bool (..., classes).
    """
    possible = (probabilities >= minimum_probability) | chosen_classes(probabilities, kind)
    if kind != "ordinal":
        return np.asarray(possible)
    from_left = np.maximum.accumulate(possible, axis=-1)
    from_right = np.maximum.accumulate(possible[..., ::-1], axis=-1)[..., ::-1]
    return np.asarray(from_left & from_right)


@dataclass(frozen=True)
class Reading:
    """What one output says about pictures.

    Attributes:
        probabilities: float64 (..., classes).
        chosen: bool (..., classes), see `chosen_classes`.
        possible: bool (..., classes), see `possible_classes`.
    """

    probabilities: Floats
    chosen: Flags
    possible: Flags


def read_values(values: Floats, kind: Kind, calibration: OutputCalibration) -> Reading:
    """Read the values of one output, as they come from the network, float (..., classes)."""
    probabilities = class_probabilities(values, kind, calibration.temperature)
    possible = possible_classes(probabilities, kind, calibration.minimum_probability)
    return Reading(probabilities, chosen_classes(probabilities, kind), possible)
