"""Labelled photos as arrays of network pictures, and the loaders that feed a training."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from core.errors import ManifestError, PhotoError
from core.lab.augment import Augmentation
from core.lab.manifest import LabelledPhoto, Manifest
from core.vision.photo import read_photo
from core.vision.preprocess import InputSpec, network_picture

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class PictureSet:
    """The readable photos of a manifest with their network pictures.

    Attributes:
        manifest: The photos that could be read, in order.
        pictures: uint8 (photos, H, W, 3).
        unreadable: The photos left out, with what was wrong.
    """

    manifest: Manifest
    pictures: Pixels
    unreadable: tuple[tuple[LabelledPhoto, PhotoError], ...]


def load_pictures(manifest: Manifest, spec: InputSpec, on_progress: Callable[[int], None] | None = None) -> PictureSet:
    """Decode and resize every photo of a manifest, on all cores.

    Args:
        manifest: Labelled photos.
        spec: The network's input.
        on_progress: Called with the number of photos done so far.

    Raises:
        ManifestError: Not one photo can be read.
    """
    photos = list(manifest)
    pictures = np.empty((len(photos), spec.height, spec.width, 3), np.uint8)
    failures: dict[int, PhotoError] = {}

    def load(index: int) -> None:
        try:
            pictures[index] = network_picture(read_photo(photos[index].path).pixels, spec)[0]
        except PhotoError as error:
            failures[index] = error

    with ThreadPoolExecutor() as pool:
        for done, _ in enumerate(pool.map(load, range(len(photos))), start=1):
            if on_progress is not None:
                on_progress(done)
    kept = [i for i in range(len(photos)) if i not in failures]
    if not kept:
        raise ManifestError("manifest.nothing_readable", first=photos[0].path)
    unreadable = tuple((photos[i], failures[i]) for i in sorted(failures))
    return PictureSet(manifest.subset(kept), pictures[kept] if failures else pictures, unreadable)


class LabelledPictures(Dataset[tuple[Tensor, Tensor]]):
    """Pictures with grade indices, augmented anew in every epoch from the seed, the epoch and the position.

    Args:
        pictures: uint8 (N, H, W, 3).
        labels: int (N, conditions): index among the grades of the recipe, -1 where not labelled.
        augmentation: What changes a picture, or None.
        seed: Seed of the run.
    """

    def __init__(
        self, pictures: Pixels, labels: npt.NDArray[np.int64], augmentation: Augmentation | None = None, seed: int = 0
    ) -> None:
        self.pictures = pictures
        self.labels = torch.from_numpy(labels)
        self.augmentation = augmentation
        self.seed = seed
        self.epoch = 0

    def __len__(self) -> int:
        """Count the pictures."""
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        """Return one picture, uint8 (H, W, 3), and its labels."""
        picture = self.pictures[index]
        if self.augmentation is not None:
            picture = self.augmentation(picture, np.random.default_rng((self.seed, self.epoch, index)))
        return torch.from_numpy(picture), self.labels[index]


def grade_indices(grades: npt.NDArray[np.int64], levels: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    """Turn severities into positions among the grades a recipe tells apart.

    A severity between two of these counts as the lower one: where a set's lowest grade means "none to mild", a mild
    photo has that grade.

    Args:
        grades: int (N, conditions), 0-3 or -1.
        levels: Ascending severities per condition, the first always 0.

    Returns:
        int (N, conditions), positions from 0, or -1.
    """
    indices = np.full_like(grades, -1)
    for column, severities in enumerate(levels):
        known = grades[:, column] >= 0
        indices[known, column] = np.searchsorted(np.asarray(severities), grades[known, column], side="right") - 1
    return indices


def build_loader(dataset: LabelledPictures, batch_size: int, *, shuffle: bool, seed: int) -> DataLoader[Any]:
    """Build a loader that augments in the training's own process.

    Augmenting a picture takes a few hundredths of the step it waits for, and worker processes are forked: in a process
    that has run OpenVINO before, that ends in a crash.
    """
    generator = torch.Generator().manual_seed(seed)
    return DataLoader(
        dataset,
        batch_size=batch_size,
        shuffle=shuffle,
        generator=generator,
        num_workers=0,
        drop_last=shuffle and len(dataset) > batch_size,
    )
