"""Which photos a training learns from, which it is steered by, and which it is judged by: three that never meet."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.errors import ManifestError
from core.lab.manifest import Manifest
from core.lab.pictures import Pictures
from core.lab.recipe import Recipe
from core.lab.splitting import group_folds, split_groups
from core.lab.watching import Watched

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# The others of the photos a steered training might learn from steer it.
_LEARNT_SHARE = 7 / 8


@dataclass(frozen=True)
class Parts:
    """A share-out of photos for one network; bool (N,) each.

    Attributes:
        learnt: What it learns from.
        watched: What it is measured on after every epoch; may be empty.
        chooses: Whether the watched photos steer it: stop it, choose its best epoch, lower its rate.
    """

    learnt: Flags
    watched: Flags
    chooses: bool

    def watch(self, pictures: Pictures, labels: Ints) -> Watched | None:
        """The watched photos with their labels; None where there are none."""
        if not self.watched.any():
            return None
        return Watched(pictures[self.watched], labels[self.watched], self.chooses)


def is_steered(recipe: Recipe) -> bool:
    """Whether a training needs photos to steer by: to stop early, to keep its best epoch, to lower its rate."""
    return recipe.stopping.patience > 0 or recipe.stopping.restore_best or recipe.schedule.name == "plateau"


def share_out(recipe: Recipe, available: Flags, judged: Flags, labels: Ints, groups: npt.NDArray[np.str_]) -> Parts:
    """Share photos out for a network that others are held back from.

    A steered training gets photos of its own to steer by, cut by group out of those it would learn from: what a network
    is judged by must not have chosen it. Any other training watches the photos it is judged by, for the curves alone.

    Args:
        recipe: What is trained.
        available: bool (N,), the photos it may learn from.
        judged: bool (N,), the photos it will be judged by; may be empty.
        labels: int (N, columns), what to stratify by.
        groups: (N,), what is never parted.

    Raises:
        ManifestError: Too few groups to cut any out (`manifest.too_few_groups`).
    """
    if not is_steered(recipe):
        return Parts(available, judged, chooses=False)
    inside = np.flatnonzero(available)
    dealt = deal(strata(labels[inside]), groups[inside], (_LEARNT_SHARE, 1 - _LEARNT_SHARE), recipe.training.seed)
    steering = np.zeros(len(available), dtype=np.bool_)
    steering[inside[dealt == 1]] = True
    return Parts(available & ~steering, steering, chooses=True)


def deal(kinds: Ints, groups: npt.NDArray[np.str_], shares: Sequence[float], seed: int) -> Ints:
    """Deal photos out by group in given shares, each kind alike, int (N,).

    Args:
        kinds: int (N,), what to stratify by.
        groups: (N,), what is never parted.
        shares: Of the parts.
        seed: Decides between what is equal.

    Raises:
        ManifestError: There are fewer groups than parts.
    """
    classes = kinds[:, None] == np.unique(kinds)[None]
    _, numbers = np.unique(groups, return_inverse=True)
    return split_groups(classes, numbers.reshape(-1), shares, seed)


def deal_folds(kinds: Ints, groups: npt.NDArray[np.str_], count: int, seed: int) -> Ints:
    """Assign photos to folds by group, each kind alike as far as it goes, int (N,).

    Raises:
        ManifestError: There are fewer groups than folds.
    """
    if np.unique(kinds, return_counts=True)[1].max() < count:
        # Not one kind is there once a fold: nothing to stratify by, which scikit-learn refuses.
        return deal(kinds, groups, [1 / count] * count, seed)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class", category=UserWarning)
        return group_folds(kinds, groups, count, seed)


def strata(labels: Ints) -> Ints:
    """One number a photo to stratify by: its combination of labels where these are few, else its first label."""
    combinations, numbers = np.unique(labels, axis=0, return_inverse=True)
    few = len(combinations) * 4 <= len(labels)
    return np.asarray(numbers.reshape(-1) if few else labels[:, 0], dtype=np.int64)


def fold_of(recipe: Recipe, manifest: Manifest, labels: Ints) -> Ints:
    """The fold each photo is held out in, int (N,): the manifest's own where it has any, else by group and seed.

    Raises:
        ManifestError: The manifest has other folds than the recipe asks for (`manifest.other_folds`), or there are too
            few groups.
    """
    count = recipe.validation.folds
    if not _has_own_folds(manifest, count):
        return deal_folds(labels[:, 0], manifest.groups(), count, recipe.training.seed)
    return np.array([photo.fold for photo in manifest], dtype=np.int64)


def _has_own_folds(manifest: Manifest, asked: int) -> bool:
    own = {photo.fold for photo in manifest}
    if own == {None}:
        return False
    if own != set(range(asked)):
        raise ManifestError(
            "manifest.other_folds", own=len(own - {None}), unassigned=_unassigned(manifest), asked=asked
        )
    return True


def _unassigned(manifest: Manifest) -> int:
    return sum(photo.fold is None for photo in manifest)


@dataclass(frozen=True)
class Splits:
    """The manifest's own share-out, or one by the recipe's shares; bool (N,) each."""

    train: Flags
    validation: Flags
    test: Flags


def splits_of(recipe: Recipe, manifest: Manifest, labels: Ints) -> Splits:
    """Take the splits of a manifest; where it has none, share photos out by group and the recipe's shares.

    Raises:
        ManifestError: No photo to learn from, or none held out (`manifest.no_split`), too few groups, or the manifest
            has folds instead (`manifest.other_folds`).
    """
    names = np.array([photo.split or "" for photo in manifest])
    if not (names != "").any():
        _has_own_folds(manifest, 0)
        names = _shared(recipe, manifest, labels)
    train, validation, test = ((names == name) for name in ("train", "validation", "test"))
    if not train.any():
        raise ManifestError("manifest.no_split", split="train")
    if not (validation.any() or test.any()):
        raise ManifestError("manifest.no_split", split="validation")
    return Splits(train, validation, test)


def _shared(recipe: Recipe, manifest: Manifest, labels: Ints) -> npt.NDArray[np.str_]:
    names = np.array(("train", "validation", "test"))
    shares = np.array(recipe.validation.shares)
    dealt = deal(strata(labels), manifest.groups(), shares[shares > 0].tolist(), recipe.training.seed)
    return np.asarray(names[shares > 0][dealt])
