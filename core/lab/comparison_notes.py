"""What a comparison's page says besides the runs: labels that many networks doubt, and figures of others."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from core.lab.label_errors import likely_label_errors
from core.lab.published import PublishedFigure, read_published
from core.lab.run_records import RunRecord

_LABELS_SHOWN = 12


def labels_to_check(records: Sequence[RunRecord], output: str) -> list[str]:
    """Photos whose label several networks doubt: they were trained apart, and agree that it is probably wrong."""
    doubts: Counter[str] = Counter()
    labels: dict[str, Any] = {}
    for record in records:
        for case in likely_label_errors(record.held_out[output]):
            doubts[case.file] += 1
            labels[case.file] = case.label
    shared = [(name, count) for name, count in doubts.most_common() if count > max(1, len(records) // 2)]
    if not shared:
        return []
    listed = ", ".join(f"{name} ({count})" for name, count in shared[:_LABELS_SHOWN])
    return [
        "## Labels to check",
        f"{len(shared)} photos have a label that more than half of the networks call probably wrong (confident "
        f"learning, https://arxiv.org/abs/1911.00068), with how many of {len(records)} say so: {listed}.",
    ]


def published_elsewhere(output: str) -> str:
    """Figures of others on the same condition, as a section of Markdown."""
    found: list[PublishedFigure] = [
        one for one in read_published() if one.task == "conditions" and one.output in (output, "mean")
    ]
    rows = ["| source | network | of | figure | |", "|---|---|---|---:|---|"]
    for one in found:
        source = f"[{one.source}]({one.link})" if one.link else one.source
        metric = one.metric.replace("_", " ") + ("" if one.grade is None else f" of grade {one.grade}")
        rows.append(
            f"| {source} | {one.method} | {one.output.replace('_', ' ')} | {metric} {one.value:.3f} | {one.note} |"
        )
    said = (
        "Other photos (microscope, AI Hub set 216), other grades, other splits: as published, to know what is claimed, "
        "and no measure of the networks above."
    )
    return f"{said}\n\n" + "\n".join(rows)
