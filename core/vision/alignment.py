"""Laying a later photo of the same spot over an earlier one, or saying that it cannot be done.

Skin marks and follicles stay where they are for weeks while hair and light change, so points that look alike in both
photos (SIFT) are matched, and the shift, turn and size that most of them agree on is sought (RANSAC). What comes out is
believed only where enough points agree on something that a hand with a camera does: photos of two spots, or of hair
that fell differently, are not bent onto each other.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]

MIN_AGREEING = 16
MIN_SHARE = 0.2
MAX_SCALE = 1.8
MAX_TURN_DEGREES = 45
MIN_OVERLAP = 0.35
_FEATURES = 1500
_RATIO = 0.78
_REACH_PX = 3.0
_CONTRAST_TILES = (8, 8)


@dataclass(frozen=True)
class Alignment:
    """How a later photo lies over an earlier one.

    Attributes:
        matrix: From pixels of the later photo to pixels of the earlier one, float64 (2, 3).
        agreeing: Points that agree on it.
        overlap: Share of the earlier photo that the later one covers, 0..1.
    """

    matrix: npt.NDArray[np.float64]
    agreeing: int
    overlap: float


def align(earlier: Pixels, later: Pixels) -> Alignment | None:
    """Find how a later photo lies over an earlier one.

    Args:
        earlier: RGB, uint8 (h, w, 3); a few hundred pixels a side are enough.
        later: RGB, uint8 (H, W, 3).

    Returns:
        None where they could not be aligned.
    """
    points = _matches(earlier, later)
    if points is None or len(points[0]) < MIN_AGREEING:
        return None
    there, here = points
    cv2.setRNGSeed(1)  # the same photos always give the same answer
    found, agreed = cv2.estimateAffinePartial2D(there, here, method=cv2.RANSAC, ransacReprojThreshold=_REACH_PX)
    if found is None:
        return None
    matrix = np.asarray(found, dtype=np.float64)
    agreeing = int(np.count_nonzero(agreed))
    if agreeing < max(MIN_AGREEING, MIN_SHARE * len(here)) or not _is_plausible(matrix):
        return None
    overlap = float((lay_over(np.full_like(later, 255), matrix, earlier.shape)[..., 0] > 0).mean())
    return Alignment(matrix, agreeing, overlap) if overlap >= MIN_OVERLAP else None


def lay_over(later: Pixels, matrix: npt.NDArray[np.float64], shape: tuple[int, ...]) -> Pixels:
    """Draw the later photo in the frame of the earlier one; black where it has nothing.

    Args:
        later: RGB, uint8 (H, W, 3).
        matrix: As in `Alignment`.
        shape: Shape of the earlier photo.
    """
    return cv2.warpAffine(later, matrix, (shape[1], shape[0]), flags=cv2.INTER_AREA).astype(np.uint8, copy=False)


def _matches(earlier: Pixels, later: Pixels) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]] | None:
    """Points of the later photo and of the earlier one that look alike, float32 (n, 2) each."""
    finder = cv2.SIFT.create(nfeatures=_FEATURES)
    evener = cv2.createCLAHE(clipLimit=3.0, tileGridSize=_CONTRAST_TILES)
    (marks, signs), (later_marks, later_signs) = (
        finder.detectAndCompute(evener.apply(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)), None)
        for photo in (earlier, later)
    )
    if signs is None or later_signs is None or min(len(signs), len(later_signs)) < MIN_AGREEING:
        return None
    near = cv2.BFMatcher(cv2.NORM_L2).knnMatch(later_signs, signs, k=2)
    chosen = [first for first, second in near if first.distance < _RATIO * second.distance]
    # A point of the earlier photo stands for one point of the later: flat skin would otherwise match everything.
    best = {match.trainIdx: match for match in sorted(chosen, key=lambda match: -match.distance)}.values()
    there = np.array([later_marks[match.queryIdx].pt for match in best], dtype=np.float32).reshape(-1, 2)
    here = np.array([marks[match.trainIdx].pt for match in best], dtype=np.float32).reshape(-1, 2)
    return there, here


def _is_plausible(matrix: npt.NDArray[np.float64]) -> bool:
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    turn = abs(float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))))
    return 1 / MAX_SCALE <= scale <= MAX_SCALE and turn <= MAX_TURN_DEGREES
