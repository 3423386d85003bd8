"""A report as PDF: tagged (PDF/UA-1) and made to last (PDF/A-2a), with the letters it uses inside.

Set by Typst, from a template of ours and data: no word of a person is ever read as markup, nothing touches the disk,
and the same report gives the same bytes.
"""

import base64
import json
from datetime import datetime, timedelta, timezone
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from core.care.report.content import Report
from core.care.report.fonts import load_fonts
from core.care.report.sheet import make_sheet

_TEMPLATE: Final = Path(__file__).with_name("report.typ")
_STANDARDS: Final = ("a-2a", "ua-1")


def render_pdf(report: Report) -> bytes:
    """Return a report as PDF, A4.

    Args:
        report: What goes into it. The PDF's dates are `report.made_at`.
    """
    import typst

    sheet, jpegs = make_sheet(report)
    inputs = {"sheet": json.dumps(sheet, ensure_ascii=False)}
    inputs.update({name: _as_svg(jpeg) for name, jpeg in jpegs.items()})
    if report.record:
        inputs["qr"] = _qr_code(report.record)
    compiler = typst.Compiler(_template(), font_paths=load_fonts(), sys_inputs=inputs)
    pdf = compiler.compile(format="pdf", pdf_standards=list(_STANDARDS), timestamp=_fixed(report.made_at))
    assert isinstance(pdf, bytes)
    return pdf


def _fixed(moment: datetime) -> datetime:
    # Typst takes whole seconds and a plain offset, not the rules of a place.
    offset = moment.utcoffset()
    assert offset is not None
    return moment.replace(microsecond=0).astimezone(timezone(timedelta(minutes=round(offset.total_seconds() / 60))))


@cache
def _template() -> bytes:
    return _TEMPLATE.read_bytes()


def _as_svg(jpeg: bytes) -> str:
    # Typst takes pictures as files or bytes, and inputs as text alone: a JPEG inside an SVG is both, and stays a JPEG.
    width, height = _jpeg_size(jpeg)
    data = base64.b64encode(jpeg).decode("ascii")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{data}"/></svg>'
    )


def _jpeg_size(jpeg: bytes) -> tuple[int, int]:
    from PIL.JpegImagePlugin import JpegImageFile

    with JpegImageFile(BytesIO(jpeg)) as image:
        return image.size


def _qr_code(content: str) -> str:
    import segno

    svg = BytesIO()
    segno.make(content, error="m", micro=False).save(svg, kind="svg", border=2, xmldecl=False, nl=False)
    return svg.getvalue().decode("ascii")
