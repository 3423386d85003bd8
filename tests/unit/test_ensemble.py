"""Packages joined into one that loads, grades and is measured like a single one."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from core.__main__ import main
from core.errors import PackageError
from core.lab.ensemble import join_packages
from core.lab.ensemble_graph import Branch, join_graphs
from core.lab.evaluation import evaluate_package
from core.lab.manifest import read_manifest
from core.taxonomy import View
from core.vision.diagnosis import Diagnoser, grade_probabilities
from core.vision.engine import build_engine
from core.vision.package import load_package, save_package
from core.vision.photo import read_photo
from core.vision.preprocess import network_picture


@pytest.fixture(scope="module")
def other_package(tiny_package, tmp_path_factory):
    """The same network, read otherwise."""
    package = load_package(tiny_package)
    about = package.description
    gradings = tuple(
        replace(
            g, slope=3.0, cuts=tuple(3 * c / 2 + 0.4 for c in g.cuts), thresholds=tuple(t + 0.1 for t in g.thresholds)
        )
        for g in about.gradings
    )
    folder = tmp_path_factory.mktemp("other") / "other"
    return save_package(
        folder, replace(about, id="other", gradings=gradings), package.domains, "card", tiny_package
    ).folder


@pytest.fixture(scope="module")
def picture(tiny_package, drawn_photos):
    return network_picture(read_photo(drawn_photos[0]).pixels, load_package(tiny_package).description.input)[0]


def diagnose(folder, photos):
    package = load_package(folder)
    diagnoser = Diagnoser({View.MICROSCOPE: package}, lambda p: build_engine(p, "openvino", "f32"))
    return [found.findings for found in diagnoser.diagnose([read_photo(path) for path in photos])]


def test_two_copies_of_one_package_give_its_grades(tiny_package, drawn_photos, tmp_path):
    joined = join_packages([tiny_package, tiny_package], tmp_path / "twice")
    assert joined.recalibrated == ()
    alone, twice = diagnose(tiny_package, drawn_photos[:6]), diagnose(tmp_path / "twice", drawn_photos[:6])
    assert any(findings for findings in alone)
    for one, two in zip(alone, twice, strict=True):
        assert [(f.condition, f.severity, f.severity_set) for f in one] == [
            (f.condition, f.severity, f.severity_set) for f in two
        ]
        for a, b in zip(one, two, strict=True):
            assert a.probabilities == pytest.approx(b.probabilities, abs=1e-5)
            assert np.allclose(a.heatmap, b.heatmap, atol=1e-4)
    card = (tmp_path / "twice" / "CARD.md").read_text(encoding="utf-8")
    assert "Not recalibrated" in card
    assert "| tiny 1 | scalp-cnn | 0.50 |" in card


def test_probabilities_are_the_weighted_mean_on_the_scale_of_logits(tiny_package, other_package, picture, tmp_path):
    joined = join_packages([tiny_package, other_package], tmp_path / "both", (3, 1)).package
    packages = [load_package(tiny_package), load_package(other_package), joined]
    inferences = [build_engine(package, "openvino", "f32").infer(picture) for package in packages]
    at_least = []
    for package, inference in zip(packages, inferences, strict=True):
        shares = grade_probabilities(package.description.gradings[0], float(inference.scores[0]))
        at_least.append(np.cumsum(shares[::-1])[::-1][1:])
    assert at_least[2] == pytest.approx(expit(0.75 * logit(at_least[0]) + 0.25 * logit(at_least[1])), abs=1e-4)
    whole = inferences[2]
    assert whole.maps.mean(axis=(1, 2)) == pytest.approx(whole.scores, abs=1e-3)
    assert (whole.signature == inferences[0].signature).all()
    assert len(whole.features) == 2 * len(inferences[0].features)


def test_a_smaller_member_sees_the_picture_made_smaller_inside(tiny_package, picture, tmp_path):
    """As the preprocessing would have made it, to the rounding of a pixel."""
    import cv2
    import openvino as ov

    height, width = picture.shape[0] * 3 // 2, picture.shape[1] * 3 // 2
    join_graphs([Branch(tiny_package, np.full(6, 2.0))], width, height, tmp_path)
    large = cv2.resize(picture, (width, height), interpolation=cv2.INTER_CUBIC)
    small = cv2.resize(large, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_AREA)
    options = {"INFERENCE_PRECISION_HINT": "f32"}
    inside = ov.Core().compile_model(tmp_path / "model.xml", "CPU", options)([large[None]])[0][0]
    outside = build_engine(load_package(tiny_package), "openvino", "f32").infer(small).scores
    assert inside == pytest.approx(2 * outside, abs=2e-3)


def test_labelled_photos_calibrate_it_and_it_is_measured_like_a_single_one(
    tiny_package, other_package, drawn_photos, tmp_path
):
    table = pd.read_csv(drawn_photos[0].parent / "manifest.csv", dtype=str)
    table["file"] = [str(drawn_photos[0].parent / name) for name in table["file"]]
    table = pd.concat([table] * 3, ignore_index=True)
    # A label that is there for a few photos alone is not enough to fit anything.
    table.loc[5:, "dandruff"] = ""
    table.to_csv(tmp_path / "manifest.csv", index=False)
    manifest = read_manifest(tmp_path / "manifest.csv")
    joined = join_packages([tiny_package, other_package], tmp_path / "fitted", (), manifest, "made", "manifest.csv")
    plain = join_packages([tiny_package, other_package], tmp_path / "plain").package.description.gradings
    fitted = joined.package.description.gradings
    names = [condition.value for condition in joined.package.description.conditions]
    assert "dandruff" not in joined.recalibrated
    assert len(joined.recalibrated) >= 3
    for name, before, after in zip(names, plain, fitted, strict=True):
        assert (before == after) == (name not in joined.recalibrated)
    assert joined.seen == 0
    assert set(joined.package.description.metrics["graded"]["conditions"]) == set(joined.recalibrated)
    found = evaluate_package(joined.package, build_engine(joined.package, many=True), manifest, samples=20).as_dict()
    accuracy = {name: values["accuracy"] for name, values in found["conditions"].items()}
    assert set(accuracy) >= set(joined.recalibrated)


def test_what_does_not_go_together_is_refused(tiny_package, other_package, tmp_path):
    with pytest.raises(PackageError, match="two packages or more"):
        join_packages([tiny_package], tmp_path / "x")
    for weights in ((1,), (1, 0), (1, float("nan"))):
        with pytest.raises(PackageError, match="above 0"):
            join_packages([tiny_package, other_package], tmp_path / "x", weights)
    with pytest.raises(PackageError, match="not overwritten"):
        join_packages([tiny_package, other_package], other_package)
    package = load_package(tiny_package)
    about = package.description
    coarse = replace(about.gradings[0], grades=(0, 2), cuts=(0.0,), thresholds=(0.0,))
    variants = {
        "do not predict the same": replace(about, id="odd", gradings=(coarse, *about.gradings[1:])),
        "different parts": replace(about, id="odd", input=replace(about.input, cut_white_bars=False)),
    }
    for said, description in variants.items():
        odd = save_package(tmp_path / "odd", description, package.domains, "", tiny_package).folder
        with pytest.raises(PackageError, match=said):
            join_packages([tiny_package, odd], tmp_path / "x")
        shutil.rmtree(odd)
    assert not (tmp_path / "x").exists()


def test_the_command_makes_one_and_torch_says_why_it_cannot_run_it(tiny_package, other_package, tmp_path, capsys):
    arguments = ["ensemble", str(tiny_package), str(other_package), "--out", str(tmp_path / "pair")]
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--weights", "2,1", "--json"])
    values = json.loads(capsys.readouterr().out)
    assert not left.value.code
    assert [member["share"] for member in values["members"]] == [0.6667, 0.3333]
    package = load_package(tmp_path / "pair")
    assert str(tmp_path) not in package.card + json.dumps(dict(package.description.training))
    with pytest.raises(PackageError, match="OpenVINO alone"):
        build_engine(package, "torch")
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--weights", "two"])
    assert (left.value.code, "are no numbers" in capsys.readouterr().err) == (1, True)
