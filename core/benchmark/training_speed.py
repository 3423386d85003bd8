"""`python -m core.benchmark.training_speed PICTURES EPOCHS`: our training beside torchvision's own loop, in turns.

A process of its own, since the reference loads its pictures with forked workers, and a process that has run OpenVINO
must not be forked. Both train a ResNet18 by SGD on the same pictures, held in memory, flipped at random, in batches of
16, on all cores: an epoch of ours, one of the reference, and so on. The first of each counts as warming up.

The reference is `train_one_epoch` of torchvision with its metric logger reduced to what it computes, fed by a
DataLoader with a worker a core and torchvision's transforms, see
https://github.com/pytorch/vision/blob/main/references/classification/train.py.
"""

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from core.lab.epochs import Moment
from core.lab.fitting import Watch, fit
from core.lab.history import EpochRow, read_history
from core.lab.objectives import ClassifierObjective
from core.lab.recipe import read_recipe
from core.vision.backbones import ClassifierNetwork

SIDE, BATCH, CLASSES = 96, 16, 6
_RATE, _MOMENTUM = 0.01, 0.9


def main(count: int, epochs: int) -> None:
    """Train both, and print photos a second of each and the share of time that ours waited for pictures."""
    rng = np.random.default_rng(0)
    pictures = rng.integers(0, 256, (count, SIDE, SIDE, 3), np.uint8)
    labels = rng.integers(0, CLASSES, count)
    reference = Reference(pictures, labels)
    theirs: list[float] = []
    rows = _train_ours(pictures, labels, epochs, lambda: theirs.append(reference.epoch()))
    ours = [row.photos_per_second or 0.0 for row in rows[1:]]
    waited = [row.waiting or 0.0 for row in rows[1:]]
    print(json.dumps([median(ours), median(theirs[1:]), median(waited)]))  # noqa: T201 - for the process that started us


class Reference:
    """torchvision's training loop.

    Args:
        pictures: uint8 (N, H, W, 3).
        labels: int (N,).
    """

    def __init__(self, pictures: npt.NDArray[Any], labels: npt.NDArray[Any]) -> None:
        import torchvision
        from torch.utils.data import DataLoader
        from torchvision.transforms import v2

        transforms = v2.Compose(
            [
                v2.RandomHorizontalFlip(0.5),
                v2.ToDtype(torch.float32, scale=True),
                v2.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
            ]
        )
        data = Transformed(
            torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous(), torch.from_numpy(labels), transforms
        )
        self.loader: DataLoader[tuple[Tensor, Tensor]] = DataLoader(
            data, BATCH, shuffle=True, num_workers=os.cpu_count() or 1, drop_last=True, persistent_workers=True
        )
        self.model = torchvision.models.resnet18(num_classes=CLASSES)
        self.criterion = nn.CrossEntropyLoss()
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=_RATE, momentum=_MOMENTUM)

    def epoch(self) -> float:
        """Train one epoch; photos a second."""
        self.model.train()
        seen, correct, total = 0, 0.0, 0.0
        started = time.perf_counter()
        for image, target in self.loader:
            output = self.model(image)
            loss = self.criterion(output, target)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            total += loss.item()
            correct += float((output.argmax(1) == target).sum().item())
            seen += len(image)
        return seen / (time.perf_counter() - started)


class Transformed(torch.utils.data.Dataset[tuple[Tensor, Tensor]]):
    """Pictures in memory that go through transforms, uint8 (N, 3, H, W), with labels (N,)."""

    def __init__(self, pictures: Tensor, labels: Tensor, transforms: Any) -> None:  # noqa: ANN401 - torchvision has no types
        self.pictures = pictures
        self.labels = labels
        self.transforms = transforms

    def __len__(self) -> int:
        """Count the pictures."""
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """Return one picture and its label."""
        return self.transforms(self.pictures[index]), self.labels[index]


def _train_ours(
    pictures: npt.NDArray[Any], labels: npt.NDArray[Any], epochs: int, turn: Callable[[], object]
) -> tuple[EpochRow, ...]:
    """Train by our own loop; the reference has its turn after every epoch, which nobody's clock counts."""
    changes = [
        *("network.architecture=resnet18", "network.weights=none", "network.frozen_parts=0", "network.dropout=0.0"),
        *(f"input.width={SIDE}", f"input.height={SIDE}", 'augment=["flip_horizontal"]', "task=conditions:dandruff"),
        *("loss.name=cross_entropy", "optimiser.name=sgd", f"optimiser.lr={_RATE}", "optimiser.head_factor=1"),
        *(
            f"training.epochs={epochs}",
            f"training.batch_size={BATCH}",
            "schedule.name=constant",
            "network.scales=[1.0]",
        ),
        # Whatever the recipe that ships is improved by, both loops do the same here.
        *("training.precision=f32", "training.small_epochs=0", "training.refresh_statistics=false"),
        *("loss.mixup=0", "loss.label_smoothing=0", "loss.class_weights=none", "stopping.patience=0"),
    ]
    recipe = read_recipe("efficientnet-lite0-crown", changes)
    network = ClassifierNetwork("resnet18", recipe.definition.class_count, recipe.input.mean, recipe.input.std, 0.0)
    network.to(memory_format=torch.channels_last)
    places = (labels % recipe.definition.class_count)[:, None]
    objective = ClassifierObjective(network, recipe.definition, recipe.loss, places)

    def tell(moment: Moment) -> None:
        if moment.row is not None:
            turn()

    with tempfile.TemporaryDirectory(prefix="scalpspectra-training-") as folder:
        fit(recipe, objective, pictures, places, Path(folder), watch=Watch(tell=tell))
        return read_history(Path(folder))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:3]))
