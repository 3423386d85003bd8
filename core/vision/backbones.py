"""Heads on a backbone: one pass gives values, class activation maps and features.

This module imports torch; serving through OpenVINO never imports it.
"""

from collections.abc import Sequence
from functools import lru_cache

import torch
from torch import Tensor, nn

from core.vision.architectures import build_backbone
from core.vision.features import EfficientNetFeatures

_STRIDE = 32


class PooledNetwork(nn.Module):
    """A backbone, its feature maps averaged, and one linear head, with class activation maps from the same pass.

    The head is linear on the averaged feature map, so the map of a value (the same weights applied at every place;
    Zhou et al. 2016, https://arxiv.org/abs/1512.04150) averages exactly to it.

    Args:
        architecture: Name of the backbone.
        values: How many values the head gives.
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
        values: int,
        mean: Sequence[float],
        std: Sequence[float],
        dropout: float = 0.2,
        scales: Sequence[float] = (1.0,),
    ) -> None:
        super().__init__()
        self.backbone, self.channels = build_backbone(architecture)
        self.scales = tuple(scales)
        self.head = nn.Linear(self.channels * len(self.scales), values)
        self.dropout = nn.Dropout(dropout)
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
        """The head's values (N, values), with dropout while training."""
        scores: Tensor = self.head(self.dropout(_pool([last for last, _ in self.feature_maps(pictures)])))
        return scores

    def _read(self, maps: Sequence[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Values (N, values), their maps (N, values, h, w) of the largest scale, features (N, C * scales)."""
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
        # Resizing moves a map's mean a little; its mean is the value.
        cams = cams - cams.mean(dim=(2, 3), keepdim=True) + scores[:, :, None, None]
        return scores, cams, features


class ClassifierNetwork(PooledNetwork):
    """One value a class, over all outputs of a task in their order (`Task.spans`)."""

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Classify in one pass.

        Args:
            pictures: uint8 (N, H, W, 3).

        Returns:
            Logits (N, classes), class activation maps (N, classes, h, w), features (N, C * scales).
        """
        return self._read([last for last, _ in self.feature_maps(pictures)])


class OrdinalGrader(PooledNetwork):
    """One ordinal score per condition.

    Grades follow from the score by a cumulative link (proportional odds, McCullagh 1980):
    P(grade >= k) = sigmoid(score - cut_k).

    Args:
        architecture: Name of the backbone.
        grades: For each condition, how many grades its labels tell apart (at least 2).
        mean: Channel means of the input, 0..1 scale.
        std: Channel deviations of the input, 0..1 scale.
        dropout: Dropout before the head, in training.
        scales: Sizes the backbone sees the picture at, relative to the input; features of all of them are joined.
    """

    def __init__(
        self,
        architecture: str,
        grades: Sequence[int],
        mean: Sequence[float],
        std: Sequence[float],
        dropout: float = 0.2,
        scales: Sequence[float] = (1.0,),
    ) -> None:
        super().__init__(architecture, len(grades), mean, std, dropout, scales)
        # Cuts are a first cut and positive steps, so that they stay in order whatever the optimiser does.
        self.first_cut = nn.ParameterList([nn.Parameter(torch.tensor([0.0])) for _ in grades])
        self.steps = nn.ParameterList([nn.Parameter(torch.full((count - 2,), 0.55)) for count in grades])

    def cuts(self, condition: int) -> Tensor:
        """Cut points of one condition, ascending, float (grades - 1,)."""
        steps = nn.functional.softplus(self.steps[condition])
        return torch.cat([self.first_cut[condition], self.first_cut[condition] + torch.cumsum(steps, 0)])

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Grade in one pass.

        Args:
            pictures: uint8 (N, H, W, 3).

        Returns:
            Scores (N, conditions), class activation maps (N, conditions, h, w) of the largest scale's size, features
            (N, C * scales), and the signature (N, 2 * M): what kind of picture this is, see `_signature`.
        """
        pairs = self.feature_maps(pictures)
        scores, cams, features = self._read([last for last, _ in pairs])
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
    if (_strides(height, scale) * 2, _strides(width, scale) * 2) == (height, width):
        # Half the size is the mean of four pixels, which OpenVINO has a fast kernel for.
        return nn.functional.interpolate(x, scale_factor=0.5, mode="bilinear")
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
