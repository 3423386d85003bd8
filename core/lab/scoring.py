"""Many photos through one network: decoded and run on all cores, a few at a time, however many there are."""

import os
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.errors import ManifestError, PhotoError
from core.lab.manifest import LabelledPhoto, Manifest
from core.vision.photo import Photo, read_photo

Result = TypeVar("Result")
# Photos decoded ahead for each core: enough that none waits for the next one.
_AHEAD = 4


@dataclass(frozen=True)
class Scored(Generic[Result]):
    """What a network says of the photos that could be read.

    Attributes:
        manifest: Those photos, in order.
        results: One a photo.
        unreadable: The photos left out, with what was wrong.
    """

    manifest: Manifest
    results: tuple[Result, ...]
    unreadable: tuple[tuple[LabelledPhoto, PhotoError], ...]


def score_photos(
    manifest: Manifest, score: Callable[[Photo], Result], on_progress: Callable[[int], None] | None = None
) -> Scored[Result]:
    """Read and score every photo.

    Args:
        manifest: Labelled photos.
        score: Runs a photo; called on several threads at once.
        on_progress: Called with the number of photos done so far.

    Raises:
        ManifestError: Not one photo can be read.
    """
    photos = list(manifest)
    results: dict[int, Result] = {}
    failures: dict[int, PhotoError] = {}

    def work(index: int) -> Result:
        return score(read_photo(photos[index].path))

    def finish(index: int, future: Future[Result]) -> None:
        try:
            results[index] = future.result()
        except PhotoError as error:
            failures[index] = error
        if on_progress is not None:
            on_progress(index + 1)

    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[tuple[int, Future[Result]]] = deque()
        try:
            for index in range(len(photos)):
                waiting.append((index, pool.submit(work, index)))
                if len(waiting) >= workers * _AHEAD:
                    finish(*waiting.popleft())
            while waiting:
                finish(*waiting.popleft())
        finally:
            for _, future in waiting:
                future.cancel()
    if not results:
        raise ManifestError("manifest.nothing_readable", first=photos[0].path, why=failures[0])
    kept = sorted(results)
    unreadable = tuple((photos[i], failures[i]) for i in sorted(failures))
    return Scored(manifest.subset(kept), tuple(results[i] for i in kept), unreadable)
