"""Any task trains to a classifier package: by folds or splits, steered honestly, calibrated, its best kept."""

import json

import numpy as np
import pytest

from core.errors import ManifestError, RecipeError, RunError
from core.lab.history import read_history
from core.lab.manifest import read_manifest
from core.lab.parts import share_out, splits_of
from core.lab.recipe import read_recipe
from core.lab.run import open_run
from core.lab.status import ask_to_stop, read_status
from core.lab.training import train
from core.vision.classifier import Classifier, load_classifier
from core.vision.photo import read_photo
from tests.unit.making_trainings import write_photos

TASK = """
id = "discs"
names = "Discs"

[[outputs]]
id = "size"
kind = "ordinal"
classes = [{ id = "none" }, { id = "small" }, { id = "large" }]

[[outputs]]
id = "seen"
kind = "multi"
classes = [{ id = "disc" }, { id = "edge" }]

[[outputs]]
id = "side"
kind = "single"
classes = [{ id = "odd" }, { id = "even" }]
"""
SMALL = [
    "network.architecture=scalp-cnn",
    "network.weights=none",
    "network.frozen_parts=0",
    "network.scales=[1.0]",
    "input.width=40",
    "input.height=40",
    "training.batch_size=8",
    "training.epochs=3",
    "optimiser.lr=0.004",
    "loss.name=cross_entropy",
    "augment=[]",
    "package=discs",
]


def cells(label, number):
    return {
        "size": ("none", "small", "large")[label],
        "seen": ("|", "disc", "disc|edge")[label],
        "side": "" if number % 5 == 0 else ("odd", "even")[label > 0],
        "split": "",
    }


@pytest.fixture(scope="module")
def discs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("discs")
    (folder / "discs.toml").write_text(TASK, encoding="utf-8")
    return write_photos(folder, 60, cells)


def recipe_for(manifest, *changes):
    task = manifest.parent / "discs.toml"
    return read_recipe("efficientnet-lite0-crown", [*SMALL, f"task='{task}'", *changes])


@pytest.fixture(scope="module")
def by_folds(discs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "folds"
    changes = ["validation.folds=2", "stopping.patience=1", "stopping.restore_best=true", "stopping.monitor=val_kappa"]
    recipe = recipe_for(discs, *changes, "loss.name=focal", "loss.class_weights=balanced", "schedule.name=one_cycle")
    return recipe, folder, train(recipe, discs, folder, "python -m core train ...")


def test_a_task_of_all_kinds_of_outputs_ends_as_a_package_that_classifies(by_folds, discs):
    _, folder, package = by_folds
    assert load_classifier(package.folder).task.id == "discs"
    figures = package.description.metrics["classified"]
    assert "2-fold by group" in figures["data"]
    assert figures["outputs"]["size"]["n"] == 60
    assert figures["outputs"]["side"]["n"] == 48
    assert set(figures["outputs"]["seen"]["classes"]) == {"disc", "edge"}
    assert np.sum(figures["outputs"]["size"]["confusion"]) == 60
    photo = read_manifest(discs).photos[0]
    answer = Classifier.load(package.folder, precision="f32").classify(read_photo(photo.path).pixels)
    assert set(answer.results) == {"size", "seen", "side"}
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["held_out_n"] == summary["photos"] == 60
    assert summary["parameters"] > 1e6
    assert summary["latency_ms"] > 0 < summary["training_seconds"]
    assert summary["pretrained"] == "none"
    status = read_status(folder)
    assert status.state == "finished"
    assert status.stages == ("fold-0", "fold-1", "final")
    assert not list(folder.glob("*/*.ckpt")), "what only resuming needs is gone"
    assert "| size |" in package.card
    assert "Cancelled" not in package.card


def test_what_a_network_is_judged_by_never_steers_it(discs):
    """Early stopping looks at photos of its own, cut by group out of those learnt from."""
    recipe = recipe_for(discs, "validation.folds=3", "stopping.patience=2")
    manifest = read_manifest(discs)
    labels, groups = manifest.class_indices(recipe.definition.outputs[0])[:, None], manifest.groups()
    judged = np.isin(groups, np.unique(groups)[:8])
    parts = share_out(recipe, ~judged, judged, labels, groups)
    assert parts.chooses
    assert parts.watched.any()
    learnt, watched, judging = (set(groups[flags]) for flags in (parts.learnt, parts.watched, judged))
    assert learnt.isdisjoint(watched | judging)
    assert watched.isdisjoint(judging)
    assert (parts.learnt | parts.watched | judged).all()
    free = share_out(recipe_for(discs, "validation.folds=3"), ~judged, judged, labels, groups)
    assert not free.chooses
    assert (free.learnt == ~judged).all()


def test_splits_of_a_manifest_are_kept_and_the_test_split_is_measured_apart(discs, tmp_path):
    recipe = recipe_for(discs, "validation.folds=0", "validation.shares=[6, 2, 2]", "stopping.patience=1")
    manifest = read_manifest(discs)
    labels = manifest.class_indices(recipe.definition.outputs[0])[:, None]
    splits = splits_of(recipe, manifest, labels)
    groups = manifest.groups()
    counts = [int(flags.sum()) for flags in (splits.train, splits.validation, splits.test)]
    assert sum(counts) == 60
    assert counts == pytest.approx([36, 12, 12], abs=3)
    assert not set(groups[splits.train]) & set(groups[splits.test])
    package = train(recipe, discs, tmp_path / "run", "command")
    figures = package.description.metrics["classified"]
    assert figures["outputs"]["size"]["n"] == counts[2]
    assert f"calibrated on {counts[1]} validation photos" in figures["data"]
    assert all(row.val_loss is not None for row in read_history(tmp_path / "run" / "final"))


def test_a_cancelled_run_keeps_its_best_network_and_goes_on_later(by_folds, discs, tmp_path):
    recipe, whole, package = by_folds
    folder = tmp_path / "run"
    open_run(folder, recipe)
    for fold in ("fold-0",):
        (folder / fold).mkdir()
    # Cancelled as soon as the second fold has begun: the first one ended.
    stop_when(folder, recipe, discs, lambda status: status.stage == "fold-1" and status.epoch >= 1)
    status = read_status(folder)
    assert (status.state, status.message_key) == ("cancelled", "run.stopped")
    metrics = json.loads((folder / "metrics.json").read_text())
    assert metrics["cancelled"]["stage"] == "fold-1"
    kept = load_classifier(folder / "package" / "discs")
    assert "Cancelled before its end (stage fold-1, after epoch" in kept.card
    assert kept.description.training["cancelled"]["epochs"] == 3
    (folder / "cancel").unlink()
    again = train(recipe, discs, folder, "python -m core train ...")
    assert again.description.metrics == package.description.metrics
    assert again.description.calibration == package.description.calibration
    assert "Cancelled" not in again.card
    assert (folder / "held_out.parquet").read_bytes() == (whole / "held_out.parquet").read_bytes()


def stop_when(folder, recipe, manifest, ripe):
    """Train and cancel as a page would: by the file, once the status says that it is time."""
    import threading
    import time

    def look():
        while (status := read_status(folder)) is None or not ripe(status):
            time.sleep(0.005)
        ask_to_stop(folder)

    looker = threading.Thread(target=look, daemon=True)
    looker.start()
    with pytest.raises(RunError, match="The best so far is kept, marked as cancelled"):
        train(recipe, manifest, folder, "command")
    looker.join(5)


def test_cancelled_before_the_first_network_nothing_is_kept(discs, tmp_path):
    recipe = recipe_for(discs, "validation.folds=2", "training.batch_size=32")
    ask_to_stop(_made(tmp_path / "run"))
    with pytest.raises(RunError, match="Stopped"):
        train(recipe, discs, tmp_path / "run", "command")
    assert read_status(tmp_path / "run").state == "cancelled"


def _made(folder):
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("changes", "cell", "error", "words"),
    [
        ([], {"size": "lage"}, ManifestError, "Did you mean large"),
        ([], {"size": ""}, ManifestError, "label for size"),
        ([], {"side": "odd"}, ManifestError, "the same side: odd"),
        (["stopping.monitor=val_kappa", "stopping.patience=1"], {}, RecipeError, "val_kappa is not defined"),
    ],
)
def test_labels_that_cannot_be_learnt_are_named(tmp_path, changes, cell, error, words):
    manifest = write_photos(tmp_path, 12, lambda label, number: cells(label, number) | cell)
    text = TASK if not changes else TASK.replace('kind = "ordinal"', 'kind = "single"')
    (tmp_path / "discs.toml").write_text(text, encoding="utf-8")
    recipe = recipe_for(manifest, "validation.folds=2", *changes)
    with pytest.raises(error, match=words):
        train(recipe, manifest, tmp_path / "run", "command")
    assert read_status(tmp_path / "run").state == "failed"
