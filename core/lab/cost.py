"""What a network costs: the numbers it has learnt, and how long it takes over one picture."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from safetensors import safe_open

PASSES = 40
# Running averages and the input's mean and deviation stand in a network's file and are no parameters.
_NOT_LEARNT = ("running_mean", "running_var", "num_batches_tracked", "mean", "std")


@dataclass(frozen=True)
class Cost:
    """What a network costs.

    Attributes:
        parameters: Numbers it has learnt.
        latency_ms: Median milliseconds of one picture, one at a time.
        latency_setting: With what, at which size.
    """

    parameters: int
    latency_ms: float
    latency_setting: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "latency_ms": round(self.latency_ms, 2)}


def count_parameters(weights: Path) -> int:
    """Count the learnt numbers in a `.safetensors` file; nothing but its head is read."""
    with safe_open(weights, framework="numpy") as file:
        shapes = {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118 - no mapping
    return sum(int(np.prod(shape)) for name, shape in shapes.items() if name.rpartition(".")[2] not in _NOT_LEARNT)


def measure_latency(run: Callable[[], object], passes: int = PASSES) -> float:
    """Median milliseconds of a call, after three untimed ones."""
    for _ in range(3):
        run()
    took = []
    for _ in range(passes):
        started = time.perf_counter()
        run()
        took.append((time.perf_counter() - started) * 1000)
    return median(took)


def recipe_cost(recipe: Mapping[str, Any], passes: int = PASSES) -> Cost:
    """Measure what a recipe's network costs, with random weights: neither count nor time depends on them.

    Args:
        recipe: A run's `recipe.json`.
        passes: Pictures timed.

    Raises:
        RecipeError: Its network does not exist here.
    """
    import openvino as ov
    import torch

    from core.lab.export import export_grader
    from core.vision.backbones import OrdinalGrader
    from core.vision.package import GRAPH
    from core.vision.preprocess import InputSpec

    network, size = recipe["network"], recipe["input"]
    spec = InputSpec(size["width"], size["height"], tuple(size["mean"]), tuple(size["std"]))
    levels = [len(grades) for grades in recipe.get("grades", {"one": (0, 1)}).values()]
    torch.manual_seed(0)
    grader = OrdinalGrader(network["architecture"], levels, spec.mean, spec.std, scales=network.get("scales", (1.0,)))
    parameters = sum(values.numel() for values in grader.parameters())
    with TemporaryDirectory() as folder:
        export_grader(grader, spec, Path(folder))
        compiled = ov.Core().compile_model(Path(folder) / GRAPH, "CPU", {"PERFORMANCE_HINT": "LATENCY"})
        request = compiled.create_infer_request()
        picture = np.random.default_rng(0).integers(0, 256, (1, spec.height, spec.width, 3), np.uint8)
        milliseconds = measure_latency(lambda: request.infer([picture], share_inputs=True), passes)
        precision = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    return Cost(parameters, milliseconds, _setting(f"openvino {precision}", spec.width, spec.height))


def package_cost(weights: Path, run: Callable[[], object], precision: str, width: int, height: int) -> Cost:
    """Measure what a package costs.

    Args:
        weights: Its `weights.safetensors`.
        run: One picture through its engine.
        precision: Of the engine.
        width: Of the picture.
        height: Of the picture.
    """
    return Cost(count_parameters(weights), measure_latency(run), _setting(precision, width, height))


def _setting(precision: str, width: int, height: int) -> str:
    import os

    return f"{precision}, {width} x {height} px, one picture at a time, {os.cpu_count()} processor threads"
