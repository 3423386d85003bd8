"""Pictures of a comparison as Vega-Lite specifications, for light and dark pages and every kind of colour vision."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.lab.comparison import Comparison, ComparisonRow
from core.lab.history import EpochRow
from core.lab.reliability import chart_config

# Okabe and Ito's palette without black and yellow; shapes say the same, so that colour is never needed.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")
INKS = {"light": "#333333", "dark": "#d8d8d8"}
_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"


def names_of(comparison: Comparison) -> dict[str, str]:
    """Each run's own name, without the group it lies in."""
    return {row.id: row.id.rpartition("/")[2] for row in comparison.rows}


def first_weights(row: ComparisonRow) -> str:
    """Where a run's first weights came from, in a few words."""
    known = {"none": "from scratch", "imagenet": "ImageNet", "hub": "ImageNet (hub)"}
    given = row.pretrained or ""
    return known.get(given, "drawn scalps" if given else "not told")


def interval_chart(comparison: Comparison, metric: str, title: str, ink: str) -> dict[str, Any]:
    """One line a run: its figure and the 95 % interval, the best on top."""
    values = [v for v in _points(comparison, metric) if v["value"] is not None]
    names = [v["run"] for v in sorted(values, key=lambda v: -v["value"])]
    y = {"field": "run", "type": "nominal", "sort": names, "title": None, "axis": {"labelLimit": 260}}
    x = {"type": "quantitative", "scale": {"zero": False}, "title": title}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rule", "strokeWidth": 2.5},
            "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y, "color": _weights(values, ink)},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            "encoding": {
                "x": {**x, "field": "value"},
                "y": y,
                "color": _weights(values, ink),
                "shape": _weight_shapes(values),
            },
        },
        {
            "mark": {"type": "text", "dy": -10, "fontSize": 11, "color": ink},
            "encoding": {"x": {**x, "field": "value"}, "y": y, "text": {"field": "value", "format": ".3f"}},
        },
    ]
    return _chart(values, layers, ink, width=430, height={"step": 34})


def cost_chart(comparison: Comparison, metric: str, title: str, ink: str) -> dict[str, Any]:
    """Milliseconds a picture against the figure with its interval; the upper left corner is best."""
    values = [v for v in _points(comparison, metric) if v["value"] is not None and v["milliseconds"]]
    x = {
        "field": "milliseconds",
        "type": "quantitative",
        "scale": {"type": "log", "nice": False, "padding": 25},
        "title": "milliseconds a picture (logarithmic)",
        "axis": {"format": "~g", "values": [0.5, 1, 2, 3, 5, 10, 20, 30, 50, 100, 200, 500]},
    }
    y = {"type": "quantitative", "scale": {"zero": False}, "title": title}
    layers: list[dict[str, Any]] = [
        {
            "mark": {"type": "rule", "strokeWidth": 1.5, "opacity": 0.55},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}, "color": _weights(values, ink)},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
            "encoding": {
                "x": x,
                "y": {**y, "field": "value"},
                "color": _weights(values, ink),
                "shape": _weight_shapes(values),
            },
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 8, "fontSize": 11, "color": ink},
            "encoding": {"x": x, "y": {**y, "field": "value"}, "text": {"field": "run"}},
        },
    ]
    return _chart(values, layers, ink, width=560, height=360)


def curve_chart(histories: Mapping[str, Mapping[str, Sequence[EpochRow]]], ink: str) -> dict[str, Any]:
    """Kappa on the photos left out, epoch by epoch: a small picture a run, a thin line a fold and their mean."""
    values = [
        {"run": run, "fold": stage, "epoch": row.epoch + 1, "kappa": row.val_kappa}
        for run, stages in histories.items()
        for stage, rows in stages.items()
        for row in rows
        if row.val_kappa is not None
    ]
    x = {"field": "epoch", "type": "quantitative", "title": "epoch", "axis": {"tickMinStep": 2}}
    y = {"type": "quantitative", "title": "kappa"}
    fold = {
        "mark": {"type": "line", "strokeWidth": 1, "opacity": 0.45, "color": COLOURS[4]},
        "encoding": {"x": x, "y": {**y, "field": "kappa"}, "detail": {"field": "fold"}},
    }
    mean = {
        "mark": {"type": "line", "strokeWidth": 2.5, "color": COLOURS[1]},
        "encoding": {"x": x, "y": {**y, "field": "kappa", "aggregate": "mean"}},
    }
    return {
        "$schema": _SCHEMA,
        "background": "transparent",
        "data": {"values": values},
        "facet": {"field": "run", "type": "nominal", "title": None},
        "columns": 4,
        "spec": {"width": 145, "height": 110, "layer": [fold, mean]},
        "config": chart_config(ink),
    }


def confusion_chart(row: ComparisonRow, classes: Sequence[str], ink: str) -> dict[str, Any]:
    """Photos by label and grade: the number in each cell, shaded by its share of the label."""
    cells = []
    for label, counts in zip(classes, row.figures.confusion, strict=True):
        total = max(1, sum(counts))
        cells += [
            {"label": label, "grade": grade, "n": n, "share": n / total}
            for grade, n in zip(classes, counts, strict=True)
        ]
    order = list(classes)
    x = {"field": "grade", "type": "nominal", "sort": order, "title": "grade given", "axis": {"labelAngle": 0}}
    y = {"field": "label", "type": "nominal", "sort": order, "title": "label"}
    colour = {
        "field": "share",
        "type": "quantitative",
        "scale": {"domain": [0, 1], "range": ["#f0f4f8", "#0072B2"]},
        "legend": None,
    }
    number = {"value": "#1a1a1a", "condition": {"test": "datum.share > 0.75", "value": "#ffffff"}}
    layers: list[dict[str, Any]] = [
        {"mark": "rect", "encoding": {"x": x, "y": y, "color": colour}},
        {
            "mark": {"type": "text", "fontSize": 15},
            "encoding": {"x": x, "y": y, "text": {"field": "n"}, "color": number},
        },
    ]
    return _chart(cells, layers, ink, width=300, height=220)


def _points(comparison: Comparison, metric: str) -> list[dict[str, Any]]:
    names = names_of(comparison)
    return [
        {
            "run": names[row.id],
            "weights": first_weights(row),
            "milliseconds": row.latency_ms,
            **row.figures.values[metric].__dict__,
        }
        for row in comparison.rows
    ]


def _weights(values: Sequence[Mapping[str, Any]], ink: str) -> dict[str, Any]:
    kinds = sorted({str(v["weights"]) for v in values})
    return {
        "field": "weights",
        "type": "nominal",
        "scale": {"domain": kinds, "range": list(COLOURS[: len(kinds)])},
        "legend": {"title": "first weights", "orient": "bottom", "labelColor": ink},
    }


def _weight_shapes(values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    kinds = sorted({str(v["weights"]) for v in values})
    return {
        "field": "weights",
        "type": "nominal",
        "scale": {"domain": kinds, "range": list(SHAPES[: len(kinds)])},
        "legend": {"title": "first weights", "orient": "bottom"},
    }


def _chart(
    values: Sequence[Mapping[str, Any]], layers: Sequence[Mapping[str, Any]], ink: str, **size: object
) -> dict[str, Any]:
    return {
        "$schema": _SCHEMA,
        "background": "transparent",
        "data": {"values": list(values)},
        "layer": list(layers),
        "config": chart_config(ink),
        **size,
    }
