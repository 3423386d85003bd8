"""How well grades agree with labels: metrics with their n, for a package on a manifest or for held-out scores."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.metrics import cohen_kappa_score, confusion_matrix, f1_score, roc_auc_score

from core.errors import ManifestError
from core.lab.calibration import severity_sets
from core.lab.manifest import Manifest
from core.lab.pictures import Pixels, grade_indices, load_pictures
from core.taxonomy import Condition
from core.vision.diagnosis import grade_probabilities
from core.vision.engine import Engine
from core.vision.package import Grading, ModelPackage

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Agreement:
    """Agreement of grades with labels on one condition.

    Attributes:
        n: Labelled photos.
        labels: `grade` where photos were graded 0-3, `mark` where only presence was noted.
        grades: The severities told apart; for marks absent (0) and present (1).
        accuracy: Share of photos with the labelled grade.
        macro_f1: Mean of the F1 of each grade.
        quadratic_kappa: Cohen's kappa with quadratic weights over the grades told apart, each one step from the next;
            None where all labels are equal.
        mean_absolute_error: Mean distance between grade and label, in severities.
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
    mean_absolute_error: float
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


@dataclass(frozen=True)
class Evaluation:
    """A package measured on a manifest.

    Attributes:
        package: Its id.
        photos: Readable photos of the package's view.
        unreadable: Photos that could not be read.
        seen_in_training: Photos the package was itself trained or calibrated on; figures on them flatter.
        conditions: Agreement by condition; conditions without a label are left out.
    """

    package: str
    photos: int
    unreadable: int
    seen_in_training: int
    conditions: dict[Condition, Agreement]

    def as_dict(self) -> dict[str, Any]:
        """Plain values in the shape of the command line's contract."""
        return {
            "package": self.package,
            "photos": self.photos,
            "unreadable": self.unreadable,
            "seen_in_training": self.seen_in_training,
            "conditions": {c.value: a.as_dict() for c, a in self.conditions.items()},
        }


def score_pictures(engine: Engine, pictures: Pixels, on_progress: Callable[[int], None] | None = None) -> Floats:
    """Run every picture, uint8 (N, H, W, 3), and return scores, float (N, conditions)."""
    scores = []
    for done, picture in enumerate(pictures, start=1):
        scores.append(engine.infer(picture).scores)
        if on_progress is not None:
            on_progress(done)
    return np.stack(scores)


def read_scores(grading: Grading, scores: Floats) -> tuple[Floats, Ints, npt.NDArray[np.bool_]]:
    """Probabilities (N, S), grades (N,) and sets (N, S) over the severities a grading tells apart."""
    probabilities = np.array([grade_probabilities(grading, float(s)) for s in scores])[:, list(grading.grades)]
    grades = np.searchsorted(np.array(grading.thresholds), scores, side="right")
    return probabilities, grades, severity_sets(probabilities, grades, grading.minimum_probability)


def evaluate_package(
    package: ModelPackage, engine: Engine, manifest: Manifest, on_progress: Callable[[int], None] | None = None
) -> Evaluation:
    """Measure a package on labelled photos.

    Every readable photo of the package's view counts, also those the application would refuse for their quality, and
    every grade counts, also those it would withhold.

    Args:
        package: What to measure.
        engine: What runs it.
        manifest: Labelled photos; those of other views are passed over.
        on_progress: Called with the number of photos done so far.

    Raises:
        ManifestError: No readable photo of the package's view has a label.
    """
    description = package.description
    manifest = manifest.of_view(description.view)
    if not len(manifest):
        raise ManifestError("manifest.no_view", view=description.view.value)
    loaded = load_pictures(manifest, description.input)
    scores = score_pictures(engine, loaded.pictures, on_progress)
    levels = [grading.grades for grading in description.gradings]
    labels = grade_indices(loaded.manifest.grades(description.conditions), levels)
    marks = loaded.manifest.marks(description.conditions)
    conditions: dict[Condition, Agreement] = {}
    for column, (condition, grading) in enumerate(zip(description.conditions, description.gradings, strict=True)):
        probabilities, grades, sets = read_scores(grading, scores[:, column])
        graded, marked = labels[:, column] >= 0, marks[:, column] >= 0
        if graded.any():
            conditions[condition] = measure_agreement(
                labels[graded, column], probabilities[graded], grades[graded], sets[graded], grading.grades
            )
        elif marked.any():
            conditions[condition] = measure_marks(
                marks[marked, column], probabilities[marked], grades[marked], sets[marked]
            )
    if not conditions:
        raise ManifestError("manifest.no_labels", view=description.view.value)
    trained_on = set(description.training.get("photos_sha256", ()))
    seen = sum(1 for p in loaded.manifest if p.sha256 and p.sha256[:16] in trained_on)
    return Evaluation(description.id, len(loaded.manifest), len(loaded.unreadable), seen, conditions)
