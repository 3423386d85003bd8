"""Calibration keeps its promises on data it did not see."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from core.lab.adaptation import Head, adapt_head
from core.lab.calibration import (
    OrdinalCalibration,
    conformal_minimum,
    cuts_for_shares,
    fit_ordinal,
    severity_sets,
)

TRUTH = OrdinalCalibration(1.7, (-0.5, 1.0, 2.5))


def sample(count, seed):
    rng = np.random.default_rng(seed)
    scores = rng.normal(0.5, 1.5, count)
    draws = rng.random((count, 1))
    labels = (draws > np.cumsum(TRUTH.probabilities(scores), axis=1)).sum(axis=1)
    return scores, labels.clip(0, 3)


def test_the_fit_recovers_the_model_that_made_the_labels():
    scores, labels = sample(6000, 0)
    fitted = fit_ordinal(scores, labels, 4)
    assert fitted.slope == pytest.approx(TRUTH.slope, rel=0.12)
    np.testing.assert_allclose(fitted.cuts, TRUTH.cuts, atol=0.25)


def test_probabilities_are_a_distribution_and_rise_with_the_score():
    probabilities = TRUTH.probabilities(np.linspace(-8, 8, 50))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (probabilities >= 0).all()
    assert (np.diff(probabilities @ np.arange(4)) > 0).all()


def test_sets_hold_the_truth_at_the_promised_rate_on_new_photos():
    scores, labels = sample(2000, 1)
    minimum = conformal_minimum(TRUTH.probabilities(scores), labels, 0.9)
    new_scores, new_labels = sample(4000, 2)
    sets = severity_sets(TRUTH.probabilities(new_scores), TRUTH.grades(new_scores), minimum)
    assert sets[np.arange(4000), new_labels].mean() == pytest.approx(0.91, abs=0.025)


def test_too_few_photos_promise_nothing():
    assert conformal_minimum(np.array([[0.9, 0.1]] * 5), np.zeros(5, dtype=int), 0.9) == 0.0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(-20, 20), min_size=1, max_size=20), st.floats(0, 0.6))
def test_sets_hold_the_grade_and_have_no_gaps(scores, minimum):
    values = np.array(scores)
    grades = TRUTH.grades(values)
    sets = severity_sets(TRUTH.probabilities(values), grades, minimum)
    assert sets[np.arange(len(values)), grades].all()
    assert (np.abs(np.diff(sets.astype(int), axis=1)).sum(axis=1) <= 2).all()


def test_cuts_reproduce_the_shares_asked_for():
    scores, _ = sample(500, 3)
    cuts = cuts_for_shares(scores, 0.8, [0.6, 0.25, 0.05])
    for cut, share in zip(cuts, [0.6, 0.25, 0.05], strict=True):
        assert expit(0.8 * scores - cut).mean() == pytest.approx(share, abs=1e-6)


def test_a_strongly_held_head_keeps_its_ranking_and_a_loose_one_follows_the_marks():
    rng = np.random.default_rng(4)
    features = rng.normal(size=(300, 20))
    prior = Head(np.eye(20)[0], 0.0)
    marks = (features[:, 1] > 0).astype(int)
    held = adapt_head(prior, features, marks, ridge=1e6).scores(features)
    loose = adapt_head(prior, features, marks, ridge=1.0).scores(features)
    assert abs(np.corrcoef(held, features[:, 0])[0, 1]) > 0.99
    assert np.corrcoef(loose, features[:, 1])[0, 1] > 0.8
