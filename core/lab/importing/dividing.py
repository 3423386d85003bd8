"""Which photos belong together, and which split they go to."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from core.lab.duplicates import Pairs, join, near_pairs
from core.lab.importing.options import SplitPlan
from core.lab.importing.pile import Pile
from core.lab.manifest import SPLITS
from core.lab.splitting import split_groups

USUAL: Final = SplitPlan((8, 1, 1), folds=False, given=False, text="8:1:1")

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ties:
    """Which photos belong together.

    Attributes:
        groups: int (photos,): what must not be parted: the same person, key, file or near-identical picture.
        copies: int (photos,): numbers of the sets of photos that are the same file or nearly the same picture.
        near: int (pairs, 2): pairs of nearly the same picture, the same file among them or not.
    """

    groups: Ints
    copies: Ints
    near: Pairs


def tie(pile: Pile) -> Ties:
    """Find what belongs together."""
    comparable = np.flatnonzero(pile.hashed)
    near = comparable[near_pairs(pile.hashes[comparable])]
    files = pile.files.codes
    copies = join(len(pile), near, files)
    return Ties(join(len(pile), near, files, pile.people.codes, pile.keys.codes), copies, near)


def group_names(pile: Pile, groups: Ints) -> list[str]:
    """Name each group: after its person where it has one, `first+2` where it has more, else by its first photo."""
    people, names = list(pile.people.names), dict.fromkeys(range(int(groups.max(initial=-1)) + 1), "")
    codes, taken = pile.people.codes, set(people)
    members: dict[int, set[int]] = {}
    for group, person in zip(groups.tolist(), codes.tolist(), strict=True):
        if person >= 0:
            members.setdefault(group, set()).add(person)
    _, first = np.unique(groups, return_index=True)
    for group in names:
        known = sorted(members.get(group, ()))
        name = people[known[0]] if known else f"photo-{int(first[group]) + 1:06d}"
        if len(known) > 1:
            name = f"{name}+{len(known) - 1}"
        while (not known or len(known) > 1) and name in taken:
            name += "'"
        taken.add(name)
        names[group] = name
    return list(names.values())


def divide(pile: Pile, groups: Ints, plan: SplitPlan, seed: int) -> Ints:
    """Assign photos to splits or folds, groups whole.

    Raises:
        ManifestError: There are fewer groups than splits.
    """
    if plan.given:
        return _as_given(pile, groups)
    return split_groups(pile.class_columns(), groups, plan.shares, seed)


def moved(pile: Pile, splits: Ints) -> int:
    """How many photos are not in the split that the source named."""
    given = _given(pile)
    return int(((given >= 0) & (given != splits)).sum())


def _given(pile: Pile) -> Ints:
    """The splits that the source names, -1 where it names none."""
    names = [SPLITS.index(name) for name in pile.splits.names]
    return np.array([*names, -1], dtype=np.int64)[pile.splits.codes]


def _as_given(pile: Pile, groups: Ints) -> Ints:
    """Keep the source's splits; a group that it parts goes where most of it is, in doubt to train."""
    votes = np.zeros((int(groups.max(initial=-1)) + 1, len(SPLITS)), np.int64)
    given = _given(pile)
    named = given >= 0
    np.add.at(votes, (groups[named], given[named]), 1)
    decided: Ints = votes.argmax(axis=1)[groups]
    return decided
