"""A classifier package on disk: a network for any task, with the task inside.

A folder of plain data: `model.json`, `weights.safetensors` (for PyTorch), `model.xml` with `model.bin` (for OpenVINO)
and `CARD.md`. Nothing in it is ever executed. Packages that grade scalp conditions for the Diagnosis page are another
kind (`core.vision.package`); each loader refuses the other's.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.errors import PackageError, TaskError
from core.vision.architectures import architecture_names
from core.vision.outputs import OutputCalibration
from core.vision.package_files import (
    CARD,
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
from core.vision.task import Task, parse_task

_FILES = (WEIGHTS, GRAPH, GRAPH_DATA, CARD)
_LARGEST_SIDE = 2048


@dataclass(frozen=True)
class ClassifierDescription:
    """`model.json` of a classifier.

    Attributes:
        id: Name of the package, equal to its folder's.
        version: Version of this package, a date or a number.
        architecture: Name in `core.vision.architectures`, or `ensemble` where several networks were joined: those
            run through OpenVINO alone.
        task: What is predicted.
        input: The network's picture.
        calibration: How each output's values are read, in the order of the outputs.
        scales: Sizes the network sees the picture at, relative to the input.
        metrics: What was measured, each with n and data.
        training: Recipe, command, data and number of photos.
        libraries: Versions of the libraries that made it.
    """

    id: str
    version: str
    architecture: str
    task: Task
    input: InputSpec
    calibration: tuple[OutputCalibration, ...]
    scales: tuple[float, ...] = (1.0,)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    training: Mapping[str, Any] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check what belongs together."""
        if len(self.calibration) != len(self.task.outputs):
            raise ValueError("one calibration an output")
        if self.architecture not in (*architecture_names(), "ensemble"):
            raise ValueError(f"architecture {self.architecture!r}")
        if max(self.input.width, self.input.height) > _LARGEST_SIDE:
            raise ValueError(f"input over {_LARGEST_SIDE} pixels")


@dataclass(frozen=True)
class ClassifierPackage:
    """A classifier package read and verified.

    Attributes:
        folder: Where it lies.
        description: Its `model.json`.
    """

    folder: Path
    description: ClassifierDescription

    @property
    def task(self) -> Task:
        """What it predicts."""
        return self.description.task

    @property
    def card(self) -> str:
        """The model card, as Markdown; a stranger's text."""
        return (self.folder / CARD).read_text(encoding="utf-8")


def read_classifier_description(folder: Path) -> ClassifierDescription:
    """Read `model.json` alone, without verifying the other files: cheap, for showing what is there.

    Raises:
        PackageError: As `load_classifier`, for what concerns `model.json`.
    """
    return _parse(read_json(folder), folder)


def load_classifier(folder: Path) -> ClassifierPackage:
    """Read a classifier package and verify every file of it.

    Raises:
        PackageError: Missing, of an unknown format or another kind, with a description that cannot be true, or with a
            file whose bytes are not those the description names.
    """
    values = read_json(folder)
    description = _parse(values, folder)
    verify_files(folder, values.get("files"), _FILES)
    return ClassifierPackage(folder, description)


def save_classifier(folder: Path, description: ClassifierDescription, card: str, payload: Path) -> ClassifierPackage:
    """Write a package beside its place, verify it, then put it there in one step.

    Args:
        folder: Where the package shall lie; one already there is replaced only after the new one is complete.
        description: Its description; its id is the folder's name.
        card: Text of `CARD.md`.
        payload: Folder that holds `weights.safetensors`, `model.xml` and `model.bin`.

    Raises:
        PackageError: What was written does not read back.
    """

    def fill(new: Path) -> Mapping[str, Any]:
        copy_network(payload, new)
        (new / CARD).write_text(card, encoding="utf-8")
        return {"kind": "classifier", **asdict(description)}

    write_package(folder, fill, _FILES, load_classifier)
    return load_classifier(folder)


def _parse(values: Mapping[str, Any], folder: Path) -> ClassifierDescription:
    if not is_classifier(values):
        raise PackageError("package.no_classifier", package=folder.name)
    try:
        return ClassifierDescription(
            id=str(values["id"]),
            version=str(values["version"]),
            architecture=str(values["architecture"]),
            task=parse_task(values["task"], folder.name),
            input=InputSpec.from_dict(values["input"]),
            calibration=tuple(_parse_calibration(one) for one in values["calibration"]),
            scales=parse_scales(values["scales"]),
            metrics=dict(values["metrics"]),
            training=dict(values["training"]),
            libraries=dict(values["libraries"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, TaskError) as error:
        raise PackageError("package.bad_description", package=folder.name, detail=error) from error


def _parse_calibration(values: Mapping[str, Any]) -> OutputCalibration:
    return OutputCalibration(
        temperature=float(values["temperature"]),
        minimum_probability=float(values["minimum_probability"]),
        coverage=float(values["coverage"]),
    )
