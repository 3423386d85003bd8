"""What a network carried over from drawn photos is measured by: marks, drawings, and how its grades spread."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from core.lab.agreement import Agreement, measure_agreement
from core.lab.calibration import conformal_minimum, cross_fitted, fit_ordinal, severity_sets
from core.lab.manifest import Manifest
from core.lab.origins import Origins

GRADES = 4

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]


def transfer_metrics(
    real: Manifest,
    drawn: Manifest,
    on_marks: Mapping[str, Any],
    on_drawn: Mapping[str, Any],
    spread: Mapping[str, Any],
) -> dict[str, Any]:
    """The metrics of a package, each block with the photos it was measured on and where these come from.

    Args:
        real: Photos the head was carried over to.
        drawn: Photos held out from the training.
        on_marks: Figures by condition, against presence marks.
        on_drawn: Figures by condition, against the severities drawn.
        spread: How grades spread, by condition.
    """
    marked, held_out = Origins.of(real), Origins.of(drawn)
    return {
        "marked": {
            "data": f"{marked.words()} with presence marks; head and calibration held out, 5-fold by group",
            "photos": marked.as_dict(),
            "conditions": dict(on_marks),
        },
        "drawn": {
            "data": f"{held_out.words()} held out from training{held_out.limits()}",
            "photos": held_out.as_dict(),
            "conditions": dict(on_drawn),
        },
        "spread": {
            "data": f"{marked.words()}; probabilities follow published shares where no mark exists",
            "photos": marked.as_dict(),
            "conditions": dict(spread),
        },
    }


def agreement_on_drawn(scores: Floats, labels: Ints, coverage: float) -> Agreement:
    """Agreement with the severities drawn, each half of the photos calibrated on the other.

    Args:
        scores: float (N,).
        labels: int (N,), severities.
        coverage: Of the sets.
    """
    halves = np.arange(len(labels)) % 2
    probabilities = cross_fitted(scores, labels, halves, GRADES, fit_ordinal)
    grades = np.empty(len(labels), dtype=np.int64)
    for half in (0, 1):
        fitted = fit_ordinal(scores[halves != half], labels[halves != half], GRADES)
        grades[halves == half] = fitted.grades(scores[halves == half])
    minimum = conformal_minimum(probabilities, labels, coverage)
    return measure_agreement(labels, probabilities, grades, severity_sets(probabilities, grades, minimum), (0, 1, 2, 3))


def spread_of(grades: Ints, sets: npt.NDArray[np.bool_]) -> dict[str, Any]:
    """How grades, int (N,), and sets, bool (N, grades), spread over photos without grades to compare with."""
    return {
        "n": len(grades),
        "mean": round(float(grades.mean()), 3),
        "standard_deviation": round(float(grades.std()), 3),
        "shares": [round(float((grades == g).mean()), 3) for g in range(GRADES)],
        "set_size": round(float(sets.sum(axis=1).mean()), 3),
        "abstained": int(sets.all(axis=1).sum()),
    }


def rounded_auroc(marks: Ints, scores: Floats) -> float:
    """How well scores, float (N,), rank photos marked 1 above those marked 0, int (N,)."""
    from sklearn.metrics import roc_auc_score

    return round(float(roc_auc_score(marks, scores)), 4)
