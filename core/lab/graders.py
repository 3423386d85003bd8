"""Networks that grade scalp conditions: made by a recipe, trained, asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from core.lab.fitting import Watch, fit, load_best
from core.lab.objectives import GraderObjective
from core.lab.pictures import Pictures
from core.lab.recipe import Recipe
from core.lab.watching import Watched
from core.vision.backbones import OrdinalGrader
from core.vision.weights import load_weights

Ints = npt.NDArray[np.int64]


def build_grader(recipe: Recipe) -> OrdinalGrader:
    """Build a recipe's network with its first weights, which follow from the seed.

    Raises:
        RecipeError: An unknown network, or weights that are not there or do not fit.
    """
    torch.manual_seed(recipe.training.seed)
    spec = recipe.input.spec()
    levels = [len(grades) for grades in recipe.grades.values()]
    grader = OrdinalGrader(recipe.network.architecture, levels, spec.mean, spec.std, recipe.network.dropout)
    load_weights(grader.backbone, recipe.network.architecture, recipe.network.weights)
    grader.to(memory_format=torch.channels_last)
    return grader


def fit_grader(
    recipe: Recipe,
    pictures: Pictures,
    labels: Ints,
    folder: Path,
    watched: Watched | None = None,
    watch: Watch | None = None,
) -> OrdinalGrader:
    """Train one network.

    Args:
        recipe: What to train and how.
        pictures: uint8 (N, H, W, 3).
        labels: int (N, conditions), positions among the recipe's grades, or -1.
        folder: Where checkpoints and history go; a training that was cut off goes on from there.
        watched: Photos measured after every epoch.
        watch: Who looks on.

    Returns:
        The network of the last epoch, or of the best where the recipe keeps that, in evaluation mode, its cut points
        centred on score 0.

    Raises:
        RecipeError: See `build_grader`.
        ManifestError, RunError, StopAsked, OSError: See `core.lab.fitting.fit`.
    """
    grader = build_grader(recipe)
    fit(recipe, GraderObjective(grader, recipe.loss, labels), pictures, labels, folder, watched, watch)
    return _settle(recipe, grader)


def reached_grader(recipe: Recipe, labels: Ints, folder: Path) -> OrdinalGrader | None:
    """The network of a stage as far as its training came; None where that is not even one checkpoint.

    Args:
        recipe: What is trained.
        labels: int (N, conditions) of the photos learnt from.
        folder: The stage's folder.
    """
    grader = build_grader(recipe)
    if load_best(recipe, GraderObjective(grader, recipe.loss, labels), folder) is None:
        return None
    return _settle(recipe, grader)


def _settle(recipe: Recipe, grader: OrdinalGrader) -> OrdinalGrader:
    grader.eval()
    centre_cuts(grader)
    grader.look_at_scales(recipe.network.scales)
    return grader


def centre_cuts(grader: OrdinalGrader) -> None:
    """Move each condition's mean cut point into the head's bias, so that scores of different runs compare."""
    with torch.no_grad():
        for index in range(grader.head.out_features):
            middle = grader.cuts(index).mean()
            grader.head.bias[index] -= middle
            grader.first_cut[index] -= middle


@dataclass(frozen=True)
class Prediction:
    """What a network says about pictures: scores (N, conditions), features (N, F) and signatures (N, G), float32."""

    scores: npt.NDArray[np.float32]
    features: npt.NDArray[np.float32]
    signatures: npt.NDArray[np.float32]


def predict(grader: OrdinalGrader, pictures: Pictures, batch_size: int = 16) -> Prediction:
    """Run pictures, uint8 (N, H, W, 3), in evaluation mode."""
    grader.eval()
    parts: list[Sequence[npt.NDArray[np.float32]]] = []
    with torch.inference_mode():
        for start in range(0, len(pictures), batch_size):
            batch = torch.from_numpy(np.ascontiguousarray(pictures[start : start + batch_size]))
            scores, _, features, signatures = grader(batch)
            parts.append([scores.numpy(), features.numpy(), signatures.numpy()])
    scores, features, signatures = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Prediction(scores, features, signatures)
