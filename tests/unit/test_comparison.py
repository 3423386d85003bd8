"""Runs on disk, side by side."""

import json

import numpy as np
import pytest

from core.errors import RunError
from core.lab.comparison import compare_runs, list_runs, outputs_of, read_published
from core.lab.held_out import HeldOut, write_held_out
from core.lab.history import EpochRow, append_epoch
from core.taxonomy import CONDITIONS

RECIPE = {"name": "tiny", "view": "crown", "grades": {"hair_loss": [0, 2, 3]}, "network": {"architecture": "resnet18"}}


def predictions(skill, seed=0, n=240, people=60, output="hair_loss", first=0):
    """Held-out rows over the same photos for every skill, noise of their own for every seed."""
    truth = np.random.default_rng(100)
    labels = truth.integers(0, 3, n)
    groups = np.array([f"p{i}" for i in truth.integers(0, people, n)])
    hardness = truth.normal(size=(n, 3))
    logits = hardness + np.random.default_rng(seed).normal(size=(n, 3)) * 0.4 + skill * np.eye(3)[labels]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    names = np.array([f"{i + first:04}" for i in range(n)])
    return HeldOut(
        output, names, np.char.add(names, ".jpg"), groups, labels % 5, labels, probabilities.argmax(1), probabilities
    )


def make_run(folder, part=None, summary=None, recipe=RECIPE):
    folder.mkdir(parents=True)
    (folder / "recipe.json").write_text(json.dumps(recipe))
    if part is not None:
        write_held_out(folder, [part])
        (folder / "metrics.json").write_text("{}")
    if summary:
        (folder / "summary.json").write_text(json.dumps(summary))
    return folder


@pytest.fixture
def runs(tmp_path):
    make_run(tmp_path / "runs/nets/weak", predictions(0.6, 1), {"parameters": 11, "latency_ms": 2.5})
    make_run(tmp_path / "runs/nets/strong", predictions(2.0, 2))
    make_run(tmp_path / "runs/nets/twin", predictions(0.6, 1))
    make_run(tmp_path / "runs/nets/other", predictions(2.0, 2, first=7))
    make_run(tmp_path / "runs/alone")
    return tmp_path / "runs"


def test_runs_are_found_at_every_depth_under_one_id(runs):
    listed = list_runs([runs, runs / "nets", runs / "nowhere"])
    assert [record.id for record in listed] == ["alone", "nets/other", "nets/strong", "nets/twin", "nets/weak"]
    assert [record.id for record in list_runs([runs / "nets"])] == [record.id for record in listed[1:]]
    assert {record.group for record in listed} == {"", "nets"}
    assert list_runs([runs / "alone"])[0].id == "alone"
    assert not any(record.shipped for record in listed)


def test_a_run_tells_what_lies_in_its_folder(runs):
    append_epoch_folder = runs / "alone/fold-0"
    append_epoch_folder.mkdir()
    append_epoch(append_epoch_folder, EpochRow(0, 1.0, 0.1, 2.0, 1.5, 0.5, 0.4))
    alone, *_, weak = list_runs([runs])
    assert alone.status == {"state": "stopped"}
    assert weak.status == {"state": "finished"}
    assert alone.histories["fold-0"][0].val_kappa == 0.4
    assert (alone.held_out, alone.metrics, alone.summary, alone.package) == ({}, {}, {}, None)
    (runs / "alone/status.json").write_text('{"state": "running", "epoch": 3}')
    assert alone.status["epoch"] == 3
    (runs / "alone/status.json").write_text('{"state": "run')
    assert alone.status == {"state": "stopped"}
    assert weak.severities("hair_loss") == (0, 2, 3)
    assert weak.severities("dandruff") is None
    assert weak.recipe["network"]["architecture"] == "resnet18"


def test_the_better_run_is_told_apart_and_its_twin_is_not(runs):
    records = {record.name: record for record in list_runs([runs])}
    chosen = [records[name] for name in ("weak", "strong", "twin", "other", "alone")]
    found = compare_runs(chosen, "hair_loss")
    assert found.baseline == "nets/weak"
    assert [row.id for row in found.rows] == ["nets/weak", "nets/strong", "nets/twin", "nets/other"]
    assert found.without_output == ("alone",)
    assert found.other_photos == ("nets/other",)
    assert (found.rows[0].parameters, found.rows[0].latency_ms, found.rows[1].parameters) == (11, 2.5, None)
    assert [row.photos for row in found.rows] == [0, 0, 0, 1]
    better = found.difference("nets/strong", "quadratic_kappa")
    assert better.figure.low > 0
    assert better.p <= better.p_adjusted < 0.01
    kappas = [row.figures.values["quadratic_kappa"] for row in found.rows]
    assert better.figure.value == pytest.approx(kappas[1].value - kappas[0].value)
    same = found.difference("nets/twin", "quadratic_kappa")
    assert (same.figure.value, same.figure.low, same.figure.high, same.p) == (0, 0, 0, 1)
    assert found.difference("nets/other", "accuracy") is None
    assert outputs_of(chosen) == ("hair_loss",)


def test_pairing_tells_more_than_two_intervals_apart(runs):
    """What makes a photo hard for both falls out: the interval of the difference is narrower than the two apart."""
    records = {record.name: record for record in list_runs([runs])}
    make_run(runs / "nets/close", predictions(0.75, 3))
    close = list_runs([runs / "nets/close"])[0]
    found = compare_runs([records["weak"], close], "hair_loss")
    widths = [f.high - f.low for f in (row.figures.values["accuracy"] for row in found.rows)]
    moved = found.difference("close", "accuracy").figure
    assert moved.high - moved.low < 0.8 * float(np.hypot(*widths))


def test_order_of_rows_does_not_matter(runs):
    part = predictions(0.6, 1)
    turned = np.arange(len(part))[::-1]
    rows = [getattr(part, name)[turned] for name in ("photos", "files", "groups", "folds", "labels", "grades")]
    make_run(runs / "nets/turned", HeldOut(part.output, *rows, part.probabilities[turned]))
    records = {record.name: record for record in list_runs([runs])}
    found = compare_runs([records["weak"], records["turned"]], "hair_loss", samples=100)
    assert found.difference("nets/turned", "ece").figure.high == 0


def test_what_cannot_be_compared_says_so(runs):
    records = list_runs([runs])
    with pytest.raises(RunError, match="Outputs here: hair_loss"):
        compare_runs(records, "dandruff")
    with pytest.raises(RunError, match="nets/weak"):
        compare_runs(records, "hair_loss", "alone")
    alone = compare_runs(records[-1:], "hair_loss", samples=10)
    assert (alone.baseline, alone.differences) == (None, ())


def test_published_figures_are_shares_with_a_source():
    figures = read_published()
    assert {f.output for f in figures if f.source.startswith("AI Hub")} == {c.value for c in CONDITIONS}
    assert all(0 < f.value <= 1 and f.source and f.note for f in figures)
    assert all(f.link.startswith("https://") for f in figures if f.link)
    recalls = {f.grade: f.value for f in figures if f.metric == "recall"}
    assert recalls == {0: 0.94, 1: 0.33, 2: 0.44, 3: 0.37}
    assert next(f for f in figures if "1734" in f.source).value == 0.783
