"""A comparison as plain values, as a table and as lines of text."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from core.lab.bootstrap import Figure
from core.lab.comparison import Comparison, ComparisonRow, Difference
from core.lab.figures import METRICS


def comparison_values(comparison: Comparison) -> dict[str, Any]:
    """Plain values, figures rounded to four places."""
    return {
        "output": comparison.output,
        "severities": comparison.severities,
        "baseline": comparison.baseline,
        "samples": comparison.samples,
        "runs": [_row_values(row) for row in comparison.rows],
        "differences": [
            {
                **asdict(one),
                "figure": one.figure.as_dict(),
                "p": round(one.p, 5),
                "p_adjusted": round(one.p_adjusted, 5),
            }
            for one in comparison.differences
        ],
        "other_photos": list(comparison.other_photos),
        "without_output": list(comparison.without_output),
    }


def comparison_rows(comparison: Comparison) -> list[dict[str, Any]]:
    """One flat row a run, for a file: figures with their interval, costs, and the difference to the baseline."""
    return [dict(_flat(row, comparison)) for row in comparison.rows]


def _row_values(row: ComparisonRow) -> dict[str, Any]:
    return {
        "run": row.id,
        "n": row.figures.n,
        "groups": row.figures.groups,
        "figures": {name: figure.as_dict() for name, figure in row.figures.values.items()},
        "recall": [figure.as_dict() for figure in row.figures.recall],
        "confusion": row.figures.confusion,
        "photos": row.photos,
        **_costs(row),
    }


def _costs(row: ComparisonRow) -> dict[str, Any]:
    return {
        "parameters": row.parameters,
        "latency_ms": row.latency_ms,
        "latency_setting": row.latency_setting,
        "training_seconds": row.training_seconds,
        "pretrained": row.pretrained,
    }


def _flat(row: ComparisonRow, comparison: Comparison) -> Iterator[tuple[str, Any]]:
    yield "run", row.id
    yield "n", row.figures.n
    yield "groups", row.figures.groups
    for metric in METRICS:
        if metric in row.figures.values:
            yield from _spread(metric, row.figures.values[metric])
    names: Sequence[int] = comparison.severities or range(len(row.figures.recall))
    for name, figure in zip(names, row.figures.recall, strict=False):
        yield from _spread(f"recall_{name}", figure)
    yield from _costs(row).items()
    for metric in METRICS:
        difference = comparison.difference(row.id, metric)
        if metric in row.figures.values:
            yield from _difference(metric, difference)


def _spread(name: str, figure: Figure) -> Iterator[tuple[str, float | None]]:
    values = figure.as_dict()
    yield name, values["value"]
    yield f"{name}_low", values["low"]
    yield f"{name}_high", values["high"]


def _difference(metric: str, difference: Difference | None) -> Iterator[tuple[str, float | None]]:
    yield from _spread(f"difference_{metric}", difference.figure if difference else Figure(None))
    yield f"difference_{metric}_p", round(difference.p_adjusted, 5) if difference else None
