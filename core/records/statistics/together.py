"""Which conditions go together."""

from dataclasses import dataclass

from core.records.facts_cube import PAIRS
from core.records.privacy import Counts
from core.records.statistics.filters import EVERYONE, Filters
from core.records.statistics.frame import Frame, open_frame
from core.records.statistics.prevalence import rate_of
from core.records.statistics.rates import Estimate, Rate, lift
from core.records.statistics.tallies import WORST
from core.records.statistics.telling import ORDER
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
    conditions, pairs = list(Condition), []
    alone = [frame.told(place, at_least).tells(frame.bands, frame.sexes) for place in range(len(conditions))]
    for number, (a, b) in enumerate(PAIRS):
        counts = _told_pair(frame, number, at_least) if alone[a] and alone[b] else None
        if counts is None or not counts.any():
            pairs.append(Pair(conditions[a], conditions[b]))
            continue
        table = counts.reshape(len(Severity), len(Severity))
        level = int(at_least)
        n, both, first, second = (
            int(part.sum()) for part in (table, table[level:, level:], table[level:], table[:, level:])
        )
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


def _told_pair(frame: Frame, number: int, at_least: Severity) -> Counts | None:
    """Count people by the grades of both conditions, each told of at a grade, (16,); None where both may not be."""
    meetings = frame.place.meetings_of_all if frame.selected.all() else frame.place.meetings
    told = meetings.of(number, ORDER.index(at_least) + 1)
    if not told.tells(frame.bands, frame.sexes):
        return None
    counts: Counts = frame.pairs(with_untold=told.keeps_untold(frame.bands, frame.sexes))[number]
    return counts


def any_finding(store: RecordStore, at_least: Severity = Severity.MILD, filters: Filters = EVERYONE) -> Rate | None:
    """Say how common at least one condition is at or above a grade, among people graded for at least one.

    Where only one or two conditions are found at all, it follows from these, or these from it: it is told with them.

    Raises:
        RecordsError: The records cannot be read.
    """
    frame = open_frame(store, filters)
    counts = frame.sum_up(frame.grades(WORST), frame.told(WORST, at_least))
    if counts is None:
        return None
    found = [place for place in range(len(Condition)) if frame.grades(place)[frame.selected, int(at_least) :].any()]
    alone = (frame.told(place, at_least).tells(frame.bands, frame.sexes) for place in found)
    if len(found) in (1, 2) and not all(alone):
        return None
    if len(found) == 2 and _told_pair(frame, PAIRS.index((found[0], found[1])), at_least) is None:
        return None
    return rate_of(counts, at_least)
