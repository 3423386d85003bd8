"""Augmentations: shape and type kept, the same seed draws the same, each does what its name says."""

import inspect
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.lab.augment import AUGMENTATIONS, build_augmentation
from core.vision.synthesis import draw_scene

NAMES = sorted(AUGMENTATIONS)


SCENE = draw_scene(3, size=(224, 160)).pixels


def a_picture(height=96, width=128):
    return np.ascontiguousarray(SCENE[:height, :width])


def of(step, picture, seed=0):
    return build_augmentation([step])(picture, np.random.default_rng(seed))


@given(
    st.sampled_from(NAMES),
    st.integers(16, 120),
    st.integers(16, 120),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["noise", 0, 255]),
)
@settings(max_examples=200, deadline=None)
def test_shape_and_type_are_kept_and_the_seed_decides(name, height, width, seed, content):
    if content == "noise":
        picture = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    else:
        picture = np.full((height, width, 3), content, np.uint8)
    before = picture.copy()
    step = {"name": name, "p": 1.0}
    once = of(step, picture, seed)
    assert once.shape == picture.shape
    assert once.dtype == np.uint8
    assert once.flags.c_contiguous
    np.testing.assert_array_equal(once, of(step, picture, seed))
    np.testing.assert_array_equal(picture, before, "the photo itself is never written to")


@pytest.mark.parametrize("name", NAMES)
def test_every_augmentation_changes_a_picture_and_draws_anew(name):
    picture = a_picture()
    drawn = [of({"name": name, "p": 1.0}, picture, seed) for seed in range(12)]
    assert any(not np.array_equal(picture, one) for one in drawn)
    if not name.startswith("flip") and name != "rotate_90":
        assert any(not np.array_equal(a, b) for a, b in itertools.pairwise(drawn))
    for one in drawn:
        assert one.std() > 2, "never so strong that nothing is left to see"


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_can_be_given(name):
    kind = AUGMENTATIONS[name]
    defaults = {field: info.default for field, info in kind.parameters.model_fields.items()}
    assert set(defaults) - {"p"} == {
        q.name for q in inspect.signature(kind.draw).parameters.values() if q.kind == q.KEYWORD_ONLY
    }
    given_ = {k: list(v) if isinstance(v, tuple) else v for k, v in defaults.items()}
    picture = a_picture()
    np.testing.assert_array_equal(of({"name": name, **given_}, picture, 4), of(name, picture, 4))


def test_p_says_how_often():
    picture = a_picture(32, 32)
    changed = sum(
        not np.array_equal(of({"name": "flip_horizontal", "p": 0.2}, picture, s), picture) for s in range(400)
    )
    assert 50 < changed < 115
    assert np.array_equal(of({"name": "flip_horizontal", "p": 0}, picture), picture)


def test_one_of_applies_exactly_one_member_each_as_often():
    picture = a_picture(32, 48)
    turned = {"h": picture[:, ::-1], "v": picture[::-1]}
    seen = {"h": 0, "v": 0, "same": 0}
    step = {"one_of": ["flip_horizontal", "flip_vertical"], "p": 0.5}
    for seed in range(400):
        one = of(step, picture, seed)
        seen[next((k for k, v in turned.items() if np.array_equal(one, v)), "same")] += 1
    assert 150 < seen["same"] < 250
    assert abs(seen["h"] - seen["v"]) < 60
    assert seen["h"] + seen["v"] + seen["same"] == 400


def test_turns_and_shears_move_what_they_should():
    cross = np.zeros((101, 101, 3), np.uint8)
    cross[:, 50] = 255
    upright = of({"name": "rotate", "degrees": 0}, cross)
    np.testing.assert_array_equal(upright, cross)
    leaning = [of({"name": "shear", "degrees": 30, "border": "black"}, cross, s) for s in range(20)]
    for one in leaning:
        assert abs(int(one[50, :, 0].argmax()) - 50) <= 1, "the middle row stays"
    assert max(abs(int(one[0, :, 0].argmax()) - 50) for one in leaning) > 15
    square = a_picture(64, 64)
    quarter = {of({"name": "rotate_90", "p": 1}, square, s).tobytes() for s in range(30)}
    assert len(quarter) == 3
    black = of(
        {"name": "affine", "degrees": 45, "scale": [0.5, 0.5], "border": "black"}, np.full((64, 64, 3), 200, np.uint8)
    )
    assert (black == 0).mean() > 0.5


def test_crops_keep_to_their_scale():
    ramp = np.repeat(np.linspace(0, 255, 200).astype(np.uint8)[None, :, None], 100, axis=0).repeat(3, axis=2)
    for seed in range(20):
        one = of({"name": "random_resized_crop", "scale": [0.25, 0.25], "ratio": [1, 1]}, ramp, seed)
        assert np.ptp(one.astype(int)) == pytest.approx(255 / 2, abs=8)


def test_colours_and_light_change_within_bounds():
    grey = np.full((40, 40, 3), 100, np.uint8)
    for seed in range(30):
        bright = of({"name": "brightness_contrast", "brightness": 0.2, "contrast": 0}, grey, seed)
        assert abs(int(bright[0, 0, 0]) - 100) <= 52
        np.testing.assert_array_equal(of({"name": "saturation", "amount": 1}, grey, seed), grey)
        hued = of({"name": "color_jitter", "brightness": 0, "contrast": 0, "saturation": 0, "hue": 0.5}, grey, seed)
        np.testing.assert_allclose(hued, grey, atol=1)
    red = np.zeros((40, 40, 3), np.uint8)
    red[..., 0] = 200
    turned = [of({"name": "color_jitter", "hue": 0.5}, red, s)[0, 0] for s in range(20)]
    assert any(one.argmax() != 0 for one in turned)


def test_tone_curve_keeps_black_white_and_order():
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 8, axis=0).repeat(3, axis=2)
    for seed in range(20):
        curve = of("tone_curve", ramp, seed)[0, :, 0].astype(int)
        assert curve[0] == 0
        assert curve[-1] >= 254
        assert (np.diff(curve) >= 0).all()


def test_weather_covers_what_it_should():
    picture = np.full((200, 200, 3), 180, np.uint8)
    for seed in range(8):
        mud = of({"name": "mud_spatter", "cover": [0.1, 0.1]}, picture, seed)
        assert 0.05 < (mud[..., 0] < 170).mean() < 0.2
        assert mud[mud[..., 0] < 100].mean(axis=0)[0] > mud[mud[..., 0] < 100].mean(axis=0)[2], "mud is brown"
        dark = of({"name": "shadow", "most": 1, "strength": [0.5, 0.5]}, picture, seed)
        assert dark.min() == pytest.approx(90, abs=3) or (dark < 175).mean() < 0.02
        wet = of("rain", picture, seed)
        assert 0.005 < (wet.astype(int) > wet.min() + 20).mean() < 0.4
