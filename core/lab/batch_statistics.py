"""Batch normalisation measured anew after a training.

A network keeps moving averages of what its layers saw. Where a package lets them move by a hundredth a step, as
efficientnet-pytorch does, a few hundred steps from random weights leave them near their start, and the trained network
says the same of every photo. Averages over the photos learnt from, taken once at the end, belong to the last weights.

References:
    Precise batch normalisation, https://arxiv.org/abs/2105.07576, section 3.
"""

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from core.lab.loader import PictureLoader
from core.lab.objectives import Objective
from core.vision.architectures import freezable_parts


def measure_batch_statistics(objective: Objective, loader: PictureLoader, frozen_parts: int) -> None:
    """Replace the averages of batch normalisation by those over one epoch; weights stay, frozen parts too.

    Args:
        objective: The trained network, which is left in evaluation mode.
        loader: The photos learnt from; its epoch says how they are augmented.
        frozen_parts: How many first parts of the backbone keep theirs.
    """
    network = objective.network.eval()
    frozen = {id(m) for part in freezable_parts(network.backbone)[:frozen_parts] for m in part.modules()}
    layers = [m for m in network.modules() if isinstance(m, _BatchNorm) and id(m) not in frozen]
    if not layers:
        return
    momenta = [layer.momentum for layer in layers]
    _restart(layers)
    with torch.no_grad():
        for pictures, _ in loader:
            objective.raw(pictures)
    for layer, momentum in zip(layers, momenta, strict=True):
        layer.momentum = momentum
        layer.eval()


def _restart(layers: list[_BatchNorm]) -> None:
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # a plain mean over all batches
        nn.Module.train(layer)
