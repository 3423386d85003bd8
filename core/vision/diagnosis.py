"""Photos to diagnoses: the one place where a grade is made."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import PackageError
from core.findings import Diagnosis, Finding, Quality, Reason, Refusal
from core.settings import Settings
from core.taxonomy import SEVERITIES, Severity, View
from core.vision.engine import Engine, Inference, build_engine
from core.vision.package import Description, Grading, ModelPackage, find_packages, load_package
from core.vision.photo import Photo
from core.vision.preprocess import network_picture
from core.vision.quality import distance_to, measure, recognise_view, refusals
from core.vision.served import is_grader, own_models_dir, read_choices, serving_package

Floats = npt.NDArray[np.float32]


def grade_probabilities(grading: Grading, score: float) -> tuple[float, float, float, float]:
    """Calibrated probability of each severity; severities a condition's labels cannot tell apart have probability 0.

    References:
        Proportional odds, McCullagh 1980.
    """
    cuts = np.array(grading.cuts)
    at_least = 1 / (1 + np.exp(-(grading.slope * score - cuts)))
    edges = np.concatenate([[1.0], at_least, [0.0]])
    # Cuts may coincide; rounding must not leave a probability below zero.
    shares = np.clip(edges[:-1] - edges[1:], 0, 1)
    shares /= shares.sum()
    probabilities = [0.0] * len(SEVERITIES)
    for severity, share in zip(grading.grades, shares, strict=True):
        probabilities[severity] = float(share)
    return probabilities[0], probabilities[1], probabilities[2], probabilities[3]


def read_grade(
    grading: Grading, score: float
) -> tuple[tuple[float, float, float, float], Severity | None, tuple[Severity, ...]]:
    """Turn a score into probabilities, a grade and a set.

    The set holds the grade and everything at least as probable as the package's conformal limit, without gaps.
    Where it holds every grade the condition has, it says nothing and the grade is withheld.

    References:
        Conformal prediction, https://arxiv.org/abs/2107.07511.
    """
    probabilities = grade_probabilities(grading, score)
    grade = grading.grades[int(np.searchsorted(np.array(grading.thresholds), score, side="right"))]
    possible = [g for g in grading.grades if probabilities[g] >= grading.minimum_probability] + [grade]
    severity_set = tuple(Severity(g) for g in grading.grades if min(possible) <= g <= max(possible))
    says_nothing = len(severity_set) == len(grading.grades)
    return probabilities, None if says_nothing else Severity(grade), severity_set


def heatmap_of(condition_map: Floats, grading: Grading) -> Floats:
    """Scale a class activation map to 0..1: 0 where the evidence stays under the first cut, 1 where it is strongest.

    Args:
        condition_map: float32 (h, w), averaging to the score.
        grading: How the score is read.

    Returns:
        float32 (h, w). A picture whose strongest place stays under the first cut is 0 all over: nothing to point at.
    """
    floor = grading.cuts[0] / grading.slope
    # Evidence is averaged over the picture, so single places reach far above the last cut; scaling by the photo's own
    # maximum alone would paint noise red on a calm scalp.
    ceiling = max(float(condition_map.max()), grading.cuts[-1] / grading.slope)
    if ceiling - floor < 1e-6:
        return np.zeros_like(condition_map)
    return np.asarray(np.clip((condition_map - floor) / (ceiling - floor), 0, 1), dtype=np.float32)


@dataclass(frozen=True)
class PackageSummary:
    """What the pages say about a package.

    Attributes:
        description: Its `model.json`.
        folder: Where it lies.
    """

    description: Description
    folder: Path

    @property
    def id(self) -> str:
        """Name of the package."""
        return self.description.id

    @property
    def version(self) -> str:
        """Version of the package."""
        return self.description.version

    @property
    def view(self) -> View:
        """The view it grades."""
        return self.description.view

    @property
    def metrics(self) -> Mapping[str, object]:
        """What was measured, with n and data."""
        return self.description.metrics

    @property
    def card(self) -> str:
        """The model card, as Markdown."""
        return (self.folder / "CARD.md").read_text(encoding="utf-8")


class Diagnoser:
    """Grades photos with one package a view. Any thread may use it; an engine is made once, when it is first needed.

    Args:
        packages: One verified package a view.
        build: Makes the engine of a package.
        notices: Choices of the operator that cannot be used; what ships serves instead, and whoever shows grades says
            so. The cause of each hangs on it.
    """

    def __init__(
        self,
        packages: Mapping[View, ModelPackage],
        build: Callable[[ModelPackage], Engine],
        notices: Sequence[PackageError] = (),
    ) -> None:
        if not packages:
            raise PackageError("package.none_installed")
        self._packages = dict(packages)
        self._build = build
        self.notices = tuple(notices)
        self._engines: dict[View, Engine] = {}
        self._building = threading.Lock()
        # The first network looks at every photo, and its feature space tells the views apart.
        self._first = View.MICROSCOPE if View.MICROSCOPE in self._packages else next(iter(self._packages))

    @classmethod
    def load(
        cls, settings: Settings, only: str | None = None, *, many: bool = False, ready: bool = True
    ) -> "Diagnoser":
        """Load packages and their engines: for each view what the operator chose, else the first that ships.

        Args:
            settings: Where packages lie and what runs them.
            only: Id of the one package to load, of those that ship or those made here.
            many: Made for many photos at once on several threads rather than for one as soon as possible.
            ready: Make every engine now. Without it, one that no photo asks for is never made: making it takes longer
                than grading a photo.

        Raises:
            PackageError: None there, or one that ships is not as it should be. A choice that cannot be used is no
                error: see `notices`.
        """
        notices: list[PackageError] = []
        if only is not None:
            package = load_package(_find(settings, only))
            packages = {package.description.view: package}
        else:
            packages = _load_chosen(settings, notices)
            for folder in find_packages(settings.models_dir):
                if is_grader(folder):
                    package = load_package(folder)
                    packages.setdefault(package.description.view, package)
        diagnoser = cls(packages, _builder(settings, many=many), notices)
        for view in packages if ready else ():
            diagnoser._engine(view)
        return diagnoser

    @classmethod
    def of_package(cls, folder: Path, settings: Settings) -> "Diagnoser":
        """Load one package, wherever it lies, and its engine.

        Raises:
            PackageError: It is not as it should be.
        """
        package = load_package(folder)
        diagnoser = cls({package.description.view: package}, _builder(settings, many=False))
        diagnoser._engine(package.description.view)
        return diagnoser

    @property
    def packages(self) -> dict[View, PackageSummary]:
        """What is loaded."""
        return {v: PackageSummary(p.description, p.folder) for v, p in self._packages.items()}

    def _engine(self, view: View) -> Engine:
        with self._building:
            if view not in self._engines:
                self._engines[view] = self._build(self._packages[view])
            return self._engines[view]

    def diagnose(self, photos: Sequence[Photo], view: View | None = None, heatmaps: bool = True) -> list[Diagnosis]:
        """Grade photos, one diagnosis a photo in their order.

        Args:
            photos: Decoded photos.
            view: What they show; None has the view recognised.
            heatmaps: Whether findings carry heatmaps. They come from the same pass and cost a resize each.

        Returns:
            Diagnoses; a photo not fit to grade comes back refused, with reasons and without findings.

        Raises:
            EngineError: A network gave a value that is no result.
            PackageError: No package grades that view.
        """
        return [self._diagnose(photo, view, heatmaps) for photo in photos]

    def _diagnose(self, photo: Photo, wanted: View | None, heatmaps: bool) -> Diagnosis:
        started = time.perf_counter()
        if wanted is not None and wanted not in self._packages:
            raise PackageError("package.no_view", view=wanted.value)
        package = self._packages[self._first]
        picture, box = network_picture(photo.pixels, package.description.input)
        inference = self._engine(self._first).infer(picture)
        view, distances = recognise_view(inference.signature, package.domains)
        if view is not None and view != self._first and view in self._packages:
            package = self._packages[view]
            picture, box = network_picture(photo.pixels, package.description.input)
            inference = self._engine(view).infer(picture)
            own = distance_to(inference.signature, package.domains[view])
            distances[view] = own
            view = view if own <= 1 else None
        reasons = list(refusals(measure(picture, box), package.description.quality))
        if view is None:
            # A photo that shows something else is not mended by better light: say the one thing that matters.
            reasons = [Reason(Refusal.NOT_SCALP, min(distances.values()), 1.0)]
        elif (wanted is not None and view != wanted) or view not in self._packages:
            reasons = [Reason(Refusal.OTHER_VIEW, distances[view], 1.0)]
        findings: tuple[Finding, ...] = ()
        if not reasons:
            findings = _findings(package.description, inference, heatmaps)
        return Diagnosis(
            photo_sha256=photo.sha256,
            quality=Quality(view, tuple(reasons)),
            model_id=package.description.id,
            model_version=package.description.version,
            findings=findings,
            seen_box=box,
            elapsed_ms=(time.perf_counter() - started) * 1000,
        )


def _builder(settings: Settings, *, many: bool) -> Callable[[ModelPackage], Engine]:
    def build(package: ModelPackage) -> Engine:
        return build_engine(package, settings.engine, settings.precision, settings.threads, many=many)

    return build


def _find(settings: Settings, name: str) -> Path:
    folders = [*find_packages(settings.models_dir), *find_packages(own_models_dir(settings))]
    for folder in folders:
        if folder.name == name:
            return folder
    known = ", ".join(folder.name for folder in folders) or "-"
    raise PackageError("package.unknown_id", package=name, known=known)


def _load_chosen(settings: Settings, notices: list[PackageError]) -> dict[View, ModelPackage]:
    packages: dict[View, ModelPackage] = {}
    try:
        chosen = read_choices(settings)
    except PackageError as error:
        notices.append(error)
        return packages
    for view, choice in chosen.items():
        try:
            package = serving_package(settings, view)
        except PackageError as error:
            notice = PackageError("package.choice_broken", package=choice.package)
            notice.__cause__ = error
            notices.append(notice)
            continue
        if package is not None:
            packages[view] = package
    return packages


_HEATMAP_SCALE = 8


def _findings(description: Description, inference: Inference, heatmaps: bool) -> tuple[Finding, ...]:
    findings = []
    for index, (condition, grading) in enumerate(zip(description.conditions, description.gradings, strict=True)):
        probabilities, severity, severity_set = read_grade(grading, float(inference.scores[index]))
        heatmap = None
        if heatmaps:
            small = heatmap_of(inference.maps[index], grading)
            size = (small.shape[1] * _HEATMAP_SCALE, small.shape[0] * _HEATMAP_SCALE)
            heatmap = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_CUBIC).clip(0, 1), dtype=np.float32)
        findings.append(Finding(condition, probabilities, severity, severity_set, heatmap))
    return tuple(findings)
