from functools import cache
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.vision.alignment import align, lay_over
from core.vision.photo import read_photo

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "data" / "examples").glob("*.jpg"))
SIZE = (448, 336)


@cache
def small(path):
    return cv2.resize(read_photo(path).pixels, SIZE, interpolation=cv2.INTER_AREA)


def taken_again(photo, *, turn, scale, shift, light, seed=0):
    """The same spot with another hand and lamp: moved, brighter or darker, a little noisier."""
    height, width = photo.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, scale)
    matrix[:, 2] += shift
    moved = cv2.warpAffine(photo, matrix, (width, height), borderMode=cv2.BORDER_REFLECT).astype(np.float32)
    noise = np.random.default_rng(seed).normal(0, 4, moved.shape)
    return np.clip(moved * light + noise, 0, 255).astype(np.uint8), matrix


@pytest.mark.parametrize("path", EXAMPLES[:3], ids=lambda path: path.stem)
@pytest.mark.parametrize(("turn", "scale", "shift", "light"), [(0, 1, (30, -20), 1.2), (9, 1.12, (-25, 15), 0.75)])
def test_photo_taken_again_is_laid_over_the_first(path, turn, scale, shift, light):
    photo = small(path)
    again, moved = taken_again(photo, turn=turn, scale=scale, shift=shift, light=light)
    found = align(photo, again)
    assert found is not None
    corners = np.array([[60, 60, 1], [388, 60, 1], [60, 276, 1], [388, 276, 1]], dtype=np.float64)
    back = (moved @ corners.T).T
    returned = found.matrix @ np.hstack([back, np.ones((4, 1))]).T
    assert np.abs(returned.T - corners[:, :2]).max() < 2
    assert 0.6 < found.overlap <= 1
    laid = lay_over(again, found.matrix, photo.shape)
    assert laid.shape == photo.shape


@pytest.mark.parametrize(("first", "second"), list(combinations(EXAMPLES, 2)), ids=lambda path: path.stem)
def test_photos_of_two_spots_are_not_bent_onto_each_other(first, second):
    assert align(small(first), small(second)) is None


def test_the_same_photos_always_give_the_same_answer():
    photo = small(EXAMPLES[0])
    again, _ = taken_again(photo, turn=3, scale=1, shift=(5, 5), light=1)
    first, second = align(photo, again), align(photo, again)
    assert np.array_equal(first.matrix, second.matrix)
    assert first.agreeing == second.agreeing


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_photo_of_nothing_cannot_be_aligned(shade):
    nothing = np.full((336, 448, 3), shade, dtype=np.uint8)
    assert align(nothing, nothing) is None
    assert align(small(EXAMPLES[0]), nothing) is None


def test_a_mirrored_or_far_closer_photo_cannot_be_aligned():
    photo = small(EXAMPLES[0])
    assert align(photo, np.ascontiguousarray(photo[:, ::-1])) is None
    closer = cv2.resize(photo[100:200, 100:240], SIZE, interpolation=cv2.INTER_CUBIC)
    assert align(photo, closer) is None
