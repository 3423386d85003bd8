"""Where a training stands, in one file that is whole or not there at all.

Everything that the next step depends on is in it: weights, optimiser, schedule, the best epoch so far, the sums of the
epoch at work. Pictures, their order, augmentation, mixup and dropout follow from the seed, the epoch and the step. A
training killed at any moment goes on from the last file, and takes exactly the steps it would have taken.
"""

import pickle
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.errors import RunError
from core.lab.files import write_whole

LAST = "last.ckpt"
_FORMAT = 2


@dataclass
class Sums:
    """What adds up over the steps of an epoch: loss, right and counted answers, seconds at work and waiting."""

    loss: float = 0.0
    right: int = 0
    counted: int = 0
    steps: int = 0
    seconds: float = 0.0
    waited: float = 0.0


@dataclass(frozen=True)
class Checkpoint:
    """Where a training stands.

    Attributes:
        architecture: Name of the network.
        epoch: The epoch at work, from 0; equal to the number of epochs where all have ended.
        step: Steps of it that are done.
        ended: Whether the training is over: all epochs, or stopped early.
        network: Its state.
        optimiser: Its state.
        schedule: Its state, None where there is none.
        plateau: Its state, None where there is none.
        best: State of `core.lab.stopping.BestEpoch`.
        sums: Of the epoch at work.
    """

    architecture: str
    epoch: int
    step: int
    ended: bool
    network: dict[str, Tensor]
    optimiser: dict[str, Any]
    schedule: dict[str, Any] | None
    plateau: dict[str, Any] | None
    best: dict[str, Any]
    sums: Sums = field(default_factory=Sums)


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Put a checkpoint in the place of the one before, in one step.

    Raises:
        OSError: It cannot be written; the one before is untouched.
    """
    values = {name: getattr(checkpoint, name) for name in Checkpoint.__dataclass_fields__}
    values |= {"format": _FORMAT, "sums": asdict(checkpoint.sums)}
    write_whole(folder / LAST, lambda file: torch.save(values, file))


def read_checkpoint(folder: Path, architecture: str) -> Checkpoint | None:
    """Read the checkpoint of a stage; None where it has none yet.

    Args:
        folder: The stage's folder.
        architecture: The network that goes on from it.

    Raises:
        RunError: It is damaged, or of another network (`run.bad_checkpoint`, `run.foreign_checkpoint`).
    """
    path = folder / LAST
    if not path.exists():
        return None
    try:
        values = torch.load(path, map_location="cpu", weights_only=True)
        if values.pop("format") != _FORMAT:
            raise RunError("run.bad_checkpoint", file=path)
        checkpoint = Checkpoint(**values | {"sums": Sums(**values["sums"])})
    except (RuntimeError, pickle.UnpicklingError, EOFError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise RunError("run.bad_checkpoint", file=path) from error
    if checkpoint.architecture != architecture:
        raise RunError("run.foreign_checkpoint", file=path, found=checkpoint.architecture, wanted=architecture)
    return checkpoint


def write_weights(path: Path, state: dict[str, Tensor]) -> None:
    """Write the weights of a network in one step."""
    write_whole(path, lambda file: torch.save(state, file))


def read_weights(path: Path) -> dict[str, Tensor]:
    """Read what `write_weights` wrote.

    Raises:
        RunError: The file is damaged or gone.
    """
    try:
        state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, pickle.UnpicklingError, EOFError) as error:
        raise RunError("run.bad_checkpoint", file=path) from error
    return state
