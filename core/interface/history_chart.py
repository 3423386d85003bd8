"""The course of one condition as a chart: grades with their ranges, changes, gaps and model marks."""

from datetime import timedelta
from json import dumps
from typing import Any, Final

import streamlit as st

from core.care.change import Course, Measurement, Verdict, steps
from core.interface.charts import Colours, current_colours
from core.interface.history_words import day, grade_of, range_of, verdict_words
from core.interface.language import current_language, say
from core.interface.palette import SEVERITY_COLOURS
from core.taxonomy import View

_HEIGHT_PX: Final = 190
_LABELS_AT_MOST: Final = 4
_MARK_DISTANCE: Final = 0.55
_CROWN_GRADES: Final = (0, 2, 3)
_GRADED: Final = "isValid(datum.severity)"


def draw_course(course: Course) -> None:
    """Draw how a condition went over the visits.

    Args:
        course: At least one measurement, oldest first.
    """
    st.vega_lite_chart(spec=course_chart(course, current_colours()), width="stretch")


def course_chart(course: Course, colours: Colours) -> dict[str, Any]:
    """Return the chart of a course as Vega-Lite.

    Written out, not built with Altair: six charts a run with every layer validated took a second on a busy machine.

    Args:
        course: At least one measurement, oldest first.
        colours: Of the theme in use.
    """
    up = _up(course[-1].view)
    severity, muted = {"field": "severity", "type": "quantitative", **up}, {"value": colours.muted}
    return {
        "height": _HEIGHT_PX,
        "description": _describe(course),
        "data": {"values": _rows(course)},
        "encoding": {"x": _across(course), "tooltip": _tooltip()},
        "layer": [
            {
                "transform": [{"filter": "datum.new_model"}],
                "mark": {"type": "rule", "strokeDash": [4, 4]},
                "encoding": {"x": {"field": "switched", "type": "temporal"}, "color": muted},
            },
            {
                "mark": {"type": "rule", "strokeWidth": 11, "strokeCap": "round"},
                "encoding": {
                    "y": {"field": "low", "type": "quantitative", **up},
                    "y2": {"field": "high"},
                    "color": muted,
                    "opacity": {"value": 0.36},
                },
            },
            {
                "transform": [{"filter": _GRADED}],
                "mark": {"type": "line", "strokeWidth": 1.6},
                "encoding": {"y": severity, "detail": {"field": "run"}, "color": muted, "tooltip": {"value": None}},
            },
            {
                "transform": [{"filter": _GRADED}],
                "mark": {"type": "point", "filled": True, "size": 190, "opacity": 1, "strokeWidth": 1.2},
                "encoding": {
                    "y": severity,
                    "fill": {"field": "colour", "type": "nominal", "scale": None},
                    "stroke": {"value": colours.text},
                },
            },
            {
                "transform": [{"filter": f"!({_GRADED})"}],
                "mark": {"type": "text", "text": "?", "fontSize": 17, "fontWeight": "bold"},
                "encoding": {"y": {"field": "middle", "type": "quantitative", **up}, "color": {"value": colours.text}},
            },
            {
                "transform": [{"filter": "datum.mark != ''"}],
                "mark": {"type": "text", "fontSize": 12.5, "fontWeight": "bold"},
                "encoding": {
                    "y": {**severity, "field": "mark_at"},
                    "text": {"field": "mark"},
                    "color": {"value": colours.text},
                },
            },
            {
                "transform": [{"filter": "datum.new_model"}],
                "mark": {
                    "type": "text",
                    "text": say("history.chart.model"),
                    "align": "left",
                    "dx": 5,
                    "fontSize": 11.5,
                },
                "encoding": {
                    "x": {"field": "switched", "type": "temporal"},
                    "y": {"value": 6},
                    "color": muted,
                },
            },
        ],
        "config": {
            "axis": {"labelColor": colours.text, "domain": False, "ticks": False, "labelFontSize": 12.5},
            "axisX": {"grid": False, "labelColor": colours.muted},
            "axisY": {"grid": True, "gridColor": colours.grid, "labelPadding": 8},
            "view": {"strokeOpacity": 0},
        },
    }


def _rows(course: Course) -> list[dict[str, Any]]:
    changes = {change.later.at: change.verdict for change in steps(course)}
    rows, run, before = [], 0, None
    for measurement in course:
        new_model = before is not None and before.models != measurement.models
        # A line would claim a comparison: it ends where a grade is missing or the model is another.
        run += new_model or measurement.severity is None
        switched = before.at + (measurement.at - before.at) / 2 if before is not None and new_model else measurement.at
        rows.append(
            _row(measurement, changes.get(measurement.at))
            | {"run": run, "new_model": new_model, "switched": switched.isoformat()}
        )
        before = measurement
    return rows


def _row(measurement: Measurement, verdict: Verdict | None) -> dict[str, Any]:
    language = current_language()
    severity, possible = measurement.severity, measurement.finding.severity_set
    marked = verdict if verdict in (Verdict.WORSE, Verdict.BETTER) else None
    return {
        "at": measurement.at.isoformat(),
        "severity": None if severity is None else float(severity),
        "low": int(possible[0]),
        "high": int(possible[-1]),
        "middle": (possible[0] + possible[-1]) / 2,
        "colour": None if severity is None else SEVERITY_COLOURS[severity],
        "mark": say(f"history.chart.{marked}") if marked else "",
        # On the side that the line does not come from.
        "mark_at": (severity or 0) + (_MARK_DISTANCE if marked is Verdict.WORSE else -_MARK_DISTANCE),
        "grade": grade_of(language, measurement),
        "range": range_of(language, measurement),
        "model": ", ".join(f"{name} {version}" for name, version in measurement.models),
    }


def _across(course: Course) -> dict[str, Any]:
    times = [measurement.at for measurement in course]
    span = times[-1] - times[0]
    margin = max(span * 0.09, timedelta(hours=1) if span else timedelta(days=1))
    every = -(-len(times) // _LABELS_AT_MOST)
    return {
        "field": "at",
        "type": "temporal",
        "title": None,
        "scale": {"domain": [(times[0] - margin).isoformat(), (times[-1] + margin).isoformat()]},
        "axis": {
            # Vega-Lite takes numbers for years here.
            "values": [at.isoformat() for at in times[::-1][::every]],
            "format": "%m-%d %H:%M" if timedelta(0) < span < timedelta(days=3) else "%Y-%m-%d",
            "labelOverlap": "greedy",
            "labelFlush": True,
        },
    }


def _up(view: View) -> dict[str, Any]:
    grades = _CROWN_GRADES if view is View.CROWN else (0, 1, 2, 3)
    table = "severity_crown" if view is View.CROWN else "severity"
    named = "".join(f"datum.value == {grade} ? {dumps(say(f'taxonomy.{table}.{grade}'))} : " for grade in grades)
    return {
        "title": None,
        "scale": {"domain": [-0.85, 4.2]},
        "axis": {"values": list(grades), "labelExpr": f"{named}''"},
    }


def _tooltip() -> list[dict[str, Any]]:
    return [
        {"field": "at", "type": "temporal", "title": say("history.chart.when"), "format": "%Y-%m-%d %H:%M"},
        {"field": "grade", "title": say("history.chart.grade")},
        {"field": "range", "title": say("history.chart.range")},
        {"field": "model", "title": say("history.chart.by")},
    ]


def _describe(course: Course) -> str:
    language = current_language()
    points = ", ".join(say("history.chart.point", date=day(one.at), grade=grade_of(language, one)) for one in course)
    name = say(f"taxonomy.condition.{course[-1].condition}")
    return say("history.chart.description", condition=name, points=points, verdict=verdict_words(language, course))
