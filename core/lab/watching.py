"""Photos that a training is measured on after every epoch."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from core.lab.objectives import Objective, raw_outputs
from core.lab.pictures import Pictures


@dataclass(frozen=True)
class Watched:
    """Photos a training is measured on after every epoch, never learnt from.

    Attributes:
        pictures: uint8 (N, H, W, 3).
        labels: int (N, columns).
        chooses: Whether they say when to stop, which epoch was best and when to lower the rate. Photos that a network
            is judged by must not.
    """

    pictures: Pictures
    labels: npt.NDArray[np.int64]
    chooses: bool


@dataclass(frozen=True)
class Measured:
    """Loss, accuracy and mean quadratic kappa on watched photos; kappa is None where undefined."""

    loss: float
    accuracy: float
    kappa: float | None


def measure(objective: Objective, watched: Watched) -> Measured:
    """Measure a network on watched photos, by the most probable answer."""
    raw = torch.from_numpy(raw_outputs(objective, watched.pictures))
    device = next(objective.network.parameters()).device
    with torch.no_grad():
        raw = raw.to(device)
        loss = float(objective.loss(raw, torch.from_numpy(watched.labels).to(device)))
        answers = objective.answers(raw).cpu().numpy()
    known = watched.labels >= 0
    kappas = objective.kappas(watched.labels, answers)
    accuracy = float((watched.labels == answers)[known].mean()) if known.any() else 0.0
    return Measured(loss, accuracy, float(np.mean(kappas)) if kappas else None)
