"""Writes many scenes with their manifest, over all processor cores."""

import csv
import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np

from core.taxonomy import CONDITIONS
from core.vision.synthesis.scene import Hand, Scene, draw_scene

COLUMNS = (
    "file",
    "view",
    "group",
    "split",
    *(c.value for c in CONDITIONS),
    "hair_cover",
    "magnification",
    "hand",
    "sha256",
    "source",
)
_QUALITY = 92
_CHUNK = 32


def write_scenes(
    folder: Path,
    count: int,
    seed: int,
    *,
    hands: Sequence[Hand] = tuple(Hand),
    workers: int = 0,
    masks: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> Path:
    """Write `count` labelled photos and their `manifest.csv`; the files do not depend on the number of workers.

    Args:
        folder: Where to write; made if missing. Files are named `syn-<seed>-000001.jpg`.
        count: How many, below a million.
        seed: Another seed gives other photos, without overlap.
        hands: Who draws, in turns.
        workers: Processes; 0 takes all cores.
        masks: Also write each condition's mask, `<stem>.<condition>.png`.
        on_progress: Told how many photos are done, now and then.

    Returns:
        The path of the manifest: UTF-8 CSV with the columns of `COLUMNS`; `sha256` is that of the file, `split` is
        train, validation or test (8:1:1), `group` is the file's stem.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "manifest.csv"
    workers = workers or os.cpu_count() or 1
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        for done, row in enumerate(_rows(folder, count, seed, hands, workers, masks), start=1):
            writer.writerow(row)
            if on_progress and (done % _CHUNK == 0 or done == count):
                on_progress(done)
    return path


def _rows(
    folder: Path, count: int, seed: int, hands: Sequence[Hand], workers: int, masks: bool
) -> Iterator[dict[str, str]]:
    write = partial(_write_one, folder, seed, tuple(hands), masks)
    numbers = range(1, count + 1)
    # Spawned, not forked: the caller may hold threads (a progress bar, a web server). And never drawn in the caller:
    # libraries loaded there may round floats otherwise (flushed denormals), and files must not depend on that.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
        yield from pool.map(write, numbers, chunksize=max(1, min(_CHUNK, count // (workers * 2))))


def _one_thread() -> None:
    cv2.setNumThreads(1)


def _write_one(folder: Path, seed: int, hands: tuple[Hand, ...], masks: bool, number: int) -> dict[str, str]:
    hand = hands[number % len(hands)]
    scene = draw_scene(seed * 1_000_003 + number, hand=hand)
    stem = f"syn-{seed}-{number:06d}"
    data = encode(scene, _QUALITY)
    (folder / f"{stem}.jpg").write_bytes(data)
    if masks:
        for condition, mask in scene.masks.items():
            (folder / f"{stem}.{condition.value}.png").write_bytes(cv2.imencode(".png", mask)[1].tobytes())
    return {
        "file": f"{stem}.jpg",
        "view": scene.view.value,
        "group": stem,
        "split": _split(seed, number),
        **{condition.value: str(int(grade)) for condition, grade in scene.severities.items()},
        "hair_cover": f"{scene.hair_cover:.4f}",
        "magnification": f"{scene.magnification:.4f}",
        "hand": hand.value,
        "sha256": hashlib.sha256(data).hexdigest(),
        "source": "synthetic",
    }


def encode(scene: Scene, quality: int) -> bytes:
    """Encode a scene's pixels as JPEG."""
    picture = cv2.cvtColor(scene.pixels, cv2.COLOR_RGB2BGR)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def _split(seed: int, number: int) -> str:
    """Deal every ten photos 8:1:1, in an order drawn for that ten: any count comes out as even as it can."""
    ten, place = divmod(number - 1, 10)
    names = ["train"] * 8 + ["validation", "test"]
    return names[int(np.random.default_rng((seed, ten)).permutation(10)[place])]
