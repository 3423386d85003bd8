"""How well grades agree with labels, as plain figures with their n: what a package's card says.

`core.lab.figures` adds intervals to the same figures; tests hold the two against each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score, confusion_matrix, f1_score, roc_auc_score

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Agreement:
    """Agreement of grades with labels on one condition.

    Attributes:
        n: Labelled photos.
        labels: `grade` where photos were graded, `mark` where only presence was noted, `class` where classes have no
            order.
        grades: The severities told apart; for marks absent (0) and present (1), for classes their positions.
        accuracy: Share of photos with the labelled grade.
        macro_f1: Mean of the F1 of each grade.
        quadratic_kappa: Cohen's kappa with quadratic weights over the grades told apart, each one step from the next;
            None where all labels are equal. For classes without an order Cohen's plain kappa.
        mean_absolute_error: Mean distance between grade and label, in severities; None where there is no order.
        auroc: Mean over the cut points of the area under the curve of "at least grade k"; None where undefined.
        recall: Per labelled grade; None for a grade no photo has.
        ece: Expected calibration error of the most probable grade, ten bins.
        coverage: Share of photos whose severity set holds the label.
        set_size: Mean number of grades in a set.
        abstained: Photos whose set says nothing; they count in every other figure with the grade withheld.
        confusion: Photos by label (rows) and grade (columns).
    """

    n: int
    labels: str
    grades: tuple[int, ...]
    accuracy: float
    macro_f1: float
    quadratic_kappa: float | None
    mean_absolute_error: float | None
    auroc: float | None
    recall: tuple[float | None, ...]
    ece: float
    coverage: float
    set_size: float
    abstained: int
    confusion: tuple[tuple[int, ...], ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values, figures rounded to four places."""
        return {name: _plain(value) for name, value in self.__dict__.items()}


def _plain(value: object) -> object:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def measure_agreement(
    labels: Ints, probabilities: Floats, grades: Ints, sets: npt.NDArray[np.bool_], severities: Sequence[int]
) -> Agreement:
    """Measure grades against labels.

    Args:
        labels: int (N,), positions among `severities`.
        probabilities: float (N, S).
        grades: int (N,), positions among `severities`.
        sets: bool (N, S).
        severities: The severities told apart.
    """
    count = len(severities)
    table = confusion_matrix(labels, grades, labels=np.arange(count))
    totals = table.sum(axis=1)
    values = np.array(severities)
    return Agreement(
        n=len(labels),
        labels="grade",
        grades=tuple(int(s) for s in severities),
        accuracy=float((labels == grades).mean()),
        macro_f1=float(f1_score(labels, grades, labels=np.unique(labels), average="macro", zero_division=0)),
        quadratic_kappa=quadratic_kappa(labels, grades),
        mean_absolute_error=float(np.abs(values[labels] - values[grades]).mean()),
        auroc=ordinal_auroc(labels, probabilities),
        recall=tuple(float(table[i, i] / totals[i]) if totals[i] else None for i in range(count)),
        ece=calibration_error(labels, probabilities),
        coverage=float(sets[np.arange(len(labels)), labels].mean()),
        set_size=float(sets.sum(axis=1).mean()),
        abstained=int(sets.all(axis=1).sum()),
        confusion=tuple(tuple(int(v) for v in row) for row in table),
    )


def measure_marks(
    marks: Ints, probabilities: Floats, grades: Ints, sets: npt.NDArray[np.bool_], *, step: int = 1
) -> Agreement:
    """Measure grades against presence marks: a grade of at least `step` counts as present."""
    present = probabilities[:, step:].sum(axis=1)
    both = np.stack([1 - present, present], axis=1)
    set_pair = np.stack([sets[:, :step].any(axis=1), sets[:, step:].any(axis=1)], axis=1)
    agreement = measure_agreement(marks, both, (grades >= step).astype(np.int64), set_pair, (0, 1))
    values = {**agreement.__dict__, "labels": "mark", "abstained": int(sets.all(axis=1).sum())}
    return Agreement(**values)


def quadratic_kappa(labels: Ints, grades: Ints) -> float | None:
    """Cohen's kappa with quadratic weights over positions 0-3, int (N,) each; None where all of them are equal."""
    if len(np.unique(np.concatenate([labels, grades]))) < 2:
        return None
    kappa = float(cohen_kappa_score(labels, grades, weights="quadratic", labels=np.arange(4)))
    return kappa if np.isfinite(kappa) else None


def ordinal_auroc(labels: Ints, probabilities: Floats) -> float | None:
    """Mean area under the curve of "at least grade k" over the cut points that have photos on both sides."""
    areas = []
    for step in range(1, probabilities.shape[1]):
        above = labels >= step
        if 0 < above.sum() < len(above):
            areas.append(float(roc_auc_score(above, probabilities[:, step:].sum(axis=1))))
    return float(np.mean(areas)) if areas else None


def calibration_error(labels: Ints, probabilities: Floats, bins: int = 10) -> float:
    """Expected calibration error: distance of confidence from accuracy over equal bins, weighted by photos.

    References:
        https://arxiv.org/abs/1706.04599, section 2.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [
        (places == b).mean() * abs(right[places == b].mean() - confidence[places == b].mean())
        for b in range(bins)
        if (places == b).any()
    ]
    return float(np.sum(gaps))
