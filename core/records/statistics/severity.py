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
    grades = frame.inside(frame.cells.grades)
    answers = {}
    for place, condition in enumerate(Condition):
        counts = [int(count) for count in grades[place]]
        n = sum(counts)
        starts = [Severity.GOOD, *(g for g in list(Severity)[1:] if frame.splits[place, g])]
        if not n or not frame.splits[place, Severity.GOOD]:
            answers[condition] = SeverityShares(condition, None, ())
            continue
        ends = [*(Severity(start - 1) for start in starts[1:]), Severity.SEVERE]
        answers[condition] = SeverityShares(
            condition,
            n,
            tuple(
                GradeShare(low, high, wilson(sum(counts[low : high + 1]), n))
                for low, high in zip(starts, ends, strict=True)
            ),
            bool(frame.cells.left_out or frame.cells.untold_out[place]),
        )
    return MappingProxyType(answers)
