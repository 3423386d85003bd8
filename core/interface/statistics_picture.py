"""A chart as a picture file, drawn on this machine: nothing is fetched, and the font comes with the application."""

from functools import cache
from importlib.util import find_spec
from textwrap import wrap
from typing import Any, Final, Literal

import altair as alt

from core.interface.charts import LIGHT, Chart

Kind = Literal["png", "svg"]

_FONT: Final = "Noto Sans CJK KR"
_FONT_PACKAGE: Final = "manimgx_fonts_cjk"
_WIDTH_PX: Final = 760
_SCALE: Final = 2
_LINE_COLUMNS: Final = 118


def as_picture(chart: Chart, title: str, lines: tuple[str, ...], kind: Kind) -> bytes:
    """Return a chart as PNG or SVG with its title, and below it what it says and where it comes from.

    Args:
        chart: Drawn in the colours of the light theme.
        title: Above the chart.
        lines: Under the title, each broken where it is too long.
        kind: Which.
    """
    import vl_convert

    _register_font()
    heading = alt.TitleParams(
        title,
        subtitle=[part for line in lines for part in _broken(line)],
        anchor="start",
        fontSize=17,
        subtitleFontSize=11.5,
        subtitleColor=LIGHT.muted,
        subtitleLineHeight=16,
        offset=14,
    )
    spec = chart.properties(title=heading, width=_WIDTH_PX, background=LIGHT.surface, padding=18).to_dict()
    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    options: dict[str, Any] = {"vl_version": version, "config": {"font": _FONT}, "allowed_base_urls": []}
    if kind == "svg":
        return str(vl_convert.vegalite_to_svg(spec, **options)).encode()
    return bytes(vl_convert.vegalite_to_png(spec, scale=_SCALE, **options))


@cache
def _register_font() -> None:
    import vl_convert

    spec = find_spec(_FONT_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{_FONT_PACKAGE} holds the font of pictures: pip install -r requirements.txt")
    vl_convert.register_font_directory(spec.submodule_search_locations[0])


def _broken(line: str) -> list[str]:
    # Korean letters are about twice as wide as Latin ones.
    wide = sum(letter > "\u1100" for letter in line)
    return wrap(line, int(_LINE_COLUMNS / (1 + wide / max(len(line), 1) * 0.8)))
