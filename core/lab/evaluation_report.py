"""An evaluation as files: rows, figures, a page to read, and reliability diagrams."""

import json
import re
from pathlib import Path

from core.lab.evaluation import Evaluation
from core.lab.figures import METRICS
from core.lab.held_out import write_held_out
from core.lab.measured import Measured
from core.lab.reliability import reliability_chart, render_svg
from core.lab.subgroups import Subgroup

PAGE, ROWS, VALUES = "REPORT.md", "held_out.parquet", "evaluation.json"
_NAMES = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced accuracy",
    "macro_f1": "macro-F1",
    "quadratic_kappa": "quadratic kappa",
    "mean_absolute_error": "mean absolute error",
    "auroc": "AUROC",
    "ece": "calibration error",
}


def write_report(evaluation: Evaluation, folder: Path) -> Path:
    """Write `REPORT.md`, `evaluation.json`, `held_out.parquet` and a reliability diagram an output.

    Args:
        evaluation: What was measured.
        folder: Made where it is missing; files of these names in it are replaced.

    Returns:
        The page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(evaluation.as_dict(), indent=1, ensure_ascii=False)
    (folder / VALUES).write_text(text + "\n", encoding="utf-8")
    write_held_out(folder, [measured.part for measured in evaluation.conditions.values()])
    sections = [
        f"# {_cell(evaluation.package)} measured",
        f"{evaluation.photos} photos, {evaluation.unreadable} unreadable, {evaluation.seen_in_training} seen in "
        "training (figures on those flatter). Intervals are 95 %, by bootstrap over groups. Grades and likelihoods, "
        "never a diagnosis.",
    ]
    if evaluation.cost:
        cost = evaluation.cost
        sections.append(f"{cost.parameters:,} parameters, {cost.latency_ms:.1f} ms a photo ({cost.latency_setting}).")
    for number, (name, measured) in enumerate(evaluation.conditions.items()):
        picture = f"reliability-{number}-{re.sub(r'[^a-z0-9_-]', '', name.lower())[:40]}.svg"
        (folder / picture).write_text(render_svg(reliability_chart(measured.reliability, name)), encoding="utf-8")
        sections += _output(name, measured, picture)
    page = folder / PAGE
    page.write_text("\n\n".join(sections) + "\n", encoding="utf-8")
    return page


def _output(name: str, measured: Measured, picture: str) -> list[str]:
    agreement = measured.agreement
    rows = ["| figure | value | 95 % interval |", "|---|---|---|"]
    for metric in METRICS:
        if metric in measured.figures.values:
            figure = measured.figures.values[metric]
            rows.append(f"| {_NAMES[metric]} | {_number(figure.value)} | {_range(figure.low, figure.high)} |")
    for grade, recall in zip(agreement.grades, measured.figures.recall, strict=True):
        rows.append(f"| recall of {grade} | {_number(recall.value)} | {_range(recall.low, recall.high)} |")
    rows += [
        f"| sets that hold the label | {agreement.coverage:.3f} | |",
        f"| grades in a set | {agreement.set_size:.2f} | |",
    ]
    unit = "photos with a presence mark" if agreement.labels == "mark" else "labelled photos"
    sections = [
        f"## {_cell(name)}",
        f"{agreement.n} {unit} of {measured.figures.groups} groups.",
        "\n".join(rows),
        "### Labels (rows) and grades (columns)",
        _confusion(measured),
        "### Whether likelihoods mean what they say",
        f"![Share of right grades by the likelihood said]({picture})",
    ]
    if measured.subgroups:
        sections += ["### By person and place", _subgroups(measured.subgroups)]
    for title, cases in (("Worst losses", measured.worst), ("Labels to check", measured.label_errors)):
        if cases:
            head = "| photo | label | grade | likelihood of the label |\n|---|---|---|---|\n"
            lines = (
                f"| {_cell(c.file)} | {agreement.grades[c.label]} | {agreement.grades[c.grade]} | {c.probability:.3f} |"
                for c in cases
            )
            sections += [f"### {title}", head + "\n".join(lines)]
    return sections


def _confusion(measured: Measured) -> str:
    grades = measured.agreement.grades
    rows = ["| | " + " | ".join(str(g) for g in grades) + " |", "|---" * (len(grades) + 1) + "|"]
    for grade, counts in zip(grades, measured.agreement.confusion, strict=True):
        rows.append(f"| **{grade}** | " + " | ".join(str(count) for count in counts) + " |")
    return "\n".join(rows)


def _subgroups(groups: tuple[Subgroup, ...]) -> str:
    rows = ["| | | n | accuracy | kappa |", "|---|---|---|---|---|"]
    for group in groups:
        shown = ["under ten: not shown", ""]
        if group.figures:
            figures = (group.figures[name] for name in ("accuracy", "quadratic_kappa"))
            shown = [f"{_number(f['value'])} {_range(f['low'], f['high'])}" for f in figures]
        rows.append(f"| {group.trait} | {_cell(group.value) or 'not told'} | {group.n} | " + " | ".join(shown) + " |")
    return "\n".join(rows)


def _cell(text: str) -> str:
    """Text from a manifest as text of a Markdown table: nothing in it links, loads or ends the cell."""
    return re.sub(r"([\\`*_{}\[\]<>()#!|~&])", r"\\\1", " ".join(text.split()))


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _range(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"({low:.3f} to {high:.3f})"
