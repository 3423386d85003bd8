"""A classifier package measured on labelled photos, like a package that grades conditions."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import ManifestError
from core.lab.agreement import Agreement
from core.lab.bootstrap import SAMPLES
from core.lab.cost import Cost
from core.lab.evaluation import Evaluation
from core.lab.figures import Figures, measure_figures
from core.lab.held_out import HeldOut
from core.lab.manifest import Manifest
from core.lab.measured import Measured, measure, rows_of, traits_of
from core.lab.scoring import score_photos
from core.lab.task import Output, Task
from core.vision.classifier import Classifier, Reading, read_values
from core.vision.preprocess import network_picture

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]
Bools = npt.NDArray[np.bool_]


def evaluate_classifier(
    classifier: Classifier,
    manifest: Manifest,
    on_progress: Callable[[int], None] | None = None,
    *,
    root: Path | None = None,
    samples: int = SAMPLES,
    cost: Cost | None = None,
) -> Evaluation:
    """Measure a classifier on labelled photos; see `core.lab.evaluation.evaluate_package`.

    An output of kind `multi` is measured class by class, as `<output>.<class>`: absent or present.

    Raises:
        ManifestError: No photo can be read or has a label, or a label is none of the task's.
    """
    about = classifier.package.description
    photos, values, unreadable = score_classifier(classifier, manifest, on_progress)
    found: dict[str, Measured] = {}
    for output, calibration in zip(about.task.outputs, about.calibration, strict=True):
        labels = photos.class_indices(output)
        known = (labels >= 0).all(axis=1) if labels.ndim == 2 else labels >= 0
        if not known.any():
            continue
        reading = read_values(values[known, about.task.spans[output.id]], output.kind, calibration)
        labelled = photos.subset(np.flatnonzero(known))
        found |= measure_output(output, labels[known], reading, labelled, root, samples)
    if not found:
        raise ManifestError("manifest.nothing_labelled", output=", ".join(o.id for o in about.task.outputs))
    trained_on = set(about.training.get("photos_sha256", ()))
    seen = sum(1 for p in photos if p.sha256 and p.sha256[:16] in trained_on)
    return Evaluation(about.id, len(photos), unreadable, seen, found, key="outputs", cost=cost)


def score_classifier(
    classifier: Classifier, manifest: Manifest, on_progress: Callable[[int], None] | None = None
) -> tuple[Manifest, Floats, int]:
    """Run photos; see `core.lab.evaluation.score_package`."""
    manifest = of_task(classifier.task, manifest)
    spec = classifier.package.description.input
    scored = score_photos(
        manifest, lambda photo: classifier.infer(network_picture(photo.pixels, spec)[0])[0], on_progress
    )
    return scored.manifest, np.stack(scored.results), len(scored.unreadable)


def of_task(task: Task, manifest: Manifest) -> Manifest:
    """The photos a task is about: of its view, where it has one.

    Raises:
        ManifestError: There is none.
    """
    if task.view is None:
        return manifest
    photos = manifest.of_view(task.view)
    if not len(photos):
        raise ManifestError("manifest.no_view", view=task.view.value)
    return photos


def measure_output(
    output: Output, labels: Ints, reading: Reading, photos: Manifest, root: Path | None, samples: int
) -> dict[str, Measured]:
    """Measure one output, by what it is called in the result.

    Args:
        output: It.
        labels: int (N,), or (N, classes) for `multi`.
        reading: What the network says of the N photos.
        photos: They.
        root: The folder their files are named from.
        samples: Resamples of the bootstrap.
    """
    traits = traits_of(photos)
    found = {}
    for name, truth, chosen, probabilities, sets in _questions(output, labels, reading):
        part = rows_of(name, photos, root, truth, chosen, probabilities)
        severities = None
        if output.kind == "ordinal":
            severities = output.severities or tuple(range(len(output.classes)))
        agreement = agreement_of(measure_figures(part, severities, samples=0), part, sets, severities)
        found[name] = measure(part, agreement, severities, traits, samples)
    return found


def _questions(output: Output, labels: Ints, reading: Reading) -> list[tuple[str, Ints, Ints, Floats, Bools]]:
    """Name, labels, classes given, probabilities and sets: of the output, or of each class of a `multi` one."""
    if output.kind != "multi":
        return [(output.id, labels, reading.chosen.argmax(axis=1), reading.probabilities, reading.possible)]
    questions: list[tuple[str, Ints, Ints, Floats, Bools]] = []
    for position, entry in enumerate(output.classes):
        present = reading.probabilities[:, position]
        chosen, possible = reading.chosen[:, position], reading.possible[:, position]
        both = np.stack([1 - present, present], axis=1)
        # Present is never ruled out where it may hold; absent where it is not said to hold.
        sets = np.stack([np.logical_not(chosen), possible], axis=1)
        questions.append((f"{output.id}.{entry.id}", labels[:, position], chosen.astype(np.int64), both, sets))
    return questions


def agreement_of(figures: Figures, part: HeldOut, sets: Bools, severities: tuple[int, ...] | None) -> Agreement:
    """Plain figures of a classifier's output.

    Args:
        figures: Measured without intervals.
        part: What they were made of, N rows.
        sets: bool (N, classes), the classes that cannot be ruled out.
        severities: What its classes stand for; None where they have no order.
    """
    values = {name: figure.value for name, figure in figures.values.items()}
    return Agreement(
        n=figures.n,
        labels="class" if severities is None else "grade",
        grades=severities or tuple(range(part.probabilities.shape[1])),
        accuracy=values["accuracy"] or 0.0,
        macro_f1=values["macro_f1"] or 0.0,
        quadratic_kappa=values["quadratic_kappa"],
        mean_absolute_error=values.get("mean_absolute_error"),
        auroc=values["auroc"],
        recall=tuple(figure.value for figure in figures.recall),
        ece=values["ece"] or 0.0,
        coverage=float(sets[np.arange(len(part)), part.labels].mean()),
        set_size=float(sets.sum(axis=1).mean()),
        abstained=int(sets.all(axis=1).sum()),
        confusion=figures.confusion,
    )
