"""What can go wrong with a machine while it trains, in words: memory, devices, disks."""

import gc
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from lightning.fabric.utilities.exceptions import MisconfigurationException
from torch.multiprocessing.spawn import ProcessException

from core.errors import RunError
from core.lab.epochs import StopAsked
from core.lab.objectives import Objective
from core.lab.optimisers import build_optimiser
from core.lab.recipe import Recipe

# How torch says on a processor that there is no memory left; on a GPU it has an exception of its own.
_NO_MEMORY = ("not enough memory", "can't allocate memory", "cannot allocate memory", "out of memory")


@contextmanager
def faults_explained(recipe: Recipe, objective: Objective, columns: int) -> Iterator[None]:
    """Turn faults of the machine into words.

    Args:
        recipe: What is trained.
        objective: The network and its loss; after a lack of memory its weights are no longer those of the training.
        columns: Label columns.

    Raises:
        RunError: Not enough memory, with the batch size that would fit; or fewer devices than the recipe asks for.
    """
    try:
        yield
    except ProcessException as error:
        raise _from_another_process(error) from error
    except MisconfigurationException as error:
        if recipe.training.devices == 1:
            raise
        raise RunError("run.too_few_devices", devices=recipe.training.devices, detail=error) from error
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        lacking = error
    else:
        return
    # What filled the memory hangs on the frames that the error came through.
    traceback.clear_frames(lacking.__traceback__)
    objective.network.zero_grad(set_to_none=True)
    fits = largest_batch(recipe, objective, columns)
    size = {"width": recipe.input.width, "height": recipe.input.height, "batch": recipe.training.batch_size}
    if fits is None:
        raise RunError("run.out_of_memory_at_all", **size)
    raise RunError("run.out_of_memory", fits=fits, **size)


def _from_another_process(error: Exception) -> Exception:
    """What ended the processes of several devices: only the text of it comes back from there."""
    if StopAsked.__name__ in str(error):
        return StopAsked()
    lines = str(error).strip().splitlines() or ["-"]
    return RunError("run.bug", detail=lines[-1])


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _NO_MEMORY)


def largest_batch(recipe: Recipe, objective: Objective, columns: int) -> int | None:
    """Find the batch size that fits by trying half of the recipe's, a quarter, and so on.

    Args:
        recipe: What is trained.
        objective: The network and its loss; its weights change.
        columns: Label columns.

    Returns:
        The largest of these that one whole step could be taken with; None where not even two pictures fit.
    """
    batch = recipe.training.batch_size // 2
    while batch >= 2:
        _let_go()
        try:
            _take_step(recipe, objective, batch, columns)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            traceback.clear_frames(error.__traceback__)
            objective.network.zero_grad(set_to_none=True)
            batch //= 2
        else:
            return batch
    return None


def _take_step(recipe: Recipe, objective: Objective, batch: int, columns: int) -> None:
    device = next(objective.network.parameters()).device
    shape = (batch, recipe.input.height, recipe.input.width, 3)
    pictures = torch.from_numpy(np.zeros(shape, np.uint8)).to(device)
    labels = torch.zeros((batch, columns), dtype=torch.int64, device=device)
    optimiser = build_optimiser(recipe, objective.network)
    objective.network.train()
    with torch.autocast(device.type, torch.bfloat16, enabled=recipe.training.precision == "bf16"):
        loss = objective.loss(objective.raw(pictures), labels)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()


def _let_go() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
