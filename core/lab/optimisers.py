"""Optimisers and learning-rate schedules by name."""

import math
from typing import Any, Literal

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR, ReduceLROnPlateau

from core.lab.recipe import Recipe
from core.vision.backbones import PooledNetwork

# As torch has them by default: where a cycle starts and ends, relative to its peak and to its start.
_CYCLE_START, _CYCLE_END = 25.0, 1e4
# torch divides by the steps of the way up and of the way down; a shorter training ends before its cycle does.
_SHORTEST_CYCLE = 4


def build_optimiser(recipe: Recipe, network: PooledNetwork) -> Optimizer:
    """Build the recipe's optimiser: the backbone's learning parameters at its rate, all others `head_factor` faster.

    Args:
        recipe: Its `optimiser` says how.
        network: What is trained; parameters of its backbone that do not require a gradient are left out.
    """
    options = recipe.optimiser
    backbone = network.backbone
    own = {id(p) for p in backbone.parameters()}
    groups: list[dict[str, Any]] = [
        {"params": [p for p in backbone.parameters() if p.requires_grad], "lr": options.lr},
        {"params": [p for p in network.parameters() if id(p) not in own], "lr": options.lr * options.head_factor},
    ]
    # The rate that is shown is the first group's, so an entirely frozen backbone keeps its empty group.
    if options.name == "sgd":
        return torch.optim.SGD(groups, momentum=options.momentum, weight_decay=options.weight_decay)
    if options.name == "adam":
        return torch.optim.Adam(groups, weight_decay=options.weight_decay)
    return torch.optim.AdamW(groups, weight_decay=options.weight_decay)


def build_schedule(recipe: Recipe, optimiser: Optimizer, steps_per_epoch: int) -> LRScheduler | None:
    """Build what changes the rate after every step; None where the recipe waits for a plateau instead.

    Schedules that move once an epoch are counted in steps too: their place in the training is then part of the same
    state as that of all others, and a run that was cut off goes on at the right rate.
    """
    options, epochs = recipe.schedule, recipe.training.epochs
    total = epochs * steps_per_epoch
    if options.name == "plateau":
        return None
    if options.name == "one_cycle":
        peaks = [float(group["lr"]) for group in optimiser.param_groups]
        total = max(total, _SHORTEST_CYCLE)
        rising = min(max(options.warmup, 2 / total), 1 - 1 / total)
        return OneCycleLR(
            optimiser,
            peaks,
            total_steps=total,
            pct_start=rising,
            div_factor=_CYCLE_START,
            final_div_factor=_CYCLE_END,
            cycle_momentum=recipe.optimiser.name != "sgd" or recipe.optimiser.momentum > 0,
        )
    warmup = max(1, int(options.warmup * total))

    def rate(step: int) -> float:
        if options.name == "step":
            return float(options.gamma ** (step // steps_per_epoch // options.step_size))
        if step < warmup:
            return (step + 1) / warmup
        if options.name == "constant":
            return 1.0
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warmup) / max(1, total - warmup))))

    return LambdaLR(optimiser, rate)


def build_plateau(recipe: Recipe, optimiser: Optimizer) -> ReduceLROnPlateau | None:
    """Build what lowers the rate where the monitored value stands still; None where the recipe has another schedule."""
    options = recipe.schedule
    if options.name != "plateau":
        return None
    mode: Literal["min", "max"] = "min" if options.monitor == "val_loss" else "max"
    return ReduceLROnPlateau(optimiser, mode=mode, factor=options.factor, patience=options.patience)
