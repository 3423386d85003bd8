"""`python -m core evaluate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import (
    EngineName,
    JsonFlag,
    figure,
    files_explained,
    progress,
    read_settings,
    say,
    say_json,
    say_table,
)

if TYPE_CHECKING:
    from core.lab.evaluation import Evaluation
    from core.lab.manifest import Manifest
    from core.settings import Settings


def evaluate(
    package: Annotated[
        str, typer.Argument(metavar="PACKAGE", help="Folder of a model package, or the id of one here.")
    ],
    data: Annotated[Path, typer.Option(metavar="MANIFEST", help="Labelled photos, a CSV or Parquet manifest.")],
    engine: Annotated[
        EngineName | None, typer.Option(help="What runs the model [default: openvino].", show_default=False)
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Write a page with every figure, diagrams and rows there.", show_default=False
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure a model package on labelled photos, with intervals.

    Figures on photos the package was trained on flatter it; how many those are is said.
    """
    from core.lab.manifest import read_manifest

    settings = read_settings(engine=engine)
    folder = find_package(settings, package)
    manifest = read_manifest(data)
    evaluation = evaluate_folder(folder, manifest, settings, data.parent)
    if report is not None:
        from core.lab.evaluation_report import write_report

        with files_explained(report):
            write_report(evaluation, report)
    if as_json:
        say_json(evaluation.as_dict())
    else:
        _say_evaluation(evaluation)


def find_package(settings: "Settings", name: str) -> Path:
    """The folder of a package named by its path, or by its id among those that ship or were made here."""
    from core.vision.served import own_models_dir

    for folder in (Path(name), settings.models_dir / name, own_models_dir(settings) / name):
        if (folder / "model.json").exists():
            return folder
    return Path(name)


def evaluate_folder(folder: Path, manifest: "Manifest", settings: "Settings", root: Path) -> "Evaluation":
    """Measure the package in a folder, of whichever kind it is.

    Raises:
        ScalpError: The package or the labelled photos are not as they should be.
    """
    from core.vision.package_files import is_classifier, read_json

    if is_classifier(read_json(folder)):
        return _evaluate_classifier(folder, manifest, settings, root)
    return _evaluate_grader(folder, manifest, settings, root)


def _evaluate_grader(folder: Path, manifest: "Manifest", settings: "Settings", root: Path) -> "Evaluation":
    import numpy as np

    from core.lab.cost import package_cost
    from core.lab.evaluation import evaluate_package
    from core.vision.engine import build_engine
    from core.vision.package import WEIGHTS, load_package

    loaded = load_package(folder)
    spec = loaded.description.input
    runner = build_engine(loaded, settings.engine, settings.precision, settings.threads)
    picture = np.zeros((spec.height, spec.width, 3), np.uint8)
    precision = f"{settings.engine} {getattr(runner, 'precision', 'f32')}"
    cost = package_cost(folder / WEIGHTS, lambda: runner.infer(picture), precision, spec.width, spec.height)
    # Many photos at once are done soonest with a thread each.
    many = build_engine(loaded, settings.engine, settings.precision, settings.threads, many=True)
    with progress("Grading", len(manifest.of_view(loaded.description.view))) as on_progress:
        return evaluate_package(loaded, many, manifest, on_progress, root=root, cost=cost)


def _evaluate_classifier(folder: Path, manifest: "Manifest", settings: "Settings", root: Path) -> "Evaluation":
    import numpy as np

    from core.lab.classifier_evaluation import evaluate_classifier, of_task
    from core.lab.cost import package_cost
    from core.vision.classifier import Classifier
    from core.vision.package import WEIGHTS

    options = settings.engine, settings.precision, settings.threads
    one = Classifier.load(folder, *options)
    spec = one.package.description.input
    picture = np.zeros((spec.height, spec.width, 3), np.uint8)
    setting = f"{settings.engine} {settings.precision}"
    cost = package_cost(folder / WEIGHTS, lambda: one.infer(picture), setting, spec.width, spec.height)
    many = Classifier(one.package, *options, many=True)
    with progress("Grading", len(of_task(one.task, manifest))) as on_progress:
        return evaluate_classifier(many, manifest, on_progress, root=root, cost=cost)


def _say_evaluation(evaluation: "Evaluation") -> None:
    say(
        f"{evaluation.package} on {evaluation.photos} photos ({evaluation.unreadable} unreadable, "
        f"{evaluation.seen_in_training} seen in training)"
    )
    head = ("condition", "labels", "n", "accuracy", "macro-F1", "kappa", "95 %", "AUROC", "ECE", "recall by grade")
    rows = []
    for condition, measured in evaluation.conditions.items():
        values = measured.agreement.as_dict()
        kappa = measured.figures.values["quadratic_kappa"]
        rows.append(
            (
                str(condition),
                *(figure(values[name]) for name in ("labels", "n", "accuracy", "macro_f1", "quadratic_kappa")),
                "-" if kappa.low is None else f"{kappa.low:.2f}-{kappa.high:.2f}",
                *(figure(values[name]) for name in ("auroc", "ece")),
                " / ".join("-" if r is None else f"{r:.2f}" for r in values["recall"]),
            )
        )
    say_table(head, rows)
    if evaluation.cost:
        cost = evaluation.cost
        say(f"{cost.parameters:,} parameters, {cost.latency_ms:.1f} ms a photo ({cost.latency_setting})")
    for condition, measured in evaluation.conditions.items():
        if measured.label_errors:
            names = ", ".join(case.file for case in measured.label_errors[:3])
            say(f"{condition}: {len(measured.label_errors)} labels to check, most likely wrong first: {names}")
