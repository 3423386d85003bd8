"""The few pieces of markup of our own. Every text is escaped here; colours and shapes live in `style.css`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from core.taxonomy import SEVERITIES, Severity
from core.vision.heat_ramp import HEAT_RAMP

_MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]()<>#+-.!|~$:&\"'=@/"})


# The browser turns bare addresses into links even where every mark in them is escaped.
_ADDRESS = re.compile(r"(?<=http)(?=:)|(?<=https)(?=:)|(?<=www)(?=\.)|(?=@)", re.IGNORECASE)
_WORD_JOINER = "\u2060"


def plain(words: str) -> str:
    """Return words, for example a file name from a stranger, so that Markdown shows them as they are.

    An address in them becomes no link: a word joiner, which nobody sees, parts it.
    """
    return _ADDRESS.sub(_WORD_JOINER, " ".join(words.split())).translate(_MARKDOWN)


@dataclass(frozen=True)
class GradeRow:
    """One condition as the table of grades shows it.

    Attributes:
        condition: Its name.
        severity: The grade; None where the model abstained.
        possible: The grades that stay possible.
        grade: The grade in words.
        probability: Its probability in words; empty where the model abstained.
        note: The range, or what to do where the model abstained.
        spoken: The grade as a screen reader says it.
    """

    condition: str
    severity: Severity | None
    possible: tuple[Severity, ...]
    grade: str
    probability: str
    note: str
    spoken: str


def grade_table(rows: Sequence[GradeRow], label: str, columns: Sequence[str]) -> str:
    """Return the table of grades as HTML.

    Args:
        rows: One per condition.
        label: What the table holds, for screen readers.
        columns: Names of the four columns, for screen readers.
    """
    head = "".join(f'<span role="columnheader">{escape(column)}</span>' for column in columns)
    body = "".join(_grade_row(row) for row in rows)
    return (
        f'<div class="ss-grades" role="table" aria-label="{escape(label)}">'
        f'<div role="row" class="ss-hidden">{head}</div>{body}</div>'
    )


def _grade_row(row: GradeRow) -> str:
    probability = f'<span class="ss-probability">{escape(row.probability)}</span>' if row.probability else ""
    state = "unsure" if row.severity is None else f"s{int(row.severity)}"
    return (
        f'<div role="row" class="ss-row ss-{state}">'
        f'<span role="rowheader" class="ss-condition">{escape(row.condition)}</span>'
        f'<span role="cell" class="ss-scale"><span class="ss-hidden">{escape(row.spoken)}</span>{_scale(row)}</span>'
        f'<span role="cell" class="ss-grade"><b>{escape(row.grade)}</b>{probability}</span>'
        f'<span role="cell" class="ss-note">{escape(row.note)}</span></div>'
    )


def _scale(row: GradeRow) -> str:
    marks = "".join(_mark(severity, row) for severity in SEVERITIES)
    return f'<span class="ss-marks" aria-hidden="true">{marks}</span>'


def _mark(severity: Severity, row: GradeRow) -> str:
    if severity == row.severity:
        return f'<i class="ss-mark ss-chosen ss-g{int(severity)}">{int(severity)}</i>'
    state = "ss-possible" if severity in row.possible else "ss-out"
    return f'<i class="ss-mark {state} ss-g{int(severity)}"></i>'


def heat_legend(less: str, more: str) -> str:
    """Return the colour ramp of heat maps with a word at either end."""
    stops = ", ".join(f"rgb({r} {g} {b})" for r, g, b in HEAT_RAMP)
    return (
        f'<div class="ss-legend"><span>{escape(less)}</span>'
        f'<i style="background: linear-gradient(90deg, {stops})"></i><span>{escape(more)}</span></div>'
    )


def result_sentence(sentence: str, scalp_type: str) -> str:
    """Return the one sentence of a result and the scalp type under it."""
    return f'<div class="ss-sentence"><p>{escape(sentence)}</p><p class="ss-type">{escape(scalp_type)}</p></div>'


def sign_list(title: str, signs: Sequence[str]) -> str:
    """Return a short list of signs that takes little room: side by side where there is width."""
    items = "".join(f"<li>{escape(sign)}</li>" for sign in signs)
    return f'<div class="ss-signs"><b>{escape(title)}</b><ul>{items}</ul></div>'


def browser_words(choose: str, shoot: str) -> str:
    """Return a style that puts our words on two buttons Streamlit only knows in English.

    Args:
        choose: For the button that opens the file dialogue.
        shoot: For the button that takes, and takes back, a camera picture.
    """
    chooser = '[data-testid="stFileUploaderDropzone"] [data-testid="stBaseButton-secondary"] p'
    shooter = '[data-testid="stCameraInputButton"]'
    return (
        f"<style>{chooser}, {shooter} {{ font-size: 0 }}"
        f"{chooser}::after {{ content: {_css_string(choose)}; font-size: 1rem }}"
        f"{shooter}::after {{ content: {_css_string(shoot)}; font-size: 1rem }}</style>"
    )


def _css_string(words: str) -> str:
    return (
        '"' + "".join(letter if letter.isalnum() or letter == " " else f"\\{ord(letter):x} " for letter in words) + '"'
    )
