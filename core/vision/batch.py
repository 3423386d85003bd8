"""Many photos through one diagnoser: found, decoded and graded on all cores, handed on in order as they are done."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from core.errors import CommandError, ScalpError
from core.findings import Diagnosis
from core.taxonomy import Condition, View
from core.vision.photo import PHOTO_SUFFIXES, Photo, read_photo

if TYPE_CHECKING:
    from core.vision.diagnosis import Diagnoser

# Photos decoded ahead of the one being printed: enough to keep every core busy past a slow one, few enough to hold.
_AHEAD = 3

Draw = Callable[[int, Path, Photo, Diagnosis], Mapping[Condition, Path]]


@dataclass(frozen=True)
class Outcome:
    """What became of one photo.

    Attributes:
        path: The photo as it was named or found.
        diagnosis: Graded or refused; None where there is no photo to speak of.
        error: What went wrong; may come beside a diagnosis, where its heatmaps could not be written.
        heatmaps: The pictures written, by condition.
    """

    path: Path
    diagnosis: Diagnosis | None = None
    error: ScalpError | None = None
    heatmaps: Mapping[Condition, Path] = field(default_factory=lambda: MappingProxyType({}))


def find_photos(paths: Iterable[Path]) -> Iterator[Path]:
    """Walk folders for photos, by suffix and in the order of names; whatever else is named is taken as it is.

    Hidden files and folders inside a folder are passed over. A folder that cannot be opened, or holds no photo, comes
    out itself, so that it is reported.
    """
    for path in paths:
        if _is_folder(path):
            yield from _walk(path)
        else:
            yield path


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - Path.is_dir raises on names too long and folders closed to us


def _walk(folder: Path) -> Iterator[Path]:
    closed: list[Path] = []
    empty = True
    for parent, folders, files in os.walk(folder, onerror=lambda error: closed.append(Path(str(error.filename)))):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.lower().endswith(PHOTO_SUFFIXES) and not name.startswith("."):
                empty = False
                yield Path(parent, name)
    yield from closed
    if empty and not closed:
        yield folder


def grade_photos(
    diagnoser: "Diagnoser", paths: Iterable[Path], view: View | None = None, draw: Draw | None = None
) -> Iterator[Outcome]:
    """Grade photos on all cores, in order; however many there are, only a few are held at a time.

    Args:
        diagnoser: The models.
        paths: The photos.
        view: What they show; None has it recognised.
        draw: Writes the heatmaps and says where, given the number of a photo (from 1), its path, the photo and its
            diagnosis; runs beside the grading of others. None leaves heatmaps out.
    """
    workers = os.cpu_count() or 1
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Outcome]] = deque()
        try:
            for number, path in enumerate(paths, start=1):
                waiting.append(pool.submit(_grade, diagnoser, path, number, view, draw))
                if len(waiting) >= workers * _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _grade(diagnoser: "Diagnoser", path: Path, number: int, view: View | None, draw: Draw | None) -> Outcome:
    try:
        if _is_folder(path):
            raise CommandError("command.no_photos", path=path)
        photo = read_photo(path)
        (diagnosis,) = diagnoser.diagnose([photo], view, heatmaps=draw is not None)
    except ScalpError as error:
        return Outcome(path, error=error)
    if draw is None:
        return Outcome(path, diagnosis)
    try:
        return Outcome(path, diagnosis, heatmaps=draw(number, path, photo, diagnosis))
    except ScalpError as error:
        return Outcome(path, diagnosis, error)
