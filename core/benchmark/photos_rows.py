"""How fast labelled photos come in, and what memory that takes."""

import time
from pathlib import Path
from statistics import median
from typing import Final

import cv2
import numpy as np
from PIL import Image

from core.benchmark.comparison import Comparison, at_least, at_most
from core.benchmark.material import Workbench
from core.benchmark.measuring import run_process

_FILES, _QUICK_FILES = 20_000, 2_000
_CLASSES: Final = 10
_SIZE: Final = (160, 120)
# The loop trusts its files. An import checks them against hostile ones, hashes the file and what it shows, compares all
# with all, splits them, and writes a manifest and a report.
_SHARE: Final = 0.3
# What 100,000 photos may take beyond the first few thousand: next to nothing beside the libraries.
_BYTES_A_PHOTO: Final = 2_000


def bring_in_photos(bench: Workbench) -> list[Comparison]:
    """`python -m core import-photos` of small files in a folder per class, everything included."""
    files = _QUICK_FILES if bench.quick else _FILES
    few, many = _draw(bench.scratch / "few", files // 4), _draw(bench.scratch / "many", files)
    rates, plain, growth = [], [], []
    for turn in range(bench.rounds(2, 1)):
        started = time.perf_counter()
        _decode(many)
        plain.append(files / (time.perf_counter() - started))
        small, large = (
            run_process(("-m", "core", "import-photos", str(folder), "--as", "folder", "--out", f"{folder}-{turn}.csv"))
            for folder in (few, many)
        )
        rates.append(files / large.seconds)
        growth.append(max(0.0, large.megabytes - small.megabytes))
    allowed = (files - files // 4) * _BYTES_A_PHOTO / 1e6
    name = f"{allowed:g} MB for {files - files // 4:,} photos more"
    return [
        at_least(
            "import_photos", "photos/s", median(rates), "a plain loop that only decodes with PIL", median(plain), _SHARE
        ),
        at_most("import_photos_memory", "MB", median(growth), name, allowed, 1),
    ]


def _decode(folder: Path) -> None:
    for path in folder.rglob("*.jpg"):
        with Image.open(path) as image:
            image.convert("RGB").load()


def _draw(folder: Path, count: int) -> Path:
    """Draw small JPEGs that are all different, the same in every run."""
    draw = np.random.default_rng(5)
    for number in range(count):
        path = folder / f"class{number % _CLASSES}" / f"{number:06d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        rough = draw.integers(0, 256, (9, 12, 3), dtype=np.uint8)
        cv2.imwrite(str(path), cv2.resize(rough, _SIZE, interpolation=cv2.INTER_CUBIC))
    return folder
