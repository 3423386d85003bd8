"""A package measured on labelled photos: intervals, calibration, subgroups, labels to check, the report."""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from core.lab.agreement import measure_agreement
from core.lab.cost import count_parameters, recipe_costs
from core.lab.evaluation import evaluate_package
from core.lab.evaluation_report import write_report
from core.lab.figures import measure_figures
from core.lab.held_out import HeldOut, read_held_out
from core.lab.label_errors import likely_label_errors, worst_cases
from core.lab.manifest import read_manifest
from core.lab.reliability import reliability, wilson
from core.lab.subgroups import measure_subgroups, rows_of
from core.vision.engine import build_engine
from core.vision.package import load_package


def confident(n=300, classes=3, seed=0):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, n)
    logits = generator.normal(size=(n, classes)) * 0.5 + 5 * np.eye(classes)[labels]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    names = np.array([f"{i:04}.jpg" for i in range(n)])
    return HeldOut("x", names, names, names, np.zeros(n, int), labels, probabilities.argmax(1), probabilities)


def relabelled(part, rows, labels):
    changed = part.labels.copy()
    changed[rows] = labels
    return HeldOut(
        part.output, part.photos, part.files, part.groups, part.folds, changed, part.grades, part.probabilities
    )


def test_swapped_labels_are_found_and_stand_among_the_worst():
    part = confident()
    wrong = np.array([3, 40, 77, 120, 260])
    spoilt = relabelled(part, wrong, (part.labels[wrong] + 1) % 3)
    found = {case.file for case in likely_label_errors(spoilt)}
    assert found == {f"{i:04}.jpg" for i in wrong} == {case.file for case in worst_cases(spoilt)}
    worst = worst_cases(spoilt)
    assert [case.loss for case in worst] == sorted((case.loss for case in worst), reverse=True)
    assert worst[0].as_dict()["label"] != worst[0].grade
    assert likely_label_errors(part) == ()


def test_too_few_photos_or_one_class_tell_nothing_of_labels():
    part = confident()
    assert likely_label_errors(rows_of(part, np.arange(10))) == ()
    assert likely_label_errors(rows_of(part, part.labels == 1)) == ()
    # A class without a photo does not stand in the way of the others.
    two = rows_of(part, part.labels < 2)
    spoilt = relabelled(two, np.array([5, 50]), 1 - two.labels[[5, 50]])
    assert {case.file for case in likely_label_errors(spoilt)} == set(two.files[[5, 50]])


def test_reliability_bins_hold_every_photo_and_make_up_the_calibration_error():
    part = confident(seed=4)
    bins = reliability(part)
    assert sum(one.n for one in bins) == len(part)
    error = sum(one.n * abs(one.accuracy - one.confidence) for one in bins) / len(part)
    assert error == pytest.approx(measure_figures(part, None, samples=0).values["ece"].value)
    assert all(one.low <= one.confidence <= one.high and one.accuracy_low <= one.accuracy for one in bins)
    # Newcombe 1998, table I: 81 of 263.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert wilson(0, 10)[0] == 0


def test_subgroups_under_ten_photos_show_their_number_alone():
    part = confident(n=100)
    sex = np.array(["female"] * 60 + ["male"] * 31 + [""] * 9)
    groups = {g.value: g for g in measure_subgroups(part, {"sex": sex}, (0, 1, 2))}
    assert {value: g.n for value, g in groups.items()} == {"female": 60, "male": 31, "": 9}
    assert groups[""].figures is None
    by_hand = measure_figures(rows_of(part, sex == "male"), (0, 1, 2), samples=0).values["accuracy"].value
    assert groups["male"].figures["accuracy"]["value"] == pytest.approx(by_hand, abs=1e-4)


@pytest.fixture(scope="module")
def evaluation(tiny_package, drawn_photos, tmp_path_factory):
    folder = tmp_path_factory.mktemp("evaluated")
    table = pd.read_csv(drawn_photos[0].parent / "manifest.csv", dtype=str)
    table["file"] = [str(drawn_photos[0].parent / name) for name in table["file"]]
    table["sex"] = ["female", "male"] * (len(table) // 2)
    table["region"] = "](javascript:x) <b>|"
    table.loc[len(table)] = {**table.iloc[0], "file": "gone.jpg"}
    table.to_csv(folder / "manifest.csv", index=False)
    package = load_package(tiny_package)
    engine = build_engine(package, "openvino", "f32", many=True)
    done = []
    found = evaluate_package(package, engine, read_manifest(folder / "manifest.csv"), done.append, samples=50)
    assert done == list(range(1, len(table) + 1))
    return found


def test_a_package_is_measured_with_intervals_beside_the_contract(evaluation):
    values = json.loads(json.dumps(evaluation.as_dict()))
    assert (values["photos"], values["unreadable"]) == (24, 1)
    for figures in values["conditions"].values():
        plain = {"n", "accuracy", "macro_f1", "quadratic_kappa", "auroc", "recall", "ece", "confusion", "coverage"}
        assert plain <= set(figures)
        intervals = figures["intervals"]
        for name in ("accuracy", "macro_f1", "quadratic_kappa", "auroc", "ece", "mean_absolute_error"):
            assert intervals[name]["value"] == pytest.approx(figures[name], abs=1e-4), name
        assert intervals["accuracy"]["low"] <= figures["accuracy"] <= intervals["accuracy"]["high"]
        assert {(s["trait"], s["n"]) for s in figures["subgroups"]} == {("sex", 12), ("region", 24)}


def test_the_report_shows_everything_and_runs_nothing(evaluation, tmp_path):
    page = write_report(evaluation, tmp_path / "report").read_text(encoding="utf-8")
    folder = tmp_path / "report"
    assert json.loads((folder / "evaluation.json").read_text(encoding="utf-8")) == evaluation.as_dict()
    held_out = read_held_out(folder)
    assert set(held_out) == set(evaluation.conditions)
    dandruff = evaluation.conditions["dandruff"]
    assert float((held_out["dandruff"].labels == held_out["dandruff"].grades).mean()) == pytest.approx(
        dandruff.agreement.accuracy
    )
    assert f"{dandruff.figures.values['quadratic_kappa'].value:.3f}" in page
    assert "](javascript" not in page
    assert "<b>" not in page
    for picture in folder.glob("reliability-*.svg"):
        assert f"]({picture.name})" in page
        assert ET.parse(picture).getroot().tag.endswith("svg")
    assert len(list(folder.glob("*.svg"))) == 6


def test_intervals_and_plain_figures_agree_on_recall_with_a_missing_grade():
    part = relabelled(confident(), np.arange(300), np.minimum(confident().labels, 1))
    sets = np.ones((300, 3), bool)
    agreement = measure_agreement(part.labels, part.probabilities, part.grades, sets, (0, 1, 2))
    figures = measure_figures(part, (0, 1, 2), samples=0)
    assert [f.value for f in figures.recall] == pytest.approx(list(agreement.recall))
    assert figures.values["macro_f1"].value == pytest.approx(agreement.macro_f1)
    assert figures.confusion == agreement.confusion


def test_a_network_costs_the_same_as_its_package(tiny_package):
    """Counted from the file and from a network of the same kind with random weights."""
    description = load_package(tiny_package).description
    recipe = {
        "grades": {c.value: [0, 1, 2, 3] for c in description.conditions},
        "network": {"architecture": description.architecture, "scales": list(description.scales)},
        "input": description.input.as_dict(),
    }
    cost = recipe_costs({"tiny": recipe}, rounds=1)["tiny"]
    assert cost.parameters == count_parameters(tiny_package / "weights.safetensors")
    assert cost.latency_ms > 0
    assert "112 x 80 px" in cost.latency_setting
