"""Whether likelihoods mean what they say: of photos called 80 % likely, are 80 % right?"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from core.lab.figures import BINS
from core.lab.held_out import HeldOut

# Blue and orange of Okabe and Ito's palette, told apart by every kind of colour vision.
_BAR, _LINE = "#0072B2", "#D55E00"


@dataclass(frozen=True)
class ReliabilityBin:
    """Photos whose most likely class had a likelihood within one tenth.

    Attributes:
        low: Lower edge of the bin.
        high: Upper edge.
        n: Photos in it; bins without any are left out.
        confidence: Their mean likelihood.
        accuracy: Share of them that was right.
        accuracy_low: Lower end of the 95 % interval of that share (Wilson).
        accuracy_high: Upper end.
    """

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float
    accuracy_low: float
    accuracy_high: float

    def as_dict(self) -> dict[str, float]:
        """Plain values, rounded to four places."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


def reliability(part: HeldOut) -> tuple[ReliabilityBin, ...]:
    """Sort photos by the likelihood of their most likely class into tenths, the bins of the calibration error.

    References:
        https://arxiv.org/abs/1706.04599, section 2.
    """
    confidence = part.probabilities.max(axis=1)
    right = part.probabilities.argmax(axis=1) == part.labels
    places = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    found = []
    for place in np.unique(places):
        inside = places == place
        n, hits = int(inside.sum()), int(right[inside].sum())
        low, high = wilson(hits, n)
        mean = float(confidence[inside].mean())
        found.append(ReliabilityBin(place / BINS, (place + 1) / BINS, n, mean, hits / n, low, high))
    return tuple(found)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a share.

    References:
        Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953.
    """
    z = 1.959964
    middle = (hits + z * z / 2) / (n + z * z)
    half = z * np.sqrt(hits * (n - hits) / n + z * z / 4) / (n + z * z)
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


def reliability_chart(bins: Sequence[ReliabilityBin], title: str = "", ink: str = "#333333") -> dict[str, Any]:
    """Draw a reliability diagram as a Vega-Lite specification: points on the diagonal mean what they say.

    Args:
        bins: What `reliability` gave.
        title: Above the picture.
        ink: Colour of text and axes.
    """
    share = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"format": ".0%"}}
    x = {**share, "field": "confidence", "title": "likelihood said"}
    diagonal = {"values": [{"confidence": 0, "accuracy": 0}, {"confidence": 1, "accuracy": 1}]}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "title": title,
        "width": 300,
        "height": 300,
        "background": "transparent",
        "data": {"values": [one.as_dict() for one in bins]},
        "layer": [
            {
                "data": diagonal,
                "mark": {"type": "line", "strokeDash": [4, 4], "color": ink},
                "encoding": {"x": x, "y": {**share, "field": "accuracy", "title": "share that was right"}},
            },
            {
                "mark": {"type": "rule", "color": _BAR, "strokeWidth": 2},
                "encoding": {"x": x, "y": {**share, "field": "accuracy_low"}, "y2": {"field": "accuracy_high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "color": _LINE, "opacity": 1},
                "encoding": {
                    "x": x,
                    "y": {**share, "field": "accuracy"},
                    "size": {"field": "n", "type": "quantitative", "title": "photos"},
                },
            },
        ],
        "config": chart_config(ink),
    }


def chart_config(ink: str) -> dict[str, Any]:
    """Text, axes and titles in one colour, so that a chart can be drawn for a light or a dark page."""
    text = {"labelColor": ink, "titleColor": ink, "labelFontSize": 12, "titleFontSize": 12}
    return {
        "axis": {**text, "domainColor": ink, "tickColor": ink, "gridColor": "#88888844"},
        "legend": text,
        "header": text,
        "title": {"color": ink, "fontSize": 14, "anchor": "start"},
        "view": {"stroke": None},
    }


def render_svg(chart: dict[str, Any]) -> str:
    """Turn a Vega-Lite specification into SVG, without a browser and without the network."""
    import vl_convert

    return str(vl_convert.vegalite_to_svg(chart, allowed_base_urls=[]))
