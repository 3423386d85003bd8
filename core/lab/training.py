"""Recipe and manifest to a run folder with a calibrated model package.

Two ways lead to a package. A recipe with folds measures the network on photos it did not see (k-fold by group),
calibrates on those held-out scores and ships a network trained on all photos. A recipe with real photos to adapt to
trains on drawn ones, then fits head, cut points and sets on the real ones (`core.lab.transfer`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.lab.calibration import conformal_minimum, cross_fitted, fit_ordinal, severity_sets, share_thresholds
from core.lab.card import write_card
from core.lab.evaluation import Agreement, measure_agreement
from core.lab.export import export_grader
from core.lab.fitness import fit_domain, fit_quality, held_out_distances
from core.lab.held_out import HeldOut, write_held_out
from core.lab.learner import Prediction, Watched, fit_grader, predict
from core.lab.manifest import Manifest, read_manifest
from core.lab.pictures import PictureSet, grade_indices, load_pictures
from core.lab.recipe import Recipe
from core.lab.run import Run, library_versions, open_run
from core.lab.splitting import group_folds
from core.lab.transfer import Transfer, transfer_to_real
from core.taxonomy import View
from core.vision.backbones import OrdinalGrader
from core.vision.package import Description, DomainModel, Grading, ModelPackage, QualityLimits, save_package
from core.vision.quality import measure

DOMAIN_COMPONENTS = 24
# Share of held-out real photos that may fall outside their own domain.
DOMAIN_REFUSALS = 0.015

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Fitted:
    """Everything a package needs besides the network.

    Attributes:
        gradings: One a condition.
        domains: What photos of each view look like.
        quality: Quality limits.
        metrics: What was measured.
    """

    gradings: tuple[Grading, ...]
    domains: dict[View, tuple[DomainModel, ...]]
    quality: QualityLimits
    metrics: dict[str, Any]


def train(recipe: Recipe, manifest_path: Path, out: Path, command: str) -> ModelPackage | None:
    """Run a recipe; a run that was cut off goes on where it stopped.

    Args:
        recipe: What to do.
        manifest_path: Labelled photos.
        out: The run folder.
        command: What the card says made the package.

    Returns:
        The package, in the run folder; None where the recipe only measures.

    Raises:
        ManifestError: The labelled photos are not as they should be.
        RecipeError: The recipe does not fit them, or the folder holds another run.
    """
    run = open_run(out, recipe)
    photos = load_pictures(read_manifest(manifest_path).of_view(recipe.view), recipe.input.spec())
    labels = grade_indices(photos.manifest.grades(recipe.conditions), list(recipe.grades.values()))
    if recipe.adaptation.data:
        grader, fitted, used = _train_on_drawn(run, photos, labels)
    else:
        cross_validation = _cross_validate(run, photos, labels, manifest_path.parent)
        if recipe.validation.measure_only:
            run.save_json("metrics", cross_validation.metrics)
            return None
        grader, fitted = _train_on_graded(run, photos, labels, cross_validation)
        used = photos.manifest
    description = _describe(recipe, fitted, used, manifest_path.name, command)
    payload = run.stage("payload")
    export_grader(grader, recipe.input.spec(), payload)
    package = save_package(run.package_folder, description, fitted.domains, write_card(description, recipe), payload)
    run.save_json("metrics", fitted.metrics)
    return package


@dataclass(frozen=True)
class _CrossValidation:
    """What k-fold gave: gradings fitted on held-out scores, the limit of the domain, and the figures."""

    gradings: tuple[Grading, ...]
    limit: float
    metrics: dict[str, Any]


def _cross_validate(run: Run, photos: PictureSet, labels: Ints, root: Path) -> _CrossValidation:
    """Measure the recipe on photos it did not see, and calibrate on them."""
    recipe = run.recipe
    folds = group_folds(labels[:, 0], photos.manifest.groups(), recipe.validation.folds, recipe.training.seed)
    scores = np.empty(labels.shape)
    distances = np.empty(len(labels))
    for fold in range(recipe.validation.folds):
        held_out = folds == fold
        stage = f"fold-{fold}"
        saved = run.load_arrays(stage)
        if saved is None:
            watched = Watched(photos.pictures[held_out], labels[held_out])
            grader = fit_grader(recipe, photos.pictures[~held_out], labels[~held_out], run.stage(stage), watched)
            prediction = predict(grader, photos.pictures[held_out])
            domain = fit_domain(predict(grader, photos.pictures[~held_out]).signatures, DOMAIN_COMPONENTS)
            saved = {"scores": prediction.scores, "distances": domain.distance(prediction.signatures)}
            run.save_arrays(stage, **saved)
        scores[held_out] = saved["scores"]
        distances[held_out] = saved["distances"]
    gradings, agreements, parts = grade_on_held_out(recipe, scores, labels, folds, photos.manifest, root)
    write_held_out(run.folder, parts)
    limit = float(np.quantile(distances, 1 - DOMAIN_REFUSALS))
    how = f"{recipe.validation.folds}-fold by group; calibration of each fold fitted on the others"
    metrics = {
        "graded": {
            "data": f"{len(photos.manifest)} real {recipe.view.value} photos, {how}",
            "conditions": {c.value: a.as_dict() for c, a in zip(recipe.conditions, agreements, strict=True)},
        },
        "refused_as_not_scalp": {
            "data": f"{len(photos.manifest)} real {recipe.view.value} photos, held out",
            "share": round(float((distances > limit).mean()), 4),
        },
    }
    return _CrossValidation(gradings, limit, metrics)


def _train_on_graded(
    run: Run, photos: PictureSet, labels: Ints, measured: _CrossValidation
) -> tuple[OrdinalGrader, Fitted]:
    """Train on every photo, with what the folds calibrated."""
    recipe = run.recipe
    grader = fit_grader(recipe, photos.pictures, labels, run.stage("final"))
    domain = fit_domain(predict(grader, photos.pictures).signatures, DOMAIN_COMPONENTS, measured.limit)
    quality = _quality_limits(recipe, photos)
    return grader, Fitted(measured.gradings, {recipe.view: (domain,)}, quality, measured.metrics)


def grade_on_held_out(
    recipe: Recipe, scores: Floats, labels: Ints, folds: Ints, manifest: Manifest, root: Path
) -> tuple[tuple[Grading, ...], list[Agreement], list[HeldOut]]:
    """Calibrate every condition on held-out scores, and measure with each fold calibrated by the others.

    Args:
        recipe: Its grades and coverage.
        scores: float (N, conditions), held out.
        labels: int (N, conditions), positions among the recipe's grades, or -1.
        folds: int (N,).
        manifest: The N photos.
        root: The folder the manifest's files are named from.

    Returns:
        One grading, one agreement and the rows of the labelled photos, a condition.
    """
    gradings, agreements, parts = [], [], []
    coverage = recipe.validation.coverage
    for column, (condition, severities) in enumerate(recipe.grades.items()):
        known = labels[:, column] >= 0
        score, label, fold = scores[known, column], labels[known, column], folds[known]
        count = len(severities)
        probabilities = cross_fitted(score, label, fold, count, fit_ordinal)
        calibration = fit_ordinal(score, label, count)
        minimum = conformal_minimum(probabilities, label, coverage)
        thresholds = _label_share_thresholds(score, label, count)
        gradings.append(Grading(tuple(severities), calibration.slope, calibration.cuts, thresholds, minimum, coverage))
        grades, sets = np.empty(len(label), dtype=np.int64), np.empty((len(label), count), dtype=bool)
        for one in np.unique(fold):
            inside = fold == one
            grades[inside] = np.digitize(score[inside], _label_share_thresholds(score[~inside], label[~inside], count))
            limit = conformal_minimum(probabilities[~inside], label[~inside], coverage)
            sets[inside] = severity_sets(probabilities[inside], grades[inside], limit)
        agreements.append(measure_agreement(label, probabilities, grades, sets, severities))
        photos = manifest.subset(np.flatnonzero(known))
        names = [p.path.relative_to(root).as_posix() if p.path.is_relative_to(root) else p.path.name for p in photos]
        keys = [p.sha256[:16] if p.sha256 else name for p, name in zip(photos, names, strict=True)]
        rows = (np.array(keys), np.array(names), photos.groups(), fold, label, grades, probabilities.astype(np.float64))
        parts.append(HeldOut(condition.value, *rows))
    return tuple(gradings), agreements, parts


def _label_share_thresholds(scores: Floats, labels: Ints, grades: int) -> tuple[float, ...]:
    return share_thresholds(scores, [float((labels >= grade).mean()) for grade in range(1, grades)])


def _train_on_drawn(run: Run, photos: PictureSet, labels: Ints) -> tuple[OrdinalGrader, Fitted, Manifest]:
    """Train on drawn photos, then carry the head over to real ones."""
    recipe = run.recipe
    learning = np.array([p.split in (None, "train") for p in photos.manifest])
    grader = fit_grader(recipe, photos.pictures[learning], labels[learning], run.stage("final"))
    drawn = predict(grader, photos.pictures[~learning])
    real = read_manifest(Path(recipe.adaptation.data))
    own = load_pictures(real.of_view(recipe.view), recipe.input.spec())
    transfer = transfer_to_real(recipe, grader, drawn.features, labels[~learning], own)
    domains, refused = _domains(recipe, grader, real, transfer, drawn)
    metrics = {**transfer.metrics, "refused_as_not_scalp": refused}
    fitted = Fitted(transfer.gradings, domains, _quality_limits(recipe, own), metrics)
    return grader, fitted, own.manifest


def _domains(
    recipe: Recipe, grader: OrdinalGrader, real: Manifest, transfer: Transfer, drawn: Prediction
) -> tuple[dict[View, tuple[DomainModel, ...]], dict[str, Any]]:
    domains: dict[View, tuple[DomainModel, ...]] = {}
    refused: dict[str, Any] = {}
    for view in View:
        if view == recipe.view:
            manifest, signatures = transfer.real.manifest, transfer.real_signatures
        else:
            manifest = real.of_view(view)
            if not len(manifest):
                continue
            loaded = load_pictures(manifest, recipe.input.spec())
            manifest, signatures = loaded.manifest, predict(grader, loaded.pictures).signatures
        folds = group_folds(np.zeros(len(manifest), dtype=int), manifest.groups(), 5, recipe.training.seed)
        domain, distances = _fit_limited(signatures, folds)
        limit = domain.limit
        domains[view] = (domain,)
        refused[view.value] = {
            "data": f"{len(manifest)} real {view.value} photos, 5-fold by group",
            "share": round(float((distances > limit).mean()), 4),
        }
    # The real photos show few skin tones and hair colours; the drawn ones keep the others from being refused.
    drawn_folds = np.arange(len(drawn.signatures)) % 5
    domains[recipe.view] += (_fit_limited(drawn.signatures, drawn_folds)[0],)
    return domains, refused


def _fit_limited(signatures: npt.NDArray[np.float32], folds: Ints) -> tuple[DomainModel, Floats]:
    """Fit a domain whose limit leaves out the few held-out photos that lie farthest; and their distances."""
    distances = held_out_distances(signatures, folds, DOMAIN_COMPONENTS)
    limit = float(np.quantile(distances, 1 - DOMAIN_REFUSALS))
    return fit_domain(signatures, DOMAIN_COMPONENTS, limit), distances


def _quality_limits(recipe: Recipe, photos: PictureSet) -> QualityLimits:
    box = (0, 0, recipe.input.width * 4, recipe.input.height * 4)
    measures = [measure(picture, box) for picture in photos.pictures]
    return fit_quality(measures, min(recipe.input.width, recipe.input.height))


def _describe(recipe: Recipe, fitted: Fitted, used: Manifest, data: str, command: str) -> Description:
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
        training={
            "recipe": recipe.name,
            "command": command,
            "data": data,
            "real_photos": len(used),
            # Enough of each hash to notice an evaluation on photos the package has seen.
            "photos_sha256": [p.sha256[:16] for p in used if p.sha256],
        },
        libraries=library_versions(),
    )
