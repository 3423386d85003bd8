"""Which conditions go together."""

from dataclasses import dataclass

import numpy as np

from core.records.facts import BAND_SHIFT
from core.records.privacy import Counts, Lines, are_small
from core.records.statistics.cells import Cells, is_untold
from core.records.statistics.filters import EVERYONE, FIRST_GRADE, Filters
from core.records.statistics.frame import Frame, open_frame
from core.records.statistics.rates import Estimate, lift
from core.records.store import RecordStore
from core.taxonomy import Condition, Severity

_PAIRS = [(a, b) for a in range(len(Condition)) for b in range(a + 1, len(Condition))]


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
    chosen = None if frame.selected.all() else frame.selected

    def fourfold(cells: Cells) -> Counts:
        return _fourfold(cells, at_least, chosen)

    blocks = frame.blocks(fourfold)
    told: Lines = np.logical_not(are_small(blocks).any(axis=(0, 1)))
    told &= frame.may_show(lambda cells: cells.everyone[..., None], are_small)
    conditions = list(Condition)
    pairs = []
    for number, (a, b) in enumerate(_PAIRS):
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


def _fourfold(cells: Cells, at_least: Severity, chosen: Lines | None) -> Counts:
    """Count people with both, one, the other and neither of each pair, inside and outside: (sides, 15, 4).

    Those who told no sex or no age are counted in the pairs where that gives no small group of them away.
    """
    sides = [np.ones(len(cells.codes), np.bool_)]
    if chosen is not None:
        inside = cells.chosen(chosen)
        sides = [inside, ~inside]
    untold = is_untold(cells.codes >> BAND_SHIFT)
    kept = np.logical_not(are_small(_count_pairs(cells, at_least, untold)))[:, None]
    told = [_count_pairs(cells, at_least, side & ~untold) for side in sides]
    others = [_count_pairs(cells, at_least, side & untold) * kept for side in sides]
    return np.stack(told) + np.stack(others)


def _count_pairs(cells: Cells, at_least: Severity, chosen: Lines) -> Counts:
    """Count the chosen codes' people by pair: (15, 4)."""
    states, people = cells.all_states[:, chosen], cells.people[chosen]
    graded = (states >= FIRST_GRADE).astype(np.float64)
    present = (states >= FIRST_GRADE + int(at_least)).astype(np.float64)
    absent = graded - present
    both, first_only, neither = (
        np.rint((left * people) @ right.T).astype(np.int64)
        for left, right in ((present, present), (present, absent), (absent, absent))
    )
    return np.stack([[both[a, b], first_only[a, b], first_only[b, a], neither[a, b]] for a, b in _PAIRS])
