"""Figures of agreement and their intervals, against the libraries everybody trusts."""

import numpy as np
import pytest
import torch
from scipy.stats import bootstrap
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    cohen_kappa_score,
    f1_score,
    recall_score,
    roc_auc_score,
)
from torchmetrics.functional.classification import multiclass_calibration_error

from core.lab.bootstrap import difference_p, holm, resample_groups
from core.lab.figures import LESS_IS_BETTER, METRICS, measure_figures, resample
from core.lab.held_out import HeldOut


def held_out(n=300, classes=3, groups=None, seed=0, skill=1.0, output="hair_loss"):
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, classes, n)
    logits = generator.normal(size=(n, classes)) + skill * np.eye(classes)[labels]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    names = np.array([f"{i:05}.jpg" for i in range(n)])
    people = generator.integers(0, groups, n).astype(str) if groups else names
    return HeldOut(output, names, names, people, np.zeros(n, int), labels, probabilities.argmax(1), probabilities)


def test_values_are_those_of_sklearn_and_torchmetrics():
    part = held_out()
    labels, grades, probabilities = part.labels, part.grades, part.probabilities
    severities = (0, 2, 3)
    found = measure_figures(part, severities, samples=0)
    steps = np.array(severities)
    wanted = {
        "accuracy": accuracy_score(labels, grades),
        "balanced_accuracy": balanced_accuracy_score(labels, grades),
        "macro_f1": f1_score(labels, grades, average="macro"),
        "quadratic_kappa": cohen_kappa_score(labels, grades, weights="quadratic"),
        "mean_absolute_error": np.abs(steps[labels] - steps[grades]).mean(),
        "auroc": np.mean([roc_auc_score(labels >= k, probabilities[:, k:].sum(axis=1)) for k in (1, 2)]),
        "ece": float(
            multiclass_calibration_error(
                torch.tensor(probabilities), torch.tensor(labels), num_classes=3, n_bins=10, norm="l1"
            )
        ),
    }
    assert set(wanted) == set(METRICS) >= LESS_IS_BETTER
    for name, value in wanted.items():
        assert found.values[name].value == pytest.approx(value, abs=1e-9 if name != "ece" else 1e-6), name
    assert [one.value for one in found.recall] == pytest.approx(recall_score(labels, grades, average=None))
    assert np.sum(found.confusion) == found.n == 300


def test_classes_without_an_order_get_the_plain_kappa_and_one_against_the_rest():
    part = held_out(classes=4, seed=3)
    found = measure_figures(part, None, samples=0).values
    assert found["quadratic_kappa"].value == pytest.approx(cohen_kappa_score(part.labels, part.grades))
    assert found["auroc"].value == pytest.approx(roc_auc_score(part.labels, part.probabilities, multi_class="ovr"))
    assert "mean_absolute_error" not in found


def test_equal_scores_count_half_and_a_missing_class_is_undefined():
    part = held_out(n=60, classes=3, seed=5)
    labels = np.minimum(part.labels, 1)
    rounded = part.probabilities.round(1)
    some = HeldOut(part.output, part.photos, part.files, part.groups, part.folds, labels, part.grades, rounded)
    found = measure_figures(some, (0, 1, 2), samples=50)
    assert found.values["auroc"].value == pytest.approx(roc_auc_score(labels >= 1, rounded[:, 1:].sum(axis=1)))
    assert (found.recall[2].value, found.recall[2].low) == (None, None)


def test_the_interval_over_people_of_one_photo_is_scipys():
    part = held_out(n=200, seed=1)
    right = (part.labels == part.grades).astype(float)
    ours = measure_figures(part, (0, 1, 2), samples=4000).values["accuracy"]
    theirs = bootstrap((right,), np.mean, n_resamples=4000, method="percentile", rng=2).confidence_interval
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), abs=0.008)


def test_photos_of_few_people_give_wider_intervals_than_as_many_people():
    """Twenty photos of one person that are right or wrong together say little more than one."""
    generator = np.random.default_rng(0)
    right = np.repeat(generator.random(20) < 0.7, 20)
    labels = np.zeros(400, int)
    names = np.array([f"{i:04}" for i in range(400)])
    people = np.repeat(np.arange(20), 20).astype(str)
    rows = (np.zeros(400, int), labels, np.where(right, 0, 1), np.full((400, 2), 0.5))
    by_person = measure_figures(HeldOut("x", names, names, people, *rows), (0, 1)).values["accuracy"]
    by_photo = measure_figures(HeldOut("x", names, names, names, *rows), (0, 1)).values["accuracy"]
    assert by_person.high - by_person.low > 3 * (by_photo.high - by_photo.low)
    assert by_person.value == by_photo.value


def test_resamples_equal_figures_of_the_rows_drawn():
    """One resample, taken apart: the rows of the groups drawn, repeated as often, give the same figures."""
    part = held_out(n=80, groups=15, seed=9)
    weights = next(iter(resample_groups(15, 1, 4)))[:, 0].astype(int)
    names, positions = np.unique(part.groups, return_inverse=True)
    assert len(names) == 15
    rows = np.repeat(np.arange(80), weights[positions])
    values = resample(part, (0, 1, 3), 1, 4).values
    labels, grades = part.labels[rows], part.grades[rows]
    assert values["quadratic_kappa"][1] == pytest.approx(cohen_kappa_score(labels, grades, weights="quadratic"))
    areas = [roc_auc_score(labels >= k, part.probabilities[rows, k:].sum(axis=1)) for k in (1, 2)]
    assert values["auroc"][1] == pytest.approx(np.mean(areas))
    assert values["macro_f1"][1] == pytest.approx(f1_score(labels, grades, average="macro"))


def test_blocks_of_resamples_are_complete_and_repeatable():
    blocks = list(resample_groups(7, 10, 3, at_once=4))
    assert [block.shape for block in blocks] == [(7, 4), (7, 4), (7, 2)]
    assert (np.hstack(blocks).sum(axis=0) == 7).all()
    assert (np.hstack(blocks) == np.hstack(list(resample_groups(7, 10, 3, at_once=4)))).all()


def test_many_people_are_drawn_by_poisson_numbers_and_spread_alike():
    drawn = np.hstack(list(resample_groups(6000, 60, 1)))
    assert drawn.mean() == pytest.approx(1, abs=0.01)
    assert drawn.var() == pytest.approx(1, abs=0.02)
    found = measure_figures(held_out(n=6000), (0, 1, 2), samples=400).values["accuracy"]
    spread = np.sqrt(found.value * (1 - found.value) / 6000)
    assert found.high - found.low == pytest.approx(2 * 1.96 * spread, rel=0.15)


def test_p_values_and_holm():
    assert difference_p(np.full(999, 0.1)) == pytest.approx(2 / 1000)
    assert difference_p(np.linspace(-1, 1, 1001)) == pytest.approx(1, abs=0.01)
    assert difference_p(np.array([np.nan])) == 1
    # Holm's own example: sorted p times what is left, never falling.
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert len(holm(np.array([]))) == 0
