"""Splits that never part a group: photos of one person, or near-identical shots, stay on one side."""

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold

from core.errors import ManifestError


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
    if len(np.unique(groups)) < folds:
        raise ManifestError("manifest.too_few_groups", groups=len(np.unique(groups)), folds=folds)
    assigned = np.zeros(len(labels), dtype=np.int64)
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    for fold, (_, held_out) in enumerate(splitter.split(labels, labels, groups)):
        assigned[held_out] = fold
    return assigned
