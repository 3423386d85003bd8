"""Packages of other tasks, measured and joined like those that grade conditions."""

import json

import cv2
import numpy as np
import pandas as pd
import pytest
import torch
from test_classifier import SPEC, TASK, a_description, a_network

from core.__main__ import main
from core.errors import ManifestError
from core.lab.classifier_evaluation import evaluate_classifier
from core.lab.ensemble import join_packages
from core.lab.export import export_grader
from core.lab.manifest import read_manifest
from core.vision.classifier import Classifier, save_classifier
from core.vision.photo import read_photo

PHOTOS = 66


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    folder = tmp_path_factory.mktemp("classifier")
    network = a_network()
    with torch.no_grad():
        network.head.weight.mul_(4000)
    (folder / "payload").mkdir()
    export_grader(network, SPEC, folder / "payload")
    return save_classifier(folder / "mixed", a_description(), "# Card", folder / "payload")


@pytest.fixture(scope="module")
def manifest_path(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labelled")
    generator = np.random.default_rng(0)
    rows = []
    for number in range(PHOTOS):
        # Flat colours, so that even an untrained network tells photos apart.
        pixels = np.full((96, 128, 3), generator.integers(0, 256, 3), np.uint8)
        pixels[::4] = generator.integers(0, 256, 3)
        cv2.imwrite(str(folder / f"{number:02}.png"), pixels)
        rows.append(
            {
                "file": f"{number:02}.png",
                "group": f"p{number // 3}",
                "thing": generator.choice(["cat", "dog", "병"]),
                "marks": generator.choice(["wet", "torn", "wet|torn", ""]),
                "step": generator.choice(["low", "mid", "high"]),
                "device": "lamp" if number % 2 else "",
            }
        )
    pd.DataFrame(rows).to_csv(folder / "manifest.csv", index=False)
    return folder / "manifest.csv"


def test_every_output_is_measured_as_the_classifier_says(package, manifest_path):
    classifier = Classifier(package, precision="f32", many=True)
    manifest = read_manifest(manifest_path)
    found = evaluate_classifier(classifier, manifest, root=manifest_path.parent, samples=20)
    values = found.as_dict()["outputs"]
    assert set(values) == {"thing", "marks.wet", "marks.torn", "step"}
    said = [classifier.classify(read_photo(photo.path).pixels).results for photo in manifest]
    for name in ("thing", "step"):
        output = TASK.output(name)
        labels = [output.index(photo.labels[name]) for photo in manifest]
        right = np.mean([label == one[name].chosen[0] for label, one in zip(labels, said, strict=True)])
        held = np.mean([label in one[name].possible for label, one in zip(labels, said, strict=True)])
        assert values[name]["accuracy"] == pytest.approx(right, abs=1e-4)
        assert values[name]["coverage"] == pytest.approx(held, abs=1e-4)
        assert np.sum(values[name]["confusion"]) == PHOTOS
    assert values["thing"]["mean_absolute_error"] is None
    assert values["step"]["mean_absolute_error"] > 0
    marked = [photo for photo in manifest if "marks" in photo.labels]
    assert values["marks.wet"]["n"] == len(marked) < PHOTOS
    truth = np.mean(["wet" in photo.labels["marks"].split("|") for photo in marked])
    assert sum(values["marks.wet"]["confusion"][1]) / len(marked) == pytest.approx(truth)
    assert values["thing"]["groups"] == PHOTOS // 3
    assert {(s["value"], s["n"]) for s in values["thing"]["subgroups"]} == {("", 33), ("lamp", 33)}


def test_the_command_prints_outputs(package, manifest_path, capsys):
    with pytest.raises(SystemExit) as left:
        main(["evaluate", str(package.folder), "--data", str(manifest_path), "--json"])
    values = json.loads(capsys.readouterr().out)
    assert not left.value.code
    assert "conditions" not in values
    assert {"n", "accuracy", "macro_f1", "quadratic_kappa", "auroc", "recall", "ece", "confusion"} <= set(
        values["outputs"]["thing"]
    )
    assert values["parameters"] > 1_000_000


def test_two_copies_say_what_one_says_and_labels_calibrate_them(package, manifest_path, tmp_path):
    manifest = read_manifest(manifest_path)
    pixels = read_photo(manifest.photos[0].path).pixels
    joined = join_packages([package.folder, package.folder], tmp_path / "twice").package
    one = Classifier(package, precision="f32").classify(pixels)
    two = Classifier(joined, precision="f32").classify(pixels)
    for name, result in one.results.items():
        assert two.results[name].probabilities == pytest.approx(result.probabilities, abs=1e-5)
        assert (two.results[name].chosen, two.results[name].possible) == (result.chosen, result.possible)
    fitted = join_packages([package.folder, joined.folder], tmp_path / "fitted", (), manifest, "made", "manifest.csv")
    assert {"thing", "step"} <= set(fitted.recalibrated)
    temperatures = [one.temperature for one in fitted.package.description.calibration]
    assert temperatures[0] != pytest.approx(1, abs=1e-3)
    assert set(fitted.package.description.metrics["classified"]["outputs"]) == set(fitted.recalibrated)


def test_photos_without_a_label_of_the_task_are_an_error(package, manifest_path, tmp_path):
    table = pd.read_csv(manifest_path).drop(columns=["thing", "marks", "step"])
    table["file"] = [str(manifest_path.parent / name) for name in table["file"]]
    table.to_csv(tmp_path / "bare.csv", index=False)
    with pytest.raises(ManifestError):
        evaluate_classifier(Classifier(package), read_manifest(tmp_path / "bare.csv"))
