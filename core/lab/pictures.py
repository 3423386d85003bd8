"""Labelled photos as network pictures: in memory while they are few, decoded when asked for where they are many."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import overload

import numpy as np
import numpy.typing as npt

from core.errors import ManifestError, PhotoError
from core.lab.manifest import LabelledPhoto, Manifest
from core.vision.photo import read_photo
from core.vision.preprocess import InputSpec, Pixels, network_picture

Indices = npt.NDArray[np.integer] | npt.NDArray[np.bool_]

# Decoding a photo costs a few milliseconds, which the next pictures' training hides; memory runs out without a word.
IN_MEMORY_BYTES = 2 << 30


class DecodedOnDemand:
    """Pictures that are read from their files whenever they are asked for; indexed like an array (N, H, W, 3).

    Args:
        paths: The photos.
        spec: The network's picture.
    """

    def __init__(self, paths: Sequence[Path], spec: InputSpec) -> None:
        self._paths = paths
        self._spec = spec

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(N, H, W, 3)."""
        return (len(self._paths), self._spec.height, self._spec.width, 3)

    def __len__(self) -> int:
        """Count the pictures."""
        return len(self._paths)

    @overload
    def __getitem__(self, index: int | np.integer) -> Pixels: ...
    @overload
    def __getitem__(self, index: slice | Indices) -> "DecodedOnDemand": ...
    def __getitem__(self, index: int | np.integer | slice | Indices) -> "Pixels | DecodedOnDemand":
        """Decode one picture, uint8 (H, W, 3), or choose some without decoding them.

        Raises:
            ManifestError: The photo was readable when the training began and is not any more (`manifest.photo_lost`).
        """
        if isinstance(index, slice):
            return DecodedOnDemand(self._paths[index], self._spec)
        if isinstance(index, np.ndarray):
            chosen = np.flatnonzero(index) if index.dtype == np.bool_ else index
            return DecodedOnDemand([self._paths[int(i)] for i in chosen], self._spec)
        path = self._paths[int(index)]
        try:
            return network_picture(read_photo(path).pixels, self._spec)[0]
        except PhotoError as error:
            raise ManifestError("manifest.photo_lost", file=path.name, detail=error) from error

    def __iter__(self) -> Iterator[Pixels]:
        """Decode one after the other."""
        return (self[i] for i in range(len(self)))

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[np.uint8]:
        """Decode all of them, on all cores."""
        pictures = np.empty(self.shape, np.uint8)

        def load(index: int) -> None:
            pictures[index] = self[index]

        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(load, range(len(self))))
        return pictures if dtype is None else pictures.astype(dtype)


Pictures = Pixels | DecodedOnDemand


@dataclass(frozen=True)
class PictureSet:
    """The readable photos of a manifest with their network pictures.

    Attributes:
        manifest: The photos that could be read, in order.
        pictures: uint8 (photos, H, W, 3), an array or what is indexed like one.
        unreadable: The photos left out, with what was wrong.
    """

    manifest: Manifest
    pictures: Pictures
    unreadable: tuple[tuple[LabelledPhoto, PhotoError], ...]


def load_pictures(
    manifest: Manifest,
    spec: InputSpec,
    on_progress: Callable[[int], None] | None = None,
    most_bytes: int = IN_MEMORY_BYTES,
) -> PictureSet:
    """Decode and resize every photo of a manifest, on all cores.

    Args:
        manifest: Labelled photos.
        spec: The network's input.
        on_progress: Called with the number of photos done so far.
        most_bytes: Where the pictures need more memory than this they are only tried, and decoded again when used.

    Raises:
        ManifestError: Not one photo can be read.
    """
    photos = list(manifest)
    shape = (len(photos), spec.height, spec.width, 3)
    keep = int(np.prod(shape, dtype=np.int64)) <= most_bytes
    pictures = np.empty(shape if keep else (0, *shape[1:]), np.uint8)
    failures: dict[int, PhotoError] = {}

    def load(index: int) -> None:
        try:
            picture = network_picture(read_photo(photos[index].path).pixels, spec)[0]
        except PhotoError as error:
            failures[index] = error
            return
        if keep:
            pictures[index] = picture

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, _ in enumerate(pool.map(load, range(len(photos))), start=1):
            if on_progress is not None:
                on_progress(done)
    kept = [i for i in range(len(photos)) if i not in failures]
    if not kept:
        raise ManifestError("manifest.nothing_readable", first=photos[0].path, why=failures[0])
    unreadable = tuple((photos[i], failures[i]) for i in sorted(failures))
    if not keep:
        return PictureSet(manifest.subset(kept), DecodedOnDemand([photos[i].path for i in kept], spec), unreadable)
    return PictureSet(manifest.subset(kept), pictures[kept] if failures else pictures, unreadable)


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
