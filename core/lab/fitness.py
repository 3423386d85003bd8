"""What photos fit to grade look like: quality limits, and where they lie among a network's signatures."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from core.vision.package import DomainModel, QualityLimits
from core.vision.quality import Measures

Floats = npt.NDArray[np.floating]

# How far beyond the most extreme real photos a limit lies. Real photos were all taken to be graded, so their own
# extremes still are gradable; a limit on top of them would refuse the next one.
_SLACK = 0.8
# Microscopes expose by themselves, so real photos are all alike in brightness; training varied it much further.
_LIGHT_SLACK = 0.6
_TAIL = 0.004
_LEAST_SIDE_SHARE = 0.5


def fit_quality(measures: Sequence[Measures], input_side: int) -> QualityLimits:
    """Place quality limits just beyond what real photos show.

    Args:
        measures: Measures of real photos, all of them meant to be graded.
        input_side: Shorter side of the network's picture; a photo may be enlarged to at most twice its size.
    """

    def tail(name: str, share: float) -> float:
        return float(np.quantile([getattr(m, name) for m in measures], share))

    brightest = tail("brightness", 1 - _TAIL)
    most_glare = tail("glare", 1 - _TAIL)
    return QualityLimits(
        min_side=input_side * _LEAST_SIDE_SHARE,
        min_brightness=tail("brightness", _TAIL) * _LIGHT_SLACK,
        max_brightness=255 - (255 - brightest) * _LIGHT_SLACK,
        max_glare=1 - (1 - most_glare) * _SLACK,
        min_sharpness=tail("sharpness", _TAIL) * _SLACK,
    )


def fit_domain(features: Floats, components: int, limit: float = 1.0) -> DomainModel:
    """Fit a Gaussian on the leading principal components of features, and the spread of what they leave.

    Args:
        features: float (N, F), of photos of one view.
        components: How many principal components; at most N - 1.
        limit: Distance up to which a photo is inside, see `held_out_limit`.
    """
    features = np.asarray(features, dtype=np.float64)
    mean = features.mean(axis=0)
    centred = features - mean
    _, singular, rows = np.linalg.svd(centred, full_matrices=False)
    kept = rows[: min(components, len(features) - 1)]
    deviations = singular[: len(kept)] / np.sqrt(len(features) - 1)
    rest = np.linalg.norm(centred - (centred @ kept.T) @ kept, axis=1)
    return DomainModel(
        mean=mean.astype(np.float32),
        components=kept.astype(np.float32),
        deviations=deviations.clip(1e-6).astype(np.float32),
        residual=float(max(np.sqrt(np.square(rest).mean()), 1e-6)),
        limit=limit,
    )


def held_out_distances(features: Floats, folds: npt.NDArray[np.integer], components: int) -> Floats:
    """Distance of every photo to a domain fitted without its fold, float (N,)."""
    distances = np.empty(len(features))
    for fold in np.unique(folds):
        inside = folds == fold
        domain = fit_domain(features[~inside], components)
        distances[inside] = domain.distance(np.asarray(features[inside], dtype=np.float32))
    return distances
