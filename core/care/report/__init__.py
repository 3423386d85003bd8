"""The report a person can show a doctor: as PDF here, as FHIR in `core.care.fhir`.

Importing this package loads no PDF library; making a PDF does.
"""

from core.care.report.content import HeatPicture, Report, ReportPhoto
from core.care.report.pdf import render_pdf

__all__ = ["HeatPicture", "Report", "ReportPhoto", "render_pdf"]
