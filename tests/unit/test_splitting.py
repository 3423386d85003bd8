"""Splits: whole groups, shares that come close for every class, the same again from the same seed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ManifestError
from core.lab.splitting import split_groups


def numbered(groups):
    return np.unique(groups, return_inverse=True)[1].astype(np.int64)


photos = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), min_size=1, max_size=120)


@settings(max_examples=150, deadline=None)
@given(photos, st.sampled_from([(8, 1, 1), (7, 3), (1,) * 5]), st.integers(0, 3))
def test_no_group_is_ever_in_two_splits(rows, shares, seed):
    groups = numbered([group for group, _ in rows])
    classes = np.eye(6, dtype=bool)[[label for _, label in rows]]
    if groups.max() + 1 < len(shares):
        with pytest.raises(ManifestError, match="too few"):
            split_groups(classes, groups, shares, seed)
        return
    splits = split_groups(classes, groups, shares, seed)
    assert ((splits >= 0) & (splits < len(shares))).all()
    assert all(len(set(splits[groups == group])) == 1 for group in set(groups.tolist()))
    assert (splits == split_groups(classes, groups, shares, seed)).all()
    for label in range(6):
        holders = {int(group) for group, has in zip(groups, classes[:, label], strict=True) if has}
        if holders and len(rows) == len(set(groups.tolist())) and len(holders) >= len(shares):
            assert len({int(splits[groups == group][0]) for group in holders}) == len(shares)


@pytest.mark.parametrize(("shares", "off"), [((8, 1, 1), 0.02), ((7, 3), 0.02), ((1,) * 5, 0.02)])
def test_every_class_of_every_output_has_nearly_the_shares_asked_for(shares, off):
    rng = np.random.default_rng(1)
    groups = numbered(rng.integers(0, 400, 6000))
    grades = [rng.choice(4, 6000, p=p) for p in ([0.82, 0.06, 0.08, 0.04], [0.2, 0.4, 0.35, 0.05])]
    classes = np.concatenate([np.eye(4, dtype=bool)[grade] for grade in grades], axis=1)
    splits = split_groups(classes, groups, shares, seed=0)
    for number, share in enumerate(shares):
        got = classes[splits == number].sum(axis=0) / classes.sum(axis=0)
        assert np.abs(got - share / sum(shares)).max() < off


def test_photos_that_are_their_own_groups_are_split_exactly():
    classes = np.eye(3, dtype=bool)[np.repeat([0, 1, 2], [500, 300, 10])]
    splits = split_groups(classes, np.arange(810), (8, 1, 1), seed=2)
    counted = [classes[splits == number].sum(axis=0).tolist() for number in range(3)]
    assert counted == [[400, 240, 8], [50, 30, 1], [50, 30, 1]]


def test_another_seed_splits_otherwise():
    classes, groups = np.ones((200, 1), bool), np.arange(200)
    assert (split_groups(classes, groups, (8, 1, 1), 0) != split_groups(classes, groups, (8, 1, 1), 1)).any()
