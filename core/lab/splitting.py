"""Splits that never part a group: photos of one person, or near-identical shots, stay on one side."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.errors import ManifestError

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def group_folds(
    labels: npt.NDArray[np.integer], groups: npt.NDArray[np.str_], folds: int, seed: int
) -> npt.NDArray[np.int64]:
    """Assign photos to folds by group, keeping the shares of labels alike.

    Args:
        labels: int (N,), what to stratify by.
        groups: (N,) names.
        folds: How many folds.
        seed: Of the shuffle.

    Returns:
        int (N,), the fold each photo is held out in.

    Raises:
        ManifestError: There are fewer groups than folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    if len(np.unique(groups)) < folds:
        raise ManifestError("manifest.too_few_groups", groups=len(np.unique(groups)), folds=folds)
    assigned = np.zeros(len(labels), dtype=np.int64)
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for fold, (_, held_out) in enumerate(splitter.split(labels, labels, groups)):
        assigned[held_out] = fold
    return assigned


def split_groups(classes: npt.NDArray[np.bool_], groups: Ints, shares: Sequence[float], seed: int) -> Ints:
    """Assign photos to splits of given shares by group, every class with the same shares.

    Groups go to the split that lacks their classes most, the large ones first; photos that are their own group fill
    what is missing then. A class that has a group for each split is in each.

    Args:
        classes: bool (N, classes): which classes, of whatever outputs, a photo has.
        groups: int (N,), numbers from 0 without gaps.
        shares: Of the splits; scaled to a sum of 1.
        seed: Decides between what is equal.

    Returns:
        int (N,), the number of the split.

    Raises:
        ManifestError: There are fewer groups than splits.
    """
    count = int(groups.max(initial=-1)) + 1
    if count < len(shares):
        raise ManifestError("manifest.too_few_groups_split", groups=count, splits=len(shares))
    # The last column is the photo itself, so that the sizes of the splits come out right as well.
    columns = [*classes.T, np.ones(len(classes), bool)]
    amounts = np.stack([np.bincount(groups, column, count) for column in columns], axis=1).astype(np.float64)
    targets = np.asarray(shares, np.float64)[:, None] / sum(shares) * amounts.sum(axis=0)
    filled = np.zeros_like(targets)
    assigned = np.full(count, -1, np.int64)
    order = np.random.default_rng(seed).permutation(count)
    sizes = amounts[order, -1]
    large = order[sizes > 1]
    for group in large[np.argsort(-amounts[large, -1], kind="stable")]:
        _assign(int(group), _neediest(amounts[group], filled, targets), amounts, filled, assigned)
    _fill_up(order[sizes == 1], amounts, filled, targets, assigned)
    _spread_rare_classes(amounts, filled, assigned)
    return assigned[groups]


def _assign(group: int, split: int, amounts: Floats, filled: Floats, assigned: Ints) -> None:
    if assigned[group] >= 0:
        filled[assigned[group]] -= amounts[group]
    assigned[group] = split
    filled[split] += amounts[group]


def _neediest(amount: Floats, filled: Floats, targets: Floats) -> int:
    """The split where adding a group brings the counts of its classes closest to what they should be."""
    has = amount > 0
    missing, size, target = (targets - filled)[:, has], amount[has], np.maximum(targets[:, has], 1e-9)
    # The growth of the sum of (count - target)^2 / target.
    return int(np.argmin(((size**2 - 2 * missing * size) / target).sum(axis=1)))


def _fill_up(singles: Ints, amounts: Floats, filled: Floats, targets: Floats, assigned: Ints) -> None:
    """Assign photos that are their own group: those with the same labels together, as many as each split lacks."""
    if not len(singles):
        return
    kinds, kind_of = np.unique(amounts[singles], axis=0, return_inverse=True)
    # Rare labels first: the common ones even out the sizes.
    for kind in np.argsort(np.bincount(kind_of.ravel()), kind="stable"):
        members = singles[kind_of.ravel() == kind]
        has = kinds[kind] > 0
        missing = np.maximum((targets - filled)[:, has].mean(axis=1), 0)
        whole = np.floor(missing / max(missing.sum(), 1e-9) * len(members)).astype(np.int64)
        ends = np.cumsum(whole)
        for split, (start, end) in enumerate(zip(ends - whole, ends, strict=True)):
            assigned[members[start:end]] = split
            filled[split] += amounts[members[start:end]].sum(axis=0)
        for group in members[ends[-1] :]:
            _assign(int(group), _neediest(amounts[group], filled, targets), amounts, filled, assigned)


def _spread_rare_classes(amounts: Floats, filled: Floats, assigned: Ints) -> None:
    """Give each split a group of each class that has enough of them, the smallest from where the class is commonest."""
    splits = len(filled)
    for column in range(amounts.shape[1]):
        holders = np.flatnonzero(amounts[:, column])
        if len(holders) < splits:
            continue
        for split in np.flatnonzero(filled[:, column] == 0):
            owned = np.bincount(assigned[holders], minlength=splits)
            donor = int(np.argmax(owned))
            if owned[donor] < 2:
                continue
            offered = holders[assigned[holders] == donor]
            _assign(int(offered[np.argmin(amounts[offered, -1])]), int(split), amounts, filled, assigned)
