"""What can go wrong while a training runs ends with the cause and the way out, and loses nothing."""

import errno
import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from core.errors import ManifestError, RunError
from core.lab.checkpoint import LAST, read_checkpoint
from core.lab.faults import is_out_of_memory, largest_batch
from core.lab.fitting import Watch
from core.lab.graders import build_grader
from core.lab.history import read_history
from core.lab.loader import PictureLoader
from core.lab.manifest import LabelledPhoto, Manifest
from core.lab.objectives import GraderObjective
from core.lab.pictures import load_pictures
from core.lab.recipe import read_recipe
from core.lab.status import hold_run
from core.lab.training import train
from core.settings import ROOT
from core.taxonomy import View
from core.vision.preprocess import InputSpec
from tests.unit.making_trainings import STEERED, crown_photos, fit_steered, make_pictures, write_photos

MEAN = (0.5, 0.5, 0.5)


def test_a_rate_that_is_too_high_is_named_with_the_step(tmp_path):
    changes = ["optimiser.name=sgd", "optimiser.lr=1e12", "schedule.name=constant", "schedule.warmup=0", "loss.mixup=0"]
    with pytest.raises(RunError, match=r"in epoch \d at step \d.*set optimiser.lr below 1000000000000"):
        fit_steered(tmp_path, overrides=changes)


def test_weights_that_hold_no_numbers_are_named(tmp_path):
    grader = build_grader(read_recipe("efficientnet-lite0-crown", STEERED))
    state = {name: values.clone() for name, values in grader.backbone.state_dict().items()}
    first = next(iter(state))
    state[first][0] = float("nan")
    torch.save(state, tmp_path / "broken.pt")
    with pytest.raises(RunError, match=r"first weights \(.*broken.pt\) hold values that are no numbers"):
        fit_steered(tmp_path / "run", overrides=[f"network.weights='{tmp_path / 'broken.pt'}'"])


# A process of which the system takes memory away: batches this large do not fit, an eighth of them does.
LITTLE_MEMORY = """
import resource, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from core.errors import RunError
from tests.unit.making_trainings import fit_steered

now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (now + (700 << 20), now + (700 << 20)))
try:
    fit_steered(Path(sys.argv[1]), overrides=["input.width=512", "input.height=512", "training.batch_size=32"])
except RunError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits a process's memory as Linux does")
@pytest.mark.slow
def test_too_little_memory_names_the_batch_size_that_fits(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", LITTLE_MEMORY, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "not enough memory for batches of 32 pictures of 512 x 512" in done.stdout
    fits = int(done.stdout.split("training.batch_size=")[1].split()[0])
    assert fits in (2, 4, 8, 16)


def test_lack_of_memory_is_told_from_other_mistakes():
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory."))
    assert is_out_of_memory(RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"))
    assert not is_out_of_memory(RuntimeError("mat1 and mat2 shapes cannot be multiplied"))
    recipe = read_recipe("efficientnet-lite0-crown", STEERED)
    objective = GraderObjective(build_grader(recipe), recipe.loss, make_pictures(4)[1])
    assert largest_batch(recipe, objective, columns=1) == 4


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")  # noqa: PTH110
def test_a_full_disk_in_mid_epoch_leaves_the_last_checkpoint_whole(tmp_path):
    def fill_up(moment):
        if (moment.epoch, moment.step) == (1, 2):
            (tmp_path / f"{LAST}.part").symlink_to("/dev/full")

    with pytest.raises(OSError, match="No space left") as caught:
        fit_steered(tmp_path, Watch(tell=fill_up, checkpoint_seconds=0))
    assert caught.value.errno == errno.ENOSPC
    reached = read_checkpoint(tmp_path, "scalp-cnn")
    assert (reached.epoch, reached.step) == (1, 1)
    fit_steered(tmp_path)
    assert read_checkpoint(tmp_path, "scalp-cnn").ended


def test_two_trainings_never_share_a_folder(tmp_path):
    manifest = crown_photos(tmp_path / "photos", 12)
    (tmp_path / "run").mkdir()
    with hold_run(tmp_path / "run"), pytest.raises(RunError, match="Another process trains"):
        train(read_recipe("efficientnet-lite0-crown", STEERED), manifest, tmp_path / "run", "command")


def test_a_photo_that_vanishes_in_mid_training_is_named(tmp_path):
    manifest = write_photos(tmp_path, 6, lambda _label, _number: {})
    photos = tuple(
        LabelledPhoto(path, View.CROWN, path.stem, None, {}, {}, None) for path in sorted(manifest.parent.glob("*.png"))
    )
    spec = InputSpec(32, 32, MEAN, MEAN)
    loaded = load_pictures(Manifest(photos), spec, most_bytes=0)
    whole = load_pictures(Manifest(photos), spec).pictures
    assert np.array_equal(np.asarray(loaded.pictures), whole)
    assert np.array_equal(np.asarray(loaded.pictures[np.array([4, 1])]), whole[[4, 1]])
    assert np.array_equal(np.asarray(loaded.pictures[np.arange(6) > 3][:1]), whole[4:5])
    photos[3].path.unlink()
    loader = PictureLoader(loaded.pictures, np.zeros((6, 1), np.int64), None, batch_size=2, seed=0)
    with pytest.raises(ManifestError, match=r"0003\.png could be read when the training began"):
        list(loader)


def test_an_epoch_holds_the_same_whoever_loads_it():
    """Neither threads nor processes that share an epoch change what is in it."""
    pictures, labels = make_pictures(23)

    def darken(picture, rng):
        return (picture * rng.uniform(0.2, 1)).astype(np.uint8)

    def epoch(number, workers=0, **changes):
        loader = PictureLoader(pictures, labels, darken, batch_size=4, seed=7, workers=workers)
        for name, value in {"epoch": number, **changes}.items():
            setattr(loader, name, value)
        return [batch[0].numpy().sum(axis=(1, 2, 3)).tolist() for batch in loader]

    assert epoch(3) == epoch(3, workers=5)
    assert epoch(3) != epoch(4)
    assert epoch(3, first_step=2) == epoch(3)[2:]
    shares = [[total for batch in epoch(3, rank=rank, world=2) for total in batch] for rank in (0, 1)]
    assert len(shares[0]) == len(shares[1]) == 8
    assert not set(shares[0]) & set(shares[1])


def test_a_run_that_fails_says_so_in_its_status(tmp_path):
    manifest = crown_photos(tmp_path / "photos", 12)
    recipe = read_recipe("efficientnet-lite0-crown", [*STEERED, "optimiser.lr=1e30", "optimiser.name=sgd"])
    with pytest.raises(RunError):
        train(recipe, manifest, tmp_path / "run", "command")
    status = json.loads((tmp_path / "run" / "status.json").read_text())
    assert (status["state"], status["message_key"]) == ("failed", "run.not_a_number")


@pytest.mark.slow
def test_two_devices_train_one_network(tmp_path):
    """On a processor, two processes with gloo: what several graphics cards do with nccl."""
    grader = fit_steered(tmp_path, overrides=["training.devices=2", "training.epochs=2", "stopping.restore_best=false"])
    rows = read_history(tmp_path)
    assert [row.epoch for row in rows] == [0, 1]
    assert all(row.val_loss is not None for row in rows)
    reached = read_checkpoint(tmp_path, "scalp-cnn")
    assert reached.ended
    assert (
        torch.equal(reached.network["head.weight"], grader.state_dict()["head.weight"]) or reached.best["best"][0] == 0
    )
