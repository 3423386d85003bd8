"""A classifier's values on photos it did not see, as calibrations, figures and held-out rows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.lab.class_calibration import fit_calibration, read_cross_fitted
from core.lab.figures import measure_figures
from core.lab.grading import name_rows
from core.lab.held_out import HeldOut
from core.lab.manifest import Manifest
from core.lab.objectives import label_columns
from core.lab.recipe import Recipe
from core.lab.stages import Held, measuring_folds
from core.lab.task import Output
from core.vision.outputs import OutputCalibration, Reading, read_values

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class OutputMeasured:
    """One output calibrated and measured: how it is read, its held-out rows, its figures as plain values."""

    calibration: OutputCalibration
    rows: tuple[HeldOut, ...]
    figures: dict[str, Any]


class Measuring:
    """Calibrates and measures every output on photos held out.

    Args:
        recipe: Its task and coverage.
        manifest: The M photos held out.
        labels: int (M, columns), see `core.lab.objectives.label_columns`.
        held: What a network said of them.
        root: The folder the manifest's files are named from.
    """

    def __init__(self, recipe: Recipe, manifest: Manifest, labels: Ints, held: Held, root: Path) -> None:
        self.recipe = recipe
        self.manifest = manifest
        self.labels = labels
        self.values: Floats = held.arrays["values"]
        self.root = root
        self.folds, self.how = measuring_folds(recipe, held, manifest, labels)

    def output(self, output: Output, calibrating: Flags | None) -> OutputMeasured:
        """Measure one output.

        Args:
            output: It.
            calibrating: bool (M,), the photos that calibrate it while the others measure it; None has folds of all
                photos calibrate each other.
        """
        task, coverage = self.recipe.definition, self.recipe.validation.coverage
        column = label_columns(task)[output.id]
        labels = self.labels[:, column] if output.kind == "multi" else self.labels[:, column.start]
        known = (labels >= 0).all(axis=1) if labels.ndim == 2 else labels >= 0
        values, labels, folds = self.values[known, task.spans[output.id]], labels[known], self.folds[known]
        photos = self.manifest.subset(np.flatnonzero(known))
        if calibrating is None:
            calibration = fit_calibration(values, labels, output.kind, coverage)
            reading = read_cross_fitted(values, labels, folds, output.kind, coverage)
        else:
            inside = calibrating[known]
            calibration = fit_calibration(values[inside], labels[inside], output.kind, coverage)
            reading = read_values(values[~inside], output.kind, calibration)
            labels, folds, photos = labels[~inside], folds[~inside], photos.subset(np.flatnonzero(~inside))
        rows = held_out_rows(output, labels, reading, folds, photos, self.root)
        return OutputMeasured(calibration, rows, _figures(output, labels, reading, rows))


def held_out_rows(
    output: Output, labels: Ints, reading: Reading, folds: Ints, photos: Manifest, root: Path
) -> tuple[HeldOut, ...]:
    """Rows of one output; one of kind `multi` has rows of their own for every class, absent 0 and present 1."""
    named = name_rows(photos, root)
    if output.kind != "multi":
        grades = reading.chosen.argmax(axis=1).astype(np.int64)
        return (HeldOut(output.id, *named, folds, labels, grades, reading.probabilities.astype(np.float64)),)
    rows = []
    for position, entry in enumerate(output.classes):
        present = reading.probabilities[:, position].astype(np.float64)
        both = np.stack([1 - present, present], axis=1)
        grades = reading.chosen[:, position].astype(np.int64)
        rows.append(HeldOut(f"{output.id}.{entry.id}", *named, folds, labels[:, position], grades, both))
    return tuple(rows)


def _figures(output: Output, labels: Ints, reading: Reading, rows: tuple[HeldOut, ...]) -> dict[str, Any]:
    """Figures of one output; one of kind `multi` has figures by class."""
    truth = labels == 1 if labels.ndim == 2 else np.arange(len(output.classes)) == labels[:, None]
    sets = {
        "coverage": round(float(reading.possible[truth].mean()), 4) if truth.any() else None,
        "set_size": round(float(reading.possible.sum(axis=1).mean()), 4),
    }
    steps = output.severities or tuple(range(len(output.classes)))
    ordered = steps if output.kind == "ordinal" else None
    plain = [_plain(row, ordered) for row in rows]
    if output.kind != "multi":
        return plain[0] | sets
    return {"classes": {c.id: one for c, one in zip(output.classes, plain, strict=True)}, "n": len(labels), **sets}


def _plain(part: HeldOut, severities: tuple[int, ...] | None) -> dict[str, Any]:
    figures = measure_figures(part, severities, samples=0)
    values = {name: figure.as_dict()["value"] for name, figure in figures.values.items()}
    recall = [figure.as_dict()["value"] for figure in figures.recall]
    return {"n": figures.n, **values, "recall": recall, "confusion": [list(row) for row in figures.confusion]}
