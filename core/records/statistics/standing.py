"""Where one person's grade stands among others."""

from dataclasses import dataclass, replace

from core.records.statistics.filters import EVERYONE, Filters
from core.records.statistics.frame import Group
from core.records.statistics.prevalence import prevalence
from core.records.statistics.rates import Rate, wilson
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Severity, Sex


@dataclass(frozen=True)
class Standing:
    """A grade among others.

    Attributes:
        condition: The condition.
        severity: The person's grade.
        group: Sex and age band compared with; None in a place stands for any.
        n: People compared with.
        better: Those with a better grade; None for the best grade, or where they may not be told apart.
        same_or_better: Those with this grade or a better one; None where they may not be told apart.
        worse: Those with a worse grade; None for the worst grade, or likewise.
    """

    condition: Condition
    severity: Severity
    group: Group
    n: int
    better: Rate | None
    same_or_better: Rate | None
    worse: Rate | None


def standing(
    store: RecordStore,
    condition: Condition,
    severity: Severity,
    sex: Sex | None = None,
    age_band: AgeBand | None = None,
    filters: Filters = EVERYONE,
) -> Standing | None:
    """Say how many of the same sex and age have a better, the same or a worse grade.

    Where too few are of that sex and age, those of the age, then those of the sex, then everyone is compared with.

    Args:
        store: The records.
        condition: Which condition.
        severity: The person's grade.
        sex: As told; None compares with any.
        age_band: As told; likewise.
        filters: The people to compare with; sexes and ages in it are not looked at.

    Returns:
        The standing; None where nothing may be told.

    Raises:
        RecordsError: The records cannot be read.
    """
    whole = replace(filters, sexes=(), age_bands=())
    for group in dict.fromkeys([(sex, age_band), (None, age_band), (sex, None), (None, None)]):
        found = _among(store, condition, severity, group, whole)
        if found is not None:
            return found
    return None


def _among(
    store: RecordStore, condition: Condition, severity: Severity, group: Group, filters: Filters
) -> Standing | None:
    from_here = _rate(store, condition, severity, group, filters) if severity > Severity.GOOD else None
    above = _rate(store, condition, Severity(severity + 1), group, filters) if severity < Severity.SEVERE else None
    known = from_here or above
    if known is None:
        return None
    n = known.n
    return Standing(
        condition=condition,
        severity=severity,
        group=group,
        n=n,
        better=wilson(n - from_here.count, n) if from_here else None,
        same_or_better=wilson(n - above.count, n) if above else (wilson(n, n) if severity == Severity.SEVERE else None),
        worse=above,
    )


def _rate(store: RecordStore, condition: Condition, at_least: Severity, group: Group, filters: Filters) -> Rate | None:
    asked = prevalence(store, condition, at_least, filters)
    sex, age_band = group
    if sex is None:
        return asked.total if age_band is None else asked.by_age[age_band]
    return asked.by_sex[sex] if age_band is None else asked.cells[sex, age_band]
