"""An ensemble's likelihoods, thresholds and sets fitted on labelled photos, and measured without each fold's own."""

from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from core.lab.agreement import Agreement, measure_agreement
from core.lab.calibration import conformal_minimum, cross_fitted, fit_ordinal, severity_sets, share_thresholds
from core.lab.class_calibration import fit_calibration, read_cross_fitted
from core.lab.classifier_evaluation import measure_output, score_classifier
from core.lab.evaluation import score_package
from core.lab.manifest import Manifest
from core.lab.origins import Origins
from core.lab.pictures import grade_indices
from core.lab.splitting import group_folds
from core.vision.classifier import Classifier
from core.vision.classifier_package import ClassifierDescription, ClassifierPackage
from core.vision.engine import build_engine
from core.vision.package import Description, Grading, ModelPackage

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]
Kind = TypeVar("Kind", Description, ClassifierDescription)

FEWEST = 50
_FOLDS = 5
_HOW = "5-fold by group; calibration of each fold fitted on the others"


@dataclass(frozen=True)
class Recalibrated(Generic[Kind]):
    """A description with calibrations of its own.

    Attributes:
        description: It, with what was measured.
        outputs: What had enough labels to be fitted; the rest keeps the mean of the members'.
        seen: Photos a member was trained on.
    """

    description: Kind
    outputs: tuple[str, ...]
    seen: int


def recalibrate_grader(package: ModelPackage, manifest: Manifest) -> Recalibrated[Description]:
    """Fit the gradings of an ensemble.

    Args:
        package: The ensemble.
        manifest: Labelled photos.

    Raises:
        ManifestError: No photo of the view can be read.
    """
    about = package.description
    photos, scores, _ = score_package(package, build_engine(package, many=True), manifest)
    labels = grade_indices(photos.grades(about.conditions), [grading.grades for grading in about.gradings])
    gradings, fitted = list(about.gradings), {}
    for place, (condition, grading) in enumerate(zip(about.conditions, about.gradings, strict=True)):
        known = labels[:, place] >= 0
        groups = photos.groups()[known]
        if not _enough(labels[known, place], groups):
            continue
        gradings[place], agreement = _refit(grading, scores[known, place], labels[known, place], groups)
        fitted[condition.value] = agreement.as_dict()
    metrics = {"graded": {**_measured_on(photos), "conditions": fitted}} if fitted else {}
    described = replace(about, gradings=tuple(gradings), metrics=metrics)
    return Recalibrated(described, tuple(fitted), seen_by(about.training, photos))


def _refit(grading: Grading, scores: Floats, labels: Ints, groups: npt.NDArray[np.str_]) -> tuple[Grading, Agreement]:
    count, coverage = len(grading.grades), grading.coverage
    folds = group_folds(labels, groups, _FOLDS, 0)
    probabilities = cross_fitted(scores, labels, folds, count, fit_ordinal)
    grades, sets = np.empty(len(labels), dtype=np.int64), np.empty((len(labels), count), dtype=bool)
    for fold in np.unique(folds):
        inside = folds == fold
        grades[inside] = np.digitize(scores[inside], _thresholds(scores[~inside], labels[~inside], count))
        limit = conformal_minimum(probabilities[~inside], labels[~inside], coverage)
        sets[inside] = severity_sets(probabilities[inside], grades[inside], limit)
    fitted = fit_ordinal(scores, labels, count)
    minimum = conformal_minimum(probabilities, labels, coverage)
    thresholds = _thresholds(scores, labels, count)
    described = Grading(grading.grades, fitted.slope, fitted.cuts, thresholds, minimum, coverage)
    return described, measure_agreement(labels, probabilities, grades, sets, grading.grades)


def _thresholds(scores: Floats, labels: Ints, count: int) -> tuple[float, ...]:
    return share_thresholds(scores, [float((labels >= grade).mean()) for grade in range(1, count)])


def recalibrate_classifier(package: ClassifierPackage, manifest: Manifest) -> Recalibrated[ClassifierDescription]:
    """Fit the calibrations of an ensemble of another task; see `recalibrate_grader`."""
    about = package.description
    photos, values, _ = score_classifier(Classifier(package, many=True), manifest)
    calibrations = list(about.calibration)
    fitted: dict[str, Any] = {}
    for place, (output, calibration) in enumerate(zip(about.task.outputs, about.calibration, strict=True)):
        labels = photos.class_indices(output)
        known = (labels >= 0).all(axis=1) if labels.ndim == 2 else labels >= 0
        truth, groups = labels[known], photos.groups()[known]
        strata = truth if truth.ndim == 1 else truth.sum(axis=1)
        if not _enough(strata, groups):
            continue
        own, coverage = values[known, about.task.spans[output.id]], calibration.coverage
        reading = read_cross_fitted(own, truth, group_folds(strata, groups, _FOLDS, 0), output.kind, coverage)
        calibrations[place] = fit_calibration(own, truth, output.kind, coverage)
        measured = measure_output(output, truth, reading, photos.subset(np.flatnonzero(known)), None, samples=0)
        fitted |= {name: one.agreement.as_dict() for name, one in measured.items()}
    metrics = {"classified": {**_measured_on(photos), "outputs": fitted}} if fitted else {}
    described = replace(about, calibration=tuple(calibrations), metrics=metrics)
    return Recalibrated(described, tuple(fitted), seen_by(about.training, photos))


def _measured_on(photos: Manifest) -> dict[str, Any]:
    origins = Origins.of(photos)
    return {"data": f"{origins.words()}, {_HOW}{origins.limits()}", "photos": origins.as_dict()}


def _enough(labels: Ints, groups: npt.NDArray[np.str_]) -> bool:
    return len(labels) >= FEWEST and len(np.unique(labels)) > 1 and len(np.unique(groups)) >= _FOLDS


def seen_by(training: Any, photos: Manifest) -> int:  # noqa: ANN401 - JSON values
    """How many photos are among those a package's members were trained on."""
    seen = set(training.get("photos_sha256", ()))
    return sum(1 for photo in photos if photo.sha256 and photo.sha256[:16] in seen)
