"""A trained network to the files a package carries: safetensors for PyTorch, a graph for OpenVINO."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file

from core.vision.backbones import PooledNetwork
from core.vision.package import GRAPH, WEIGHTS
from core.vision.preprocess import InputSpec


@contextmanager
def _attention_in_steps() -> Iterator[None]:
    """Keep torch from attention as one operation, which only some passes take and OpenVINO does not know."""
    before = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(before)


def export_grader(grader: PooledNetwork, spec: InputSpec, folder: Path) -> Any:  # noqa: ANN401 - see below
    """Write `weights.safetensors`, `model.xml` and `model.bin`.

    Weights are kept in half precision in both files, so that a package stays small and both engines start from the
    same numbers. OpenVINO folds batch normalisation into them and rounds once more, which a trained network hardly
    notices; one with random weights may.

    Args:
        grader: The trained network; its large weights are rounded in place.
        spec: The network's picture.
        folder: An existing folder.

    Returns:
        The graph as an `openvino.Model`, before that second rounding. (Named in words: OpenVINO loads when it is used.)
    """
    import openvino as ov

    grader = grader.eval().to(memory_format=torch.contiguous_format)
    with torch.no_grad():
        for parameter in grader.parameters():
            if parameter.ndim > 1:
                parameter.copy_(parameter.half().float())
    state = {
        name: (values.half() if values.ndim > 1 else values.float()).contiguous()
        for name, values in grader.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }
    save_file(state, folder / WEIGHTS)
    example = torch.zeros((1, spec.height, spec.width, 3), dtype=torch.uint8)
    with torch.no_grad():
        grader(example)  # what a network computes once and keeps must not become part of the trace
    with warnings.catch_warnings(), _attention_in_steps():
        # Sizes become constants of the trace: they are fixed here. How torch traces is not what a person can change.
        warnings.simplefilter("ignore")
        graph = ov.convert_model(grader, example_input=example, input=[([1, spec.height, spec.width, 3], ov.Type.u8)])
    ov.save_model(graph, folder / GRAPH, compress_to_fp16=True)
    return graph
