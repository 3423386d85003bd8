"""Batches for a training: augmented on all cores by threads, ahead of the step that needs them.

Threads, not worker processes: OpenCV lets go of the interpreter while it works, pictures need not travel between
processes, and a process that has run OpenVINO must not be forked.
"""

import os
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.lab.augment import Augmentation
from core.lab.pictures import Pictures
from core.vision.preprocess import Pixels

Batch = tuple[Tensor, Tensor]
_BATCHES_AHEAD = 3


class PictureLoader:
    """Pictures with their labels, shuffled and augmented anew in every epoch.

    What an epoch holds follows from the seed, the epoch and the position of a picture alone: a training that was cut
    off sees the same batches as one that was not, however many threads there are.

    Args:
        pictures: uint8 (N, H, W, 3).
        labels: int (N, columns), -1 where not labelled.
        augmentation: What changes a picture, or None.
        batch_size: Pictures a step. A last batch that is not full is left out, where there is a full one.
        seed: Of the run.
        workers: Threads; 0 takes one a core.

    Attributes:
        epoch: The epoch that the next iteration holds.
        first_step: Steps of it that are left out, since a training that was cut off has taken them already.
        rank: Which of `world` processes this is; each takes its own batches of one common order.
        world: How many processes train together.
        waited: Seconds the training waited for its batches.
    """

    def __init__(
        self,
        pictures: Pictures,
        labels: npt.NDArray[np.int64],
        augmentation: Augmentation | None,
        batch_size: int,
        seed: int,
        workers: int = 0,
    ) -> None:
        self.pictures = pictures
        self.labels = torch.from_numpy(np.ascontiguousarray(labels))
        self.augmentation = augmentation
        self.batch_size = batch_size
        self.seed = seed
        self.workers = workers or os.cpu_count() or 1
        self.epoch, self.first_step = 0, 0
        self.rank, self.world = 0, 1
        self.waited = 0.0

    def __len__(self) -> int:
        """Steps of an epoch, for one of the processes."""
        share = len(self.pictures) // self.world
        return max(1, share // self.batch_size)

    def __iter__(self) -> Iterator[Batch]:
        """Give the batches of the epoch: pictures, uint8 (B, H, W, 3), and labels, int (B, columns)."""
        order = np.random.default_rng((self.seed, self.epoch)).permutation(len(self.pictures))
        share = order[self.rank :: self.world]
        batches = [share[i * self.batch_size : (i + 1) * self.batch_size] for i in range(self.first_step, len(self))]
        with ThreadPoolExecutor(self.workers, thread_name_prefix="pictures") as pool:
            ahead = deque(self._start(pool, indices) for indices in batches[:_BATCHES_AHEAD])
            try:
                for number in range(len(batches)):
                    started = time.perf_counter()
                    batch = self._finish(*ahead.popleft())
                    self.waited += time.perf_counter() - started
                    if number + _BATCHES_AHEAD < len(batches):
                        ahead.append(self._start(pool, batches[number + _BATCHES_AHEAD]))
                    yield batch
            finally:
                pool.shutdown(cancel_futures=True)

    def _start(
        self, pool: ThreadPoolExecutor, indices: npt.NDArray[np.integer]
    ) -> tuple[Pixels, npt.NDArray[np.integer], list[Future[None]]]:
        buffer = np.empty((len(indices), *self.pictures.shape[1:]), np.uint8)
        epoch = self.epoch

        def fill(row: int) -> None:
            index = int(indices[row])
            picture = self.pictures[index]
            if self.augmentation is not None:
                picture = self.augmentation(picture, np.random.default_rng((self.seed, epoch, index)))
            buffer[row] = picture

        return buffer, indices, [pool.submit(fill, row) for row in range(len(indices))]

    def _finish(self, buffer: Pixels, indices: npt.NDArray[np.integer], parts: list[Future[None]]) -> Batch:
        for part in parts:
            part.result()
        return torch.from_numpy(buffer), self.labels[torch.from_numpy(indices.copy())]
