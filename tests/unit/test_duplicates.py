"""Duplicates: what is the same picture is found among many, what is not stays apart."""

import cv2
import numpy as np
import pytest
from making_photos import pixels

from core.lab.duplicates import NEAR, WORDS, join, near_pairs, perceptual_hash

RNG = np.random.default_rng(0)


def resaved(picture):
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 40])[1], cv2.IMREAD_COLOR)


CHANGES = {
    "resaved": resaved,
    "halved": lambda p: cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_LINEAR),
    "brightened": lambda p: (p * 0.8 + 40).astype(np.uint8),
    "grained": lambda p: np.clip(p + RNG.normal(0, 8, p.shape), 0, 255).astype(np.uint8),
    "mirrored": lambda p: np.ascontiguousarray(p[:, ::-1]),
    "turned": lambda p: np.ascontiguousarray(np.rot90(p)),
    "turned, mirrored and resaved": lambda p: resaved(np.ascontiguousarray(np.rot90(p)[::-1])),
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda name: name.replace(" ", "-"))
def test_changed_copies_are_found_and_other_pictures_are_not(change):
    originals = [pixels(number, 160) for number in range(60)]
    copies = [CHANGES[change](picture) for picture in originals[:30]]
    hashes = np.stack([perceptual_hash(picture) for picture in (*originals, *copies)])
    assert near_pairs(hashes).tolist() == [[number, 60 + number] for number in range(30)]


def test_pictures_of_nothing_are_not_compared():
    assert perceptual_hash(np.full((80, 80, 3), 128, np.uint8)) is None


def test_pairs_agree_with_comparing_all():
    words = RNG.integers(0, 2**64, (300, 2, WORDS), dtype=np.uint64)
    flips = np.packbits(RNG.random((300, 2, WORDS * 64)) < 0.04, axis=-1, bitorder="little").view(np.uint64)
    hashes = np.concatenate([words, words ^ flips])
    apart = np.bitwise_count(hashes[:, None] ^ hashes[None]).sum(axis=3).min(axis=2)
    expected = {(int(a), int(b)) for a, b in np.argwhere(np.triu(apart <= 20, 1))}
    assert len(expected) > 200
    assert {tuple(pair) for pair in near_pairs(hashes, most=20).tolist()} == expected


def test_many_frames_of_one_scene_become_one_set_without_all_pairs():
    flips = np.packbits(RNG.random((3000, 2, WORDS * 64)) < 0.02, axis=-1, bitorder="little").view(np.uint64)
    pairs = near_pairs(flips, most=NEAR)
    assert len(pairs) < 3000 * 400
    assert set(join(3000, pairs)) == {0}


def test_ties_of_all_kinds_join_chains_in_the_order_of_their_first_photos():
    pairs = np.array([[4, 5], [1, 2]])
    people, files = [0, -1, 1, -1, -1, 0], [-1, -1, -1, 3, -1, -1]
    assert join(6, pairs, people, files).tolist() == [0, 1, 1, 2, 0, 0]
    assert join(3, np.empty((0, 2), np.int64)).tolist() == [0, 1, 2]
