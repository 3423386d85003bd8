"""The way of a recipe that grades a view of the scalp: networks measured on photos they did not see, one to ship."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.lab.fitness import fit_domain, fit_quality
from core.lab.fitting import Watch
from core.lab.graders import fit_grader, predict, reached_grader
from core.lab.grading import Graded, Scored, grade_on_held_out, grade_on_test
from core.lab.held_out import write_held_out
from core.lab.manifest import Manifest
from core.lab.origins import Origins
from core.lab.parts import Flags, Parts
from core.lab.pictures import PictureSet
from core.lab.recipe import Recipe
from core.lab.session import Session
from core.lab.stages import Arrays, Held, measuring_folds, run_folds, run_splits
from core.taxonomy import View
from core.vision.backbones import OrdinalGrader
from core.vision.package import DomainModel, Grading, QualityLimits
from core.vision.quality import measure

DOMAIN_COMPONENTS = 24
# Share of held-out photos that may fall outside their own domain.
DOMAIN_REFUSALS = 0.015

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Fitted:
    """Everything a package is made of.

    Attributes:
        grader: The network.
        gradings: One a condition.
        domains: What photos of each view look like.
        quality: Quality limits.
        metrics: What was measured.
        used: The photos it was trained or calibrated on.
    """

    grader: OrdinalGrader
    gradings: tuple[Grading, ...]
    domains: dict[View, tuple[DomainModel, ...]]
    quality: QualityLimits
    metrics: dict[str, Any]
    used: Manifest


class _Grading:
    """Trains graders stage by stage, see `core.lab.stages.Trainee`."""

    def __init__(self, recipe: Recipe, photos: PictureSet, labels: Ints) -> None:
        self.recipe = recipe
        self.photos = photos
        self.labels = labels
        self._grader: OrdinalGrader | None = None

    @property
    def grader(self) -> OrdinalGrader:
        """The network of the last stage."""
        if self._grader is None:
            raise ValueError("no stage has been trained yet")
        return self._grader

    def fit(self, folder: Path, parts: Parts, watch: Watch) -> None:
        """Train a stage."""
        pictures, watched = self.photos.pictures, parts.watch(self.photos.pictures, self.labels)
        self._grader = fit_grader(
            self.recipe, pictures[parts.learnt], self.labels[parts.learnt], folder, watched, watch
        )

    def reach(self, folder: Path, parts: Parts) -> bool:
        """Take what a stage came to."""
        reached = reached_grader(self.recipe, self.labels[parts.learnt], folder)
        self._grader = reached or self._grader
        return reached is not None

    def judge(self, parts: Parts, held_out: Flags) -> Arrays:
        """Scores of held-out photos, and how far these lie from those learnt from."""
        prediction = predict(self.grader, self.photos.pictures[held_out])
        domain = fit_domain(predict(self.grader, self.photos.pictures[parts.learnt]).signatures, DOMAIN_COMPONENTS)
        return {"scores": prediction.scores, "distances": domain.distance(prediction.signatures)}


def train_on_graded(session: Session, photos: PictureSet, labels: Ints, root: Path) -> Fitted:
    """Measure by folds or splits, write the held-out rows, and give what a package is made of.

    Args:
        session: The run and its stages. One that was stopped gives its best network so far, measured on photos that
            network, or the one of another fold, did not see.
        photos: Graded photos.
        labels: int (N, conditions), positions among the recipe's grades, or -1.
        root: The folder the manifest's files are named from.

    Raises:
        RunError: Stopped before there was a network (`run.stopped_with_nothing`).
    """
    recipe = session.run.recipe
    trainee = _Grading(recipe, photos, labels)
    judged = None
    if recipe.validation.folds:
        held = run_folds(session, trainee, photos.manifest, labels)
        graded, how = _measure(recipe, photos.manifest, labels, held, root)
    else:
        held, splits = run_splits(session, trainee, photos.manifest, labels)
        if splits.test.any() and splits.validation.any():
            validation, test = (
                Scored(
                    held.arrays["scores"][flags[held.done]], labels[flags], photos.manifest.subset(flags.nonzero()[0])
                )
                for flags in (splits.validation, splits.test)
            )
            graded = grade_on_test(recipe, validation, test, root)
            how = f"the test split; calibrated on {int(splits.validation.sum())} validation photos"
            judged = splits.test
        else:
            graded, how = _measure(recipe, photos.manifest, labels, held, root)
    write_held_out(session.run.folder, graded.rows)
    distances = held.arrays["distances"]
    limit = float(np.quantile(distances, 1 - DOMAIN_REFUSALS))
    judged = held.done if judged is None else judged
    labelled = photos.manifest.subset(np.flatnonzero(judged & (labels >= 0).any(axis=1)))
    metrics = {
        "graded": graded_metrics(recipe, graded, labelled, how),
        "refused_as_not_scalp": refusals(
            photos.manifest.subset(np.flatnonzero(held.done)), recipe.view, distances, limit, "held out"
        ),
    }
    signatures = predict(trainee.grader, photos.pictures[held.learnt]).signatures
    return Fitted(
        grader=trainee.grader,
        gradings=graded.gradings,
        domains={recipe.view: (fit_domain(signatures, DOMAIN_COMPONENTS, limit),)},
        quality=quality_limits(recipe, photos),
        metrics=metrics,
        used=photos.manifest,
    )


def _measure(recipe: Recipe, manifest: Manifest, labels: Ints, held: Held, root: Path) -> tuple[Graded, str]:
    """Calibrate and measure on all photos held out."""
    photos, labels = manifest.subset(np.flatnonzero(held.done)), labels[held.done]
    folds, how = measuring_folds(recipe, held, photos, labels)
    return grade_on_held_out(recipe, held.arrays["scores"], labels, folds, photos, root), how


def graded_metrics(recipe: Recipe, graded: Graded, labelled: Manifest, how: str) -> dict[str, Any]:
    """Figures of every condition, with the photos they were measured on and where these come from."""
    origins = Origins.of(labelled)
    return {
        "data": f"{origins.words(recipe.view.value)}, {how}{origins.limits()}",
        "photos": origins.as_dict(),
        "conditions": {c.value: a.as_dict() for c, a in zip(recipe.conditions, graded.agreements, strict=True)},
    }


def refusals(manifest: Manifest, view: View, distances: Floats, limit: float, how: str) -> dict[str, Any]:
    """What share of photos of a view would be refused as no scalp, for the metrics of a package.

    Args:
        manifest: N photos.
        view: Theirs.
        distances: float (N,), how far they lie from those learnt from.
        limit: From where on one is refused.
        how: How these photos were held out.
    """
    origins = Origins.of(manifest)
    return {
        "data": f"{origins.words(view.value)}, {how}",
        "photos": origins.as_dict(),
        "share": round(float((distances > limit).mean()), 4),
    }


def quality_limits(recipe: Recipe, photos: PictureSet) -> QualityLimits:
    """Quality limits just beyond what these photos show."""
    box = (0, 0, recipe.input.width * 4, recipe.input.height * 4)
    measures = [measure(picture, box) for picture in photos.pictures]
    return fit_quality(measures, min(recipe.input.width, recipe.input.height))
