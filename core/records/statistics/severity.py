"""How far conditions have gone: the shares of the four grades."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.records.statistics.filters import EVERYONE, Filters
from core.records.statistics.frame import open_frame
from core.records.statistics.rates import Rate, wilson
from core.records.store import RecordStore
from core.taxonomy import Condition, Severity


@dataclass(frozen=True)
class GradeShare:
    """A grade, or neighbouring grades put together because one alone would stand for fewer than ten people.

    Attributes:
        lowest: The lowest grade in it.
        highest: The highest; the same as `lowest` for a single grade.
        rate: Its share of those graded.
    """

    lowest: Severity
    highest: Severity
    rate: Rate


@dataclass(frozen=True)
class SeverityShares:
    """How the grades of a condition are spread.

    Attributes:
        condition: The condition.
        n: People graded; None where nobody was or it may not be told.
        shares: From good to severe, together everyone graded; empty likewise.
        told_only: Whether those who told no sex or no age are left out, as in `Prevalence`.
    """

    condition: Condition
    n: int | None
    shares: tuple[GradeShare, ...]
    told_only: bool = False


def severity_shares(store: RecordStore, filters: Filters = EVERYONE) -> Mapping[Condition, SeverityShares]:
    """Say how the grades of each condition are spread.

    Raises:
        RecordsError: The records cannot be read.
    """
    frame = open_frame(store, filters)
    answers = {}
    for place, condition in enumerate(Condition):
        told = frame.told(place)
        every = frame.chosen_grades(told)
        counts = [] if every is None else every[place]
        n = sum(counts)
        if not n:
            answers[condition] = SeverityShares(condition, None, ())
            continue
        splits = (grade for grade in list(Severity)[1:] if frame.tells(frame.told(place, grade)))
        starts = [Severity.GOOD, *splits]
        ends = [*(Severity(start - 1) for start in starts[1:]), Severity.SEVERE]
        shares = tuple(
            GradeShare(low, high, wilson(sum(counts[low : high + 1]), n))
            for low, high in zip(starts, ends, strict=True)
        )
        answers[condition] = SeverityShares(condition, n, shares, frame.leaves_out(told))
    return MappingProxyType(answers)
