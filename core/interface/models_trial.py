"""A package tried on a photo: scalp graders and classifiers of any task give the same kind of answer here."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import streamlit as st

from core.interface.language import current_language, say
from core.interface.models_words import in_language, output_name
from core.taxonomy import View

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from core.findings import Diagnosis
    from core.interface.heatmap import Box
    from core.interface.models_served import PackageNote
    from core.vision.classifier import Classification, Classifier, OutputResult
    from core.vision.diagnosis import Diagnoser
    from core.vision.photo import Photo

_KEPT_KEY: Final = "models_tried"
_MOST_KEPT: Final = 60


@dataclass(frozen=True)
class TriedClass:
    """One class of an output.

    Attributes:
        id: What labels call it: an id, or a grade as a number.
        name: Its name in the language of the session; may be a stranger's.
        probability: 0..1.
        chosen: Whether the model says it.
        possible: Whether it stays possible at the package's coverage.
        advice: What to do about it; empty where the task has none.
    """

    id: str
    name: str
    probability: float
    chosen: bool
    possible: bool
    advice: str = ""


@dataclass(frozen=True)
class TriedOutput:
    """What a package says about one of its outputs.

    Attributes:
        id: The output.
        name: Its name.
        classes: In order.
        withheld: Whether every class stays possible, and so none is said.
        graded: Whether its classes are severities, the lowest of which says that there is nothing.
        heatmap: float32 (h, w) in 0..1 over the part looked at; None where there is none.
    """

    id: str
    name: str
    classes: tuple[TriedClass, ...]
    withheld: bool
    graded: bool
    heatmap: npt.NDArray[np.float32] | None

    def meant(self, label: str) -> frozenset[str]:
        """The ids of the classes that a label means; a grade between two severities told apart counts as the lower."""
        if not self.graded or not label.isdecimal():
            return frozenset(filter(None, label.split("|")))
        lower = [one.id for one in self.classes if one.id.isdecimal() and int(one.id) <= int(label)]
        return frozenset({max(lower, key=int)} if lower else {label})

    @property
    def said(self) -> tuple[TriedClass, ...]:
        """The classes the model says."""
        return tuple(one for one in self.classes if one.chosen)


@dataclass(frozen=True)
class Tried:
    """A photo a package looked at.

    Attributes:
        preview: The photo as shown, RGB (h, w, 3).
        box: The part looked at, in pixels of the preview.
        outputs: What the package says; none where it refused the photo.
        refusals: Why it refused it: names of texts.
        elapsed_ms: How long it took.
    """

    preview: npt.NDArray[np.uint8]
    box: Box
    outputs: tuple[TriedOutput, ...]
    refusals: tuple[str, ...]
    elapsed_ms: float


class Trial(Protocol):
    """Anything that can be tried on a photo."""

    def look(self, photo: Photo) -> Tried:
        """Look at a photo."""


def try_photo(package: PackageNote, key: str, data: bytes) -> Tried:
    """Return what a package says about a photo; the same photo is looked at once a session.

    Args:
        package: The package.
        key: Names the photo within the session.
        data: Its file.

    Raises:
        PackageError: The package cannot be used.
        PhotoError: The photo cannot be read.
    """
    from core.vision.photo import load_photo

    kept: dict[tuple[str, str, str], Tried] = st.session_state.setdefault(_KEPT_KEY, {})
    place = (package.name, _stamp(package.folder), f"{key} {current_language()}")
    if place not in kept:
        kept[place] = open_trial(package).look(load_photo(data))
        while len(kept) > _MOST_KEPT:
            kept.pop(next(iter(kept)))
    return kept[place]


def open_trial(package: PackageNote) -> Trial:
    """Return what runs a package; loaded once and shared by all sessions.

    Raises:
        PackageError: It is not as it should be.
    """
    if package.is_grader:
        return _GraderTrial(_diagnoser(str(package.folder), _stamp(package.folder)))
    return _ClassifierTrial(_classifier(str(package.folder), _stamp(package.folder)))


def _stamp(folder: Path) -> str:
    return hashlib.sha256((folder / "model.json").read_bytes()).hexdigest()[:16]


# Few: a visitor who tries one package after another must not fill the memory.
@st.cache_resource(max_entries=3, show_spinner=False)
def _diagnoser(folder: str, stamp: str) -> Diagnoser:  # noqa: ARG001 (part of the key)
    from core.settings import get_settings
    from core.vision.diagnosis import Diagnoser

    return Diagnoser.of_package(Path(folder), get_settings())


@st.cache_resource(max_entries=3, show_spinner=False)
def _classifier(folder: str, stamp: str) -> Classifier:  # noqa: ARG001 (part of the key)
    from core.settings import get_settings
    from core.vision.classifier import Classifier

    settings = get_settings()
    return Classifier.load(Path(folder), settings.engine, settings.precision, settings.threads)


@dataclass(frozen=True)
class _GraderTrial:
    diagnoser: Diagnoser

    def look(self, photo: Photo) -> Tried:
        """See `Trial.look`."""
        from core.interface.heatmap import make_preview

        (diagnosis,) = self.diagnoser.diagnose([photo])
        preview, box = make_preview(photo.pixels, diagnosis.seen_box)
        refusals = tuple(str(reason.refusal) for reason in diagnosis.quality.reasons)
        return Tried(preview, box, _graded(diagnosis), refusals, diagnosis.elapsed_ms or 0.0)


def _graded(diagnosis: Diagnosis) -> tuple[TriedOutput, ...]:
    outputs = []
    table = "severity_crown" if diagnosis.view is View.CROWN else "severity"
    for finding in diagnosis.findings:
        classes = tuple(
            TriedClass(
                id=str(grade),
                name=f"{grade} {say(f'taxonomy.{table}.{grade}')}",
                probability=probability,
                chosen=finding.severity is not None and int(finding.severity) == grade,
                possible=grade in {int(one) for one in finding.severity_set},
            )
            for grade, probability in enumerate(finding.probabilities)
            if probability > 0
        )
        name = output_name(finding.condition.value)
        outputs.append(
            TriedOutput(finding.condition.value, name, classes, finding.abstained, graded=True, heatmap=finding.heatmap)
        )
    return tuple(outputs)


@dataclass(frozen=True)
class _ClassifierTrial:
    classifier: Classifier

    def look(self, photo: Photo) -> Tried:
        """See `Trial.look`."""
        from core.interface.heatmap import make_preview

        started = time.perf_counter()
        seen = self.classifier.classify(photo.pixels)
        elapsed_ms = (time.perf_counter() - started) * 1000
        height, width = photo.pixels.shape[:2]
        left, top, right, bottom = seen.box
        inside = max(0, left), max(0, top), min(width, right), min(height, bottom)
        preview, box = make_preview(photo.pixels, inside)
        outputs = tuple(_classified(seen, result) for result in seen.results.values())
        return Tried(preview, box, outputs, (), elapsed_ms)


def _classified(seen: Classification, result: OutputResult) -> TriedOutput:
    classes = tuple(
        TriedClass(
            id=one.id if one.severity is None else str(one.severity),
            name=in_language(one.names),
            probability=float(result.probabilities[place]),
            chosen=place in result.chosen,
            possible=place in result.possible,
            advice=in_language(one.advice),
        )
        for place, one in enumerate(result.output.classes)
    )
    withheld = result.output.kind != "multi" and len(result.possible) == len(classes)
    most = max(result.chosen, key=lambda place: result.probabilities[place], default=None)
    heatmap = None if most is None else seen.heatmap(result.output.id, most)[0]
    graded = bool(result.output.severities)
    return TriedOutput(result.output.id, in_language(result.output.names), classes, withheld, graded, heatmap)
