"""Recipe and manifest to a run folder with a calibrated model package.

Three ways lead to a package. A recipe that grades a view of the scalp measures its network on photos it did not see
(k-fold by group, or the manifest's splits), calibrates on those held-out scores and ships a network trained on all
photos (`core.lab.graded`). One with real photos to adapt to trains on drawn ones, then fits head, cut points and sets
on the real ones (`core.lab.drawn`). Any other task goes the first way to a classifier package
(`core.lab.classified`).
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.errors import ManifestError, RunError
from core.lab.card import write_card
from core.lab.drawn import train_on_drawn
from core.lab.epochs import CHECKPOINT_SECONDS
from core.lab.export import export_grader
from core.lab.fitting import drop_checkpoints
from core.lab.graded import Fitted, train_on_graded
from core.lab.manifest import Manifest, read_manifest
from core.lab.pictures import grade_indices, load_pictures
from core.lab.recipe import Recipe
from core.lab.run import Run, library_versions, open_run
from core.lab.session import Session
from core.lab.status import Status, StatusFile, hold_run
from core.lab.summary import write_summary
from core.vision.package import Description, ModelPackage, save_package

AnyPackage = ModelPackage


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
    run, recipe = session.run, session.run.recipe
    manifest = read_manifest(manifest_path)
    manifest = manifest.of_view(recipe.view)
    if not len(manifest):
        raise ManifestError("manifest.no_view", view=recipe.view.value)
    photos = load_pictures(manifest, recipe.input.spec())
    labels = grade_indices(photos.manifest.grades(recipe.conditions), list(recipe.grades.values()))
    if not (labels >= 0).any():
        raise ManifestError("manifest.no_labels", view=recipe.view.value)
    if recipe.adaptation.data:
        fitted = train_on_drawn(session, photos, labels)
    else:
        fitted = train_on_graded(session, photos, labels, manifest_path.parent)
    payload = run.stage("payload")
    export_grader(fitted.grader, recipe.input.spec(), payload)
    package = None
    if not recipe.validation.measure_only:
        description = _describe(session, fitted, manifest_path.name, command)
        package = save_package(
            run.package_folder, description, fitted.domains, write_card(description, recipe), payload
        )
    write_summary(run, len(photos.manifest), manifest_path.name, fitted.grader, payload)
    run.save_json("metrics", fitted.metrics | stop_note(session))
    return package


def stop_note(session: Session) -> dict[str, Any]:
    """What figures and descriptions of a run that was stopped say of it; empty for one that ended."""
    stopped = session.stopped
    if stopped is None:
        return {}
    where = {"stage": stopped.stage, "epoch": stopped.epoch, "epochs": stopped.epochs}
    return {"cancelled": where}


def _describe(session: Session, fitted: Fitted, data: str, command: str) -> Description:
    recipe = session.run.recipe
    return Description(
        id=recipe.package,
        version=datetime.now(UTC).strftime("%Y.%m.%d"),
        architecture=recipe.network.architecture,
        view=recipe.view,
        conditions=recipe.conditions,
        input=recipe.input.spec(),
        head="ordinal",
        scales=recipe.network.scales,
        gradings=fitted.gradings,
        quality=fitted.quality,
        metrics=fitted.metrics,
        training=training_facts(session, fitted.used, data, command),
        libraries=library_versions(),
    )


def training_facts(session: Session, used: Manifest, data: str, command: str) -> dict[str, Any]:
    """What a package says of its training."""
    return {
        "recipe": session.run.recipe.name,
        "command": command,
        "data": data,
        "real_photos": len(used),
        # Enough of each hash to notice an evaluation on photos the package has seen.
        "photos_sha256": [p.sha256[:16] for p in used if p.sha256],
        **stop_note(session),
    }


def _stop_error(session: Session, package: AnyPackage | None) -> RunError:
    stopped = session.stopped
    if stopped is None:
        raise ValueError("nobody stopped the run")
    where = {"stage": stopped.stage, "epoch": stopped.epoch, "epochs": stopped.epochs}
    if package is None:
        return RunError("run.stopped_measuring", folder=session.run.folder, **where)
    return RunError("run.stopped", package=package.folder, **where)


def _clear(run: Run) -> None:
    """Remove what only a run that goes on needs: networks lie in the package, predictions in `held_out.parquet`."""
    for folder in run.folder.iterdir():
        if folder.is_dir():
            drop_checkpoints(folder)
