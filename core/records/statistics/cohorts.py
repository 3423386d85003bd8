"""Two groups of people side by side, as they are and as if they were of the same ages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from types import MappingProxyType

from core.records.statistics.filters import Filters
from core.records.statistics.prevalence import Prevalence, prevalence
from core.records.statistics.rates import Z95, Estimate, Rate, difference, standardise
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Severity


@dataclass(frozen=True)
class Standardised:
    """Two shares as they would be if both groups had the same ages: direct standardisation.

    Attributes:
        first: Of the first group.
        second: Of the second.
        difference: First minus second.
        weights: Share of each age band in the standard, of those that are told in both groups; they sum to 1.
        left_out: Age bands of the standard that are not told in one of the groups, and so count in neither.
    """

    first: Estimate
    second: Estimate
    difference: Estimate
    weights: Mapping[AgeBand, float]
    left_out: tuple[AgeBand, ...]


@dataclass(frozen=True)
class Comparison:
    """Two groups side by side. What may not be told, or is not there, is None.

    Attributes:
        condition: The condition.
        at_least: The lowest grade that counts.
        first: The first group by sex and age.
        second: The second.
        difference: First share minus second, with Newcombe's interval; None where the groups may have
            people in common, as the interval is that of different people.
        overlapping: Whether somebody may be in both, going by the filters.
        standardised: The same by the same ages; None for groups with people in common, too.
    """

    condition: Condition
    at_least: Severity
    first: Prevalence
    second: Prevalence
    difference: Estimate | None
    overlapping: bool
    standardised: Standardised | None


def compare(
    store: RecordStore,
    condition: Condition,
    at_least: Severity,
    first: Filters,
    second: Filters,
    weights: Mapping[AgeBand, float] | None = None,
) -> Comparison:
    """Set two groups side by side.

    Args:
        store: The records.
        condition: Which condition.
        at_least: The lowest grade that counts.
        first: The people of the first group.
        second: Those of the second.
        weights: The standard population, people or shares by age band, for example of a national census; None for the
            two groups together. No national figures ship with the program.

    Raises:
        ValueError: A negative weight.
        RecordsError: The records cannot be read.
    """
    if weights is not None and any(weight < 0 for weight in weights.values()):
        raise ValueError("a standard population has no negative weights")
    one, other = (prevalence(store, condition, at_least, filters) for filters in (first, second))
    overlapping = _overlap(store, first, second)
    apart = one.total is not None and other.total is not None and not overlapping
    return Comparison(
        condition=condition,
        at_least=at_least,
        first=one,
        second=other,
        difference=difference(one.total, other.total) if apart and one.total and other.total else None,
        overlapping=overlapping,
        standardised=_standardise(one, other, weights) if apart else None,
    )


def _standardise(one: Prevalence, other: Prevalence, weights: Mapping[AgeBand, float] | None) -> Standardised | None:
    """Standardise over age bands that are told in both: a hidden one could be worked out from the sum otherwise."""
    told: dict[AgeBand, tuple[Rate, Rate]] = {}
    for band in AgeBand:
        pair = one.by_age[band], other.by_age[band]
        if pair[0] is not None and pair[1] is not None:
            told[band] = pair[0], pair[1]
    standard = {band: float(a.n + b.n) for band, (a, b) in told.items()} if weights is None else dict(weights)
    used = {band: standard[band] for band in told if standard.get(band, 0) > 0}
    if not used:
        return None
    shares = list(used.values())
    first, second = (
        standardise([(told[band][side].count, told[band][side].n) for band in used], shares) for side in (0, 1)
    )
    if first is None or second is None:
        return None
    value = first.value - second.value
    half = Z95 * sqrt(_variance(told, used, 0) + _variance(told, used, 1))
    wanted = [band for band in AgeBand if weights is None or weights.get(band, 0) > 0]
    total = sum(shares)
    return Standardised(
        first,
        second,
        Estimate(value, max(-1.0, value - half), min(1.0, value + half)),
        MappingProxyType({band: weight / total for band, weight in used.items()}),
        tuple(band for band in wanted if band not in used),
    )


def _variance(told: Mapping[AgeBand, tuple[Rate, Rate]], weights: Mapping[AgeBand, float], side: int) -> float:
    total = sum(weights.values())
    rates = {band: told[band][side] for band in weights}
    return sum((weights[b] / total) ** 2 * rate.share * (1 - rate.share) / rate.n for b, rate in rates.items())


def _overlap(store: RecordStore, first: Filters, second: Filters) -> bool:
    """Whether somebody may be in both groups, as the filters say; nobody is looked up for it.

    Groups graded by different models count as different people, though photos of one visit could be graded by both.
    """
    lists: tuple[tuple[Sequence[object], Sequence[object]], ...] = (
        (first.sexes, second.sexes),
        (first.age_bands, second.age_bands),
        (first.regions, second.regions),
        (first.model_ids, second.model_ids),
        (first.sources, second.sources),
    )
    since = max((day.replace(day=1) for day in (first.since, second.since) if day), default=date.min)
    until = min((day for day in (first.until, second.until) if day), default=date.max)
    apart = (
        first.demo != second.demo
        or any(one and other and not set(one) & set(other) for one, other in lists)
        or until < since
        or _answer_apart(store, first, second)
    )
    return not apart


def _answer_apart(store: RecordStore, first: Filters, second: Filters) -> bool:
    """Whether the groups gave different answers to a question that takes a single one."""
    for field in {field for field, _ in first.answers} & {field for field, _ in second.answers}:
        one, other = ({value for name, value in f.answers if name == field} for f in (first, second))
        several = "SELECT 1 FROM statistics_answers WHERE field = ? GROUP BY said HAVING count(*) > 1 LIMIT 1"
        if not one & other and not store.query(several, [field]):
            return True
    return False
