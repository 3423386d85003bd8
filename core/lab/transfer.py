"""From a network that knows drawings to gradings that hold on real photos.

Real photos carry presence marks for some conditions and nothing for the others. Where there are marks, the head is
refitted to them (held to what the drawings taught) and the step from good to mild is calibrated on photos the head
did not see. Steps above it, and all steps of conditions without marks, are placed so that mean probabilities over the
real photos equal published shares: an assumption, said so on the card, and no measured accuracy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from core.lab.adaptation import Head, adapt_head, choose_ridge
from core.lab.agreement import measure_marks
from core.lab.calibration import (
    OrdinalCalibration,
    conformal_minimum,
    cuts_for_shares,
    fit_ordinal,
    severity_sets,
    share_thresholds,
)
from core.lab.graders import predict
from core.lab.manifest import Manifest
from core.lab.pictures import PictureSet
from core.lab.recipe import Recipe
from core.lab.splitting import group_folds
from core.lab.transfer_metrics import GRADES, agreement_on_drawn, rounded_auroc, spread_of, transfer_metrics
from core.taxonomy import Condition
from core.vision.backbones import OrdinalGrader
from core.vision.package import Grading

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]

_FOLDS = 5
_LEAST_PROBABILITY = 0.35


@dataclass(frozen=True)
class Transfer:
    """What carrying a network over to real photos gave.

    Attributes:
        gradings: One a condition.
        metrics: Agreement with marks on real photos (held out), with labels on drawn ones (held out), and how grades
            spread over the real photos.
        real: The real photos.
        real_signatures: float32 (N, G), their signatures.
    """

    gradings: tuple[Grading, ...]
    metrics: dict[str, Any]
    real: PictureSet
    real_signatures: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Drawn:
    """Photos held out from the training: float (M, F) features and int (M, conditions) severities."""

    manifest: Manifest
    features: Floats
    labels: Ints


@dataclass(frozen=True)
class _Marked:
    """A condition fitted to marks: the head, and its scores on photos it was fitted without."""

    head: Head
    held_out: Floats


def transfer_to_real(recipe: Recipe, grader: OrdinalGrader, drawn: Drawn, real: PictureSet) -> Transfer:
    """Fit head, cut points and sets to real photos; the grader's head is changed in place.

    Args:
        recipe: Its `adaptation` says how.
        grader: Trained on drawn photos.
        drawn: Photos held out from the training.
        real: Real photos with marks.
    """
    prediction = predict(grader, real.pictures)
    features = prediction.features
    marks = real.manifest.marks(recipe.conditions)
    folds = group_folds(_combinations(marks), real.manifest.groups(), _FOLDS, recipe.training.seed)
    priors = [
        Head(grader.head.weight[i].detach().numpy().astype(np.float64), float(grader.head.bias[i].detach()))
        for i in range(len(recipe.conditions))
    ]
    marked = {
        column: _fit_marks(prior, features, marks[:, column], folds, recipe.adaptation.ridges)
        for column, prior in enumerate(priors)
        if (marks[:, column] >= 0).all()
    }
    shrink = _slope_ratio(priors, marked, features, marks, drawn)
    gradings: list[Grading] = []
    on_marks: dict[str, Any] = {}
    on_drawn: dict[str, Any] = {}
    spread: dict[str, Any] = {}
    for column, condition in enumerate(recipe.conditions):
        head = marked[column].head if column in marked else priors[column]
        drawn_scores = head.scores(drawn.features)
        scores = marked[column].held_out if column in marked else head.scores(features)
        if column in marked:
            step = fit_ordinal(scores, marks[:, column], 2)
            slope, share = step.slope, float(step.probabilities(scores)[:, 1].mean())
        else:
            slope = fit_ordinal(drawn_scores, drawn.labels[:, column], GRADES).slope * shrink
            share = _at_least(recipe, condition)[0]
        published = _at_least(recipe, condition)
        wanted = [share * above / published[0] for above in published]
        calibration = OrdinalCalibration(slope, cuts_for_shares(scores, slope, wanted))
        thresholds = share_thresholds(scores, wanted)
        if column not in marked:
            thresholds = _probable_enough(thresholds, calibration)
        minimum = _set_limit(
            recipe, calibration, thresholds, scores, marks[:, column], drawn_scores, drawn.labels[:, column]
        )
        grading = Grading((0, 1, 2, 3), slope, calibration.cuts, thresholds, minimum, recipe.validation.coverage)
        gradings.append(grading)
        on_drawn[condition.value] = agreement_on_drawn(
            drawn_scores, drawn.labels[:, column], recipe.validation.coverage
        ).as_dict()
        grades = np.digitize(scores, thresholds)
        probabilities = calibration.probabilities(scores)
        sets = severity_sets(probabilities, grades, minimum)
        spread[condition.value] = spread_of(grades, sets)
        if column in marked:
            agreement = measure_marks(marks[:, column], probabilities, grades, sets)
            prior_scores = priors[column].scores(features)
            on_marks[condition.value] = agreement.as_dict() | {
                "auroc_without_real_photos": rounded_auroc(marks[:, column], prior_scores)
            }
            _write_head(grader, column, marked[column].head)
    metrics = transfer_metrics(real.manifest, drawn.manifest, on_marks, on_drawn, spread)
    return Transfer(tuple(gradings), metrics, real, prediction.signatures)


def _probable_enough(thresholds: tuple[float, ...], calibration: OrdinalCalibration) -> tuple[float, ...]:
    """Raise thresholds to where "at least this grade" is likely enough to say.

    A published share alone would call the most suspicious few photos of a rare condition, however calm they are.
    """
    reachable = np.log(_LEAST_PROBABILITY / (1 - _LEAST_PROBABILITY))
    likely = [(cut + reachable) / calibration.slope for cut in calibration.cuts]
    return tuple(float(v) for v in np.maximum(thresholds, likely))


def _combinations(marks: Ints) -> Ints:
    """One number per combination of marks, to stratify by."""
    return np.asarray((marks + 1) @ (3 ** np.arange(marks.shape[1])))


def _fit_marks(prior: Head, features: Floats, marks: Ints, folds: Ints, ridges: Sequence[float]) -> _Marked:
    """Fit on all photos, and once without each fold; the ridge is chosen anew each time, within the photos fitted."""
    held_out = np.empty(len(marks))
    for fold in np.unique(folds):
        inside = folds == fold
        ridge = choose_ridge(prior, features[~inside], marks[~inside], folds[~inside], ridges)
        held_out[inside] = adapt_head(prior, features[~inside], marks[~inside], ridge).scores(features[inside])
    ridge = choose_ridge(prior, features, marks, folds, ridges)
    return _Marked(adapt_head(prior, features, marks, ridge), held_out)


def _slope_ratio(
    priors: list[Head],
    marked: dict[int, _Marked],
    features: Floats,
    marks: Ints,
    drawn: Drawn,
) -> float:
    """How much flatter scores must be read on real photos than on drawn ones, where marks let it be measured."""
    ratios = []
    for column in marked:
        real = fit_ordinal(priors[column].scores(features), marks[:, column], 2).slope
        drawn_scores = priors[column].scores(drawn.features)
        on_drawn = fit_ordinal(drawn_scores, (drawn.labels[:, column] > 0).astype(np.int64), 2).slope
        ratios.append(real / on_drawn)
    return float(np.median(ratios)) if ratios else 1.0


def _at_least(recipe: Recipe, condition: Condition) -> list[float]:
    shares = np.array(recipe.adaptation.target_shares[condition])
    return [float(shares[grade:].sum() / shares.sum()) for grade in range(1, GRADES)]


def _set_limit(
    recipe: Recipe,
    calibration: OrdinalCalibration,
    thresholds: tuple[float, ...],
    scores: Floats,
    marks: Ints,
    drawn_scores: Floats,
    drawn_labels: Ints,
) -> float:
    """The conformal limit that covers labels of drawn photos and, where there are any, marks of real ones.

    Drawn photos are read with the slope of the real ones and cut points of their own: what carries over is how far
    apart grades lie, not where they start.
    """
    coverage = recipe.validation.coverage
    shares = [float((drawn_labels >= grade).mean()) for grade in range(1, GRADES)]
    drawn = OrdinalCalibration(calibration.slope, cuts_for_shares(drawn_scores, calibration.slope, shares))
    limit = conformal_minimum(drawn.probabilities(drawn_scores), drawn_labels, coverage)
    if (marks < 0).any():
        return limit
    probabilities = calibration.probabilities(scores)
    grades = np.digitize(scores, thresholds)
    for candidate in np.linspace(limit, 0, 60):
        sets = severity_sets(probabilities, grades, float(candidate))
        holds = np.where(marks == 1, sets[:, 1:].any(axis=1), sets[:, 0])
        if holds.mean() >= coverage:
            return float(candidate)
    return 0.0


def _write_head(grader: OrdinalGrader, column: int, head: Head) -> None:
    with torch.no_grad():
        grader.head.weight[column] = torch.from_numpy(head.weight).float()
        grader.head.bias[column] = head.bias
