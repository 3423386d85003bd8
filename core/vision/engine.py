"""Run a package: OpenVINO (default) or PyTorch, same numbers.

Both engines give scores, class activation maps and the feature vector in one pass, and are safe for many threads at
once. Only `TorchEngine` imports torch, when it is made.
"""

import queue
import threading
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from core.errors import EngineError, PackageError
from core.vision.package import GRAPH, WEIGHTS, ModelPackage

if TYPE_CHECKING:
    from torch import nn

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Precision = Literal["auto", "f32", "bf16"]

_first_pass = threading.Lock()


@dataclass(frozen=True)
class Inference:
    """What a network says about one picture.

    Attributes:
        scores: float32 (conditions,), the ordinal scores.
        maps: float32 (conditions, h, w), class activation maps; each averages to its score.
        features: float32 (F,), the averaged feature maps.
        signature: float32 (G,), what kind of picture this is: recognises views and what is no scalp.
    """

    scores: Floats
    maps: Floats
    features: Floats
    signature: Floats


class Engine(Protocol):
    """Anything that runs a package."""

    def infer(self, picture: Pixels) -> Inference:
        """Run one picture, uint8 (H, W, 3) of the package's input size.

        Raises:
            EngineError: The network gave a value that is not finite.
        """
        ...


class OpenVinoGraph:
    """An exported graph compiled for the processor; any thread may run it.

    Args:
        path: `model.xml`.
        package_id: For messages.
        size: Width and height of its picture.
        precision: `auto` takes bf16 where the processor has it.
        threads: Processor threads of one inference; 0 takes all.
        many: Several threads of the caller will infer at once, and what counts is all of them together.

    Raises:
        PackageError: It is no graph that takes one picture of this size.
    """

    def __init__(
        self,
        path: Path,
        package_id: str,
        size: tuple[int, int],
        precision: Precision = "auto",
        threads: int = 0,
        *,
        many: bool = False,
    ) -> None:
        import openvino as ov

        core = ov.Core()
        if precision == "auto":
            has_bf16 = "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
            precision = "bf16" if has_bf16 else "f32"
        # One photo is done soonest with all threads on it; many with a thread each, side by side.
        hint = "THROUGHPUT" if many else "LATENCY"
        options: dict[str, Any] = {"PERFORMANCE_HINT": hint, "INFERENCE_PRECISION_HINT": precision}
        if threads:
            options["INFERENCE_NUM_THREADS"] = threads
        width, height = size
        try:
            graph = core.read_model(path)
            if [tuple(port.shape) for port in graph.inputs] != [(1, height, width, 3)]:
                raise PackageError("package.bad_graph", package=package_id)
            self.compiled = core.compile_model(graph, "CPU", options)
        except RuntimeError as error:
            raise PackageError("package.bad_graph", package=package_id) from error
        self.package_id = package_id
        self.precision = precision
        # A request is used by one thread at a time; idle ones wait here and more are made as they are needed.
        self._idle: queue.SimpleQueue[Any] = queue.SimpleQueue()
        # OpenVINO's table of data types is made in the first pass, and two first passes at once wait for each other
        # for ever: one thread holds the table and wants Python's lock, the other the reverse.
        with _first_pass:
            self.run(np.zeros((height, width, 3), dtype=np.uint8))

    def run(self, picture: Pixels) -> list[Floats]:
        """All outputs for one picture, each without its batch dimension."""
        try:
            request = self._idle.get_nowait()
        except queue.Empty:
            request = self.compiled.create_infer_request()
        request.infer([picture[None]], share_inputs=True)
        outputs = [tensor.data[0].copy() for tensor in request.output_tensors]
        self._idle.put(request)
        return outputs


class OpenVinoEngine(OpenVinoGraph):
    """Runs the exported graph of a package with OpenVINO on the processor."""

    def __init__(
        self, package: ModelPackage, precision: Precision = "auto", threads: int = 0, *, many: bool = False
    ) -> None:
        spec = package.description.input
        size = spec.width, spec.height
        super().__init__(package.folder / GRAPH, package.description.id, size, precision, threads, many=many)
        if len(self.compiled.outputs) != len(fields(Inference)):
            raise PackageError("package.bad_graph", package=self.package_id)

    def infer(self, picture: Pixels) -> Inference:
        """See `Engine.infer`."""
        return _checked(Inference(*self.run(picture)), self.package_id)


class TorchEngine:
    """Runs the weights of a package with PyTorch, in float32."""

    def __init__(self, package: ModelPackage) -> None:
        import torch

        from core.vision.backbones import OrdinalGrader

        description = package.description
        if description.architecture == "ensemble":
            raise PackageError("package.openvino_only", package=description.id)
        levels = [len(grading.grades) for grading in description.gradings]
        spec = description.input
        grader = OrdinalGrader(description.architecture, levels, spec.mean, spec.std, scales=description.scales)
        load_network(grader, package.folder, description.id)
        self.package_id = description.id
        self._grader = grader.eval()
        self._torch = torch

    def infer(self, picture: Pixels) -> Inference:
        """See `Engine.infer`."""
        with self._torch.inference_mode():
            batch = self._torch.from_numpy(np.ascontiguousarray(picture))[None]
            outputs = [values[0].numpy() for values in self._grader(batch)]
        return _checked(Inference(*outputs), self.package_id)


def load_network(network: "nn.Module", folder: Path, package_id: str) -> None:
    """Load a package's weights into the network its description names.

    Raises:
        PackageError: They do not fit.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        state = {name: values.float() for name, values in load_file(folder / WEIGHTS).items()}
        missing, unexpected = network.load_state_dict(state, strict=False)
    except (SafetensorError, RuntimeError) as error:
        raise PackageError("package.bad_graph", package=package_id) from error
    # Counters of seen batches matter to training alone and are not kept.
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise PackageError("package.bad_graph", package=package_id)


def build_engine(
    package: ModelPackage,
    kind: Literal["openvino", "torch"] = "openvino",
    precision: Precision = "auto",
    threads: int = 0,
    *,
    many: bool = False,
) -> Engine:
    """Make the engine that runs a package.

    Args:
        package: A verified package.
        kind: `openvino` or `torch`.
        precision: For OpenVINO: `auto` takes bf16 where the processor has it. PyTorch always runs in f32.
        threads: For OpenVINO: processor threads of one inference; 0 takes all.
        many: For OpenVINO: several threads of the caller will infer at once, and what counts is all of them together.

    Raises:
        PackageError: The graph or the weights do not fit the description.
    """
    if kind == "torch":
        return TorchEngine(package)
    return OpenVinoEngine(package, precision, threads, many=many)


def _checked(inference: Inference, package_id: str) -> Inference:
    # Maps average to scores and features make them: one that is not finite shows in these.
    if not (np.isfinite(inference.scores).all() and np.isfinite(inference.signature).all()):
        raise EngineError("engine.not_finite", package=package_id)
    return inference
