"""Backbones that need a few lines of our own around a package's network, and the ordinal grading head.

This module imports torch; serving through OpenVINO never imports it.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, nn

from core.vision.architectures import build_backbone


class EfficientNetFeatures(nn.Module):
    """An efficientnet-pytorch (or -lite) network without its classifier."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        del network._fc
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Map float (N, 3, H, W) to feature maps (N, C, H/32, W/32)."""
        return self.forward_with_middle(x)[0]

    def forward_with_middle(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The same, and the maps (N, M, H/16, W/16) half way through the blocks."""
        network: Any = self.network
        blocks = network._blocks
        x = network._swish(network._bn0(network._conv_stem(x)))
        middle = x
        for index, block in enumerate(blocks):
            rate = network._global_params.drop_connect_rate
            x = block(x, drop_connect_rate=rate * index / len(blocks) if rate else rate)
            if index == len(blocks) // 2 - 1:
                middle = x
        return network._swish(network._bn1(network._conv_head(x))), middle

    def parts(self) -> Iterator[nn.Module]:
        """Stem, then the blocks, then the head, in the order a picture passes them."""
        network = self.network
        yield nn.ModuleList([network._conv_stem, network._bn0])  # type: ignore[list-item]
        yield from network._blocks  # type: ignore[misc]
        yield nn.ModuleList([network._conv_head, network._bn1])  # type: ignore[list-item]


class VisionTransformerFeatures(nn.Module):
    """torchvision's ViT-B/16 with its patch tokens laid out as a feature map."""

    def __init__(self) -> None:
        super().__init__()
        import torchvision

        network = torchvision.models.vit_b_16(weights=None)
        network.heads = nn.Identity()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Map float (N, 3, 224, 224) to feature maps (N, 768, 14, 14)."""
        network = self.network
        tokens = network._process_input(x)
        tokens = torch.cat([network.class_token.expand(x.shape[0], -1, -1), tokens], dim=1)
        patches = network.encoder(tokens)[:, 1:]
        side = int(patches.shape[1] ** 0.5)
        features: Tensor = patches.transpose(1, 2).reshape(x.shape[0], -1, side, side)
        return features


class ScalpCnn(nn.Sequential):
    """A small CNN of our own: five strided stages of paired 3x3 convolutions, 1.5 million parameters."""

    CHANNELS = 256

    def __init__(self) -> None:
        widths = (32, 48, 96, 160, self.CHANNELS)
        stages: list[nn.Module] = []
        before = 3
        for width in widths:
            stages.append(
                nn.Sequential(
                    nn.Conv2d(before, width, 3, stride=2, padding=1, bias=False),
                    nn.BatchNorm2d(width),
                    nn.ReLU(inplace=True),
                    nn.Conv2d(width, width, 3, padding=1, bias=False),
                    nn.BatchNorm2d(width),
                    nn.ReLU(inplace=True),
                )
            )
            before = width
        super().__init__(*stages)


_STRIDE = 32


class OrdinalGrader(nn.Module):
    """A backbone with one ordinal score per condition and class activation maps from the same pass.

    The head is linear on the averaged feature map, so the map of a condition (the same weights applied at every
    place; Zhou et al. 2016, https://arxiv.org/abs/1512.04150) averages exactly to its score. Grades follow from
    the score by a cumulative link (proportional odds, McCullagh 1980): P(grade >= k) = sigmoid(score - cut_k).

    Args:
        architecture: Name of the backbone.
        grades: For each condition, how many grades its labels tell apart (at least 2).
        mean: Channel means of the input, 0..1 scale.
        std: Channel deviations of the input, 0..1 scale.
        dropout: Dropout before the head, in training.
        scales: Sizes the backbone sees the picture at, relative to the input; features of all of them are joined.
    """

    mean: Tensor
    std: Tensor

    def __init__(
        self,
        architecture: str,
        grades: Sequence[int],
        mean: Sequence[float],
        std: Sequence[float],
        dropout: float = 0.2,
        scales: Sequence[float] = (1.0,),
    ) -> None:
        super().__init__()
        self.backbone, self.channels = build_backbone(architecture)
        self.scales = tuple(scales)
        self.head = nn.Linear(self.channels * len(self.scales), len(grades))
        self.dropout = nn.Dropout(dropout)
        # Cuts are a first cut and positive steps, so that they stay in order whatever the optimiser does.
        self.first_cut = nn.ParameterList([nn.Parameter(torch.tensor([0.0])) for _ in grades])
        self.steps = nn.ParameterList([nn.Parameter(torch.full((count - 2,), 0.55)) for count in grades])
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1) * 255)
        self.register_buffer("std", torch.tensor(std).view(1, 3, 1, 1) * 255)

    def look_at_scales(self, scales: Sequence[float]) -> None:
        """Have a trained network look at several sizes at once; its head counts each of them alike.

        Args:
            scales: Sizes relative to the input, instead of the one it was trained at.

        Raises:
            ValueError: The network looks at several sizes already.
        """
        if len(self.scales) != 1:
            raise ValueError(f"already looks at {self.scales}")
        count = len(scales)
        head = nn.Linear(self.channels * count, self.head.out_features)
        with torch.no_grad():
            head.weight.copy_(self.head.weight.repeat(1, count) / count)
            head.bias.copy_(self.head.bias)
        self.head = head
        self.scales = tuple(scales)

    def cuts(self, condition: int) -> Tensor:
        """Cut points of one condition, ascending, float (grades - 1,)."""
        steps = nn.functional.softplus(self.steps[condition])
        return torch.cat([self.first_cut[condition], self.first_cut[condition] + torch.cumsum(steps, 0)])

    def feature_maps(self, pictures: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Last and middle feature maps of pictures, one pair a scale.

        Args:
            pictures: uint8 or float (N, H, W, 3), on the 0..255 scale.
        """
        x = (pictures.permute(0, 3, 1, 2).float() - self.mean) / self.std
        return [self._see(x if scale == 1 else _resize(x, scale)) for scale in self.scales]

    def _see(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if isinstance(self.backbone, EfficientNetFeatures):
            return self.backbone.forward_with_middle(x)
        maps: Tensor = self.backbone(x)
        return maps, maps

    def scores(self, pictures: Tensor) -> Tensor:
        """Ordinal scores (N, conditions), with dropout while training."""
        scores: Tensor = self.head(self.dropout(_pool([last for last, _ in self.feature_maps(pictures)])))
        return scores

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Grade in one pass.

        Args:
            pictures: uint8 (N, H, W, 3).

        Returns:
            Scores (N, conditions), class activation maps (N, conditions, h, w) of the largest scale's size, features
            (N, C * scales), and the signature (N, 2 * M): what kind of picture this is, see `_signature`.
        """
        pairs = self.feature_maps(pictures)
        maps = [last for last, _ in pairs]
        features = _pool(maps)
        scores = self.head(features)
        size = max(m.shape[2:] for m in maps)
        cams = torch.zeros((), dtype=scores.dtype)
        for index, one in enumerate(maps):
            weight = self.head.weight[:, index * self.channels : (index + 1) * self.channels, None, None]
            cam = nn.functional.conv2d(one, weight)
            if cam.shape[2:] != size:
                cam = nn.functional.interpolate(cam, size=size, mode="bilinear")
            cams = cams + cam
        # Resizing moves a map's mean a little; its mean is the score.
        cams = cams - cams.mean(dim=(2, 3), keepdim=True) + scores[:, :, None, None]
        return scores, cams, features, _signature(pairs[self.scales.index(max(self.scales))][1])


def _signature(middle: Tensor) -> Tensor:
    """Mean and deviation of each middle channel, on a logarithmic scale.

    Half way through, channels still tell textures apart that the last ones, bent to the task, no longer do: with the
    last ones a cat may pass for a scalp.
    """
    moments = torch.cat([middle.mean(dim=(2, 3)), middle.std(dim=(2, 3))], dim=1)
    return torch.sign(moments) * torch.log1p(moments.abs())


def _pool(maps: Sequence[Tensor]) -> Tensor:
    return torch.cat([m.mean(dim=(2, 3)) for m in maps], dim=1)


def _resize(x: Tensor, scale: float) -> Tensor:
    """Shrink (N, C, H, W) to the nearest whole strides of a backbone, averaging so that fine scales do not alias.

    As two products of matrices: the same numbers as `interpolate(..., antialias=True)`, which OpenVINO runs in plain
    loops and takes as long over as over half the network.
    """
    height, width = (int(side) for side in x.shape[2:])
    down, across = _averaging(height, _strides(height, scale)), _averaging(width, _strides(width, scale))
    return torch.matmul(torch.matmul(down, x), across.T)


def _strides(side: int, scale: float) -> int:
    return max(1, int(side * scale / _STRIDE + 0.5)) * _STRIDE


@lru_cache(maxsize=32)
def _averaging(before: int, after: int) -> Tensor:
    """The matrix (after, before) that resizes a column of pixels bilinearly, averaging."""
    with torch.inference_mode(mode=False), torch.no_grad():
        unit = torch.eye(before)[None, None]
        return nn.functional.interpolate(unit, size=(after, before), mode="bilinear", antialias=True)[0, 0].clone()
