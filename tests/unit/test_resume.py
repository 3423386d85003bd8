"""A training that was killed goes on as if it had not been."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.errors import RunError
from core.lab.checkpoint import LAST, read_checkpoint
from core.lab.epochs import StopAsked
from core.lab.fitting import Watch
from core.lab.history import read_history
from core.settings import ROOT
from tests.unit.making_trainings import fit_steered

# A child that trains and kills itself, as `kill -9` does, at a moment of our choice.
CHILD = """
import os, signal, sys
from pathlib import Path
import torch
from core.lab.fitting import Watch
from tests.unit.making_trainings import fit_steered

folder, when, seconds = Path(sys.argv[1]), sys.argv[2], float(sys.argv[3])
die = lambda: os.kill(os.getpid(), signal.SIGKILL)

def tell(moment):
    if when == f"{moment.epoch}.{moment.step}":
        die()

if when == "half a checkpoint":
    whole, count = torch.save, [0]
    def save(values, file):
        count[0] += 1
        if count[0] == 3:
            file.write(b"PK half of a file")
            file.flush()
            die()
        whole(values, file)
    torch.save = save

fit_steered(folder, Watch(tell=tell, checkpoint_seconds=seconds))
"""


def train_and_die(folder: Path, when: str, checkpoint_seconds: float) -> None:
    command = [sys.executable, "-c", CHILD, str(folder), when, str(checkpoint_seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr


def rows(folder: Path):
    """The history without what a clock says."""
    return [replace(row, seconds=0, waiting=0, photos_per_second=0) for row in read_history(folder)]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    return folder, fit_steered(folder)


def assert_the_same(folder: Path, grader, uninterrupted) -> None:
    whole_folder, whole = uninterrupted
    assert rows(folder) == rows(whole_folder)
    assert all(
        torch.equal(a, b) for a, b in zip(grader.state_dict().values(), whole.state_dict().values(), strict=True)
    )
    reached, wanted = (read_checkpoint(f, "scalp-cnn") for f in (folder, whole_folder))
    assert (reached.best, reached.epoch, reached.ended) == (wanted.best, wanted.epoch, wanted.ended)
    assert reached.plateau == wanted.plateau


def test_killed_twice_it_ends_as_if_it_had_not_been(tmp_path, uninterrupted):
    train_and_die(tmp_path, "1.2", checkpoint_seconds=600)  # in mid-epoch: goes on from the end of the first one
    assert len(read_history(tmp_path)) == 1
    train_and_die(tmp_path, "half a checkpoint", checkpoint_seconds=0)  # goes on from the whole one before
    assert list(tmp_path.glob("*.part"))
    assert read_checkpoint(tmp_path, "scalp-cnn").step > 0
    assert_the_same(tmp_path, fit_steered(tmp_path), uninterrupted)
    assert len({row.lr for row in read_history(tmp_path)}) > 1, "the plateau was never reached, so nothing was shown"


def test_stopped_after_any_step_it_goes_on_there(tmp_path, uninterrupted):
    for _ in range(3):
        steps = iter(range(100))
        with pytest.raises(StopAsked):
            fit_steered(tmp_path, Watch(stop_asked=lambda steps=steps: next(steps) == 2))
    assert read_checkpoint(tmp_path, "scalp-cnn").step == 1
    assert_the_same(tmp_path, fit_steered(tmp_path), uninterrupted)


def test_an_ended_training_is_not_trained_again(uninterrupted):
    folder, _ = uninterrupted
    before = (folder / LAST).stat().st_mtime_ns
    fit_steered(folder)
    assert (folder / LAST).stat().st_mtime_ns == before


def test_a_checkpoint_of_another_network_or_half_of_one_is_refused(tmp_path, uninterrupted):
    folder, _ = uninterrupted
    data = (folder / LAST).read_bytes()
    (tmp_path / LAST).write_bytes(data)
    with pytest.raises(RunError, match=r"made by the network scalp-cnn, not by resnet18"):
        fit_steered(tmp_path, overrides=["network.architecture=resnet18"])
    (tmp_path / LAST).write_bytes(data[: len(data) // 2])
    with pytest.raises(RunError, match="damaged"):
        fit_steered(tmp_path)
