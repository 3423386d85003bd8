"""Recipe and manifest to a run folder with a calibrated model package.

Three ways lead to a package. A recipe that grades a view of the scalp measures its network on photos it did not see
(k-fold by group, or the manifest's splits), calibrates on those held-out scores and ships a network trained on all
photos (`core.lab.graded`). One with real photos to adapt to trains on drawn ones, then fits head, cut points and sets
on the real ones (`core.lab.drawn`). Any other task goes the first way to a classifier package
(`core.lab.classified`).
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ManifestError, RunError
from core.lab.card import write_card, write_classifier_card
from core.lab.classified import check_monitors, class_labels, train_classes
from core.lab.drawn import train_on_drawn
from core.lab.epochs import CHECKPOINT_SECONDS
from core.lab.export import export_grader
from core.lab.fitting import drop_checkpoints
from core.lab.graded import train_on_graded
from core.lab.manifest import Manifest, read_manifest
from core.lab.origins import Origins
from core.lab.pictures import grade_indices, load_pictures
from core.lab.recipe import Recipe
from core.lab.run import Run, library_versions, open_run
from core.lab.session import Session
from core.lab.status import Status, StatusFile, hold_run
from core.lab.summary import write_summary
from core.lab.thin import thin_classes
from core.vision.classifier import ClassifierDescription, ClassifierPackage, save_classifier
from core.vision.package import Description, ModelPackage, save_package

AnyPackage = ModelPackage | ClassifierPackage


def train(
    recipe: Recipe,
    manifest_path: Path,
    out: Path,
    command: str,
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
) -> AnyPackage | None:
    """Run a recipe; a run that was cut off goes on where it stopped, and ends as if it had not been.

    Args:
        recipe: What to do.
        manifest_path: Labelled photos.
        out: The run folder.
        command: What the card says made the package.
        checkpoint_seconds: How often to write a checkpoint within an epoch.

    Returns:
        The package, in the run folder; None where the recipe only measures.

    Raises:
        ManifestError: The labelled photos are not as they should be.
        RecipeError: The recipe does not fit them, or the folder holds another run.
        RunError: Someone else trains in this folder; the loss stopped being a number; there is too little memory; or
            someone asked to stop (`run.stopped`: the package of the best so far lies in the run folder).
        OSError: The disk is full; the same call goes on from the last checkpoint.
    """
    out.mkdir(parents=True, exist_ok=True)
    with hold_run(out):
        return train_held(recipe, manifest_path, out, command, checkpoint_seconds)


def train_held(
    recipe: Recipe, manifest_path: Path, out: Path, command: str, checkpoint_seconds: float = CHECKPOINT_SECONDS
) -> AnyPackage | None:
    """The same as `train`, in a run folder that this process holds already."""
    run = open_run(out, recipe)
    status = StatusFile(out, Status("running"))
    session = Session(run, status, checkpoint_seconds)
    try:
        with session.ctrl_c():
            package = _train(session, manifest_path, command)
    except Exception as error:
        status.fail(error, stopped=session.stopped is not None)
        raise
    if session.stopped is None:
        _clear(run)
        status.say(state="finished", seconds_left=0.0)
        return package
    stop = _stop_error(session, package)
    status.say(state="cancelled", message_key=stop.code, message_values={k: str(v) for k, v in stop.values.items()})
    raise stop


def _train(session: Session, manifest_path: Path, command: str) -> AnyPackage | None:
    if session.run.recipe.graded_view is None:
        return _make_classifier(session, manifest_path, command)
    return _make_grader(session, manifest_path, command)


def _make_grader(session: Session, manifest_path: Path, command: str) -> ModelPackage | None:
    run, recipe = session.run, session.run.recipe
    manifest = read_manifest(manifest_path).of_view(recipe.view)
    if not len(manifest):
        raise ManifestError("manifest.no_view", view=recipe.view.value)
    photos = load_pictures(manifest, recipe.input.spec(), session.reading(len(manifest)))
    session.leave_out(photos.unreadable, len(manifest))
    labels = grade_indices(photos.manifest.grades(recipe.conditions), list(recipe.grades.values()))
    if not (labels >= 0).any():
        raise ManifestError("manifest.nothing_labelled", output=recipe.conditions[0].value)
    session.warn_of(thin_classes(recipe, labels, photos.manifest.groups()))
    if recipe.adaptation.data:
        fitted = train_on_drawn(session, photos, labels)
    else:
        fitted = train_on_graded(session, photos, labels, manifest_path.parent)
    payload = run.stage("payload")
    export_grader(fitted.grader, recipe.input.spec(), payload)
    package = None
    if not recipe.validation.measure_only:
        description = Description(
            conditions=recipe.conditions,
            view=recipe.view,
            head="ordinal",
            gradings=fitted.gradings,
            quality=fitted.quality,
            **_common(session, fitted.metrics, fitted.used, manifest_path.name, command),
        )
        package = save_package(
            run.package_folder, description, fitted.domains, write_card(description, recipe), payload
        )
    write_summary(run, len(photos.manifest), manifest_path.name, payload)
    run.save_json("metrics", fitted.metrics | _stop_note(session))
    return package


def _make_classifier(session: Session, manifest_path: Path, command: str) -> ClassifierPackage | None:
    run, recipe = session.run, session.run.recipe
    check_monitors(recipe)
    task, manifest = recipe.definition, read_manifest(manifest_path)
    if task.view is not None:
        manifest = manifest.of_view(task.view)
        if not len(manifest):
            raise ManifestError("manifest.no_view", view=task.view.value)
    labels = class_labels(task, manifest)
    labelled = (labels >= 0).any(axis=1)
    manifest = manifest.subset(np.flatnonzero(labelled))
    photos = load_pictures(manifest, recipe.input.spec(), session.reading(len(manifest)))
    session.leave_out(photos.unreadable, len(manifest))
    labels = class_labels(task, photos.manifest)
    session.warn_of(thin_classes(recipe, labels, photos.manifest.groups()))
    classified = train_classes(session, photos, labels, manifest_path.parent)
    payload = run.stage("payload")
    export_grader(classified.network, recipe.input.spec(), payload)
    package = None
    if not recipe.validation.measure_only:
        description = ClassifierDescription(
            task=task,
            calibration=classified.calibration,
            **_common(session, classified.metrics, photos.manifest, manifest_path.name, command),
        )
        card = write_classifier_card(description, recipe)
        package = save_classifier(run.package_folder, description, card, payload)
    write_summary(run, len(photos.manifest), manifest_path.name, payload)
    run.save_json("metrics", classified.metrics | _stop_note(session))
    return package


def _common(session: Session, metrics: Mapping[str, Any], used: Manifest, data: str, command: str) -> dict[str, Any]:
    """What descriptions of both kinds of packages hold alike."""
    recipe = session.run.recipe
    return {
        "id": recipe.package,
        "version": datetime.now(UTC).strftime("%Y.%m.%d"),
        "architecture": recipe.network.architecture,
        "input": recipe.input.spec(),
        "scales": recipe.network.scales,
        "metrics": metrics,
        "training": {
            "recipe": recipe.name,
            "command": command,
            "data": data,
            "photos": Origins.of(used).as_dict(),
            # Enough of each hash to notice an evaluation on photos the package has seen.
            "photos_sha256": [p.sha256[:16] for p in used if p.sha256],
            **({"thin_classes": list(session.thin)} if session.thin else {}),
            **_stop_note(session),
        },
        "libraries": library_versions(),
    }


def _stop_note(session: Session) -> dict[str, Any]:
    """What figures and descriptions of a run that was stopped say of it; empty for one that ended."""
    stopped = session.stopped
    if stopped is None:
        return {}
    return {"cancelled": asdict(stopped)}


def _stop_error(session: Session, package: AnyPackage | None) -> RunError:
    stopped = session.stopped
    if stopped is None:
        raise ValueError("nobody stopped the run")
    where = asdict(stopped)
    if package is None:
        return RunError("run.stopped_measuring", folder=session.run.folder, **where)
    return RunError("run.stopped", package=package.folder, **where)


def _clear(run: Run) -> None:
    """Remove what only a run that goes on needs: networks lie in the package, predictions in `held_out.parquet`."""
    for folder in run.folder.iterdir():
        if folder.is_dir():
            drop_checkpoints(folder)
