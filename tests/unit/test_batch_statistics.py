"""Averages of batch normalisation after a training belong to the weights it ended with."""

import numpy as np
import torch
from torch import nn

from core.lab.batch_statistics import measure_batch_statistics
from core.lab.loader import PictureLoader
from core.lab.objectives import GraderObjective
from core.lab.recipe import Loss
from core.vision.backbones import OrdinalGrader


def test_averages_are_those_of_the_photos_learnt_from():
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (24, 32, 32, 3), dtype=np.uint8)
    labels = np.zeros((24, 1), dtype=np.int64)
    torch.manual_seed(0)
    grader = OrdinalGrader("scalp-cnn", [3], (0.5,) * 3, (0.5,) * 3)
    stages = list(grader.backbone.children())
    frozen = {name: value.clone() for name, value in stages[0].state_dict().items()}
    weights = {name: value.clone() for name, value in grader.named_parameters()}
    objective = GraderObjective(grader, Loss(), labels)
    measure_batch_statistics(objective, PictureLoader(pictures, labels, None, 24, seed=1), frozen_parts=1)

    first_norm = next(m for m in stages[1].modules() if isinstance(m, nn.BatchNorm2d))
    first_convolution = next(m for m in stages[1].modules() if isinstance(m, nn.Conv2d))
    with torch.no_grad():
        x = (torch.from_numpy(pictures).permute(0, 3, 1, 2).float() - grader.mean) / grader.std
        seen = first_convolution(stages[0](x))
    assert torch.allclose(first_norm.running_mean, seen.mean(dim=(0, 2, 3)), atol=1e-4)
    assert first_norm.momentum == 0.1
    assert not any(m.training for m in grader.modules())
    assert all(torch.equal(value, weights[name]) for name, value in grader.named_parameters())
    assert all(torch.equal(value, frozen[name]) for name, value in stages[0].state_dict().items())
