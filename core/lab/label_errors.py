"""Photos to look at again: where the network was surest and wrong, and where the label itself is probably wrong.

Likely label errors are found by confident learning, as `cleanlab` implements it: a photo whose held-out likelihood of
another class is as high as that of photos of that class, and whose own label is unlikely. Only predictions on photos
the network did not see can tell; on its training photos a network repeats the label, right or wrong.

References:
    Northcutt, Jiang and Chuang 2021, Confident Learning, https://arxiv.org/abs/1911.00068.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.lab.held_out import HeldOut

MOST = 30
_LEAST_PHOTOS = 20


@dataclass(frozen=True)
class Case:
    """One photo to look at.

    Attributes:
        file: Relative to the manifest.
        photo: What tells it from every other.
        label: Position of its label among the classes.
        grade: Position of the class given.
        probability: Likelihood the network gave the label.
        loss: Minus the logarithm of that.
    """

    file: str
    photo: str
    label: int
    grade: int
    probability: float
    loss: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values, figures rounded to four places."""
        return {name: round(v, 4) if isinstance(v, float) else v for name, v in asdict(self).items()}


def worst_cases(part: HeldOut, most: int = MOST) -> tuple[Case, ...]:
    """Photos with the highest loss first, those whose grade is the label left out."""
    losses = -np.log(_of_labels(part).clip(1e-6))
    order = np.argsort(-losses, kind="stable")
    return tuple(_case(part, int(i)) for i in order if part.grades[i] != part.labels[i])[:most]


def likely_label_errors(part: HeldOut, most: int = MOST) -> tuple[Case, ...]:
    """Photos whose label is probably wrong, the least likely label first; none where there are too few photos to tell.

    Args:
        part: Held-out rows.
        most: How many to name.
    """
    present = np.unique(part.labels)
    if len(part) < _LEAST_PHOTOS or len(present) < 2:
        return ()
    from cleanlab.filter import find_label_issues

    # Confident learning needs an example of every class; likelihood of classes without one goes to the others.
    probabilities = part.probabilities[:, present].clip(1e-9)
    probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
    ranked = find_label_issues(
        labels=np.searchsorted(present, part.labels),
        pred_probs=probabilities,
        return_indices_ranked_by="self_confidence",
        n_jobs=1,
    )
    return tuple(_case(part, int(i)) for i in ranked[:most])


def _of_labels(part: HeldOut) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.asarray(part.probabilities[np.arange(len(part)), part.labels])


def _case(part: HeldOut, row: int) -> Case:
    probability = float(part.probabilities[row, part.labels[row]])
    return Case(
        file=str(part.files[row]),
        photo=str(part.photos[row]),
        label=int(part.labels[row]),
        grade=int(part.grades[row]),
        probability=probability,
        loss=float(-np.log(max(probability, 1e-6))),
    )
