"""Every figure of agreement from held-out rows, with its bootstrap interval, by one set of formulas.

A figure is computed from sums over photos (a confusion matrix, calibration bins, a weighted ranking). The photos as
they are weigh one each; a resample weighs them by how often their group was drawn. The same lines give both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

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
    rankings = [_Ranking.of(above, score, positions) for above, score in _binary_questions(part, severities)]
    blocks = []
    for weights in (np.ones((1, count)), *resample_groups(count, samples, seed)):
        totals = weights @ sums
        tables = totals[:, : classes * classes].reshape(-1, classes, classes)
        areas = np.stack([ranking.areas(weights) for ranking in rankings], axis=1)
        gaps = np.abs(totals[:, classes * classes :]).sum(axis=1)
        blocks.append(_from_sums(tables, areas, gaps, severities))
    values = {name: np.concatenate([block[0][name] for block in blocks]) for name in blocks[0][0]}
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
    """Photos in the order of a score, to compute areas under the curve for many weightings at once.

    Attributes:
        order: int (N,), groups of the photos by ascending score.
        above: float (N,), 1 where the answer is yes, in that order.
        starts: int (T,), where each run of equal scores starts.
    """

    order: Ints
    above: Floats
    starts: Ints

    @classmethod
    def of(cls, above: npt.NDArray[np.bool_], score: Floats, positions: Ints) -> "_Ranking":
        ascending = np.argsort(score, kind="stable")
        values = score[ascending]
        starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
        return cls(positions[ascending], above[ascending].astype(np.float64), starts)

    def areas(self, weights: Floats) -> Floats:
        """Area under the curve for each row of weights (B, groups); NaN where one side is empty."""
        photo = weights[:, self.order]
        yes = np.add.reduceat(photo * self.above, self.starts, axis=1)
        no = np.add.reduceat(photo, self.starts, axis=1) - yes
        below = np.cumsum(no, axis=1)
        # Photos of equal score count half, as a tie.
        won = (yes * (below - no / 2)).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(won / (yes.sum(axis=1) * below[:, -1]))
