"""One training on Lightning: its step, its optimiser, what randomness it draws from."""

from typing import Any

import lightning.pytorch as pl
import numpy as np
import torch
from torch import Tensor, nn

from core.errors import RunError
from core.lab.checkpoint import Checkpoint, Sums
from core.lab.objectives import Objective
from core.lab.optimisers import build_optimiser, build_plateau, build_schedule
from core.lab.recipe import Recipe
from core.vision.architectures import freezable_parts

_SMALL = 0.7
# Streams of random numbers that must not be each other's.
_DROPOUT, _MIXUP = 1, 2


class Learner(pl.LightningModule):
    """Trains a network towards an objective by a recipe.

    Args:
        recipe: What to train and how.
        objective: The network and its loss.
        steps_per_epoch: For the schedule.
        start: Where a training that was cut off goes on; None begins.

    Attributes:
        epoch: The epoch at work.
        step: Steps of it that are done.
        sums: What added up in it.
        plateau: What lowers the rate where nothing gets better, or None.
    """

    def __init__(self, recipe: Recipe, objective: Objective, steps_per_epoch: int, start: Checkpoint | None) -> None:
        super().__init__()
        self.recipe = recipe
        self.objective = objective
        self.network = objective.network
        self.steps_per_epoch = steps_per_epoch
        self.frozen = freezable_parts(objective.network.backbone)[: recipe.network.frozen_parts]
        for part in self.frozen:
            part.requires_grad_(False)
        self.epoch, self.step = (start.epoch, start.step) if start else (0, 0)
        self.sums = start.sums if start else Sums()
        self.plateau: torch.optim.lr_scheduler.ReduceLROnPlateau | None = None
        self._start = start
        if start is not None:
            self.network.load_state_dict(start.network)

    def configure_optimizers(self) -> Any:  # noqa: ANN401 - Lightning's own type is a union of a dozen shapes
        """Optimiser and schedule of the recipe, in the state a cut-off training left them in."""
        optimiser = build_optimiser(self.recipe, self.objective.network)
        schedule = build_schedule(self.recipe, optimiser, self.steps_per_epoch)
        self.plateau = build_plateau(self.recipe, optimiser)
        if self._start is not None:
            optimiser.load_state_dict(self._start.optimiser)
            if schedule is not None and self._start.schedule is not None:
                schedule.load_state_dict(self._start.schedule)
            if self.plateau is not None and self._start.plateau is not None:
                self.plateau.load_state_dict(self._start.plateau)
            self._start = None  # its tensors are in use now: let go of the copies
        if schedule is None:
            return optimiser
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def enter_epoch(self) -> None:
        """Set training mode, but leave frozen parts: their batch statistics stay those they came with."""
        self.network.train()
        for part in self.frozen:
            part.eval()

    def training_step(self, batch: tuple[Tensor, Tensor], _batch_index: int) -> Tensor:
        """One batch.

        Raises:
            RunError: The loss is not a number; the likely cause is named.
        """
        pictures, labels = batch
        seed = np.random.SeedSequence((self.recipe.training.seed, self.epoch, self.step, self.global_rank, _DROPOUT))
        torch.manual_seed(int(seed.generate_state(1)[0]))
        if self.epoch < self.recipe.training.small_epochs:
            pictures = _shrink(pictures)
        loss, raw = self._mixed(pictures, labels) if self.recipe.loss.mixup else self._plain(pictures, labels)
        value = float(loss.detach())
        if not np.isfinite(value):
            raise self._not_a_number(pictures)
        with torch.no_grad():
            known = labels >= 0
            right = (self.objective.answers(raw.detach()) == labels) & known
            self.sums.right += int(right.sum())
            self.sums.counted += int(known.sum())
        self.sums.loss += value
        self.sums.steps += 1
        return loss

    def _plain(self, pictures: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        raw = self.objective.raw(pictures)
        return self.objective.loss(raw, labels), raw

    def _mixed(self, pictures: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """Mix every picture with another of the batch, and the losses against both labels alike."""
        rng = np.random.default_rng((self.recipe.training.seed, self.epoch, self.step, self.global_rank, _MIXUP))
        alpha = self.recipe.loss.mixup
        share = float(rng.beta(alpha, alpha))
        other = torch.from_numpy(rng.permutation(len(pictures))).to(pictures.device)
        mixed = pictures.float() * share + pictures[other].float() * (1 - share)
        raw = self.objective.raw(mixed)
        loss = share * self.objective.loss(raw, labels) + (1 - share) * self.objective.loss(raw, labels[other])
        return loss, raw

    def _not_a_number(self, pictures: Tensor) -> RunError:
        """Say at which step the loss stopped being a number, and what most likely did it."""
        where = {"epoch": self.epoch + 1, "step": self.step + 1}
        begun = self.epoch > 0 or self.step > 0
        if not torch.isfinite(pictures.float()).all():
            return RunError("run.not_a_number_input", **where)
        if not begun and not all(bool(torch.isfinite(p).all()) for p in self.network.state_dict().values()):
            return RunError("run.not_a_number_weights", weights=self.recipe.network.weights, **where)
        return RunError("run.not_a_number", lr=self.recipe.optimiser.lr, **where)

    def snapshot(self, best: dict[str, Any], *, ended: bool) -> Checkpoint:
        """Everything the next step depends on.

        Args:
            best: State of what follows the best epoch.
            ended: Whether there is no next step.
        """
        optimiser = self.trainer.optimizers[0]
        configs = self.trainer.lr_scheduler_configs
        return Checkpoint(
            architecture=self.recipe.network.architecture,
            epoch=self.epoch,
            step=self.step,
            ended=ended,
            network=self.network.state_dict(),
            optimiser=optimiser.state_dict(),
            schedule=configs[0].scheduler.state_dict() if configs else None,
            plateau=self.plateau.state_dict() if self.plateau is not None else None,
            best=best,
            sums=self.sums,
        )

    @property
    def rate(self) -> float:
        """Learning rate of the backbone now."""
        return float(self.trainer.optimizers[0].param_groups[0]["lr"])


def _shrink(pictures: Tensor) -> Tensor:
    """Resize (N, H, W, 3) to 0.7 of the size, averaging so that fine scales do not alias."""
    small = nn.functional.interpolate(
        pictures.permute(0, 3, 1, 2).float(), scale_factor=_SMALL, mode="bilinear", antialias=True
    )
    return small.permute(0, 2, 3, 1)
