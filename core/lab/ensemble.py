"""Several packages of one task as one package, averaged on the scale of their calibrated logits.

Each member's calibration maps its score to logits, P(at least grade k) = sigmoid(slope * score - cut_k), or values over
a temperature for other tasks. The mean of logits keeps that form, so that an ensemble is described, evaluated,
diagnosed with and shown like a single network; joining copies of one package gives that package's grades. It runs
through OpenVINO alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import PackageError
from core.lab.ensemble_calibration import recalibrate_classifier, recalibrate_grader
from core.lab.ensemble_card import ensemble_card
from core.lab.ensemble_graph import Branch, join_graphs
from core.lab.manifest import Manifest
from core.vision.classifier_package import (
    ClassifierDescription,
    ClassifierPackage,
    load_classifier,
    save_classifier,
)
from core.vision.outputs import OutputCalibration
from core.vision.package import Description, Grading, ModelPackage, load_package, save_package
from core.vision.package_files import is_classifier, read_json
from core.vision.preprocess import InputSpec

Package = ModelPackage | ClassifierPackage
Shares = npt.NDArray[np.float64]
ARCHITECTURE = "ensemble"
# Members' pictures of other shapes would show them other parts of a photo.
_SAME_SHAPE = 0.02


@dataclass(frozen=True)
class Joined:
    """An ensemble made.

    Attributes:
        package: It, in its place.
        recalibrated: Outputs whose likelihoods and sets were fitted anew on labelled photos.
        seen: How many of those photos a member was itself trained on; what is fitted on them is too sure of itself.
    """

    package: Package
    recalibrated: tuple[str, ...] = ()
    seen: int = 0


def join_packages(
    folders: Sequence[Path],
    out: Path,
    weights: Sequence[float] = (),
    manifest: Manifest | None = None,
    command: str = "",
    data: str = "",
) -> Joined:
    """Make an ensemble.

    Args:
        folders: Two or more packages of one task and view.
        out: Where the package goes; its name is the package's id.
        weights: How much each member counts; empty counts all alike.
        manifest: Labelled photos to calibrate the ensemble on; None keeps the mean of the members' calibrations.
        command: What the card says made it.
        data: Name of the manifest.

    Raises:
        PackageError: Fewer than two, weights that do not fit, members of different tasks or seeing photos otherwise,
            something already at `out`, or a damaged member.
        ManifestError: None of the photos can be read.
    """
    if len(folders) < 2:
        raise PackageError("package.ensemble_of_one")
    if out.exists():
        raise PackageError("package.ensemble_exists", path=out)
    shares = _shares(weights, len(folders))
    if is_classifier(read_json(folders[0])):
        return _join_classifiers([load_classifier(folder) for folder in folders], out, shares, manifest, command, data)
    return _join_graders([load_package(folder) for folder in folders], out, shares, manifest, command, data)


def _shares(weights: Sequence[float], members: int) -> Shares:
    if not weights:
        return np.full(members, 1 / members)
    values = np.array(weights, dtype=np.float64)
    if len(values) != members or not np.isfinite(values).all() or (values <= 0).any():
        raise PackageError("package.ensemble_weights", given=len(values), members=members)
    return np.asarray(values / values.sum())


def _join_graders(
    members: Sequence[ModelPackage], out: Path, shares: Shares, manifest: Manifest | None, command: str, data: str
) -> Joined:
    first = members[0].description
    for member in members[1:]:
        about = member.description
        grades = [grading.grades for grading in about.gradings]
        if about.view != first.view or grades != [grading.grades for grading in first.gradings]:
            raise PackageError("package.ensemble_task", first=first.id, other=about.id)
    spec = _shared_input([(member.description.id, member.description.input) for member in members])
    slopes = [[grading.slope for grading in member.description.gradings] for member in members]
    branches = [
        Branch(member.folder, share * np.array(slope))
        for member, share, slope in zip(members, shares, slopes, strict=True)
    ]
    gradings = tuple(
        _mean_grading([member.description.gradings[place] for member in members], shares)
        for place in range(len(first.gradings))
    )
    about = Description(
        id=out.name,
        version=_today(),
        architecture=ARCHITECTURE,
        view=first.view,
        conditions=first.conditions,
        input=spec,
        head=first.head,
        scales=(1.0,),
        gradings=gradings,
        quality=first.quality,
        training=_training([m.description for m in members], shares, command, data),
        libraries=first.libraries,
    )
    with TemporaryDirectory() as payload:
        join_graphs(branches, spec.width, spec.height, Path(payload))
        card = ensemble_card(about.id, about.training, ())
        package = save_package(out, about, members[0].domains, card, Path(payload))
        if manifest is None:
            return Joined(package)
        fitted = recalibrate_grader(package, manifest)
        about = fitted.description
        card = ensemble_card(about.id, about.training, fitted.outputs, fitted.seen)
        package = save_package(out, about, members[0].domains, card, Path(payload))
    return Joined(package, fitted.outputs, fitted.seen)


def _mean_grading(gradings: Sequence[Grading], shares: Shares) -> Grading:
    """The grading of the weighted sum of calibrated scores: cut points average, thresholds move to that scale."""
    cuts = shares @ np.array([grading.cuts for grading in gradings])
    thresholds = shares @ np.array([np.multiply(grading.thresholds, grading.slope) for grading in gradings])
    return Grading(
        grades=gradings[0].grades,
        slope=1.0,
        cuts=tuple(float(cut) for cut in cuts),
        thresholds=tuple(float(threshold) for threshold in thresholds),
        minimum_probability=float(shares @ [grading.minimum_probability for grading in gradings]),
        coverage=min(grading.coverage for grading in gradings),
    )


def _join_classifiers(
    members: Sequence[ClassifierPackage], out: Path, shares: Shares, manifest: Manifest | None, command: str, data: str
) -> Joined:
    first = members[0].description
    for member in members[1:]:
        outputs = [(output.id, output.kind, output.class_ids) for output in member.task.outputs]
        if outputs != [(output.id, output.kind, output.class_ids) for output in first.task.outputs]:
            raise PackageError("package.ensemble_task", first=first.id, other=member.description.id)
    spec = _shared_input([(member.description.id, member.description.input) for member in members])
    counts = [len(output.classes) for output in first.task.outputs]
    branches = [
        Branch(member.folder, share / np.repeat([one.temperature for one in member.description.calibration], counts))
        for member, share in zip(members, shares, strict=True)
    ]
    calibration = tuple(
        OutputCalibration(
            temperature=1.0,
            minimum_probability=float(shares @ [m.description.calibration[i].minimum_probability for m in members]),
            coverage=min(m.description.calibration[i].coverage for m in members),
        )
        for i in range(len(counts))
    )
    about = ClassifierDescription(
        id=out.name,
        version=_today(),
        architecture=ARCHITECTURE,
        task=first.task,
        input=spec,
        calibration=calibration,
        training=_training([m.description for m in members], shares, command, data),
        libraries=first.libraries,
    )
    with TemporaryDirectory() as payload:
        join_graphs(branches, spec.width, spec.height, Path(payload))
        package = save_classifier(out, about, ensemble_card(about.id, about.training, ()), Path(payload))
        if manifest is None:
            return Joined(package)
        fitted = recalibrate_classifier(package, manifest)
        about = fitted.description
        card = ensemble_card(about.id, about.training, fitted.outputs, fitted.seen)
        package = save_classifier(out, about, card, Path(payload))
    return Joined(package, fitted.outputs, fitted.seen)


def _shared_input(inputs: Sequence[tuple[str, InputSpec]]) -> InputSpec:
    """The largest picture any member sees; smaller ones are made of it inside the graph."""
    first, spec = max(inputs, key=lambda one: one[1].width * one[1].height)
    for name, other in inputs:
        shape = abs(other.width * spec.height - other.height * spec.width) / (other.width * spec.height)
        if (other.fit, other.cut_white_bars) != (spec.fit, spec.cut_white_bars) or (
            shape > _SAME_SHAPE and spec.fit != "stretch"
        ):
            raise PackageError("package.ensemble_pictures", first=first, other=name)
    return spec


def _training(
    members: Sequence[Description | ClassifierDescription], shares: Shares, command: str, data: str
) -> dict[str, Any]:
    seen = sorted({str(photo) for member in members for photo in member.training.get("photos_sha256", ())})
    return {
        "recipe": ARCHITECTURE,
        "command": command,
        "data": data,
        "photos_sha256": seen,
        "members": [
            {"id": m.id, "version": m.version, "architecture": m.architecture, "share": round(float(share), 4)}
            for m, share in zip(members, shares, strict=True)
        ],
    }


def _today() -> str:
    return datetime.now(UTC).strftime("%Y.%m.%d")
