"""Resampling by group: how far a figure could move had other people been photographed.

Photos of one person are alike, so people are drawn, with everything of theirs, not photos. Whatever can be summed
over people (confusion matrices, calibration bins, hits) is summed once a person; a resample is then one row of a
matrix product, and thousands of them take a moment.

References:
    Efron and Tibshirani 1993, An Introduction to the Bootstrap; the cluster bootstrap, Field and Welsh 2007,
    https://doi.org/10.1111/j.1467-9868.2007.00593.x.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, factorial

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]

SAMPLES = 2000
LEVEL = 0.95
# Weights held at once: enough to keep the processor's matrix product busy, few enough to stay out of the way.
_CELLS = 4_000_000
_MANY_GROUPS = 5000
# Poisson numbers of mean 1 at 65,536 equal steps of probability, to be looked up by a random 16-bit number.
# Summed up here: scipy.stats takes longer to import than a page takes to compare ten runs.
_AT_MOST = np.cumsum([exp(-1) / factorial(k) for k in range(12)])
_POISSON = np.searchsorted(_AT_MOST, (np.arange(1 << 16) + 0.5) / (1 << 16)).astype(np.float64)


@dataclass(frozen=True)
class Figure:
    """A figure with its interval; None where it is undefined.

    Attributes:
        value: On the photos as they are.
        low: Lower end of the 95 % bootstrap interval.
        high: Upper end.
    """

    value: float | None
    low: float | None = None
    high: float | None = None

    def as_dict(self) -> dict[str, float | None]:
        """Plain values, rounded to four places."""
        return {name: None if value is None else round(value, 4) for name, value in self.__dict__.items()}


def group_positions(groups: npt.NDArray[np.str_]) -> tuple[Ints, int]:
    """Position of each row's group, int (N,), and how many groups there are."""
    names, positions = np.unique(groups, return_inverse=True)
    return positions.astype(np.int64), len(names)


def group_sums(values: Floats, positions: Ints, count: int) -> Floats:
    """Sum rows of values (N, K) over the rows of each group, float (groups, K)."""
    return np.stack([np.bincount(positions, weights=column, minlength=count) for column in values.T], axis=1)


def resample_groups(count: int, samples: int, seed: int, at_once: int | None = None) -> Iterator[Floats]:
    """Draw groups with replacement.

    Up to a few thousand groups, as many are drawn as there are. Of more, each is drawn a Poisson number of times by
    itself: every figure is a ratio, so that the total no longer matters, and it is ten times as fast.

    Args:
        count: How many groups there are.
        samples: How many resamples.
        seed: The same seed draws the same groups, which makes two runs over the same photos a pair.
        at_once: Resamples a block; None takes what fits.

    Yields:
        float64 (count, columns), how often each group was drawn in each resample; `samples` columns in all.

    References:
        Poisson bootstrap, Chamandy et al. 2012, https://research.google/pubs/pub43157/.
    """
    generator = np.random.default_rng(seed)
    columns = at_once or max(1, _CELLS // count)
    for start in range(0, samples, columns):
        block = min(columns, samples - start)
        if count > _MANY_GROUPS:
            yield _POISSON[generator.integers(0, len(_POISSON), size=(count, block), dtype=np.uint16)]
            continue
        drawn = generator.integers(0, count, size=(block, count), dtype=np.int64)
        drawn += np.arange(block)[:, None] * count
        times = np.bincount(drawn.ravel(), minlength=block * count).reshape(block, count)
        yield np.ascontiguousarray(times.T, dtype=np.float64)


def interval(values: Floats, level: float = LEVEL) -> tuple[float | None, float | None]:
    """Percentile interval of resampled values, float (samples,); None where most of them are undefined."""
    defined = values[np.isfinite(values)]
    if len(defined) < max(2, len(values) // 2):
        return None, None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def as_figure(value: float, resampled: Floats) -> Figure:
    """Join a value with the interval of its resamples."""
    return Figure(float(value), *interval(resampled)) if np.isfinite(value) else Figure(None)


def difference_p(differences: Floats) -> float:
    """Two-sided p value of a difference, by how often its resamples lie on the other side of zero.

    One resample is added to each side, so that no p value is 0 that only means "rarer than we drew".
    """
    defined = differences[np.isfinite(differences)]
    if not len(defined):
        return 1.0
    below, above = int((defined <= 0).sum()), int((defined >= 0).sum())
    return float(min(1.0, 2 * (min(below, above) + 1) / (len(defined) + 1)))


def holm(values: Floats) -> Floats:
    """Adjust p values, float (K,), for having asked K times.

    References:
        Holm 1979, https://www.jstor.org/stable/4615733.
    """
    values = np.asarray(values, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = steps.clip(max=1.0)
    return adjusted
