"""One output measured to the full: plain figures, intervals, calibration, subgroups, photos to look at again."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.lab.agreement import Agreement
from core.lab.figures import Figures, measure_figures
from core.lab.held_out import HeldOut
from core.lab.label_errors import Case, likely_label_errors, worst_cases
from core.lab.manifest import TRAITS, Manifest
from core.lab.reliability import ReliabilityBin, reliability
from core.lab.subgroups import Subgroup, measure_subgroups

Ints = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Measured:
    """One output of a package on labelled photos.

    Attributes:
        agreement: Plain figures.
        figures: The same and more, with intervals by group.
        reliability: Whether likelihoods mean what they say.
        subgroups: Figures by sex, age band, region, device, where the manifest has them.
        worst: Photos with the highest loss.
        label_errors: Photos whose label is probably wrong.
        part: What it was made of.
        severities: What its classes stand for; None where they have no order.
    """

    agreement: Agreement
    figures: Figures
    reliability: tuple[ReliabilityBin, ...]
    subgroups: tuple[Subgroup, ...]
    worst: tuple[Case, ...]
    label_errors: tuple[Case, ...]
    part: HeldOut
    severities: tuple[int, ...] | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values; the figures of the contract first."""
        return {
            **self.agreement.as_dict(),
            "groups": self.figures.groups,
            "balanced_accuracy": self.figures.values["balanced_accuracy"].as_dict()["value"],
            "intervals": {name: figure.as_dict() for name, figure in self.figures.values.items()},
            "recall_intervals": [figure.as_dict() for figure in self.figures.recall],
            "reliability": [one.as_dict() for one in self.reliability],
            "subgroups": [asdict(one) for one in self.subgroups],
            "worst": [case.as_dict() for case in self.worst],
            "label_errors": [case.as_dict() for case in self.label_errors],
        }


def measure(
    part: HeldOut,
    agreement: Agreement,
    severities: Sequence[int] | None,
    traits: Mapping[str, npt.NDArray[np.str_]],
    samples: int,
) -> Measured:
    """Measure one output.

    Args:
        part: Predictions with labels.
        agreement: Its plain figures.
        severities: What its classes stand for; None where they have no order.
        traits: By trait, the value of each row.
        samples: Resamples of the bootstrap.
    """
    return Measured(
        agreement=agreement,
        figures=measure_figures(part, severities, samples),
        reliability=reliability(part),
        subgroups=measure_subgroups(part, traits, severities),
        worst=worst_cases(part),
        label_errors=likely_label_errors(part),
        part=part,
        severities=None if severities is None else tuple(severities),
    )


def traits_of(manifest: Manifest) -> dict[str, npt.NDArray[np.str_]]:
    """The traits any photo has, with the value of each, (N,); empty where unknown."""
    found = {name: np.array([p.traits.get(name, "") for p in manifest], dtype=np.str_) for name in TRAITS}
    return {name: values for name, values in found.items() if (values != "").any()}


def rows_of(
    output: str,
    manifest: Manifest,
    root: Path | None,
    labels: Ints,
    grades: Ints,
    probabilities: npt.NDArray[np.floating],
) -> HeldOut:
    """Put predictions on the photos of a manifest in rows, as a run keeps them.

    Args:
        output: What was predicted.
        manifest: The N photos.
        root: The folder files are named from; None takes their own names.
        labels: int (N,), positions among the classes.
        grades: int (N,), the classes given.
        probabilities: float (N, classes).
    """
    files = [_name(photo.path, root) for photo in manifest]
    keys = [photo.sha256[:16] if photo.sha256 else file for photo, file in zip(manifest, files, strict=True)]
    return HeldOut(
        output,
        np.array(keys, dtype=np.str_),
        np.array(files, dtype=np.str_),
        manifest.groups(),
        np.zeros(len(manifest), dtype=np.int64),
        labels.astype(np.int64),
        grades.astype(np.int64),
        probabilities.astype(np.float64),
    )


def _name(path: Path, root: Path | None) -> str:
    return path.relative_to(root).as_posix() if root and path.is_relative_to(root) else path.name
