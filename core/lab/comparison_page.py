"""A comparison as one page to read, with pictures drawn for light and dark. Written anew by one command as runs end.

Everything on it follows from the runs; only what stands between the two marks of `NOTES` is somebody's own words, and
is kept.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.lab.bootstrap import Figure
from core.lab.comparison import Comparison, ComparisonRow, compare_runs
from core.lab.comparison_charts import (
    INKS,
    confusion_chart,
    cost_chart,
    curve_chart,
    first_weights,
    interval_chart,
    names_of,
)
from core.lab.comparison_notes import labels_to_check, published_elsewhere
from core.lab.origins import Origins
from core.lab.reliability import reliability, reliability_chart, render_svg
from core.lab.run_records import RunRecord

NOTES = ("<!-- notes -->", "<!-- end of notes -->")
_KAPPA = "quadratic_kappa"
_WORSE = "worse than {} on the same photos (adjusted p under .05)"
_BETTER = "better than {} on the same photos (adjusted p under .05)"
_ALIKE = "not told apart from {} by these photos"
_SEVERITIES = ("0 none", "1 mild", "2 moderate", "3 severe")


def write_comparison_page(
    records: Sequence[RunRecord], output: str, page: Path, baseline: str | None = None, command: str = ""
) -> Path:
    """Write the page and its pictures, into a folder `pictures` beside it.

    Args:
        records: Runs with held-out predictions on the output.
        output: What to compare.
        page: A Markdown file; own words between the marks of `NOTES` are kept.
        baseline: The run differences are measured from; None takes the best.
        command: What refreshes the page.

    Raises:
        RunError: No run has the output, or the baseline is not among them.
    """
    having = [record for record in records if output in record.held_out]
    found = compare_runs(having, output, baseline or _best(compare_runs(having, output)).id)
    best = _best(found)
    record = next(record for record in having if record.id == best.id)
    pictures = page.parent / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)
    classes = _classes(found)
    bins = reliability(record.held_out[output])
    drawn: dict[str, Callable[[str], dict[str, Any]]] = {
        "kappa": lambda ink: interval_chart(found, _KAPPA, "quadratic kappa, 95 % interval", ink),
        "cost": lambda ink: cost_chart(found, _KAPPA, "quadratic kappa", ink),
        "curves": lambda ink: curve_chart({one.name: one.histories for one in having}, ink),
        "confusion": lambda ink: confusion_chart(best, classes, ink),
        "reliability": lambda ink: reliability_chart(bins, "", ink),
    }
    for name, draw in drawn.items():
        for theme, ink in INKS.items():
            path = pictures / f"{page.stem}-{name}-{theme}.svg"
            path.write_text(render_svg(draw(ink)) + "\n", encoding="utf-8")
    text = _text(found, best, having, output, page.stem, _kept_notes(page), command)
    page.write_text(text, encoding="utf-8")
    return page


def _text(
    found: Comparison,
    best: ComparisonRow,
    records: Sequence[RunRecord],
    output: str,
    stem: str,
    notes: str,
    command: str,
) -> str:
    names = names_of(found)
    sections = [
        f"# {len(found.rows)} networks compared on one condition: {output.replace('_', ' ')}",
        _setting(found, records),
        "## What it says",
        *_findings(found, best),
        f"{NOTES[0]}\n{notes}\n{NOTES[1]}",
        "## Agreement with the labels",
        _picture(stem, "kappa", "Quadratic kappa of each network with its 95 % interval"),
        _table(found),
        f"## Differences to {names[str(found.baseline)]} on the same photos",
        "The same people are drawn for both networks, so what makes a photo hard for either falls out. p values are "
        "two-sided, adjusted by Holm for the number of networks.",
        _differences(found),
        "## Cost against quality",
        _picture(stem, "cost", "Milliseconds a picture against quadratic kappa"),
        f"Time of one picture: {best.latency_setting or 'not measured'}; all networks took turns. On a faster or idle "
        "machine the milliseconds shrink and the order stays.",
        "## Learning curves",
        _picture(stem, "curves", "Kappa on the photos left out, by epoch, one small picture a network"),
        "Thin lines are the five folds (most probable grade, before calibration), the thick one is their mean.",
        f"## The best of them, {names[best.id]}",
        _picture(stem, "confusion", "Photos by label and grade given"),
        _picture(stem, "reliability", "Share of right grades by the likelihood said"),
        *labels_to_check(records, output),
        "## Published elsewhere, not reproduced here",
        published_elsewhere(output),
        "## How this page is made",
        f"```\n{command}\n```",
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _setting(found: Comparison, records: Sequence[RunRecord]) -> str:
    recipe = records[0].recipe
    size, training = recipe["input"], recipe["training"]
    row = found.rows[0].figures
    other = f" {len(found.other_photos)} runs are over other photos and stand without a difference."
    return (
        f"Every network had the same recipe: {size['width']} x {size['height']} px, {training['epochs']} epochs, "
        f"batches of {training['batch_size']}, {recipe['validation']['folds']}-fold by group. All figures are on "
        f"photos a network did not see: {row.n} {_kind(records)} in {row.groups} groups of near-identical shots, never "
        f"parted. Intervals are 95 %, from {found.samples} bootstrap resamples of groups."
        f"{other if found.other_photos else ''} Grades and likelihoods, never a diagnosis."
    )


def _kind(records: Sequence[RunRecord]) -> str:
    """What sort of photos all runs were measured on, as far as they say so."""
    kinds = {Origins.read(record.metrics.get("graded", {})).kind for record in records}
    return f"{kinds.pop()} photos" if len(kinds) == 1 and kinds <= {"real", "drawn"} else "photos"


def _findings(found: Comparison, best: ComparisonRow) -> list[str]:
    names = names_of(found)
    kappa = best.figures.values[_KAPPA]
    lines = [f"- **{names[best.id]}** ({first_weights(best)}) agrees best: kappa {_spread(kappa)}."]
    against = {row.id: found.difference(row.id, _KAPPA) for row in found.rows if row.id != found.baseline}
    baseline = names[str(found.baseline)]
    kinds: dict[str, list[str]] = {_WORSE: [], _BETTER: [], _ALIKE: []}
    for run, difference in against.items():
        if difference is None or difference.figure.value is None:
            continue
        told_apart = _BETTER if difference.figure.value > 0 else _WORSE
        kinds[told_apart if difference.p_adjusted < 0.05 else _ALIKE].append(names[run])
    for kind, runs in kinds.items():
        if runs:
            verb = "is" if len(runs) == 1 else "are"
            lines.append(f"- {', '.join(runs)} {verb} {kind.format(baseline)}.")
    timed = [row for row in found.rows if row.latency_ms and row.figures.values[_KAPPA].value is not None]
    if timed:
        quick = min(timed, key=lambda row: row.latency_ms or 0)
        lines.append(
            f"- {names[quick.id]} is the quickest ({quick.latency_ms:.1f} ms), at kappa "
            f"{quick.figures.values[_KAPPA].value:.3f}; {names[best.id]} takes "
            + (f"{best.latency_ms:.1f} ms." if best.latency_ms else "an unmeasured time.")
        )
    return ["\n".join(lines)]


def _table(found: Comparison) -> str:
    names, classes = names_of(found), _classes(found)
    head = [
        *("network", "first weights", "kappa", "accuracy", "balanced", "macro-F1", "AUROC", "mean error", "ECE"),
        *(f"recall {name.split()[0]}" for name in classes),
        *("million parameters", "ms", "training, min"),
    ]
    rows = ["| " + " | ".join(head) + " |", "|---|---" + "|---:" * (len(head) - 2) + "|"]
    metrics = (_KAPPA, "accuracy", "balanced_accuracy", "macro_f1", "auroc", "mean_absolute_error", "ece")
    for row in sorted(found.rows, key=lambda r: -(r.figures.values[_KAPPA].value or -1)):
        cells = [names[row.id], first_weights(row)]
        cells += [_spread(row.figures.values.get(metric, Figure(None))) for metric in metrics]
        cells += ["-" if r.value is None else f"{r.value:.2f}" for r in row.figures.recall]
        cells += [
            "-" if row.parameters is None else f"{row.parameters / 1e6:.1f}",
            "-" if row.latency_ms is None else f"{row.latency_ms:.1f}",
            "-" if row.training_seconds is None else f"{row.training_seconds / 60:.0f}",
        ]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _differences(found: Comparison) -> str:
    names = names_of(found)
    metrics = {_KAPPA: "kappa", "accuracy": "accuracy", "macro_f1": "macro-F1", "auroc": "AUROC"}
    rows = ["| network | " + " | ".join(metrics.values()) + " |", "|---" + "|---:" * len(metrics) + "|"]
    for row in sorted(found.rows, key=lambda r: -(r.figures.values[_KAPPA].value or -1)):
        cells = []
        for metric in metrics:
            difference = found.difference(row.id, metric)
            if difference is not None:
                p = "p < 0.001" if difference.p_adjusted < 0.001 else f"p = {difference.p_adjusted:.3f}"
                cells.append(f"{_spread(difference.figure, '+')}, {p}")
        if cells:
            rows.append(f"| {names[row.id]} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _best(found: Comparison) -> ComparisonRow:
    return max(found.rows, key=lambda row: row.figures.values[_KAPPA].value or -1)


def _classes(found: Comparison) -> list[str]:
    if found.severities is None:
        return [str(place) for place in range(len(found.rows[0].figures.recall))]
    # Where mild is not told apart, the lowest grade stands for both.
    lowest = "0 none to mild" if 1 not in found.severities else _SEVERITIES[0]
    return [lowest if severity == 0 else _SEVERITIES[severity] for severity in found.severities]


def _spread(figure: Figure, sign: str = "") -> str:
    if figure.value is None:
        return "-"
    if figure.low is None or figure.high is None:
        return f"{figure.value:{sign}.3f}"
    return f"{figure.value:{sign}.3f} ({figure.low:{sign}.2f} to {figure.high:{sign}.2f})"


def _picture(stem: str, name: str, words: str) -> str:
    """A picture that follows the reader's theme."""
    dark, light = (f"pictures/{stem}-{name}-{theme}.svg" for theme in ("dark", "light"))
    return (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="{dark}">'
        f'<img alt="{words}" src="{light}"></picture>'
    )


def _kept_notes(page: Path) -> str:
    if not page.exists():
        return ""
    text = page.read_text(encoding="utf-8")
    found = re.search(f"{re.escape(NOTES[0])}\n(.*?)\n?{re.escape(NOTES[1])}", text, re.DOTALL)
    return found.group(1) if found else ""
