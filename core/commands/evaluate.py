"""`python -m core evaluate`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import EngineName, JsonFlag, figure, progress, read_settings, say, say_json, say_table

if TYPE_CHECKING:
    from core.lab.evaluation import Evaluation


def evaluate(
    package: Annotated[
        str, typer.Argument(metavar="PACKAGE", help="Folder of a model package, or the id of one here.")
    ],
    data: Annotated[Path, typer.Option(metavar="MANIFEST", help="Labelled photos, a CSV manifest.")],
    engine: Annotated[
        EngineName | None, typer.Option(help="What runs the model [default: openvino].", show_default=False)
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Measure a model package on labelled photos.

    Figures on photos the package was trained on flatter it; how many those are is said.
    """
    settings = read_settings(engine=engine)
    folder = Path(package)
    if not (folder / "model.json").exists() and (settings.models_dir / package / "model.json").exists():
        folder = settings.models_dir / package

    from core.lab.evaluation import evaluate_package
    from core.lab.manifest import read_manifest
    from core.vision.engine import build_engine
    from core.vision.package import load_package

    loaded = load_package(folder)
    manifest = read_manifest(data)
    runner = build_engine(loaded, settings.engine, settings.precision, settings.threads)
    with progress("Grading", len(manifest.of_view(loaded.description.view))) as on_progress:
        evaluation = evaluate_package(loaded, runner, manifest, on_progress)
    if as_json:
        say_json(evaluation.as_dict())
    else:
        _say_evaluation(evaluation)


def _say_evaluation(evaluation: "Evaluation") -> None:
    say(
        f"{evaluation.package} on {evaluation.photos} photos ({evaluation.unreadable} unreadable, "
        f"{evaluation.seen_in_training} seen in training)"
    )
    head = ("condition", "labels", "n", "accuracy", "macro-F1", "kappa", "AUROC", "ECE", "recall by grade")
    rows = []
    for condition, agreement in evaluation.conditions.items():
        values = agreement.as_dict()
        names = ("labels", "n", "accuracy", "macro_f1", "quadratic_kappa", "auroc", "ece")
        recall = " / ".join("-" if r is None else f"{r:.2f}" for r in values["recall"])
        rows.append((condition.value, *(figure(values[name]) for name in names), recall))
    say_table(head, rows)
