"""Several exported networks as one: a single OpenVINO graph with a branch a member.

Every branch sees the same picture, resized inside the graph where a member wants a smaller one. The branches' values
are added with weights, so that what leaves the graph looks like the output of a single network.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from core.vision.package_files import GRAPH, WEIGHTS


@dataclass(frozen=True)
class Branch:
    """A member of the joined graph.

    Attributes:
        folder: Its package.
        weights: float (values,), by what each of its values is multiplied before the branches are added.
    """

    folder: Path
    weights: npt.NDArray[np.float64]


def join_graphs(branches: Sequence[Branch], width: int, height: int, folder: Path) -> None:
    """Write `model.xml`, `model.bin` and `weights.safetensors` of the joined network.

    Values and maps are weighted sums over the branches, maps of other sizes resized to the largest; features stand one
    after the other; further outputs (the signature that tells what kind of picture it is) are the first branch's.

    Args:
        branches: The members.
        width: Of the picture the joined network sees: the largest any member sees.
        height: Of the same.
        folder: An existing folder.
    """
    import openvino as ov
    from openvino import opset15 as ops

    core = ov.Core()
    shared = ops.parameter([1, height, width, 3], ov.Type.u8, name="pictures")
    outputs = [_branch(ops, core.read_model(branch.folder / GRAPH), shared, branch) for branch in branches]
    values = _sum(ops, [one[0] for one in outputs])
    maps = _sum_maps(ops, [one[1] for one in outputs], values)
    features = ops.concat([one[2] for one in outputs], 1)
    results = [ops.result(node) for node in (values, maps, features, *outputs[0][3:])]
    # What was compressed stays compressed; the weights of the sum stay exact.
    ov.save_model(ov.Model(results, [shared], "ensemble"), folder / GRAPH, compress_to_fp16=False)
    states = {f"{number}.{name}": values for number, b in enumerate(branches) for name, values in _state(b).items()}
    save_file(states, folder / WEIGHTS)


def _state(branch: Branch) -> dict[str, npt.NDArray[Any]]:
    return dict(load_file(branch.folder / WEIGHTS))


def _branch(ops: Any, model: Any, shared: Any, branch: Branch) -> list[Any]:  # noqa: ANN401 - OpenVINO has no types
    """Hang a member's graph under the shared picture; its outputs, the first two weighted."""
    (picture,) = model.get_parameters()
    _, height, width, _ = (int(side) for side in picture.get_output_shape(0))
    source = _resized(ops, shared, height, width)
    for reader in picture.output(0).get_target_inputs():
        reader.replace_source_output(source.output(0))
    outputs = [result.input_value(0) for result in model.get_results()]
    weights = branch.weights.astype(np.float32)
    values = ops.multiply(outputs[0], ops.constant(weights[None]))
    maps = ops.multiply(outputs[1], ops.constant(weights[None, :, None, None]))
    return [values, maps, *outputs[2:]]


def _resized(ops: Any, picture: Any, height: int, width: int) -> Any:  # noqa: ANN401
    """The shared picture at a member's size, averaged as the preprocessing does.

    As products of matrices, which OpenVINO runs much faster than its own averaging.
    """
    _, from_height, from_width, _ = (int(side) for side in picture.get_output_shape(0))
    if (from_height, from_width) == (height, width):
        return picture
    planes = ops.transpose(ops.convert(picture, "f32"), ops.constant(np.array([0, 3, 1, 2])))
    down, across = _averaging(from_height, height), _averaging(from_width, width)
    small = ops.matmul(ops.matmul(ops.constant(down), planes, False, False), ops.constant(across), False, True)
    pixels = ops.clamp(ops.round(small, "half_to_even"), 0.0, 255.0)
    return ops.convert(ops.transpose(pixels, ops.constant(np.array([0, 2, 3, 1]))), "u8")


def _averaging(before: int, after: int) -> npt.NDArray[np.float32]:
    """The matrix (after, before) that resizes a column of pixels."""
    return np.asarray(cv2.resize(np.eye(before, dtype=np.float32), (before, after), interpolation=cv2.INTER_AREA))


def _sum(ops: Any, nodes: Sequence[Any]) -> Any:  # noqa: ANN401
    total = nodes[0]
    for node in nodes[1:]:
        total = ops.add(total, node)
    return total


def _sum_maps(ops: Any, maps: Sequence[Any], values: Any) -> Any:  # noqa: ANN401
    sizes = [tuple(int(side) for side in node.get_output_shape(0)[2:]) for node in maps]
    size = max(sizes)
    resized = [
        node if one == size else ops.interpolate(node, np.array(size), "linear_onnx", "sizes", axes=np.array([2, 3]))
        for node, one in zip(maps, sizes, strict=True)
    ]
    total = _sum(ops, resized)
    if len(set(sizes)) == 1:
        return total
    # Resizing moves a map's mean a little; its mean is the value.
    places = ops.constant(np.array([2, 3]))
    centred = ops.subtract(total, ops.reduce_mean(total, places, keep_dims=True))
    return ops.add(centred, ops.unsqueeze(values, places))
