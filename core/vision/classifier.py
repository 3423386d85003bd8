"""A classifier package at work: any photo in, classes, probabilities, sets and evidence out.

OpenVINO runs it by default; PyTorch gives the same numbers and is imported only where it is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import EngineError, PackageError
from core.vision.classifier_package import (
    ClassifierDescription,
    ClassifierPackage,
    load_classifier,
    read_classifier_description,
    save_classifier,
)
from core.vision.engine import OpenVinoGraph, Precision, load_network
from core.vision.outputs import OutputCalibration, Reading, read_values
from core.vision.package_files import GRAPH
from core.vision.preprocess import Box, network_picture, shown_part
from core.vision.task import Kind, Output, Task

__all__ = [
    "Classification",
    "Classifier",
    "ClassifierDescription",
    "ClassifierPackage",
    "OutputCalibration",
    "OutputResult",
    "Reading",
    "load_classifier",
    "read_classifier_description",
    "read_values",
    "save_classifier",
]

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
# A map over a padded picture is drawn this fine before the part over the photo is cut out of it.
_MAP_SIDE = 112


@dataclass(frozen=True)
class OutputResult:
    """One output's answer about one photo.

    Attributes:
        output: What was asked, with the names and the advice of its classes.
        probabilities: float64 (classes,).
        chosen: Positions of the classes said to hold: one, or for `multi` any number.
        possible: Positions of the classes that cannot be ruled out at the package's coverage.
        values: float32 (classes,), as they came from the network.
        maps: float32 (classes, h, w), class activation maps over the network's picture, averaging to the values.
    """

    output: Output
    probabilities: npt.NDArray[np.float64]
    chosen: tuple[int, ...]
    possible: tuple[int, ...]
    values: Floats
    maps: Floats


@dataclass(frozen=True)
class Classification:
    """What a classifier says about one photo.

    Attributes:
        package: Id of the package.
        results: One an output, by its id, in order.
        box: The part of the photo the network saw, in its pixels; reaches beyond the photo where it was padded.
        photo_size: Width and height of the photo.
        features: float32 (F,), for comparing photos.
    """

    package: str
    results: Mapping[str, OutputResult]
    box: Box
    photo_size: tuple[int, int]
    features: Floats

    def heatmap(self, output_id: str, position: int) -> tuple[Floats, Box]:
        """Where the evidence for a class lies.

        It is told against the mean of the output's other classes, where one of them holds: what speaks for all of them
        alike speaks for none.

        Args:
            output_id: The output.
            position: Of the class.

        Returns:
            float32 (h, w) in 0..1 (0 all over where no place speaks for the class), and the part of the photo it lies
            over, inside the photo.
        """
        result = self.results[output_id]
        evidence = result.maps[position]
        if result.output.kind != "multi":
            others = np.delete(result.maps, position, axis=0)
            evidence = evidence - others.mean(axis=0)
        evidence, box = self._over_photo(evidence)
        top = float(evidence.max())
        if top <= 1e-6:
            return np.zeros_like(evidence), box
        return np.asarray(np.clip(evidence / top, 0, 1), dtype=np.float32), box

    def _over_photo(self, evidence: Floats) -> tuple[Floats, Box]:
        """Cut off what lies over padding."""
        width, height = self.photo_size
        left, top, right, bottom = self.box
        inside = max(0, left), max(0, top), min(width, right), min(height, bottom)
        if inside == self.box:
            return evidence, self.box
        fine = cv2.resize(evidence, (_MAP_SIDE, _MAP_SIDE), interpolation=cv2.INTER_LINEAR)
        left, top, right, bottom = shown_part(self.box, width, height, _MAP_SIDE, _MAP_SIDE)
        return np.asarray(fine[top:bottom, left:right], dtype=np.float32), inside


class _Engine(Protocol):
    def run(self, picture: Pixels) -> list[Floats]: ...


class _TorchNetwork:
    """A package's weights in PyTorch, in float32."""

    def __init__(self, package: ClassifierPackage) -> None:
        import torch

        from core.vision.backbones import ClassifierNetwork

        about = package.description
        if about.architecture == "ensemble":
            raise PackageError("package.openvino_only", package=about.id)
        spec = about.input
        network = ClassifierNetwork(
            about.architecture, about.task.class_count, spec.mean, spec.std, scales=about.scales
        )
        load_network(network, package.folder, about.id)
        self._network = network.eval()
        self._torch = torch

    def run(self, picture: Pixels) -> list[Floats]:
        """Values, maps and features of one picture."""
        with self._torch.inference_mode():
            batch = self._torch.from_numpy(np.ascontiguousarray(picture))[None]
            return [values[0].numpy() for values in self._network(batch)]


class Classifier:
    """Classifies photos with one package; any thread may use it.

    Args:
        package: A verified package.
        engine: `openvino` or `torch`.
        precision: For OpenVINO: `auto` takes bf16 where the processor has it. PyTorch always runs in f32.
        threads: For OpenVINO: processor threads of one inference; 0 takes all.
        many: For OpenVINO: several threads of the caller will classify at once.

    Raises:
        PackageError: The graph or the weights do not fit the description.
    """

    def __init__(
        self,
        package: ClassifierPackage,
        engine: Literal["openvino", "torch"] = "openvino",
        precision: Precision = "auto",
        threads: int = 0,
        *,
        many: bool = False,
    ) -> None:
        about = package.description
        self.package = package
        self._engine: _Engine
        if engine == "torch":
            self._engine = _TorchNetwork(package)
            return
        size = about.input.width, about.input.height
        graph = OpenVinoGraph(package.folder / GRAPH, about.id, size, precision, threads, many=many)
        _check_outputs(graph, about)
        self._engine = graph

    @classmethod
    def load(
        cls,
        folder: Path,
        engine: Literal["openvino", "torch"] = "openvino",
        precision: Precision = "auto",
        threads: int = 0,
        *,
        many: bool = False,
    ) -> "Classifier":
        """Read, verify and make ready the package in a folder.

        Raises:
            PackageError: It is no classifier package, or not as it should be.
        """
        return cls(load_classifier(folder), engine, precision, threads, many=many)

    @property
    def task(self) -> Task:
        """What it predicts."""
        return self.package.task

    def classify(self, pixels: Pixels) -> Classification:
        """Classify one photo.

        Args:
            pixels: uint8 (H, W, 3), upright RGB of any size.

        Raises:
            EngineError: The network gave a value that is not finite.
        """
        about = self.package.description
        picture, box = network_picture(pixels, about.input)
        values, maps, features = self.infer(picture)
        results = {}
        spans = about.task.spans
        for output, calibration in zip(about.task.outputs, about.calibration, strict=True):
            span = spans[output.id]
            results[output.id] = _result(output, values[span], maps[span], calibration)
        return Classification(about.id, results, box, (pixels.shape[1], pixels.shape[0]), features)

    def infer(self, picture: Pixels) -> tuple[Floats, Floats, Floats]:
        """Run one network picture, uint8 (height, width, 3) of the package's input.

        Returns:
            Values float32 (classes,) in the order of `Task.spans`, maps (classes, h, w), features (F,).

        Raises:
            EngineError: The network gave a value that is not finite.
        """
        values, maps, features = self._engine.run(picture)
        if not (np.isfinite(values).all() and np.isfinite(features).all()):
            raise EngineError("engine.not_finite", package=self.package.description.id)
        return values, maps, features


def _result(output: Output, values: Floats, maps: Floats, calibration: OutputCalibration) -> OutputResult:
    kind: Kind = output.kind
    reading = read_values(values, kind, calibration)
    chosen, possible = (tuple(int(i) for i in np.flatnonzero(f)) for f in (reading.chosen, reading.possible))
    return OutputResult(output, np.asarray(reading.probabilities, np.float64), chosen, possible, values, maps)


def _check_outputs(graph: OpenVinoGraph, about: ClassifierDescription) -> None:
    """Refuse a graph whose outputs are not those of the task."""
    count = about.task.class_count
    shapes = [tuple(port.shape) for port in graph.compiled.outputs]
    if len(shapes) != 3 or shapes[0] != (1, count) or len(shapes[1]) != 4 or shapes[1][:2] != (1, count):
        raise PackageError("package.bad_graph", package=about.id)
