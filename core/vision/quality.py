"""Is this photo fit to grade? Measures on the network's picture, judged by the limits a package carries.

The limits come from data: they are fitted on real photos when a package is made (`core.lab.fitness`) and lie in its
`model.json`. Whether a photo shows scalp at all is decided in the network's feature space.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.findings import Reason, Refusal
from core.taxonomy import View
from core.vision.package import DomainModel, QualityLimits
from core.vision.preprocess import Box

Pixels = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
_SATURATED = 250


@dataclass(frozen=True)
class Measures:
    """What can be said of a picture without a network.

    Attributes:
        side: Shorter side of the part of the photo that is seen, in pixels.
        brightness: Mean luminance, 0..255.
        glare: Share of pixels with every channel saturated, 0..1.
        sharpness: Variance of the Laplacian of the luminance relative to its variance: detail per contrast.
    """

    side: float
    brightness: float
    glare: float
    sharpness: float


def measure(picture: Pixels, box: Box) -> Measures:
    """Measure a network picture, uint8 (H, W, 3), that shows this box of the photo."""
    luminance = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    saturated = cv2.inRange(picture, np.full(3, _SATURATED), np.full(3, 255))
    # 16-bit keeps the Laplacian exact at an eighth of the cost of doubles.
    laplacian = cv2.Laplacian(luminance, cv2.CV_16S)
    mean, deviation = cv2.meanStdDev(luminance)
    # Mean of squares minus square of the mean: meanStdDev takes ten times as long over 16 bits.
    detail = cv2.norm(laplacian, cv2.NORM_L2SQR) / laplacian.size - cv2.mean(laplacian)[0] ** 2
    return Measures(
        side=float(min(box[2] - box[0], box[3] - box[1])),
        brightness=float(mean[0, 0]),
        glare=cv2.countNonZero(saturated) / saturated.size,
        sharpness=float(detail / (deviation[0, 0] ** 2 + 1.0)),
    )


def refusals(measures: Measures, limits: QualityLimits) -> tuple[Reason, ...]:
    """Name every limit a picture crosses, the one to mend first coming first."""
    reasons = []
    if measures.side < limits.min_side:
        reasons.append(Reason(Refusal.SMALL, measures.side, limits.min_side))
    if measures.brightness < limits.min_brightness:
        reasons.append(Reason(Refusal.DARK, measures.brightness, limits.min_brightness))
    if measures.brightness > limits.max_brightness:
        reasons.append(Reason(Refusal.BRIGHT, measures.brightness, limits.max_brightness))
    if measures.glare > limits.max_glare:
        reasons.append(Reason(Refusal.GLARE, measures.glare, limits.max_glare))
    if measures.sharpness < limits.min_sharpness:
        reasons.append(Reason(Refusal.BLURRED, measures.sharpness, limits.min_sharpness))
    return tuple(reasons)


def distance_to(signature: Floats, kinds: Sequence[DomainModel]) -> float:
    """Relative distance of a signature (G,) to the nearest of several kinds of photos; up to 1 is inside."""
    return min(float(domain.distance(signature[None])[0]) for domain in kinds)


def recognise_view(
    signature: Floats, domains: Mapping[View, Sequence[DomainModel]]
) -> tuple[View | None, dict[View, float]]:
    """Find the view a signature (G,) lies in.

    Returns:
        The nearest view, or None where the photo lies outside every one; and the relative distance to each, up to 1
        being inside.
    """
    distances = {view: distance_to(signature, kinds) for view, kinds in domains.items()}
    nearest = min(distances, key=distances.__getitem__)
    return (nearest if distances[nearest] <= 1 else None), distances
