"""Which conditions go together."""

from dataclasses import dataclass

from core.records.facts_cube import PAIRS
from core.records.statistics.filters import EVERYONE, Filters
from core.records.statistics.frame import Frame, open_frame
from core.records.statistics.prevalence import rate_of
from core.records.statistics.rates import Estimate, Rate, lift
from core.records.statistics.tallies import WORST
from core.records.statistics.telling import ORDER
from core.records.statistics.told import Told
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
    conditions = list(Condition)
    alone = [frame.tells(frame.told(place, at_least)) for place in range(len(conditions))]
    tables = {with_untold: _sums(frame, at_least, with_untold=with_untold) for with_untold in (True, False)}
    pairs = []
    for number, (a, b) in enumerate(PAIRS):
        told = _told_pair(frame, number, at_least) if alone[a] and alone[b] else None
        n, both, first, second = tables[frame.keeps_untold(told)][number] if told else (0, 0, 0, 0)
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
            if n
            else Pair(conditions[a], conditions[b])
        )
    return tuple(pairs)


def _sums(frame: Frame, at_least: Severity, *, with_untold: bool) -> list[tuple[int, int, int, int]]:
    """Count of each pair those graded for both, those with both, with the first and with the second."""
    tables = frame.pairs(with_untold=with_untold).reshape(len(PAIRS), len(Severity), len(Severity))
    level = int(at_least)
    parts = (tables, tables[:, level:, level:], tables[:, level:], tables[:, :, level:])
    return list(zip(*(part.sum(axis=(1, 2)).tolist() for part in parts), strict=True))


def _told_pair(frame: Frame, number: int, at_least: Severity) -> Told | None:
    """Say what may be told of a pair split at a grade of both; None where nothing may be of the chosen people."""
    meetings = frame.place.meetings_of_all if frame.whole else frame.place.meetings
    told = meetings.of(number, ORDER.index(at_least) + 1)
    return told if frame.tells(told) else None


def any_finding(store: RecordStore, at_least: Severity = Severity.MILD, filters: Filters = EVERYONE) -> Rate | None:
    """Say how common at least one condition is at or above a grade, among people graded for at least one.

    Where only one or two conditions are found at all, it follows from these, or these from it: it is told with them.

    Raises:
        RecordsError: The records cannot be read.
    """
    frame = open_frame(store, filters)
    told, conditions = frame.told(WORST, at_least), range(len(Condition))
    counts = frame.chosen_grades(told)
    if counts is None:
        return None
    every = frame.grades_of_chosen(with_untold=True)
    found = [place for place in conditions if any(every[place][int(at_least) :])]
    if len(found) in (1, 2) and not all(frame.tells(frame.told(place, at_least)) for place in found):
        return None
    if len(found) == 2 and _told_pair(frame, PAIRS.index((found[0], found[1])), at_least) is None:
        return None
    return rate_of(counts[WORST], at_least)
