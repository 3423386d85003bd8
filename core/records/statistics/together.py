"""Which conditions go together."""

from dataclasses import dataclass

import numpy as np

from core.records.privacy import Counts, Lines, are_small
from core.records.statistics.cells import PAIRS, Cells
from core.records.statistics.filters import EVERYONE, FIRST_GRADE, Filters
from core.records.statistics.frame import Frame, open_frame
from core.records.statistics.rates import Estimate, lift
from core.records.store import RecordStore
from core.taxonomy import Condition, Severity


@dataclass(frozen=True)
class Pair:
    """Two conditions among people graded for both.

    Attributes:
        first: One condition.
        second: The other.
        n: People graded for both; None where it may not be told, and then all that follows.
        both: Those with both at or above the grade asked for.
        with_first: Those with the first.
        with_second: Those with the second.
        expected: How many would have both if they had nothing to do with each other.
        lift: Both / expected, with its interval; None where nobody has one of them.
    """

    first: Condition
    second: Condition
    n: int | None = None
    both: int | None = None
    with_first: int | None = None
    with_second: int | None = None
    expected: float | None = None
    lift: Estimate | None = None


def co_occurrence(
    store: RecordStore, at_least: Severity = Severity.MILD, filters: Filters = EVERYONE
) -> tuple[Pair, ...]:
    """Say of each two conditions how often they meet.

    Args:
        store: The records.
        at_least: The lowest grade that counts.
        filters: Which people.

    Returns:
        The fifteen pairs, in the order of the taxonomy.

    Raises:
        RecordsError: The records cannot be read.
    """
    version = store.version
    return store.memory.recall(
        version, ("together", at_least, filters), lambda: _pairs(open_frame(store, filters), at_least)
    )


def _pairs(frame: Frame, at_least: Severity) -> tuple[Pair, ...]:
    def fourfold(cells: Cells) -> Counts:
        return frame.corners(_fourfold(cells, at_least))

    blocks = frame.blocks(fourfold)
    told: Lines = np.logical_not(are_small(blocks).any(axis=(0, 1)))
    told &= frame.may_show(lambda cells: cells.everyone[..., None], are_small)
    conditions = list(Condition)
    pairs = []
    for number, (a, b) in enumerate(PAIRS):
        both, only_first, only_second, neither = (int(count) for count in blocks[0, 0, number])
        n = both + only_first + only_second + neither
        if not n or not told[number]:
            pairs.append(Pair(conditions[a], conditions[b]))
            continue
        first, second = both + only_first, both + only_second
        pairs.append(
            Pair(
                conditions[a],
                conditions[b],
                n=n,
                both=both,
                with_first=first,
                with_second=second,
                expected=first * second / n,
                lift=lift(both, first, second, n),
            )
        )
    return tuple(pairs)


def _fourfold(cells: Cells, at_least: Severity) -> Counts:
    """Count people with both, one, the other and neither of each pair, by age band and sex: (8, 3, 15, 4).

    Those who told no sex or no age are counted in the pairs where that gives no small group of them away.
    """
    graded = cells.pairs[..., FIRST_GRADE:, FIRST_GRADE:]
    level = int(at_least)
    present, absent = slice(level, None), slice(None, level)
    sides = ((present, present), (present, absent), (absent, present), (absent, absent))
    table = np.stack([graded[..., first, second].sum(axis=(-2, -1)) for first, second in sides], axis=-1)
    untold = table[-1].sum(axis=0) + table[:-1, -1].sum(axis=0)
    kept = np.logical_not(are_small(untold))[:, None]
    table[-1] *= kept
    table[:-1, -1] *= kept
    return table
