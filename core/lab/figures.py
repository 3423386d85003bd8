"""Every figure of agreement from held-out rows, with its bootstrap interval, by one set of formulas.

A figure is computed from sums over photos (a confusion matrix, calibration bins, a weighted ranking). The photos as
they are weigh one each; a resample weighs them by how often their group was drawn. The same lines give both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from core.lab.bootstrap import SAMPLES, Figure, as_figure, group_positions, group_sums, resample_groups
from core.lab.held_out import HeldOut

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]
OutputKind = Literal["ordinal", "single"]

METRICS = (
    "accuracy",
    "balanced_accuracy",
    "macro_f1",
    "quadratic_kappa",
    "mean_absolute_error",
    "auroc",
    "ece",
)
# Figures of which less is better.
LESS_IS_BETTER = frozenset({"mean_absolute_error", "ece"})
BINS = 10
_RANKS = 1024


@dataclass(frozen=True)
class Figures:
    """Figures of one output of one run.

    Attributes:
        n: Photos.
        groups: Groups (people) they come from: what was resampled.
        values: Figure by name, see `METRICS`. For `single` outputs, whose classes have no order, `quadratic_kappa` is
            Cohen's unweighted kappa and there is no `mean_absolute_error`.
        recall: One a class; undefined for a class no photo has.
        confusion: Photos by label (rows) and class given (columns).
    """

    n: int
    groups: int
    values: Mapping[str, Figure]
    recall: tuple[Figure, ...]
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Resampled:
    """The same figures on the photos as they are (row 0) and on every resample, float (1 + samples,) each."""

    values: Mapping[str, Floats]
    recall: Floats
    n: int
    groups: int
    confusion: Ints

    def figures(self) -> Figures:
        """Join values and intervals."""
        return Figures(
            n=self.n,
            groups=self.groups,
            values={name: as_figure(values[0], values[1:]) for name, values in self.values.items()},
            recall=tuple(as_figure(column[0], column[1:]) for column in self.recall.T),
            confusion=tuple(tuple(int(v) for v in row) for row in self.confusion),
        )


def measure_figures(
    part: HeldOut, severities: Sequence[int] | None = None, samples: int = SAMPLES, seed: int = 0
) -> Figures:
    """Measure held-out rows, with intervals by group.

    Args:
        part: Held-out rows of one output.
        severities: What the classes of an ordinal output stand for, for distances; None where classes have no order.
        samples: Resamples; 0 leaves the intervals out.
        seed: Of the resampling.
    """
    return resample(part, severities, samples, seed).figures()


def resample(
    part: HeldOut, severities: Sequence[int] | None = None, samples: int = SAMPLES, seed: int = 0
) -> Resampled:
    """Compute the figures on the photos as they are and on resamples by group; see `measure_figures`."""
    classes = part.probabilities.shape[1]
    positions, count = group_positions(part.groups)
    cells = np.eye(classes * classes)[part.labels * classes + part.grades]
    sums = group_sums(np.hstack([cells, _bin_gaps(part)]), positions, count)
    rankings = [_Ranking.of(above, score, positions, count) for above, score in _binary_questions(part, severities)]
    blocks = []
    for weights in (np.ones((count, 1)), *resample_groups(count, samples, seed)):
        totals = weights.T @ sums
        tables = totals[:, : classes * classes].reshape(-1, classes, classes)
        areas = np.stack([ranking.areas(weights) for ranking in rankings], axis=1)
        gaps = np.abs(totals[:, classes * classes :]).sum(axis=1)
        blocks.append(_from_sums(tables, areas, gaps, severities))
    values = {name: np.concatenate([block[0][name] for block in blocks]) for name in blocks[0][0]}
    values["auroc"][0] = _mean_defined(np.array([[ranking.exact for ranking in rankings]]))[0]
    recall = np.concatenate([block[1] for block in blocks])
    table = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(table, (part.labels, part.grades), 1)
    return Resampled(values, recall, len(part), count, table)


def _from_sums(
    tables: Floats, areas: Floats, gaps: Floats, severities: Sequence[int] | None
) -> tuple[dict[str, Floats], Floats]:
    """Figures and recalls of confusion matrices, float (B, C, C), areas (B, cuts) and summed calibration gaps (B,)."""
    total = tables.sum(axis=(1, 2))
    right = np.diagonal(tables, axis1=1, axis2=2)
    labelled, given = tables.sum(axis=2), tables.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        recall = right / labelled
        f1 = np.where(labelled > 0, 2 * right / (labelled + given), np.nan)
        values = {
            "accuracy": right.sum(axis=1) / total,
            "balanced_accuracy": _mean_defined(recall),
            "macro_f1": _mean_defined(f1),
            "quadratic_kappa": _kappa(tables, labelled, given, total, ordered=severities is not None),
        }
        if severities is not None:
            steps = np.array(severities, dtype=np.float64)
            distance = np.abs(steps[:, None] - steps[None])
            values["mean_absolute_error"] = (tables * distance).sum(axis=(1, 2)) / total
        values["auroc"] = _mean_defined(areas)
        values["ece"] = gaps / total
    return values, recall


def _kappa(tables: Floats, labelled: Floats, given: Floats, total: Floats, *, ordered: bool) -> Floats:
    """Cohen's kappa of confusion matrices, float (B,); each class one step from the next where they have an order."""
    places = np.arange(tables.shape[1], dtype=np.float64)
    cost = np.square(places[:, None] - places[None]) if ordered else (places[:, None] != places[None]).astype(float)
    expected = np.einsum("bi,bj,ij->b", labelled, given, cost) / total
    observed: Floats = np.einsum("bij,ij->b", tables, cost)
    return np.asarray(np.where(expected > 0, 1 - observed / expected, np.nan))


def _mean_defined(values: Floats) -> Floats:
    """Mean over the defined columns of values (B, K), NaN where none is."""
    defined = np.isfinite(values)
    sums = np.where(defined, values, 0).sum(axis=1)
    return np.asarray(np.where(defined.any(axis=1), sums / defined.sum(axis=1).clip(1), np.nan))


def _bin_gaps(part: HeldOut) -> Floats:
    """Each photo's share in the calibration gap of its bin: right minus confidence, float (N, bins)."""
    confidence = part.probabilities.max(axis=1)
    right = part.probabilities.argmax(axis=1) == part.labels
    bins = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    gaps = np.zeros((len(part), BINS))
    gaps[np.arange(len(part)), bins] = right - confidence
    return gaps


def _binary_questions(part: HeldOut, severities: Sequence[int] | None) -> list[tuple[npt.NDArray[np.bool_], Floats]]:
    """Yes/no questions whose areas are averaged: "at least grade k", or one class against the rest."""
    classes = part.probabilities.shape[1]
    if severities is not None or classes == 2:
        return [(part.labels >= k, part.probabilities[:, k:].sum(axis=1)) for k in range(1, classes)]
    return [(part.labels == k, part.probabilities[:, k]) for k in range(classes)]


@dataclass(frozen=True)
class _Ranking:
    """Photos by ascending score, to compute areas under the curve for many weightings at once.

    Attributes:
        exact: Area with every photo weighing one; NaN where one side is empty.
        places: Sparse (2 * ranks, groups): photos by rank of their score, those where the answer is yes, then the
            others. Beyond `_RANKS` different scores, neighbours share a rank and count as ties; that moves an area by
            less than a ten-thousandth.
    """

    exact: float
    places: Any

    @classmethod
    def of(cls, above: npt.NDArray[np.bool_], score: Floats, positions: Ints, count: int) -> "_Ranking":
        exact = float(_areas(*_sides(above, score))[0])
        values = np.unique(score)
        if len(values) > _RANKS:
            values = np.unique(np.quantile(score, np.linspace(0, 1, _RANKS), method="lower"))
        ranks = np.searchsorted(values, score, side="right") - 1
        rows = ranks + np.where(above, 0, len(values))
        shape = (2 * len(values), count)
        return cls(exact, sparse.csr_array((np.ones(len(score)), (rows, positions)), shape=shape))

    def areas(self, weights: Floats) -> Floats:
        """Area for each column of weights (groups, B); NaN where one side is empty."""
        sums = self.places @ weights
        half = len(sums) // 2
        return _areas(sums[:half], sums[half:])


def _sides(above: npt.NDArray[np.bool_], score: Floats) -> tuple[Floats, Floats]:
    """How many photos have each score, by ascending score, float (T, 1): where the answer is yes, and the others."""
    _, ranks = np.unique(score, return_inverse=True)
    yes, no = (np.bincount(ranks, weights=side).astype(np.float64) for side in (above, ~above))
    return yes[:, None], no[:, None]


def _areas(yes: Floats, no: Floats) -> Floats:
    """Share of pairs in which the photo with "yes" scores higher, ties half, float (B,); of counts (ranks, B) each."""
    below = np.cumsum(no, axis=0)
    won = (yes * (below - no / 2)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(won / (yes.sum(axis=0) * below[-1]))
