"""Small trainings for tests: drawn discs and stripes of two sizes, which a small network tells apart in a few steps."""

import csv
from pathlib import Path

import cv2
import numpy as np

from core.lab.fitting import Watch, fit
from core.lab.graders import build_grader
from core.lab.objectives import GraderObjective
from core.lab.parts import share_out
from core.lab.recipe import read_recipe

SIDE = 48
# Everything that a training remembers between its steps is at work: early stopping, a plateau, the best epoch, mixup,
# augmentation, dropout, label smoothing, class weights.
STEERED = [
    "network.architecture=scalp-cnn",
    "network.weights=none",
    "network.frozen_parts=0",
    "network.scales=[1.0]",
    f"input.width={SIDE}",
    f"input.height={SIDE}",
    "training.batch_size=8",
    "training.epochs=5",
    "optimiser.lr=0.01",
    "schedule.name=plateau",
    "schedule.patience=0",
    "schedule.monitor=val_accuracy",
    "schedule.factor=0.5",
    "stopping.patience=2",
    "stopping.restore_best=true",
    "loss.mixup=0.4",
    "loss.label_smoothing=0.1",
    "loss.class_weights=balanced",
    'augment=["flip_horizontal", "light"]',
    "validation.folds=3",
]


def make_pictures(count: int, seed: int = 0, side: int = SIDE):
    """Discs on noise, uint8 (N, side, side, 3), and how large they are, int (N, 1) from 0 to 2."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 3, count)
    pictures = rng.normal(110, 25, (count, side, side, 3)).clip(0, 255).astype(np.uint8)
    for picture, label in zip(pictures, labels, strict=True):
        centre = tuple(int(v) for v in rng.integers(side // 3, side - side // 3, 2))
        cv2.circle(picture, centre, 3 + 5 * int(label), (220, 200, 190), -1)
    return pictures, labels[:, None].astype(np.int64)


def write_photos(folder: Path, count: int, columns, seed: int = 0, side: int = 64) -> Path:
    """The same as photos with a manifest; `columns(label, number)` gives the cells of a row besides file and group."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures, labels = make_pictures(count, seed, side)
    rows = []
    for number, (picture, label) in enumerate(zip(pictures, labels[:, 0], strict=True)):
        cv2.imwrite(str(folder / f"{number:04}.png"), picture[..., ::-1])
        rows.append({"file": f"{number:04}.png", "group": f"g{number // 2}", **columns(int(label), number)})
    with (folder / "manifest.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder / "manifest.csv"


def crown_photos(folder: Path, count: int = 36) -> Path:
    """Photos that pose as graded crowns."""
    return write_photos(folder, count, lambda label, _: {"view": "crown", "hair_loss": (0, 2, 3)[label]})


def fit_steered(folder: Path, watch: Watch | None = None, overrides=()):
    """Train a grader on discs in `folder`, steered by photos of its own; returns its network."""
    recipe = read_recipe("efficientnet-lite0-crown", [*STEERED, *overrides])
    pictures, labels = make_pictures(40, side=recipe.input.width)
    groups = np.array([f"g{i // 2}" for i in range(len(labels))])
    everything = np.ones(len(labels), dtype=bool)
    parts = share_out(recipe, everything, ~everything, labels, groups)
    grader = build_grader(recipe)
    objective = GraderObjective(grader, recipe.loss, labels[parts.learnt])
    folder.mkdir(parents=True, exist_ok=True)
    watched = parts.watch(pictures, labels)
    fit(recipe, objective, pictures[parts.learnt], labels[parts.learnt], folder, watched, watch)
    return grader
