"""From scores on photos a network did not see to gradings, figures and held-out rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.lab.calibration import conformal_minimum, cross_fitted, fit_ordinal, severity_sets, share_thresholds
from core.lab.evaluation import Agreement, measure_agreement, read_scores
from core.lab.held_out import HeldOut
from core.lab.manifest import Manifest
from core.lab.recipe import Recipe
from core.vision.package import Grading

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Graded:
    """What held-out scores gave.

    Attributes:
        gradings: One a condition.
        agreements: One a condition.
        rows: The labelled photos of each condition.
    """

    gradings: tuple[Grading, ...]
    agreements: tuple[Agreement, ...]
    rows: tuple[HeldOut, ...]


def grade_on_held_out(
    recipe: Recipe, scores: Floats, labels: Ints, folds: Ints, manifest: Manifest, root: Path
) -> Graded:
    """Calibrate every condition on held-out scores, and measure with each fold calibrated by the others.

    Args:
        recipe: Its grades and coverage.
        scores: float (N, conditions), held out.
        labels: int (N, conditions), positions among the recipe's grades, or -1.
        folds: int (N,).
        manifest: The N photos.
        root: The folder the manifest's files are named from.
    """
    gradings, agreements, parts = [], [], []
    coverage = recipe.validation.coverage
    for column, (condition, severities) in enumerate(recipe.grades.items()):
        known = labels[:, column] >= 0
        score, label, fold = scores[known, column], labels[known, column], folds[known]
        count = len(severities)
        probabilities = cross_fitted(score, label, fold, count, fit_ordinal)
        gradings.append(_grading(severities, score, label, probabilities, coverage))
        grades, sets = np.empty(len(label), dtype=np.int64), np.empty((len(label), count), dtype=bool)
        for one in np.unique(fold):
            inside = fold == one
            grades[inside] = np.digitize(score[inside], _label_share_thresholds(score[~inside], label[~inside], count))
            limit = conformal_minimum(probabilities[~inside], label[~inside], coverage)
            sets[inside] = severity_sets(probabilities[inside], grades[inside], limit)
        agreements.append(measure_agreement(label, probabilities, grades, sets, severities))
        photos = manifest.subset(np.flatnonzero(known))
        parts.append(
            HeldOut(condition.value, *name_rows(photos, root), fold, label, grades, probabilities.astype(np.float64))
        )
    return Graded(tuple(gradings), tuple(agreements), tuple(parts))


@dataclass(frozen=True)
class Scored:
    """Photos with the scores of a network that did not see them: float and int (N, conditions)."""

    scores: Floats
    labels: Ints
    manifest: Manifest


def grade_on_test(recipe: Recipe, validation: Scored, test: Scored, root: Path) -> Graded:
    """Calibrate every condition on validation photos and measure it on test photos.

    Args:
        recipe: Its grades and coverage.
        validation: What calibrates.
        test: What is measured.
        root: The folder the manifest's files are named from.
    """
    gradings, agreements, parts = [], [], []
    for column, (condition, severities) in enumerate(recipe.grades.items()):
        known = validation.labels[:, column] >= 0
        score, label = validation.scores[known, column], validation.labels[known, column]
        probabilities = fit_ordinal(score, label, len(severities)).probabilities(score)
        grading = _grading(severities, score, label, probabilities, recipe.validation.coverage)
        gradings.append(grading)
        known = test.labels[:, column] >= 0
        truth = test.labels[known, column]
        seen, grades, sets = read_scores(grading, test.scores[known, column])
        agreements.append(measure_agreement(truth, seen, grades, sets, severities))
        photos = test.manifest.subset(np.flatnonzero(known))
        fold = np.zeros(len(truth), dtype=np.int64)
        named = (condition.value, *name_rows(photos, root))
        parts.append(HeldOut(*named, fold, truth, grades.astype(np.int64), seen.astype(np.float64)))
    return Graded(tuple(gradings), tuple(agreements), tuple(parts))


def name_rows(photos: Manifest, root: Path) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.str_], npt.NDArray[np.str_]]:
    """What identifies photos in held-out rows: keys, file names relative to the manifest, groups; (N,) each."""
    names = [p.path.relative_to(root).as_posix() if p.path.is_relative_to(root) else p.path.name for p in photos]
    keys = [p.sha256[:16] if p.sha256 else name for p, name in zip(photos, names, strict=True)]
    return np.array(keys, dtype=np.str_), np.array(names, dtype=np.str_), photos.groups()


def _grading(
    severities: Sequence[int], scores: Floats, labels: Ints, probabilities: Floats, coverage: float
) -> Grading:
    """One condition's grading; the probabilities, float (N, grades), are those that the set limit is placed by."""
    count = len(severities)
    calibration = fit_ordinal(scores, labels, count)
    return Grading(
        grades=tuple(severities),
        slope=calibration.slope,
        cuts=calibration.cuts,
        thresholds=_label_share_thresholds(scores, labels, count),
        minimum_probability=conformal_minimum(probabilities, labels, coverage),
        coverage=coverage,
    )


def _label_share_thresholds(scores: Floats, labels: Ints, grades: int) -> tuple[float, ...]:
    return share_thresholds(scores, [float((labels >= grade).mean()) for grade in range(1, grades)])
