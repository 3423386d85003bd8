"""The way of a recipe with real photos to adapt to: train on drawn ones, then carry the head over."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import RunError
from core.lab.epochs import StopAsked
from core.lab.fitness import fit_domain, held_out_distances
from core.lab.graded import DOMAIN_COMPONENTS, DOMAIN_REFUSALS, Fitted, quality_limits, refusals
from core.lab.graders import Prediction, fit_grader, predict, reached_grader
from core.lab.manifest import Manifest, read_manifest
from core.lab.parts import Parts, is_steered, share_out
from core.lab.pictures import PictureSet, load_pictures
from core.lab.recipe import Recipe
from core.lab.session import Session
from core.lab.splitting import group_folds
from core.lab.transfer import Drawn, Transfer, transfer_to_real
from core.lab.watching import Watched
from core.taxonomy import View
from core.vision.backbones import OrdinalGrader
from core.vision.package import DomainModel

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]


def train_on_drawn(session: Session, photos: PictureSet, labels: Ints) -> Fitted:
    """Train on drawn photos, then fit head, cut points and sets to real ones.

    Args:
        session: The run and its stages; one that was stopped gives what its best epoch gives.
        photos: Drawn photos; those of a split other than `train` are held out.
        labels: int (N, conditions), their severities.

    Raises:
        RunError: Stopped before there was a network (`run.stopped_with_nothing`).
    """
    recipe = session.run.recipe
    learning = np.array([p.split in (None, "train") for p in photos.manifest])
    parts = share_out(recipe, learning, ~learning, labels, photos.manifest.groups())
    grader = _fit(session, photos, labels, parts)
    drawn = predict(grader, photos.pictures[~learning])
    real = read_manifest(Path(recipe.adaptation.data))
    own = load_pictures(real.of_view(recipe.view), recipe.input.spec())
    held_out = photos.manifest.subset(np.flatnonzero(~learning))
    transfer = transfer_to_real(recipe, grader, Drawn(held_out, drawn.features, labels[~learning]), own)
    domains, refused = _domains(recipe, grader, real, transfer, drawn)
    metrics = {**transfer.metrics, "refused_as_not_scalp": refused}
    return Fitted(grader, transfer.gradings, domains, quality_limits(recipe, own), metrics, own.manifest)


def _fit(session: Session, photos: PictureSet, labels: Ints, parts: Parts) -> OrdinalGrader:
    recipe, folder = session.run.recipe, session.run.stage("final")
    # Watching thousands of drawn photos costs as much as learning from some; it is done where they steer.
    watched: Watched | None = parts.watch(photos.pictures, labels) if is_steered(recipe) else None
    session.plan(["final"])
    with session.stage("final") as watch:
        try:
            return fit_grader(recipe, photos.pictures[parts.learnt], labels[parts.learnt], folder, watched, watch)
        except StopAsked:
            session.note_stop()
    reached = reached_grader(recipe, labels[parts.learnt], folder)
    if reached is None:
        raise RunError("run.stopped_with_nothing", folder=session.run.folder)
    return reached


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
        domains[view] = (domain,)
        refused[view.value] = refusals(manifest, view, distances, domain.limit, "5-fold by group")
    # The real photos show few skin tones and hair colours; the drawn ones keep the others from being refused.
    drawn_folds = np.arange(len(drawn.signatures)) % 5
    domains[recipe.view] += (_fit_limited(drawn.signatures, drawn_folds)[0],)
    return domains, refused


def _fit_limited(signatures: npt.NDArray[np.float32], folds: Ints) -> tuple[DomainModel, Floats]:
    """Fit a domain whose limit leaves out the few held-out photos that lie farthest; and their distances."""
    distances = held_out_distances(signatures, folds, DOMAIN_COMPONENTS)
    limit = float(np.quantile(distances, 1 - DOMAIN_REFUSALS))
    return fit_domain(signatures, DOMAIN_COMPONENTS, limit), distances
