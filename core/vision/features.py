"""Networks up to their last feature map, where that takes a few lines of our own around a package's network.

This module imports torch; serving through OpenVINO never imports it.
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn


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

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        network.heads = nn.Identity()
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Map float (N, 3, 224, 224) to feature maps (N, 768, 14, 14)."""
        network: Any = self.network
        tokens = network._process_input(x)
        tokens = torch.cat([network.class_token.expand(x.shape[0], -1, -1), tokens], dim=1)
        patches = network.encoder(tokens)[:, 1:]
        side = int(patches.shape[1] ** 0.5)
        features: Tensor = patches.transpose(1, 2).reshape(x.shape[0], -1, side, side)
        return features

    def parts(self) -> Iterator[nn.Module]:
        """The cut into patches, the blocks, the last norm."""
        network: Any = self.network
        yield network.conv_proj
        yield from network.encoder.layers
        yield network.encoder.ln


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
