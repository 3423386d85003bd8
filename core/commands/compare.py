"""`python -m core compare`."""

import csv
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.commands.console import JsonFlag, files_explained, printable, read_settings, say, say_json, say_table
from core.errors import RunError

if TYPE_CHECKING:
    from core.lab.bootstrap import Figure
    from core.lab.comparison import Comparable, Comparison
    from core.lab.held_out import HeldOut
    from core.lab.run_records import RunRecord
    from core.settings import Settings


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN...",
            help="Run folders, runs or groups of runs under var/runs or data/runs, or packages with --data.",
        ),
    ],
    baseline: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Measure differences from this run [default: the first].", show_default=False),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The condition or output to compare [default: each].", show_default=False),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(metavar="MANIFEST", help="Labelled photos to measure packages on.", show_default=False),
    ] = None,
    table: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the table there.", show_default=False)
    ] = None,
    ship: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Condense the runs into this folder, without checkpoints and packages, their costs measured in turns.",
            show_default=False,
        ),
    ] = None,
    page: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write a page to read, with pictures beside it (Markdown).", show_default=False
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Compare runs on photos they did not see: figures with intervals, and paired differences on the same photos.

    Packages are measured on --data first; figures on photos they were trained on flatter them.
    """
    from core.lab.comparison import compare_runs, outputs_of
    from core.lab.comparison_table import comparison_rows, comparison_values

    settings = read_settings()
    records = [record for name in runs for record in find_runs(settings, name, data)]
    records = list({record.id: record for record in records}.values())
    if ship is not None:
        records = list(_ship(records, ship, "" if data is None else data.name))
    outputs = (output,) if output else outputs_of(records)
    if not outputs:
        raise RunError("run.no_output", output=output or "-", known="-")
    comparisons = [compare_runs(records, name, _baseline_id(records, baseline)) for name in outputs]
    if table is not None:
        with files_explained(table):
            write_csv(table, [{"output": c.output, **row} for c in comparisons for row in comparison_rows(c)])
    if page is not None:
        _write_page(
            records, outputs[0], page, _baseline_id(records, baseline), typed_command(runs, data, ship, page, baseline)
        )
    if as_json:
        say_json([comparison_values(comparison) for comparison in comparisons])
    else:
        for comparison in comparisons:
            _say_comparison(comparison)


@dataclass(frozen=True)
class MeasuredPackage:
    """A package measured on labelled photos, as one of the runs of a comparison."""

    id: str
    held_out: Mapping[str, "HeldOut"]
    grades: Mapping[str, tuple[int, ...] | None]
    summary: Mapping[str, Any] = field(default_factory=dict)

    def severities(self, output: str) -> tuple[int, ...] | None:
        """What the classes of an ordinal output stand for."""
        return self.grades[output]


def find_runs(settings: "Settings", name: str, data: Path | None) -> "Sequence[Comparable]":
    """The runs a word on the command line means.

    Raises:
        RunError: None (`run.not_found`), or a package without photos to measure it on (`run.needs_data`).
    """
    from core.commands.evaluate import find_package
    from core.lab.run_records import SHIPPED_DIR, list_runs

    folder = find_package(settings, name)
    is_package = (folder / "model.json").exists()
    if is_package and data is not None:
        return [_measure(settings, folder, data)]
    here = [record for home in (settings.var_dir / "runs", SHIPPED_DIR) for record in list_runs([home])]
    found = [record for record in here if name in (record.id, record.group)] or list_runs([Path(name)])
    if found:
        return found
    if is_package:
        raise RunError("run.needs_data", package=name)
    raise RunError("run.not_found", name=name, known=", ".join(record.id for record in here) or "-")


def _measure(settings: "Settings", folder: Path, data: Path) -> MeasuredPackage:
    from core.commands.evaluate import evaluate_folder
    from core.lab.manifest import read_manifest

    found = evaluate_folder(folder, read_manifest(data), settings, data.parent)
    parts = {str(name): measured.part for name, measured in found.conditions.items()}
    grades = {str(name): measured.severities for name, measured in found.conditions.items()}
    # Two packages of one name are told apart by where they lie.
    return MeasuredPackage(folder.as_posix(), parts, grades, found.cost.as_dict() if found.cost else {})


def _ship(records: "Sequence[Comparable]", folder: Path, manifest: str) -> "Sequence[Comparable]":
    """Condense the runs that have ended; the others are named and left out.

    Returns:
        The condensed runs.
    """
    from core.lab.run_records import list_runs
    from core.lab.shipping import ship_runs

    ended, others = _runs_alone(records)
    if others:
        typer.echo(printable(f"Not finished, so left out: {', '.join(others)}"), err=True)
    if not ended:
        raise RunError("run.not_finished", run=", ".join(others))
    with files_explained(folder):
        ship_runs(ended, folder, manifest=manifest)
    return list_runs([folder])


def _runs_alone(records: "Sequence[Comparable]") -> "tuple[list[RunRecord], list[str]]":
    from core.lab.run_records import RunRecord

    ended = [record for record in records if isinstance(record, RunRecord) and record.metrics and record.held_out]
    return ended, [record.id for record in records if record not in ended]


def _write_page(records: "Sequence[Comparable]", output: str, page: Path, baseline: str | None, command: str) -> None:
    from core.lab.comparison_page import write_comparison_page

    ended, _ = _runs_alone(records)
    with files_explained(page):
        write_comparison_page(ended, output, page, baseline, command)


def typed_command(runs: Sequence[str], data: Path | None, ship: Path | None, page: Path, baseline: str | None) -> str:
    """Write what was typed as it stands on the page, without the folders of this machine."""
    words = ["python", "-m", "core", "compare", *(shareable_path(name) for name in runs)]
    words += [] if data is None else ["--data", shareable_path(str(data))]
    words += [] if ship is None else ["--ship", shareable_path(str(ship))]
    words += ["--page", shareable_path(str(page))]
    words += [] if baseline is None else ["--baseline", baseline]
    return shlex.join(words)


def shareable_path(word: str) -> str:
    """A path as others may read it: from where the command was given, or the name alone."""
    path = Path(word)
    if not path.is_absolute():
        return word
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else path.name


def _baseline_id(records: "Sequence[Comparable]", wanted: str | None) -> str | None:
    """The id of a run named by its id or by its last part."""
    exact = next((r.id for r in records if r.id == wanted), None)
    return exact or next((r.id for r in records if wanted and Path(r.id).name == Path(wanted).name), wanted)


def write_csv(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows as CSV; no spreadsheet takes a cell of it for a formula."""
    from core.lab.manifest_table import guarded

    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for row in rows:
            cells = (row.get(name) for name in names)
            writer.writerow("" if c is None else guarded(c) if isinstance(c, str) else c for c in cells)


def _say_comparison(comparison: "Comparison") -> None:
    say(f"{comparison.output}: 95 % intervals by bootstrap over groups, {comparison.samples} resamples")
    head = ("run", "n", "groups", "kappa", "accuracy", "macro-F1", "AUROC", "error", "ECE", "recall", "M par.", "ms")
    rows = []
    for row in comparison.rows:
        values = row.figures.values
        recall = "/".join("-" if r.value is None else f"{r.value:.2f}" for r in row.figures.recall)
        rows.append(
            (
                row.id,
                str(row.figures.n),
                str(row.figures.groups),
                *(_spread(values[m]) for m in ("quadratic_kappa", "accuracy", "macro_f1", "auroc")),
                _spread(values["mean_absolute_error"]) if "mean_absolute_error" in values else "-",
                _spread(values["ece"]),
                recall,
                "-" if row.parameters is None else f"{row.parameters / 1e6:.1f}",
                "-" if row.latency_ms is None else f"{row.latency_ms:.1f}",
            )
        )
    say_table(head, rows)
    if comparison.differences:
        say()
        say(f"Differences to {comparison.baseline} on the same photos, p adjusted by Holm:")
        names = list(dict.fromkeys(difference.run for difference in comparison.differences))
        metrics = ("quadratic_kappa", "accuracy", "macro_f1", "auroc", "ece")
        lines = [(name, *(_difference(comparison, name, metric) for metric in metrics)) for name in names]
        say_table(("run", "kappa", "accuracy", "macro-F1", "AUROC", "ECE"), lines)
    if comparison.other_photos:
        say(
            f"Over other photos than {comparison.baseline}, so not compared with it: "
            f"{', '.join(comparison.other_photos)}"
        )
    if comparison.without_output:
        say(f"Without held-out predictions on {comparison.output}: {', '.join(comparison.without_output)}")
    say()


def _difference(comparison: "Comparison", run: str, metric: str) -> str:
    found = comparison.difference(run, metric)
    if found is None:
        return "-"
    return f"{_spread(found.figure, signed=True)} p={found.p_adjusted:.3f}"


def _spread(figure: "Figure", *, signed: bool = False) -> str:
    if figure.value is None:
        return "-"
    sign = "+" if signed else ""
    if figure.low is None or figure.high is None:
        return f"{figure.value:{sign}.3f}"
    return f"{figure.value:{sign}.3f} ({figure.low:{sign}.2f} {figure.high:{sign}.2f})"
