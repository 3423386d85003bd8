"""What a network costs: the numbers it has learnt, and how long it takes over one picture."""

import os
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from safetensors import safe_open

from core.lab.task import read_task

PASSES = 40
ROUNDS = 9
_PASSES_A_TURN = 7
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


def recipe_costs(recipes: Mapping[str, Mapping[str, Any]], rounds: int = ROUNDS) -> dict[str, Cost]:
    """Measure what the networks of recipes cost, with random weights: neither count nor time depends on them.

    All of them take turns, so that a machine that is busy for a while slows none more than another.

    Args:
        recipes: `recipe.json` of a run, by any name.
        rounds: Turns of each; a turn is a few pictures.

    Raises:
        RecipeError: A network does not exist here.
    """
    with TemporaryDirectory() as folder:
        built = {name: _build(recipe, Path(folder, str(i))) for i, (name, recipe) in enumerate(recipes.items())}
        took: dict[str, list[float]] = {name: [] for name in built}
        for _ in range(rounds):
            for name, network in built.items():
                took[name].append(measure_latency(network.run, _PASSES_A_TURN))
    return {name: Cost(network.parameters, median(took[name]), network.setting) for name, network in built.items()}


@dataclass(frozen=True)
class _Built:
    parameters: int
    run: Callable[[], object]
    setting: str


def _build(recipe: Mapping[str, Any], folder: Path) -> _Built:
    import openvino as ov
    import torch

    from core.lab.export import export_grader
    from core.vision.backbones import OrdinalGrader
    from core.vision.package import GRAPH
    from core.vision.preprocess import InputSpec

    network, size = recipe["network"], recipe["input"]
    spec = InputSpec(size["width"], size["height"], tuple(size["mean"]), tuple(size["std"]))
    torch.manual_seed(0)
    levels = _levels(recipe)
    grader = OrdinalGrader(network["architecture"], levels, spec.mean, spec.std, scales=network.get("scales", (1.0,)))
    parameters = sum(values.numel() for values in grader.parameters())
    folder.mkdir()
    with warnings.catch_warnings():
        # What torch remarks on tracing says nothing to whoever compares runs.
        warnings.simplefilter("ignore")
        export_grader(grader, spec, folder)
    compiled = ov.Core().compile_model(folder / GRAPH, "CPU", {"PERFORMANCE_HINT": "LATENCY"})
    request = compiled.create_infer_request()
    picture = np.random.default_rng(0).integers(0, 256, (1, spec.height, spec.width, 3), np.uint8)
    precision = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    setting = _setting(f"openvino {precision}", spec.width, spec.height)
    return _Built(parameters, lambda: request.infer([picture], share_inputs=True), setting)


def _levels(recipe: Mapping[str, Any]) -> list[int]:
    """Grades of each value the network gives; a value of a class rather than a grade has no cut points but one."""
    if "grades" in recipe:
        return [len(grades) for grades in recipe["grades"].values()]
    task = read_task(recipe["task"])
    if task.graded_view is not None and recipe["loss"]["name"] == "ordinal":
        return [len(output.classes) for output in task.outputs]
    return [2] * task.class_count


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
    return f"{precision}, {width} x {height} px, one picture at a time, {os.cpu_count()} processor threads"
