"""Every recipe that ships trains two epochs on drawn pictures and ends with a package, killed in between or not."""

import json
import signal
import subprocess
import sys
import time

import pytest

from core.lab.history import read_history
from core.lab.recipe import read_recipe, recipe_names
from core.lab.status import read_status
from core.lab.training import train
from core.settings import ROOT
from core.vision.architectures import FIXED_SIZE
from tests.unit.making_trainings import write_photos

pytestmark = pytest.mark.slow

# As `kill -9` does, in the second epoch, when nobody expects it.
DIE = """
import os, signal, sys
from core.lab.session import Session
told = Session._tell
def tell(self, moment):
    told(self, moment)
    if moment.epoch == 1 and moment.step == 1:
        os.kill(os.getpid(), signal.SIGKILL)
Session._tell = tell
sys.argv[1:1] = ["train"]
from core.__main__ import main
main()
"""


def tiny(name):
    """What makes a recipe small enough: tiny pictures, two epochs, two folds, no weights."""
    recipe = read_recipe(name, ["network.weights=none"])
    side = FIXED_SIZE.get(recipe.network.architecture, 96 if recipe.network.architecture == "inception_v3" else 64)
    folds = 2 if recipe.validation.folds else 0
    return [
        *("network.weights=none", f"input.width={side}", f"input.height={side}", "training.epochs=2"),
        *("training.batch_size=8", f"validation.folds={folds}"),
    ]


def photos_for(recipe, folder):
    """Drawn photos with a label for every output of a recipe's task."""
    task = recipe.definition

    def cells(_, number):
        row = {"view": task.view.value} if task.view else {}
        for place, output in enumerate(task.outputs):
            entry = output.classes[(number // 2 + place) % len(output.classes)]
            row[output.id] = entry.id if entry.severity is None else str(entry.severity)
        return row

    classes = max(len(output.classes) for output in task.outputs)
    return write_photos(folder, max(32, 4 * classes), cells)


def run(script, name, manifest, folder):
    changes = [word for change in tiny(name) for word in ("--set", change)]
    command = [sys.executable, *script, name, "--data", str(manifest), "--out", str(folder), *changes]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", recipe_names())
def test_recipe_trains(name, tmp_path):
    recipe = read_recipe(name, tiny(name))
    manifest = photos_for(recipe, tmp_path / "photos")
    train(recipe, manifest, tmp_path / "run", "command")
    status = read_status(tmp_path / "run")
    assert status.state == "finished"
    for stage in status.stages:
        assert [row.epoch for row in read_history(tmp_path / "run" / stage)] == [0, 1]
    made = tmp_path / "run" / "package" / recipe.package / "model.json"
    assert made.exists() != recipe.validation.measure_only
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert summary["photos"] == summary["held_out_n"] or not recipe.validation.folds


@pytest.mark.parametrize("name", ["efficientnet-lite0-crown", "hair-loss-cnn"])
def test_killed_and_resumed_gives_the_same_metrics(name, tmp_path):
    manifest = photos_for(read_recipe(name, tiny(name)), tmp_path / "photos")
    whole = run(["-m", "core", "train"], name, manifest, tmp_path / "whole")
    assert whole.returncode == 0, whole.stderr
    cut = tmp_path / "cut"
    for _ in range(2):
        assert run(["-c", DIE], name, manifest, cut).returncode == -9
        status = read_status(cut)
        assert status.state == "running"
    ended = run(["-m", "core", "train"], name, manifest, cut)
    assert ended.returncode == 0, ended.stderr
    assert (cut / "metrics.json").read_text() == (tmp_path / "whole" / "metrics.json").read_text()
    assert (cut / "held_out.parquet").read_bytes() == (tmp_path / "whole" / "held_out.parquet").read_bytes()


def test_ctrl_c_keeps_the_best_so_far(tmp_path):
    name = "hair-loss-cnn"
    recipe = read_recipe(name, tiny(name))
    manifest = photos_for(recipe, tmp_path / "photos")
    changes = [word for change in [*tiny(name), "training.epochs=5000"] for word in ("--set", change)]
    command = [sys.executable, "-m", "core", "train", name, "--data", manifest, "--out", tmp_path / "run", *changes]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    deadline = time.monotonic() + 300
    while (status := read_status(tmp_path / "run")) is None or status.epoch < 2:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "Stopping after this step" in said
    assert said.strip().splitlines()[-1].startswith("Error: Stopped in final after epoch")
    assert "Cancelled before its end" in (tmp_path / "run" / "package" / recipe.package / "CARD.md").read_text()
    assert read_status(tmp_path / "run").state == "cancelled"
