"""A model package measured on labelled photos."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ManifestError
from core.lab.agreement import (
    Agreement,
    calibration_error,
    measure_agreement,
    measure_marks,
    ordinal_auroc,
    quadratic_kappa,
)
from core.lab.bootstrap import SAMPLES
from core.lab.calibration import severity_sets
from core.lab.cost import Cost
from core.lab.manifest import Manifest
from core.lab.measured import Measured, measure, rows_of, traits_of
from core.lab.pictures import grade_indices
from core.lab.scoring import score_photos
from core.taxonomy import Condition
from core.vision.diagnosis import grade_probabilities
from core.vision.engine import Engine
from core.vision.package import Grading, ModelPackage
from core.vision.preprocess import network_picture

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]
Bools = npt.NDArray[np.bool_]

__all__ = [
    "Agreement",
    "Evaluation",
    "calibration_error",
    "evaluate_package",
    "measure_agreement",
    "measure_marks",
    "ordinal_auroc",
    "quadratic_kappa",
    "read_scores",
]


@dataclass(frozen=True)
class Evaluation:
    """A package measured on a manifest.

    Attributes:
        package: Its id.
        photos: Readable photos of the package's view.
        unreadable: Photos that could not be read.
        seen_in_training: Photos the package was itself trained or calibrated on; figures on them flatter.
        conditions: What was measured, by condition or other output; those without a label are left out.
        key: What `conditions` are called in the result: `outputs` for packages of other tasks.
        cost: Parameters and latency, where they were measured.
    """

    package: str
    photos: int
    unreadable: int
    seen_in_training: int
    conditions: Mapping[str, Measured]
    key: str = "conditions"
    cost: Cost | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain values in the shape of the command line's contract."""
        return {
            "package": self.package,
            "photos": self.photos,
            "unreadable": self.unreadable,
            "seen_in_training": self.seen_in_training,
            **(self.cost.as_dict() if self.cost else {}),
            self.key: {str(name): measured.as_dict() for name, measured in self.conditions.items()},
        }


def read_scores(grading: Grading, scores: Floats) -> tuple[Floats, Ints, Bools]:
    """Probabilities (N, S), grades (N,) and sets (N, S) over the severities a grading tells apart."""
    probabilities = np.array([grade_probabilities(grading, float(s)) for s in scores])[:, list(grading.grades)]
    grades = np.searchsorted(np.array(grading.thresholds), scores, side="right")
    return probabilities, grades, severity_sets(probabilities, grades, grading.minimum_probability)


def evaluate_package(
    package: ModelPackage,
    engine: Engine,
    manifest: Manifest,
    on_progress: Callable[[int], None] | None = None,
    *,
    root: Path | None = None,
    samples: int = SAMPLES,
    cost: Cost | None = None,
) -> Evaluation:
    """Measure a package on labelled photos.

    Every readable photo of the package's view counts, also those the application would refuse for their quality, and
    every grade counts, also those it would withhold.

    Args:
        package: What to measure.
        engine: What runs it; for many photos one made with `many=True`.
        manifest: Labelled photos; those of other views are passed over.
        on_progress: Called with the number of photos done so far.
        root: The folder the manifest's files are named from.
        samples: Resamples of the bootstrap.
        cost: What the package costs, if it was measured.

    Raises:
        ManifestError: No readable photo of the package's view has a label.
    """
    description = package.description
    manifest, scores, unreadable = score_package(package, engine, manifest, on_progress)
    levels = [grading.grades for grading in description.gradings]
    labels = grade_indices(manifest.grades(description.conditions), levels)
    marks = manifest.marks(description.conditions)
    conditions: dict[str, Measured] = {}
    for column, (condition, grading) in enumerate(zip(description.conditions, description.gradings, strict=True)):
        graded, marked = labels[:, column] >= 0, marks[:, column] >= 0
        known = graded if graded.any() else marked
        if not known.any():
            continue
        photos = manifest.subset(np.flatnonzero(known))
        truth = (labels if graded.any() else marks)[known, column]
        read = _read_graded if graded.any() else _read_marked
        conditions[condition.value] = read(condition, grading, scores[known, column], truth, photos, root, samples)
    if not conditions:
        raise ManifestError("manifest.no_labels", view=description.view.value)
    trained_on = set(description.training.get("photos_sha256", ()))
    seen = sum(1 for p in manifest if p.sha256 and p.sha256[:16] in trained_on)
    return Evaluation(description.id, len(manifest), unreadable, seen, conditions, cost=cost)


def score_package(
    package: ModelPackage, engine: Engine, manifest: Manifest, on_progress: Callable[[int], None] | None = None
) -> tuple[Manifest, Floats, int]:
    """Run the photos of the package's view.

    Returns:
        The photos that could be read, their scores (N, conditions), and how many could not be read.

    Raises:
        ManifestError: No photo of the view, or none that can be read.
    """
    description = package.description
    manifest = manifest.of_view(description.view)
    if not len(manifest):
        raise ManifestError("manifest.no_view", view=description.view.value)
    scored = score_photos(
        manifest,
        lambda photo: engine.infer(network_picture(photo.pixels, description.input)[0]).scores,
        on_progress,
    )
    return scored.manifest, np.stack(scored.results), len(scored.unreadable)


def _read_graded(
    condition: Condition,
    grading: Grading,
    scores: Floats,
    labels: Ints,
    photos: Manifest,
    root: Path | None,
    samples: int,
) -> Measured:
    probabilities, grades, sets = read_scores(grading, scores)
    agreement = measure_agreement(labels, probabilities, grades, sets, grading.grades)
    part = rows_of(condition.value, photos, root, labels, grades, probabilities)
    return measure(part, agreement, grading.grades, traits_of(photos), samples)


def _read_marked(
    condition: Condition,
    grading: Grading,
    scores: Floats,
    marks: Ints,
    photos: Manifest,
    root: Path | None,
    samples: int,
) -> Measured:
    probabilities, grades, sets = read_scores(grading, scores)
    agreement = measure_marks(marks, probabilities, grades, sets)
    present = probabilities[:, 1:].sum(axis=1)
    both = np.stack([1 - present, present], axis=1)
    part = rows_of(condition.value, photos, root, marks, (grades >= 1).astype(np.int64), both)
    return measure(part, agreement, (0, 1), traits_of(photos), samples)
