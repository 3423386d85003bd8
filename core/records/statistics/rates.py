"""Shares, differences, lifts and standardised shares, each with its 95 % interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Final

Z95: Final = 1.959963984540054


@dataclass(frozen=True)
class Rate:
    """A share with its interval.

    Attributes:
        n: People graded.
        count: Those at or above the grade asked for.
        share: count / n.
        low: Lower end of the 95 % Wilson interval, 0..1.
        high: Upper end.
    """

    n: int
    count: int
    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval.

    Attributes:
        value: The number.
        low: Lower end.
        high: Upper end.
    """

    value: float
    low: float
    high: float


def wilson(count: int, n: int) -> Rate:
    """Give a share with its 95 % Wilson score interval (Wilson 1927, without continuity correction).

    Args:
        count: How many have it, 0..n.
        n: Out of how many, at least 1.
    """
    share = count / n
    low, high = wilson_limits(share, n)
    return Rate(n, count, share, low, high)


def wilson_limits(share: float, n: float) -> tuple[float, float]:
    """Return the ends of the 95 % Wilson interval of a share out of n, which need not be whole."""
    z = Z95**2 / n
    centre = share + z / 2
    half = sqrt(z * (share * (1 - share) + z / 4))
    low, high = (centre - half) / (1 + z), (centre + half) / (1 + z)
    return low if low > 0 else 0.0, high if high < 1 else 1.0


def difference(first: Rate, second: Rate) -> Estimate:
    """Give first minus second with Newcombe's hybrid score interval (Newcombe 1998, method 10).

    Args:
        first: One share.
        second: The other, of other people.
    """
    value = first.share - second.share
    below = sqrt((first.share - first.low) ** 2 + (second.high - second.share) ** 2)
    above = sqrt((first.high - first.share) ** 2 + (second.share - second.low) ** 2)
    return Estimate(value, max(-1.0, value - below), min(1.0, value + above))


def lift(both: int, first: int, second: int, n: int) -> Estimate | None:
    """Say how many times more often two findings meet than if they had nothing to do with each other.

    The interval is Wald's on the logarithm; its variance is that of log(n * both / (first * second)) under multinomial
    sampling, by the delta method: 1/both - 1/first - 1/second - 1/n + 2 both / (first second).

    Args:
        both: People with both.
        first: With the first.
        second: With the second.
        n: Graded for both.

    Returns:
        The lift, 1 for none; None where nobody has one of them.
    """
    if not first or not second:
        return None
    if not both:
        return Estimate(0.0, 0.0, inf)
    value = n * both / (first * second)
    variance = max(0.0, 1 / both - 1 / first - 1 / second - 1 / n + 2 * both / (first * second))
    half = Z95 * sqrt(variance)
    return Estimate(value, exp(log(value) - half), exp(log(value) + half))


def standardise(rates: Sequence[tuple[int, int]], weights: Sequence[float]) -> Estimate | None:
    """Weigh the shares of strata directly, with Wald's interval on the weighted sum.

    Args:
        rates: Count and n of each stratum.
        weights: Of each stratum, not negative; they are scaled to sum to 1.

    Returns:
        The standardised share; None where a stratum that weighs anything is empty, or nothing weighs.
    """
    total = sum(weights)
    if total <= 0 or any(weight > 0 and n == 0 for (_, n), weight in zip(rates, weights, strict=True)):
        return None
    value = variance = 0.0
    for (count, n), weight in zip(rates, weights, strict=True):
        if weight > 0:
            share, part = count / n, weight / total
            value += part * share
            variance += part**2 * share * (1 - share) / n
    half = Z95 * sqrt(variance)
    return Estimate(value, max(0.0, value - half), min(1.0, value + half))
