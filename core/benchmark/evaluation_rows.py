"""How fast a package is evaluated, against its bare network on the same pictures."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from core.benchmark.comparison import Comparison, at_least
from core.benchmark.material import Workbench
from core.benchmark.measuring import take_turns
from core.lab.evaluation import evaluate_package
from core.lab.manifest import read_manifest
from core.vision.engine import build_engine
from core.vision.package import GRAPH
from core.vision.photo import read_photo
from core.vision.preprocess import Pixels, network_picture


def evaluation_rows(bench: Workbench) -> list[Comparison]:
    """Photos a second of a whole evaluation (reading, decoding, grading, figures with intervals), on all cores."""
    package, manifest = bench.package, read_manifest(_manifest(bench))
    engine = build_engine(package, "openvino", "auto", many=True)
    network = _compile(package.folder / GRAPH)
    pictures = [network_picture(read_photo(photo.path).pixels, package.description.input)[0] for photo in manifest]
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        took = take_turns(
            lambda: evaluate_package(package, engine, manifest),
            lambda: _infer(network, pictures),
            rounds=bench.rounds(3, 1),
        )
    finally:
        cv2.setNumThreads(before)
    ours, baseline = (len(pictures) * 1000 / milliseconds for milliseconds in (took.ours, took.baseline))
    name = "bare OpenVINO on the prepared pictures, on all cores"
    return [at_least("evaluate_throughput", "photos/s", ours, name, baseline, 0.8)]


def _manifest(bench: Workbench) -> Path:
    first, *_ = bench.folder
    return first.parent / "manifest.csv"


def _compile(graph: Path) -> Any:  # noqa: ANN401 - OpenVINO has no types
    import openvino as ov

    return ov.Core().compile_model(graph, "CPU", {"PERFORMANCE_HINT": "THROUGHPUT"})


def _infer(network: Any, pictures: list[Pixels]) -> None:  # noqa: ANN401
    import openvino as ov

    jobs = ov.AsyncInferQueue(network)
    for picture in pictures:
        jobs.start_async([np.expand_dims(picture, 0)], share_inputs=True)
    jobs.wait_all()
