"""What the project is held against: one network a condition, as the service before it ran them.

Two EfficientNet-b3 and four b7 from efficientnet-pytorch, four classes each, at 300 px, in PyTorch eager, with
pytorch-grad-cam once per condition. Their weights are random, since speed does not depend on them.

`python -m core.benchmark.baseline` imports torch, builds the six networks and ends: the process that
`python -m core diagnose` is compared with.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from core.errors import ScalpError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import torch
    from PIL.Image import Image
    from torch import nn

NETWORKS = ("efficientnet-b3",) * 2 + ("efficientnet-b7",) * 4
SIDE = 300
CLASSES = 4
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def build_networks() -> "tuple[nn.Module, ...]":
    """Import torch and build the six networks, ready to grade.

    Raises:
        ScalpError: efficientnet-pytorch or torch is not installed.
    """
    try:
        import torch
        from efficientnet_pytorch import EfficientNet
    except ModuleNotFoundError as error:
        raise ScalpError("benchmark.missing_package", package=str(error.name)) from error
    torch.manual_seed(0)
    return tuple(EfficientNet.from_name(name, num_classes=CLASSES).eval() for name in NETWORKS)


@dataclass(frozen=True)
class Baseline:
    """The six networks.

    Attributes:
        networks: One per condition, in evaluation mode.
    """

    networks: "tuple[nn.Module, ...]"

    @classmethod
    def build(cls, threads: int) -> "Baseline":
        """Build it and set torch to this many processor threads.

        Raises:
            ScalpError: A package it needs is not installed.
        """
        networks = build_networks()
        import torch

        torch.set_num_threads(threads)
        return cls(networks)

    def grade_with_heatmaps(self, pixels: "npt.NDArray[np.uint8]") -> "list[tuple[int, npt.NDArray[np.float32]]]":
        """Grade a decoded photo, RGB (H, W, 3), with a Grad-CAM of each network's grade.

        Returns:
            Per network the class and its heatmap (`SIDE`, `SIDE`) in 0..1.

        Raises:
            ScalpError: pytorch-grad-cam is not installed.
        """
        try:
            from pytorch_grad_cam import GradCAM
        except ModuleNotFoundError as error:
            raise ScalpError("benchmark.missing_package", package="grad-cam") from error
        from PIL import Image

        batch = _prepare(Image.fromarray(pixels))
        graded = []
        for network in self.networks:
            with GradCAM(model=network, target_layers=[network._conv_head]) as cam:
                (heatmap,) = cam(input_tensor=batch, targets=None)
                graded.append((int(cam.outputs.argmax()), heatmap))
        return graded

    def grade_file(self, data: bytes) -> list[int]:
        """Decode a photo whole and grade it, without heatmaps; returns each network's class."""
        import torch
        from PIL import Image

        with Image.open(BytesIO(data)) as image, torch.inference_mode():
            batch = _prepare(image.convert("RGB"))
            return [int(network(batch).argmax()) for network in self.networks]


def _prepare(image: "Image") -> "torch.Tensor":
    import numpy as np
    import torch
    from PIL.Image import Resampling

    small = np.asarray(image.resize((SIDE, SIDE), Resampling.BILINEAR), dtype=np.float32) / 255
    normal = (small - np.array(_MEAN, dtype=np.float32)) / np.array(_STD, dtype=np.float32)
    return torch.from_numpy(normal.transpose(2, 0, 1).copy())[None]


if __name__ == "__main__":
    build_networks()
