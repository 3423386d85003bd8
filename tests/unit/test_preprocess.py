"""One input transform: bars cut, shape kept, the same picture for training and serving."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.vision.preprocess import InputSpec, content_box, network_picture, seen_box

SPEC = InputSpec(448, 320, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def skin(height, width, seed=0):
    return np.random.default_rng(seed).integers(60, 200, (height, width, 3)).astype(np.uint8)


def test_white_bars_are_cut_at_every_edge():
    pixels = np.full((640, 640, 3), 255, np.uint8)
    pixels[100:540, 40:600] = skin(440, 560)
    left, top, right, bottom = content_box(pixels)
    assert 40 <= left <= 48
    assert 100 <= top <= 108
    assert 592 <= right <= 600
    assert 532 <= bottom <= 540


def test_a_photo_without_bars_is_left_whole():
    assert content_box(skin(480, 640)) == (0, 0, 640, 480)


def test_an_almost_white_photo_is_left_whole_for_the_quality_check_to_judge():
    assert content_box(np.full((400, 600, 3), 255, np.uint8)) == (0, 0, 600, 400)


def test_the_seen_part_has_the_networks_shape_and_is_centred():
    left, top, right, bottom = seen_box(skin(1000, 1000), SPEC)
    assert (left, right) == (0, 1000)
    assert top == pytest.approx(1000 - bottom, abs=1)
    assert (right - left) / (bottom - top) == pytest.approx(448 / 320, rel=0.01)


@settings(max_examples=40, deadline=None)
@given(st.integers(64, 900), st.integers(64, 900))
def test_any_size_becomes_the_networks_picture(height, width):
    picture, (left, top, right, bottom) = network_picture(skin(height, width), SPEC)
    assert picture.shape == (320, 448, 3)
    assert picture.dtype == np.uint8
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height


def test_the_spec_reads_back_what_it_wrote():
    assert InputSpec.from_dict(SPEC.as_dict()) == SPEC


@pytest.mark.parametrize(
    "change", [{"width": 1}, {"std": (0.5, 0.5, 0)}, {"mean": (0.5, 0.5)}, {"interpolation": "magic"}]
)
def test_a_spec_that_cannot_work_is_refused(change):
    with pytest.raises(ValueError, match=r"."):
        InputSpec.from_dict({**SPEC.as_dict(), **change})
