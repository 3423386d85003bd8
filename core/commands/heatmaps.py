"""Heatmaps as files: one picture a condition, under names of our own."""

import re
from pathlib import Path

from core.commands.console import files_explained
from core.findings import Diagnosis
from core.taxonomy import Condition
from core.vision.overlay import overlay
from core.vision.photo import Photo, encode_jpeg

_OPACITY = 0.6
_LONGEST_STEM = 40


class HeatmapFolder:
    """Writes the heatmaps of diagnoses into a folder, which is made if missing.

    Raises:
        CommandError: The folder cannot be made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with files_explained(folder):
            folder.mkdir(parents=True, exist_ok=True)

    def draw(self, number: int, path: Path, photo: Photo, diagnosis: Diagnosis) -> dict[Condition, Path]:
        """Write one JPEG a condition, `<number>-<name>.<condition>.jpg`.

        Args:
            number: Number of the photo in this run, which keeps names apart.
            path: The photo; of its name letters and digits are kept, as a stranger's may hold anything.
            photo: The photo.
            diagnosis: Its diagnosis, with heatmaps; a refused photo has none and writes none.

        Raises:
            CommandError: The disk is full or the folder not writable.
        """
        name = re.sub(r"[^\w-]+", "_", path.stem)[:_LONGEST_STEM].strip("_") or "photo"
        written: dict[Condition, Path] = {}
        for finding in diagnosis.findings:
            if finding.heatmap is None:
                continue
            target = self.folder / f"{number:04d}-{name}.{finding.condition}.jpg"
            picture = encode_jpeg(overlay(photo.pixels, finding.heatmap, diagnosis.seen_box, _OPACITY))
            with files_explained(target):
                target.write_bytes(picture)
            written[finding.condition] = target
        return written
