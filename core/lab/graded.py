"""Recipes that grade a view of the scalp: networks measured on photos they did not see, then one to ship."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import RunError
from core.lab.epochs import StopAsked
from core.lab.fitness import fit_domain, fit_quality
from core.lab.graders import fit_grader, predict, reached_grader
from core.lab.grading import Graded, Scored, grade_on_held_out, grade_on_test
from core.lab.held_out import write_held_out
from core.lab.manifest import Manifest
from core.lab.parts import Flags, Parts, Splits, fold_of, is_steered, share_out, splits_of
from core.lab.pictures import PictureSet
from core.lab.recipe import Recipe
from core.lab.session import Session
from core.lab.splitting import group_folds
from core.taxonomy import View
from core.vision.backbones import OrdinalGrader
from core.vision.package import DomainModel, Grading, QualityLimits
from core.vision.quality import measure

DOMAIN_COMPONENTS = 24
# Share of held-out real photos that may fall outside their own domain.
DOMAIN_REFUSALS = 0.015
# Photos held out once, by one network, are calibrated in parts of their own.
_INNER_FOLDS = 5

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Fitted:
    """Everything a package is made of.

    Attributes:
        grader: The network.
        gradings: One a condition.
        domains: What photos of each view look like.
        quality: Quality limits.
        metrics: What was measured.
        used: The real photos it was trained or calibrated on.
    """

    grader: OrdinalGrader
    gradings: tuple[Grading, ...]
    domains: dict[View, tuple[DomainModel, ...]]
    quality: QualityLimits
    metrics: dict[str, Any]
    used: Manifest


@dataclass(frozen=True)
class _Judged:
    """A network with what it said of photos it did not see."""

    grader: OrdinalGrader
    scores: npt.NDArray[np.float32]
    distances: npt.NDArray[np.float32]


def train_on_graded(session: Session, photos: PictureSet, labels: Ints, root: Path) -> Fitted:
    """Measure by folds or splits, write the held-out rows, and give what a package is made of.

    Args:
        session: The run and its stages. One that was stopped gives its best network so far, measured on the photos
            that network did not see.
        photos: Graded photos.
        labels: int (N, conditions), positions among the recipe's grades, or -1.
        root: The folder the manifest's files are named from.

    Raises:
        RunError: Stopped before there was a network (`run.stopped_with_nothing`).
    """
    if session.run.recipe.validation.folds:
        return _by_folds(session, photos, labels, root)
    return _by_splits(session, photos, labels, root)


def _by_folds(session: Session, photos: PictureSet, labels: Ints, root: Path) -> Fitted:
    run, recipe = session.run, session.run.recipe
    count = recipe.validation.folds
    folds = fold_of(recipe, photos.manifest, labels)
    session.plan([*(f"fold-{fold}" for fold in range(count)), *([] if recipe.validation.measure_only else ["final"])])
    scores = np.full(labels.shape, np.nan, dtype=np.float32)
    distances = np.full(len(labels), np.nan, dtype=np.float32)
    grader: OrdinalGrader | None = None
    for fold in range(count):
        held_out, stage = folds == fold, f"fold-{fold}"
        saved = run.load_arrays(stage)
        if saved is None:
            parts = share_out(recipe, ~held_out, held_out, labels, photos.manifest.groups())
            judged = _train_and_judge(session, stage, photos, labels, parts, held_out)
            if judged is None:
                break
            grader, saved = judged.grader, {"scores": judged.scores, "distances": judged.distances}
            if session.stopped is None:
                run.save_arrays(stage, **saved)
        scores[held_out], distances[held_out] = saved["scores"], saved["distances"]
        if session.stopped is not None:
            break
    done = np.isfinite(distances)
    if not done.any():
        raise RunError("run.stopped_with_nothing", folder=run.folder)
    graded, how = _measure(
        recipe, photos.manifest.subset(np.flatnonzero(done)), scores[done], labels[done], folds[done], root
    )
    write_held_out(run.folder, graded.rows)
    metrics = _metrics(recipe, graded, distances[done], f"{int(done.sum())} real {recipe.view.value} photos, {how}")
    everything = np.ones(len(labels), dtype=np.bool_)
    if session.stopped is None and not recipe.validation.measure_only:
        parts = share_out(recipe, everything, ~everything, labels, photos.manifest.groups())
        judged = _train_and_judge(session, "final", photos, labels, parts, ~everything)
        grader = judged.grader if judged is not None else None
    if grader is None:
        grader = _last_grader(session, labels, folds, photos)
    return _fitted(recipe, grader, graded, photos, everything, distances[done], metrics)


def _by_splits(session: Session, photos: PictureSet, labels: Ints, root: Path) -> Fitted:
    recipe = session.run.recipe
    splits = splits_of(recipe, photos.manifest, labels)
    session.plan(["final"])
    held_out = splits.validation | splits.test
    judged = _train_and_judge(
        session, "final", photos, labels, split_parts(recipe, splits, labels, photos.manifest), held_out
    )
    if judged is None:
        raise RunError("run.stopped_with_nothing", folder=session.run.folder)
    scores = np.full(labels.shape, np.nan, dtype=np.float32)
    scores[held_out] = judged.scores

    def scored(flags: Flags) -> Scored:
        return Scored(scores[flags], labels[flags], photos.manifest.subset(np.flatnonzero(flags)))

    if splits.test.any() and splits.validation.any():
        graded = grade_on_test(recipe, scored(splits.validation), scored(splits.test), root)
        measured, how = splits.test, f"the test split; calibrated on {int(splits.validation.sum())} validation photos"
    else:
        part = scored(held_out)
        folds = np.zeros(len(part.labels), dtype=np.int64)
        graded, how = _measure(recipe, part.manifest, part.scores, part.labels, folds, root)
        measured = held_out
    write_held_out(session.run.folder, graded.rows)
    data = f"{int(measured.sum())} real {recipe.view.value} photos, {how}"
    distances = judged.distances
    return _fitted(
        recipe, judged.grader, graded, photos, splits.train, distances, _metrics(recipe, graded, distances, data)
    )


def split_parts(recipe: Recipe, splits: Splits, labels: Ints, manifest: Manifest) -> Parts:
    """What a network learns from and watches where the manifest shares photos out.

    Validation photos steer where there are test photos to judge by; else photos to steer by are cut out of the
    training's own.
    """
    if splits.test.any() and splits.validation.any():
        return Parts(splits.train, splits.validation, is_steered(recipe))
    return share_out(recipe, splits.train, splits.validation | splits.test, labels, manifest.groups())


def _train_and_judge(
    session: Session, stage: str, photos: PictureSet, labels: Ints, parts: Parts, held_out: Flags
) -> _Judged | None:
    """Train a stage and run it over photos held out from it; None where it was stopped before it had a network."""
    recipe, folder = session.run.recipe, session.run.stage(stage)
    learnt = photos.pictures[parts.learnt], labels[parts.learnt]
    grader: OrdinalGrader | None
    with session.stage(stage) as watch:
        try:
            grader = fit_grader(recipe, *learnt, folder, parts.watch(photos.pictures, labels), watch)
        except StopAsked:
            session.note_stop()
            grader = reached_grader(recipe, learnt[1], folder)
    if grader is None:
        return None
    if not held_out.any():
        empty = np.empty((0, labels.shape[1]), np.float32)
        return _Judged(grader, empty, np.empty(0, np.float32))
    prediction = predict(grader, photos.pictures[held_out])
    domain = fit_domain(predict(grader, learnt[0]).signatures, DOMAIN_COMPONENTS)
    return _Judged(grader, prediction.scores, domain.distance(prediction.signatures))


def _last_grader(session: Session, labels: Ints, folds: Ints, photos: PictureSet) -> OrdinalGrader:
    """The network of the last stage that has one: what a stopped run ships."""
    recipe, run = session.run.recipe, session.run
    for fold in reversed(range(recipe.validation.folds)):
        parts = share_out(recipe, folds != fold, folds == fold, labels, photos.manifest.groups())
        grader = reached_grader(recipe, labels[parts.learnt], run.stage(f"fold-{fold}"))
        if grader is not None:
            return grader
    raise RunError("run.stopped_with_nothing", folder=run.folder)


def _measure(
    recipe: Recipe, manifest: Manifest, scores: npt.NDArray[np.float32], labels: Ints, folds: Ints, root: Path
) -> tuple[Graded, str]:
    """Calibrate and measure; photos of one fold alone are calibrated in parts of their own."""
    count = len(np.unique(folds))
    if count > 1:
        how = f"{count}-fold by group; calibration of each fold fitted on the others"
        return grade_on_held_out(recipe, scores, labels, folds, manifest, root), how
    inner = min(_INNER_FOLDS, len(np.unique(manifest.groups())))
    folds = group_folds(labels[:, 0], manifest.groups(), inner, recipe.training.seed)
    how = f"held out from one network; calibrated in {inner} parts by group, each fitted on the others"
    return grade_on_held_out(recipe, scores, labels, folds, manifest, root), how


def _metrics(recipe: Recipe, graded: Graded, distances: npt.NDArray[np.float32], data: str) -> dict[str, Any]:
    limit = _domain_limit(distances)
    return {
        "graded": {
            "data": data,
            "conditions": {c.value: a.as_dict() for c, a in zip(recipe.conditions, graded.agreements, strict=True)},
        },
        "refused_as_not_scalp": {
            "data": f"{len(distances)} real {recipe.view.value} photos, held out",
            "share": round(float((distances > limit).mean()), 4),
        },
    }


def _domain_limit(distances: npt.NDArray[np.float32]) -> float:
    return float(np.quantile(distances, 1 - DOMAIN_REFUSALS))


def _fitted(
    recipe: Recipe,
    grader: OrdinalGrader,
    graded: Graded,
    photos: PictureSet,
    learnt: Flags,
    distances: npt.NDArray[np.float32],
    metrics: dict[str, Any],
) -> Fitted:
    signatures = predict(grader, photos.pictures[learnt]).signatures
    domain = fit_domain(signatures, DOMAIN_COMPONENTS, _domain_limit(distances))
    return Fitted(
        grader, graded.gradings, {recipe.view: (domain,)}, quality_limits(recipe, photos), metrics, photos.manifest
    )


def quality_limits(recipe: Recipe, photos: PictureSet) -> QualityLimits:
    """Quality limits just beyond what these photos show."""
    box = (0, 0, recipe.input.width * 4, recipe.input.height * 4)
    measures = [measure(picture, box) for picture in photos.pictures]
    return fit_quality(measures, min(recipe.input.width, recipe.input.height))
