"""The facts of an import as one page of HTML that needs nothing from elsewhere."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

from core.lab.data_report import DataReport
from core.locale import Language, text

_TEMPLATE = Path(__file__).with_name("data_page.html.j2")


def data_page(report: DataReport, language: Language) -> str:
    """Draw the page.

    Names of files and labels come from strangers: the template escapes every value, and the page forbids scripts and
    anything loaded from elsewhere.

    Args:
        report: The facts.
        language: Of the page.
    """

    def say(key: str, **values: object) -> str:
        return text(language, f"data_report.{key}", **values)

    def name(names: Mapping[str, str], identity: str) -> str:
        shown = names.get(language.value, identity)
        return shown if shown == identity else f"{shown} ({identity})"

    return _template().render(
        report=report,
        language=language,
        say=say,
        name=name,
        split_name=lambda split: say(f"split.{split}") if split in ("train", "validation", "test") else split,
        reasons=sorted(report.reasons.items(), key=lambda entry: -entry[1]),
        first_why={left.why.code: left.why.message(language) for left in reversed(report.skipped)},
        most=lambda output: max((entry.photos for entry in output.classes), default=0) or 1,
    )


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
