"""Runs side by side, honestly: every figure with its interval, and differences on the same photos alone.

Two runs over the same held-out photos are a pair: the same people are drawn for both, so what makes a photo hard for
either falls out of the difference. Whoever asks about many runs at once is told p values adjusted for it. Runs over
other photos are shown, but no difference is computed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from core.errors import RunError
from core.lab.bootstrap import SAMPLES, Figure, difference_p, holm, interval
from core.lab.figures import METRICS, Figures, Resampled, resample
from core.lab.held_out import HeldOut
from core.lab.published import PublishedFigure, read_published
from core.lab.run_records import RunRecord, list_runs

__all__ = [
    "Comparable",
    "Comparison",
    "ComparisonRow",
    "Difference",
    "PublishedFigure",
    "RunRecord",
    "compare_runs",
    "list_runs",
    "outputs_of",
    "read_published",
]


class Comparable(Protocol):
    """What can stand in a comparison: a run, or a package measured on photos."""

    @property
    def id(self) -> str:
        """What it is called in the table."""

    @property
    def held_out(self) -> Mapping[str, HeldOut]:
        """Predictions on photos it did not see, by output."""

    @property
    def summary(self) -> Mapping[str, Any]:
        """Parameters, latency, training time."""

    def severities(self, output: str) -> tuple[int, ...] | None:
        """What the classes of an ordinal output stand for; None where the classes have no order."""


@dataclass(frozen=True)
class ComparisonRow:
    """One run in the table.

    Attributes:
        id: The run.
        figures: What was measured, with intervals.
        photos: Which held-out photos; rows of equal numbers are over the same photos and labels.
        parameters: Numbers the network has learnt; None where unknown.
        latency_ms: Milliseconds a picture takes; None where not measured.
        latency_setting: On what.
        training_seconds: How long it trained; None where unknown.
        pretrained: First weights: `imagenet`, `none` or a name; None where unknown.
    """

    id: str
    figures: Figures
    photos: int
    parameters: int | None
    latency_ms: float | None
    latency_setting: str | None
    training_seconds: float | None
    pretrained: str | None


@dataclass(frozen=True)
class Difference:
    """One run against the baseline on the same photos.

    Attributes:
        run: The run.
        metric: See `core.lab.figures.METRICS`.
        figure: Its figure minus the baseline's, with the interval of the paired bootstrap.
        p: Two-sided p value.
        p_adjusted: By Holm, for as many runs as were compared in this metric.
    """

    run: str
    metric: str
    figure: Figure
    p: float
    p_adjusted: float


@dataclass(frozen=True)
class Comparison:
    """Runs compared on one output.

    Attributes:
        output: What was predicted.
        severities: What its classes stand for; None where they have no order.
        rows: One a run that predicted it, in the order asked for.
        baseline: The run differences are measured from; None with fewer than two rows.
        differences: Runs over the baseline's photos, by run and metric.
        other_photos: Runs over other photos, other labels or other grades than the baseline's: no differences.
        without_output: Runs that hold no held-out predictions on this output.
        samples: Resamples drawn.
    """

    output: str
    severities: tuple[int, ...] | None
    rows: tuple[ComparisonRow, ...]
    baseline: str | None
    differences: tuple[Difference, ...]
    other_photos: tuple[str, ...]
    without_output: tuple[str, ...]
    samples: int

    def difference(self, run: str, metric: str) -> Difference | None:
        """The difference of a run in a metric, if there is one."""
        return next((d for d in self.differences if (d.run, d.metric) == (run, metric)), None)


def outputs_of(records: Sequence[Comparable]) -> tuple[str, ...]:
    """The outputs any of the runs predicted, in the order met."""
    return tuple(dict.fromkeys(output for record in records for output in record.held_out))


def compare_runs(
    records: Sequence[Comparable],
    output: str,
    baseline: str | None = None,
    *,
    samples: int = SAMPLES,
    seed: int = 0,
) -> Comparison:
    """Compare runs on one output.

    Args:
        records: Runs; those without held-out predictions on the output are named and left out.
        output: A condition or another output of a task.
        baseline: Id of the run to measure differences from; None takes the first that has the output.
        samples: Resamples of the bootstrap.
        seed: Of the bootstrap.

    Raises:
        RunError: No run has the output (`run.no_output`), or the baseline is not among those that do
            (`run.unknown_baseline`).
        ManifestError: Held-out predictions are damaged.
    """
    having = [record for record in records if output in record.held_out]
    if not having:
        known = ", ".join(outputs_of(records)) or "-"
        raise RunError("run.no_output", output=output, known=known)
    first = next((record for record in having if record.id == baseline), None) if baseline else having[0]
    if first is None:
        raise RunError("run.unknown_baseline", run=baseline, known=", ".join(record.id for record in having))
    parts = {record.id: in_order(record.held_out[output]) for record in having}
    severities = {record.id: record.severities(output) for record in having}
    measured = {name: resample(part, severities[name], samples, seed) for name, part in parts.items()}
    paired = [
        record.id
        for record in having
        if record.id != first.id
        and severities[record.id] == severities[first.id]
        and _same_photos(parts[record.id], parts[first.id])
    ]
    sets = _number_photo_sets(parts)
    return Comparison(
        output=output,
        severities=severities[first.id],
        rows=tuple(_row(record, measured[record.id].figures(), sets[record.id]) for record in having),
        baseline=first.id if len(having) > 1 else None,
        differences=_differences({name: measured[name] for name in paired}, measured[first.id]),
        other_photos=tuple(r.id for r in having if r.id != first.id and r.id not in paired),
        without_output=tuple(record.id for record in records if output not in record.held_out),
        samples=samples,
    )


def in_order(part: HeldOut) -> HeldOut:
    """The same rows in the order of their photos, so that equal sets of photos are drawn alike."""
    order = np.lexsort((part.files, part.photos))
    rows = (part.photos, part.files, part.groups, part.folds, part.labels, part.grades, part.probabilities)
    return HeldOut(part.output, *(values[order] for values in rows))  # type: ignore[arg-type]


def _same_photos(one: HeldOut, other: HeldOut) -> bool:
    return (
        len(one) == len(other)
        and one.probabilities.shape == other.probabilities.shape
        and bool((one.photos == other.photos).all())
        and bool((one.labels == other.labels).all())
        and bool((one.groups == other.groups).all())
    )


def _number_photo_sets(parts: Mapping[str, HeldOut]) -> dict[str, int]:
    kinds: list[HeldOut] = []
    numbers = {}
    for name, part in parts.items():
        number = next((i for i, kind in enumerate(kinds) if _same_photos(kind, part)), len(kinds))
        if number == len(kinds):
            kinds.append(part)
        numbers[name] = number
    return numbers


def _differences(runs: Mapping[str, Resampled], baseline: Resampled) -> tuple[Difference, ...]:
    found: dict[tuple[str, str], Difference] = {}
    for metric in METRICS:
        if metric not in baseline.values:
            continue
        moved = {name: run.values[metric] - baseline.values[metric] for name, run in runs.items()}
        moved = {name: values for name, values in moved.items() if np.isfinite(values[0])}
        chances = np.array([difference_p(values[1:]) for values in moved.values()])
        for (name, values), p, adjusted in zip(moved.items(), chances, holm(chances), strict=True):
            figure = Figure(float(values[0]), *interval(values[1:]))
            found[name, metric] = Difference(name, metric, figure, float(p), float(adjusted))
    return tuple(found[name, metric] for name in runs for metric in METRICS if (name, metric) in found)


def _row(record: Comparable, figures: Figures, photos: int) -> ComparisonRow:
    summary = record.summary
    return ComparisonRow(
        id=record.id,
        figures=figures,
        photos=photos,
        parameters=summary.get("parameters"),
        latency_ms=summary.get("latency_ms"),
        latency_setting=summary.get("latency_setting"),
        training_seconds=summary.get("training_seconds"),
        pretrained=summary.get("pretrained"),
    )
