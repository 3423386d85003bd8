"""How values become probabilities, classes and sets: true for any values, one picture or many alike."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from core.vision.outputs import OutputCalibration, read_values

KINDS = st.sampled_from(["single", "multi", "ordinal"])
VALUES = arrays(
    np.float32,
    array_shapes(min_dims=2, max_dims=2, max_side=7),
    elements=st.floats(allow_nan=False, allow_infinity=False, width=32),
)
CALIBRATIONS = st.builds(OutputCalibration, st.floats(0.001, 1000), st.floats(0, 1), st.just(0.9))


@given(VALUES, KINDS, CALIBRATIONS)
def test_any_values_give_probabilities_a_choice_and_a_set_around_it(values, kind, calibration):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        reading = read_values(values, kind, calibration)
    assert np.isfinite(reading.probabilities).all()
    assert ((reading.probabilities >= 0) & (reading.probabilities <= 1)).all()
    assert (reading.possible | ~reading.chosen).all(), "what is chosen is possible"
    if kind != "multi":
        np.testing.assert_allclose(reading.probabilities.sum(axis=1), 1)
        assert (reading.chosen.sum(axis=1) == 1).all()
    if kind == "ordinal":
        assert (np.abs(np.diff(reading.possible.astype(int), axis=1)).sum(axis=1) <= 2).all()
        assert not ((np.diff(reading.possible.astype(int), axis=1) == 1).sum(axis=1) > 1).any(), "no gaps"
    for row, alone in enumerate(values):
        single = read_values(alone, kind, calibration)
        np.testing.assert_array_equal(single.probabilities, reading.probabilities[row])
        np.testing.assert_array_equal(single.possible, reading.possible[row])


def test_a_higher_temperature_is_less_sure_and_changes_no_choice():
    values = np.array([2.0, 0.5, -1.0])
    sure, unsure = (read_values(values, "single", OutputCalibration(t, 0.1, 0.9)) for t in (0.5, 3))
    assert sure.probabilities.max() > unsure.probabilities.max()
    np.testing.assert_array_equal(sure.chosen, unsure.chosen)
    assert unsure.possible.sum() > sure.possible.sum()


def test_sets_of_steps_have_no_gaps_and_sets_of_kinds_may():
    values = np.log(np.array([0.45, 0.05, 0.5]))
    limit = OutputCalibration(1, 0.2, 0.9)
    assert read_values(values, "ordinal", limit).possible.tolist() == [True, True, True]
    assert read_values(values, "single", limit).possible.tolist() == [True, False, True]


@pytest.mark.parametrize("values", [(0, 0.1, 0.9), (np.nan, 0.1, 0.9), (1, 1.1, 0.9), (1, 0.1, 1)])
def test_a_calibration_that_cannot_be_is_refused(values):
    with pytest.raises(ValueError, match="between"):
        OutputCalibration(*values)
