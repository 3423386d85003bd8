"""One network learning from labelled pictures, on Lightning."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightning.pytorch as pl
import numpy as np
import numpy.typing as npt
import torch
from lightning.pytorch.callbacks import Callback, ModelCheckpoint, TQDMProgressBar
from torch import Tensor, nn

from core.errors import RecipeError
from core.lab.augment import build_augmentation
from core.lab.evaluation import quadratic_kappa
from core.lab.history import EpochRow, append_epoch
from core.lab.pictures import LabelledPictures, Pixels, build_loader
from core.lab.recipe import Recipe
from core.vision.architectures import freezable_parts, load_imagenet_weights
from core.vision.backbones import OrdinalGrader

_SMALL = 0.7


def cumulative_link_loss(scores: Tensor, labels: Tensor, cuts: Sequence[Tensor]) -> Tensor:
    """Mean binary cross entropy of "at least grade k" over conditions and cut points.

    Args:
        scores: float (N, conditions).
        labels: int (N, conditions), positions among the grades; -1 is passed over.
        cuts: For each condition its ascending cut points.

    References:
        Cumulative link models, McCullagh 1980; as a network loss, https://arxiv.org/abs/1901.07884.
    """
    losses = []
    for column, condition_cuts in enumerate(cuts):
        known = labels[:, column] >= 0
        if not known.any():
            continue
        logits = scores[known, column, None] - condition_cuts[None]
        above = (labels[known, column, None] > torch.arange(len(condition_cuts))).float()
        losses.append(nn.functional.binary_cross_entropy_with_logits(logits, above))
    if not losses:
        return scores.sum() * 0
    return torch.stack(losses).mean()


class GraderLearner(pl.LightningModule):
    """Trains an `OrdinalGrader` by a recipe."""

    def __init__(self, recipe: Recipe, grader: OrdinalGrader, total_steps: int) -> None:
        super().__init__()
        self.recipe = recipe
        self.grader = grader
        self.total_steps = total_steps
        self.frozen = freezable_parts(grader.backbone)[: recipe.network.frozen_parts]
        for part in self.frozen:
            part.requires_grad_(False)

    def on_train_epoch_start(self) -> None:
        """Keep frozen parts in evaluation mode: their batch statistics stay those of ImageNet."""
        self.grader.train()
        for part in self.frozen:
            part.eval()

    def training_step(self, batch: tuple[Tensor, Tensor], _batch_index: int) -> Tensor:
        """One batch; stops with a clear error where the loss is not a number."""
        pictures, labels = batch
        if self.current_epoch < self.recipe.training.small_epochs:
            pictures = _shrink(pictures)
        cuts = [self.grader.cuts(i) for i in range(labels.shape[1])]
        loss = cumulative_link_loss(self.grader.scores(pictures).float(), labels, cuts)
        if not torch.isfinite(loss):
            raise RecipeError("recipe.not_a_number", step=self.global_step, lr=self.recipe.optimiser.lr)
        self.log("loss", loss.detach(), prog_bar=True, on_step=False, on_epoch=True)
        return loss

    def configure_optimizers(self) -> Any:  # noqa: ANN401 - Lightning's own type is a union of a dozen shapes
        """Optimiser and schedule of the recipe."""
        options = self.recipe.optimiser
        backbone = [p for p in self.grader.backbone.parameters() if p.requires_grad]
        known = {id(p) for p in self.grader.backbone.parameters()}
        head = [p for p in self.grader.parameters() if id(p) not in known]
        groups = [{"params": backbone, "lr": options.lr}, {"params": head, "lr": options.lr * options.head_factor}]
        kinds: dict[str, Any] = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW, "sgd": torch.optim.SGD}
        extra = {"momentum": 0.9} if options.name == "sgd" else {}
        optimiser = kinds[options.name](groups, weight_decay=options.weight_decay, **extra)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, self._rate)
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}

    def _rate(self, step: int) -> float:
        options = self.recipe.schedule
        warmup = max(1, int(options.warmup * self.total_steps))
        if step < warmup:
            return (step + 1) / warmup
        if options.name == "constant":
            return 1.0
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warmup) / max(1, self.total_steps - warmup))))


def _shrink(pictures: Tensor) -> Tensor:
    """Resize (N, H, W, 3) to 0.7 of the size, averaging so that fine scales do not alias."""
    small = nn.functional.interpolate(
        pictures.permute(0, 3, 1, 2).float(), scale_factor=_SMALL, mode="bilinear", antialias=True
    )
    return small.permute(0, 2, 3, 1)


class _EpochSeed(Callback):
    """Tells the dataset which epoch it is, so that a resumed run augments like an uninterrupted one."""

    def __init__(self, dataset: LabelledPictures) -> None:
        self.dataset = dataset

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        self.dataset.epoch = trainer.current_epoch


class _History(Callback):
    """Writes one row an epoch; watched photos are measured, never learnt from, and choose nothing."""

    def __init__(self, folder: Path, watched: "Watched | None") -> None:
        self.folder = folder
        self.watched = watched
        self.started = 0.0

    def on_train_epoch_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:  # noqa: ARG002
        self.started = time.perf_counter()

    def on_train_epoch_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        assert isinstance(pl_module, GraderLearner)
        watched = _watch(pl_module.grader, self.watched) if self.watched else (None, None, None)
        row = EpochRow(
            trainer.current_epoch,
            time.perf_counter() - self.started,
            float(trainer.optimizers[0].param_groups[0]["lr"]),
            float(trainer.callback_metrics["loss"]),
            *watched,
        )
        append_epoch(self.folder, row)


@dataclass(frozen=True)
class Watched:
    """Photos a training is measured on after every epoch: uint8 (N, H, W, 3) and int (N, conditions)."""

    pictures: Pixels
    labels: npt.NDArray[np.int64]


def _watch(grader: OrdinalGrader, watched: Watched) -> tuple[float, float, float | None]:
    """Loss, accuracy and mean quadratic kappa of the most probable side of every cut."""
    scores = torch.from_numpy(predict(grader, watched.pictures).scores)
    labels = torch.from_numpy(watched.labels)
    with torch.no_grad():
        cuts = [grader.cuts(i) for i in range(labels.shape[1])]
        loss = float(cumulative_link_loss(scores, labels, cuts))
        grades = torch.stack([(scores[:, i, None] > one[None]).sum(dim=1) for i, one in enumerate(cuts)], dim=1).numpy()
    known = watched.labels >= 0
    columns = [(watched.labels[known[:, i], i], grades[known[:, i], i]) for i in range(known.shape[1])]
    kappas = [k for k in (quadratic_kappa(*column) for column in columns if len(column[0])) if k is not None]
    accuracy = float((watched.labels == grades)[known].mean())
    return loss, accuracy, float(np.mean(kappas)) if kappas else None


def fit_grader(
    recipe: Recipe,
    pictures: Pixels,
    labels: npt.NDArray[np.int64],
    folder: Path,
    watched: Watched | None = None,
) -> OrdinalGrader:
    """Train one network.

    Args:
        recipe: What to train and how.
        pictures: uint8 (N, H, W, 3).
        labels: int (N, conditions), positions among the recipe's grades, or -1.
        folder: Where checkpoints and history go; a run that was cut off goes on from its last epoch.
        watched: Photos measured after every epoch for the curves; nothing is chosen by them.

    Returns:
        The network after the last epoch, in evaluation mode, its cut points centred on score 0.

    Raises:
        RecipeError: An unknown network or augmentation, weights that do not fit, or a loss that is not a number.
    """
    pl.seed_everything(recipe.training.seed, verbose=False)
    spec = recipe.input.spec()
    levels = [len(grades) for grades in recipe.grades.values()]
    grader = OrdinalGrader(recipe.network.architecture, levels, spec.mean, spec.std, recipe.network.dropout)
    if recipe.network.weights != "none":
        file = None if recipe.network.weights == "imagenet" else Path(recipe.network.weights)
        load_imagenet_weights(grader.backbone, recipe.network.architecture, file)
    grader.to(memory_format=torch.channels_last)
    dataset = LabelledPictures(pictures, labels, build_augmentation(recipe.augment), recipe.training.seed)
    loader = build_loader(dataset, recipe.training.batch_size, shuffle=True, seed=recipe.training.seed)
    learner = GraderLearner(recipe, grader, recipe.training.epochs * len(loader))
    checkpoints = ModelCheckpoint(dirpath=folder, filename="last", save_top_k=1, enable_version_counter=False)
    trainer = pl.Trainer(
        accelerator="cpu",
        devices=1,
        max_epochs=recipe.training.epochs,
        precision="bf16-mixed" if recipe.training.precision == "bf16" else "32-true",
        callbacks=[_History(folder, watched), checkpoints, TQDMProgressBar(refresh_rate=5), _EpochSeed(dataset)],
        logger=False,
        enable_model_summary=False,
        log_every_n_steps=1,
    )
    last = folder / "last.ckpt"
    trainer.fit(learner, loader, ckpt_path=str(last) if last.exists() else None)
    grader.eval()
    centre_cuts(grader)
    grader.look_at_scales(recipe.network.scales)
    return grader


def centre_cuts(grader: OrdinalGrader) -> None:
    """Move each condition's mean cut point into the head's bias, so that scores of different runs compare."""
    with torch.no_grad():
        for index in range(grader.head.out_features):
            middle = grader.cuts(index).mean()
            grader.head.bias[index] -= middle
            grader.first_cut[index] -= middle


@dataclass(frozen=True)
class Prediction:
    """What a network says about pictures: scores (N, conditions), features (N, F) and signatures (N, G), float32."""

    scores: npt.NDArray[np.float32]
    features: npt.NDArray[np.float32]
    signatures: npt.NDArray[np.float32]


def predict(grader: OrdinalGrader, pictures: Pixels, batch_size: int = 16) -> Prediction:
    """Run pictures, uint8 (N, H, W, 3), in evaluation mode."""
    grader.eval()
    parts: list[list[npt.NDArray[np.float32]]] = []
    with torch.inference_mode():
        for start in range(0, len(pictures), batch_size):
            batch = torch.from_numpy(np.ascontiguousarray(pictures[start : start + batch_size]))
            scores, _, features, signatures = grader(batch)
            parts.append([scores.numpy(), features.numpy(), signatures.numpy()])
    scores, features, signatures = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Prediction(scores, features, signatures)
