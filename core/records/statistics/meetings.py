"""Which parts of a table of two conditions' grades follow from how many people have both at each grade."""

from functools import cache
from typing import Final

import numpy as np

from core.records.privacy import Lines
from core.records.statistics.blocks import Table
from core.taxonomy import Severity

_GRADES: Final = len(Severity)
_TOLERANCE: Final = 1e-9


@cache
def parts_that_follow(first: frozenset[int], second: frozenset[int], both: frozenset[int]) -> Table:
    """Return the smallest parts of the 4 x 4 table that can be worked out from what is told.

    Every other part that can be worked out is made of these, as what is left of one without another follows too.

    Args:
        first: Grades from which on the first condition is told of alone.
        second: The same of the second one.
        both: Grades from which on it is told how many have the first, the second and both.

    Returns:
        One column a part, (16, parts). Parts that follow from one condition alone are left out where it is not told
        here: they are people graded for both of whom nothing is told.
    """
    every = ((np.arange(1 << 16)[:, None] >> np.arange(16)) & 1).astype(np.float64)
    found = _within(every, first | both, second | both, both)
    if not both:
        found = _within(every, frozenset(), frozenset(), both)
    else:
        alone = _within(every, first, second, frozenset()) & ~_within(every, both, both, frozenset())
        found &= ~alone
    parts = every[found & every.any(axis=1)]
    parts = parts[np.argsort(parts.sum(axis=1), kind="stable")]
    kept = np.zeros((0, 16))
    for part in parts:
        if not len(kept) or not (kept @ (1 - part) == 0).any():
            kept = np.concatenate([kept, part[None]])
    return kept.T


def _within(every: Table, first: frozenset[int], second: frozenset[int], both: frozenset[int]) -> Lines:
    """Say which parts (65536, 16) are sums and differences of what is told."""
    rows, columns = (grade.ravel() for grade in np.indices((_GRADES, _GRADES)))
    told: list[Lines] = [rows >= 0]
    told += [rows >= level for level in first] + [columns >= level for level in second]
    told += [(rows >= level) & (columns >= level) for level in both]
    _, sizes, basis = np.linalg.svd(np.stack(told).astype(np.float64), full_matrices=False)
    basis = basis[sizes > _TOLERANCE]
    left = every - (every @ basis.T) @ basis
    within: Lines = np.abs(left).max(axis=1) < 1e-6
    return within
