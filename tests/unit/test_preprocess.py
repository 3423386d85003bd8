"""One input transform: bars cut, shape kept, the same picture for training and serving."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from core.vision.preprocess import InputSpec, content_box, network_picture, seen_box, shown_part

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
    "change", [{"width": 1}, {"std": (0.5, 0.5, 0)}, {"mean": (0.5, 0.5)}, {"interpolation": "magic"}, {"fit": "melt"}]
)
def test_a_spec_that_cannot_work_is_refused(change):
    with pytest.raises(ValueError, match=r"."):
        InputSpec.from_dict({**SPEC.as_dict(), **change})


sides = st.integers(1, 400)


@given(sides, sides, st.integers(16, 200), st.integers(16, 200), st.sampled_from(["area", "bilinear"]))
@settings(max_examples=120, deadline=None)
def test_padding_shows_the_whole_photo_in_its_shape_on_black(height, width, to_width, to_height, interpolation):
    spec = InputSpec(
        to_width, to_height, (0.5,) * 3, (0.5,) * 3, fit="pad", cut_white_bars=False, interpolation=interpolation
    )
    picture, box = network_picture(np.full((height, width, 3), 200, np.uint8), spec)
    assert picture.shape == (to_height, to_width, 3)
    left, top, right, bottom = shown_part(box, width, height, to_width, to_height)
    assert (picture[top:bottom, left:right] == 200).all()
    covered = picture.copy()
    covered[top:bottom, left:right] = 0
    assert not covered.any()
    # One direction is filled, and the other keeps the photo's shape as well as whole pixels can.
    assert (right - left, bottom - top) == (to_width, bottom - top) or bottom - top == to_height
    scale = min(to_width / width, to_height / height)
    assert abs((right - left) - width * scale) <= max(1.5, 0.02 * to_width + scale)
    assert abs((bottom - top) - height * scale) <= max(1.5, 0.02 * to_height + scale)


def test_stretching_shows_the_whole_photo_and_bilinear_is_pillows():
    photo = np.random.default_rng(0).integers(0, 256, (90, 200, 3), dtype=np.uint8)
    spec = InputSpec(64, 64, (0.5,) * 3, (0.5,) * 3, fit="stretch", cut_white_bars=False, interpolation="bilinear")
    picture, box = network_picture(photo, spec)
    assert box == (0, 0, 200, 90)
    np.testing.assert_array_equal(
        picture, np.asarray(Image.fromarray(photo).resize((64, 64), Image.Resampling.BILINEAR))
    )


def test_white_bars_go_before_black_ones_come():
    photo = np.full((200, 300, 3), 255, np.uint8)
    photo[:, 60:240] = 90
    spec = InputSpec(100, 100, (0.5,) * 3, (0.5,) * 3, fit="pad")
    picture, _ = network_picture(photo, spec)
    assert picture.max() == 90
    assert (picture[50, [0, -1]] == 0).all()
