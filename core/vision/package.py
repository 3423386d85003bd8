"""A model package on disk: what it holds, how it is checked, how it is read and written.

A package is a folder of plain data: `model.json` (the description below), `weights.safetensors` (for PyTorch),
`model.xml` with `model.bin` (for OpenVINO), `domain.safetensors` (what photos look like in feature space) and
`CARD.md`. Nothing in it is ever executed, and a package that is not exactly what its description says is refused.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from core.errors import PackageError
from core.taxonomy import CONDITIONS_OF_VIEW, Condition, View
from core.vision.package_files import (
    CARD,
    FORMAT,
    GRAPH,
    GRAPH_DATA,
    WEIGHTS,
    copy_network,
    is_classifier,
    parse_scales,
    read_json,
    verify_files,
    write_package,
)
from core.vision.preprocess import InputSpec

__all__ = ["CARD", "DOMAIN", "FILES", "FORMAT", "GRAPH", "GRAPH_DATA", "WEIGHTS"]

DOMAIN = "domain.safetensors"
FILES = (WEIGHTS, GRAPH, GRAPH_DATA, DOMAIN, CARD)


@dataclass(frozen=True)
class Grading:
    """How one condition's score becomes probabilities, a grade and a set.

    Attributes:
        grades: The severities told apart, ascending from 0.
        slope: Score scale: P(at least grade k) = sigmoid(slope * score - cuts[k - 1]).
        cuts: Ascending, one fewer than grades.
        thresholds: Scores at which the grade steps up, ascending, one fewer than grades.
        minimum_probability: A grade at least this probable belongs to the conformal set.
        coverage: Share of held-out photos whose set held the truth that was asked for.
    """

    grades: tuple[int, ...]
    slope: float
    cuts: tuple[float, ...]
    thresholds: tuple[float, ...]
    minimum_probability: float
    coverage: float

    def __post_init__(self) -> None:
        """Check order and ranges."""
        steps = len(self.grades) - 1
        if self.grades[0] != 0 or list(self.grades) != sorted(set(self.grades)) or self.grades[-1] > 3 or steps < 1:
            raise ValueError(f"grades {self.grades} are not ascending severities from 0")
        for name, values in (("cuts", self.cuts), ("thresholds", self.thresholds)):
            if len(values) != steps or list(values) != sorted(values) or not all(math.isfinite(v) for v in values):
                raise ValueError(f"{name} {values} are not {steps} ascending numbers")
        if not (math.isfinite(self.slope) and self.slope > 0):
            raise ValueError("slope must be above 0")
        if not (0 <= self.minimum_probability < 1 and 0 < self.coverage < 1):
            raise ValueError("minimum_probability and coverage lie between 0 and 1")


@dataclass(frozen=True)
class QualityLimits:
    """What a photo fit to grade has, measured on the network's picture (see `core.vision.quality`)."""

    min_side: float
    min_brightness: float
    max_brightness: float
    max_glare: float
    min_sharpness: float


@dataclass(frozen=True)
class Description:
    """`model.json`.

    Attributes:
        id: Name of the package, equal to its folder's.
        version: Version of this package, a date or a number.
        architecture: Name in `core.vision.architectures`.
        view: The view graded.
        conditions: The conditions graded, in the order of the outputs.
        input: The network's picture.
        head: Kind of head; `ordinal` is the only one of this format.
        scales: Sizes the network sees the picture at, relative to the input.
        gradings: How each condition's score is read.
        quality: Limits of photo quality.
        metrics: What was measured, each with n and data.
        training: Recipe, command, data and number of photos the package was trained on.
        libraries: Versions of the libraries that made it.
    """

    id: str
    version: str
    architecture: str
    view: View
    conditions: tuple[Condition, ...]
    input: InputSpec
    head: str
    scales: tuple[float, ...]
    gradings: tuple[Grading, ...]
    quality: QualityLimits
    metrics: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DomainModel:
    """Where one kind of photos lies among a network's signatures: a Gaussian on leading components plus a residual.

    Attributes:
        mean: float32 (G,).
        components: float32 (D, G), orthonormal rows.
        deviations: float32 (D,), standard deviation along each component.
        residual: Standard deviation of the distance to the span of the components.
        limit: Distance up to which a photo counts as of this view.
    """

    mean: npt.NDArray[np.float32]
    components: npt.NDArray[np.float32]
    deviations: npt.NDArray[np.float32]
    residual: float
    limit: float

    def distance(self, signatures: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Distance of signatures (N, G) to this domain, relative to its limit: up to 1 is inside.

        References:
            Mahalanobis distance in feature space, https://arxiv.org/abs/1807.03888; with the residual of the
            principal space, https://arxiv.org/abs/2203.10807.
        """
        centred = signatures - self.mean
        along = centred @ self.components.T
        rest = np.linalg.norm(centred - along @ self.components, axis=1) / self.residual
        inside = np.square(along / self.deviations).mean(axis=1)
        return np.asarray(np.sqrt(inside + np.square(rest)) / self.limit, dtype=np.float32)


@dataclass(frozen=True)
class ModelPackage:
    """A package read and verified.

    Attributes:
        folder: Where it lies.
        description: Its `model.json`.
        domains: What photos of each view look like to this network, one or more kinds a view; its own view is always
            among them.
    """

    folder: Path
    description: Description
    domains: Mapping[View, tuple[DomainModel, ...]]

    @property
    def card(self) -> str:
        """The model card, as Markdown."""
        return (self.folder / CARD).read_text(encoding="utf-8")


def read_description(folder: Path) -> Description:
    """Read `model.json` alone, without verifying the other files: cheap, for showing what is there.

    Raises:
        PackageError: There is none, it is of an unknown format, or it does not fit the taxonomy.
    """
    return _parse(read_json(folder), folder)


def load_package(folder: Path) -> ModelPackage:
    """Read a package and verify every file of it.

    Raises:
        PackageError: Missing, of an unknown format, with conditions other than the taxonomy's, or with a file whose
            bytes are not those the description names.
    """
    values = read_json(folder)
    description = _parse(values, folder)
    verify_files(folder, values.get("files"), FILES)
    return ModelPackage(folder, description, _read_domains(folder, description))


def find_packages(models_dir: Path) -> tuple[Path, ...]:
    """Folders under `models_dir` that hold a `model.json`, sorted by name."""
    return tuple(sorted(path.parent for path in models_dir.glob("*/model.json")))


def save_package(
    folder: Path,
    description: Description,
    domains: Mapping[View, Sequence[DomainModel]],
    card: str,
    payload: Path,
) -> ModelPackage:
    """Write a package beside its place, verify it, then put it there in one step.

    Args:
        folder: Where the package shall lie; one already there is replaced only after the new one is complete.
        description: Its description; its id is the folder's name.
        domains: What photos of each view look like.
        card: Text of `CARD.md`.
        payload: Folder that holds `weights.safetensors`, `model.xml` and `model.bin`.

    Raises:
        PackageError: What was written does not read back.
    """

    def fill(new: Path) -> Mapping[str, Any]:
        copy_network(payload, new)
        (new / CARD).write_text(card, encoding="utf-8")
        arrays: dict[str, npt.NDArray[Any]] = {}
        for view, kinds in domains.items():
            for number, domain in enumerate(kinds):
                for key, value in asdict(domain).items():
                    arrays[f"{view.value}.{number}.{key}"] = np.ascontiguousarray(value, dtype=np.float32)
        save_file(arrays, new / DOMAIN)
        return asdict(description)

    write_package(folder, fill, FILES, load_package)
    return load_package(folder)


def _parse(values: Mapping[str, Any], folder: Path) -> Description:
    if is_classifier(values):
        raise PackageError("package.is_classifier", package=folder.name)
    try:
        view = View(values["view"])
        named = tuple(values["conditions"])
        if named != tuple(c.value for c in CONDITIONS_OF_VIEW[view]):
            raise PackageError("package.other_conditions", package=folder.name, conditions=", ".join(map(str, named)))
        if values["head"] != "ordinal":
            raise ValueError(f"head {values['head']!r}")
        description = Description(
            id=str(values["id"]),
            version=str(values["version"]),
            architecture=str(values["architecture"]),
            view=view,
            conditions=CONDITIONS_OF_VIEW[view],
            input=InputSpec.from_dict(values["input"]),
            head="ordinal",
            scales=parse_scales(values["scales"]),
            gradings=tuple(_parse_grading(grading) for grading in values["gradings"]),
            quality=QualityLimits(**{k: float(v) for k, v in values["quality"].items()}),
            metrics=dict(values["metrics"]),
            training=dict(values["training"]),
            libraries=dict(values["libraries"]),
        )
        if len(description.gradings) != len(description.conditions):
            raise ValueError("one grading a condition")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PackageError("package.bad_description", package=folder.name, detail=error) from error
    return description


def _parse_grading(values: Mapping[str, Any]) -> Grading:
    return Grading(
        grades=tuple(int(v) for v in values["grades"]),
        slope=float(values["slope"]),
        cuts=tuple(float(v) for v in values["cuts"]),
        thresholds=tuple(float(v) for v in values["thresholds"]),
        minimum_probability=float(values["minimum_probability"]),
        coverage=float(values["coverage"]),
    )


def _read_domains(folder: Path, description: Description) -> dict[View, tuple[DomainModel, ...]]:
    try:
        arrays = load_file(folder / DOMAIN)
        kinds = sorted({name.rpartition(".")[0] for name in arrays})
        domains: dict[View, tuple[DomainModel, ...]] = {}
        for kind in kinds:
            view = View(kind.split(".")[0])
            domains[view] = (*domains.get(view, ()), _domain(arrays, kind))
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise PackageError("package.bad_description", package=folder.name, detail=error) from error
    if description.view not in domains:
        raise PackageError("package.bad_description", package=folder.name, detail=DOMAIN)
    return domains


def _domain(arrays: Mapping[str, npt.NDArray[np.float32]], kind: str) -> DomainModel:
    return DomainModel(
        mean=arrays[f"{kind}.mean"],
        components=arrays[f"{kind}.components"],
        deviations=arrays[f"{kind}.deviations"],
        residual=float(arrays[f"{kind}.residual"].item()),
        limit=float(arrays[f"{kind}.limit"].item()),
    )
