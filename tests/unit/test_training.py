"""A recipe runs from photos to a package: measured on held-out photos, resumable, never overwriting."""

import shutil

import numpy as np
import pandas as pd
import pytest

from core.errors import ManifestError, RecipeError
from core.lab.evaluation import evaluate_package, measure_agreement, measure_marks
from core.lab.held_out import read_held_out
from core.lab.history import read_history
from core.lab.manifest import read_manifest
from core.lab.recipe import read_recipe
from core.lab.training import train
from core.taxonomy import Condition, View
from core.vision.engine import build_engine
from core.vision.synthesis import write_scenes

SMALL = [
    "network.architecture=scalp-cnn",
    "network.weights=none",
    "network.frozen_parts=0",
    "input.width=56",
    "input.height=40",
    "training.batch_size=8",
    "optimiser.lr=0.002",
    'augment=["flip_horizontal"]',
]


@pytest.fixture(scope="module")
def scenes(tmp_path_factory):
    return write_scenes(tmp_path_factory.mktemp("scenes"), 48, seed=11, workers=1)


@pytest.fixture(scope="module")
def crown_manifest(scenes):
    """The drawn scenes, posing as crown photos: what counts here is the way, not the scalp."""
    table = pd.read_csv(scenes)
    table["view"] = "crown"
    path = scenes.with_name("crown.csv")
    table.to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def crown_run(crown_manifest, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "crown"
    recipe = read_recipe("efficientnet-lite0-crown", [*SMALL, "training.epochs=2", "validation.folds=3"])
    return recipe, folder, train(recipe, crown_manifest, folder, "python -m core train ...")


def test_a_graded_run_leaves_a_package_measured_on_held_out_photos(crown_run):
    _, folder, package = crown_run
    graded = package.description.metrics["graded"]
    assert graded["conditions"]["hair_loss"]["n"] == 48
    assert "3-fold by group" in graded["data"]
    assert "48 drawn crown photos" in graded["data"]
    assert graded["photos"] == {"real": 0, "drawn": 48, "untold": 0}
    assert "### On drawn photos only, against grades" in package.card
    assert "with 48 drawn photos in training" in package.card
    measured, tried, _ = package.card.partition("## Measured")[2].partition("## Tried")
    assert tried
    assert "real photos" not in measured
    assert package.description.gradings[0].grades == (0, 2, 3)
    assert {"recipe.json", "environment.json", "metrics.json"} <= {path.name for path in folder.iterdir()}
    assert "```\npython -m core train ...\n```" in package.card


def test_a_run_keeps_its_curves_and_what_it_said_of_photos_it_did_not_see(crown_run):
    _, folder, package = crown_run
    for fold in range(3):
        epochs = read_history(folder / f"fold-{fold}")
        assert [row.epoch for row in epochs] == [0, 1]
        assert all(row.seconds > 0 and row.loss > 0 and row.val_loss > 0 for row in epochs)
    held_out = read_held_out(folder)["hair_loss"]
    figures = package.description.metrics["graded"]["conditions"]["hair_loss"]
    assert len(set(held_out.photos)) == len(held_out) == 48
    assert float((held_out.labels == held_out.grades).mean()) == pytest.approx(figures["accuracy"], abs=1e-4)
    assert np.allclose(held_out.probabilities.sum(axis=1), 1, atol=1e-3)


def test_a_run_that_only_measures_leaves_figures_and_no_package(crown_run, crown_manifest, tmp_path):
    _, folder, _ = crown_run
    changes = [*SMALL, "training.epochs=2", "validation.folds=3", "validation.measure_only=true"]
    only = read_recipe("efficientnet-lite0-crown", changes)
    assert train(only, crown_manifest, tmp_path / "only", "") is None
    assert (tmp_path / "only" / "metrics.json").read_text() == (folder / "metrics.json").read_text()
    assert not (tmp_path / "only" / "package").exists()


def test_a_finished_run_is_never_overwritten(crown_run, crown_manifest):
    recipe, folder, _ = crown_run
    with pytest.raises(RecipeError, match="never overwritten"):
        train(recipe, crown_manifest, folder, "again")


def test_a_run_cut_off_after_a_fold_ends_with_the_same_figures(crown_run, crown_manifest, tmp_path):
    recipe, folder, package = crown_run
    for name in ("recipe.json", "fold-0.npz"):
        shutil.copy(folder / name, tmp_path / name)
    again = train(recipe, crown_manifest, tmp_path, "python -m core train ...")
    assert again.description.metrics == package.description.metrics
    assert again.description.gradings == package.description.gradings


def test_a_run_of_another_recipe_is_left_alone(crown_run, crown_manifest, tmp_path):
    _, folder, _ = crown_run
    shutil.copy(folder / "recipe.json", tmp_path / "recipe.json")
    other = read_recipe("efficientnet-lite0-crown", [*SMALL, "training.epochs=1", "validation.folds=3"])
    with pytest.raises(RecipeError, match="another recipe"):
        train(other, crown_manifest, tmp_path, "other")


def test_evaluating_on_photos_seen_in_training_says_so(crown_run, crown_manifest):
    _, _, package = crown_run
    evaluation = evaluate_package(package, build_engine(package, "openvino", "f32"), read_manifest(crown_manifest))
    figures = evaluation.as_dict()["conditions"]["hair_loss"]
    assert evaluation.seen_in_training == 48
    wanted = {"n", "accuracy", "macro_f1", "quadratic_kappa", "auroc", "recall", "ece", "confusion"}
    assert wanted <= set(figures)
    assert np.sum(figures["confusion"]) == figures["n"] == 48


def test_a_manifest_without_the_view_is_an_error(crown_run, scenes):
    _, _, package = crown_run
    with pytest.raises(ManifestError, match="crown"):
        evaluate_package(package, build_engine(package, "openvino", "f32"), read_manifest(scenes))


def test_a_network_trained_on_drawings_is_fitted_to_marks(scenes, tmp_path):
    table = pd.read_csv(scenes)
    real = pd.DataFrame(
        {
            "file": table["file"],
            "view": "microscope",
            "group": table["group"],
            "dandruff_present": (table["dandruff"] > 0).astype(int),
            "excess_sebum_present": (table["excess_sebum"] > 0).astype(int),
        }
    )
    marks = scenes.with_name("marks.csv")
    real.to_csv(marks, index=False)
    table["split"] = np.where(np.arange(len(table)) % 3 == 0, "validation", "train")
    drawn = scenes.with_name("drawn.csv")
    table.to_csv(drawn, index=False)
    settings = [*SMALL, "training.epochs=1", "training.small_epochs=0", f"adaptation.data='{marks}'"]
    package = train(read_recipe("efficientnet-lite0-microscope", settings), drawn, tmp_path / "run", "command")
    metrics = package.description.metrics
    assert set(metrics["marked"]["conditions"]) == {"dandruff", "excess_sebum"}
    assert set(metrics["drawn"]["conditions"]) == {c.value for c in Condition}
    spread = metrics["spread"]["conditions"]["interfollicular_erythema"]
    assert spread["n"] == 48
    assert sum(spread["shares"]) == pytest.approx(1, abs=0.01)
    assert "says nothing about real scalps" in metrics["drawn"]["data"]
    assert View.MICROSCOPE in package.domains


def test_agreement_is_what_it_says():
    labels, grades = np.array([0, 0, 1, 2]), np.array([0, 1, 1, 2])
    probabilities = np.eye(3)[grades]
    agreement = measure_agreement(labels, probabilities, grades, probabilities.astype(bool), (0, 2, 3))
    assert agreement.accuracy == 0.75
    assert agreement.recall == (0.5, 1.0, 1.0)
    assert agreement.mean_absolute_error == 0.5
    assert agreement.coverage == 0.75
    assert agreement.confusion == ((1, 1, 0), (0, 1, 0), (0, 0, 1))
    assert agreement.ece == pytest.approx(0.25)


def test_labels_all_alike_leave_kappa_and_auroc_open():
    zeros = np.zeros(5, dtype=int)
    agreement = measure_agreement(zeros, np.eye(4)[zeros], zeros, np.eye(4, dtype=bool)[zeros], (0, 1, 2, 3))
    assert agreement.quadratic_kappa is None
    assert agreement.auroc is None
    assert agreement.recall == (1.0, None, None, None)


def test_marks_count_any_grade_above_good_as_present():
    probabilities = np.array([[0.1, 0.2, 0.3, 0.4], [0.9, 0.1, 0, 0]])
    agreement = measure_marks(np.array([1, 0]), probabilities, np.array([3, 0]), probabilities > 0.15)
    assert agreement.labels == "mark"
    assert agreement.accuracy == 1
    assert agreement.grades == (0, 1)
