"""What flows from a photo to the records: Quality, Finding, Diagnosis, Visit. Frozen, and checked when made."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import isclose, isfinite
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from core.taxonomy import (
    CONDITIONS_OF_VIEW,
    SEVERITIES,
    AgeBand,
    Condition,
    Region,
    ScalpType,
    Severity,
    Sex,
    Site,
    View,
)


class Refusal(StrEnum):
    """Why a photo is not graded."""

    SMALL = "small"
    DARK = "dark"
    BRIGHT = "bright"
    GLARE = "glare"
    BLURRED = "blurred"
    NOT_SCALP = "not_scalp"
    OTHER_VIEW = "other_view"


@dataclass(frozen=True)
class Reason:
    """One reason to refuse a photo, with what was measured and the limit it crossed.

    Attributes:
        refusal: The reason; texts for it are named after its value.
        measured: What the photo has, in the unit of the measure.
        limit: What a photo fit to grade has at least or at most.
    """

    refusal: Refusal
    measured: float
    limit: float


@dataclass(frozen=True)
class Quality:
    """Is this photo fit to grade?

    Attributes:
        view: The view graded or recognised; None where the photo shows no scalp.
        reasons: Why it is refused; empty when it is accepted.
    """

    view: View | None
    reasons: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        """Check that an accepted photo has a view."""
        if not self.reasons and self.view is None:
            raise ValueError("an accepted photo has a view")

    @property
    def accepted(self) -> bool:
        """Whether nothing speaks against grading."""
        return not self.reasons


@dataclass(frozen=True)
class Finding:
    """One condition, graded.

    Attributes:
        condition: What was graded.
        probabilities: Calibrated probability of each severity, four numbers that sum to 1.
        severity: The grade, or None where the model abstained.
        severity_set: Conformal set: the severities that stay possible at the package's coverage, ascending.
        heatmap: Where the evidence lies, float32 (h, w) in 0..1 over `Diagnosis.seen_box`; None where not asked for.
    """

    condition: Condition
    probabilities: tuple[float, float, float, float]
    severity: Severity | None
    severity_set: tuple[Severity, ...]
    heatmap: npt.NDArray[np.float32] | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Check probabilities and set."""
        if len(self.probabilities) != len(SEVERITIES):
            raise ValueError(f"expected {len(SEVERITIES)} probabilities, got {len(self.probabilities)}")
        if not all(isfinite(p) and -1e-6 <= p <= 1 + 1e-6 for p in self.probabilities):
            raise ValueError(f"probabilities outside 0..1: {self.probabilities}")
        if not isclose(sum(self.probabilities), 1, abs_tol=1e-4):
            raise ValueError(f"probabilities sum to {sum(self.probabilities)}, not 1")
        if not self.severity_set or list(self.severity_set) != sorted(set(self.severity_set)):
            raise ValueError(f"a severity set is ascending and never empty, got {self.severity_set}")
        if self.severity is not None and self.severity not in self.severity_set:
            raise ValueError(f"severity {self.severity} is not in its set {self.severity_set}")

    @property
    def abstained(self) -> bool:
        """Whether the evidence was too thin for a grade."""
        return self.severity is None

    @property
    def probability(self) -> float | None:
        """Probability of the grade given; None where the model abstained."""
        return None if self.severity is None else self.probabilities[self.severity]

    @property
    def present(self) -> bool:
        """Whether a grade above good was given."""
        return self.severity is not None and self.severity > Severity.GOOD

    @property
    def certain(self) -> bool:
        """Whether the set leaves no doubt between good and not good."""
        return not self.abstained and (Severity.GOOD in self.severity_set) == (self.severity_set == (Severity.GOOD,))

    @property
    def likely(self) -> bool:
        """Whether the grade, or a worse one, is more likely than not.

        Cut points that keep each grade as common as it is among people can name a grade that is not.
        """
        return self.severity is not None and sum(self.probabilities[self.severity :]) >= 0.5

    @property
    def likeliest(self) -> Severity:
        """The single most probable severity, the better one of equals; need not be the grade given."""
        return max(SEVERITIES, key=lambda severity: (self.probabilities[severity], -severity))


@dataclass(frozen=True)
class Diagnosis:
    """What one photo gave: either graded findings or the reasons why it was refused.

    Attributes:
        photo_sha256: SHA-256 of the decoded pixels, in hex.
        quality: Accepted or not, and why.
        model_id: The package that graded; None for a photo no model graded.
        model_version: Version of that package.
        findings: One per condition of the view, in the order of the taxonomy; empty for a refused photo.
        seen_box: The part of the photo the network saw: left, top, right, bottom in pixels of the decoded photo.
        elapsed_ms: From decoded photo to result, in milliseconds.
    """

    photo_sha256: str
    quality: Quality
    model_id: str | None
    model_version: str | None
    findings: tuple[Finding, ...]
    seen_box: tuple[int, int, int, int]
    elapsed_ms: float

    def __post_init__(self) -> None:
        """Check that a refused photo carries no grade and an accepted one carries every condition of its view."""
        if not self.quality.accepted:
            if self.findings:
                raise ValueError("a refused photo carries no findings")
            return
        view = self.quality.view
        assert view is not None
        expected = CONDITIONS_OF_VIEW[view]
        if tuple(f.condition for f in self.findings) != expected:
            raise ValueError(f"a {view} diagnosis holds {expected} in this order")
        if self.model_id is None:
            raise ValueError("a graded photo names its model")

    @property
    def accepted(self) -> bool:
        """Whether the photo was graded."""
        return self.quality.accepted

    @property
    def view(self) -> View | None:
        """The view graded or recognised."""
        return self.quality.view

    def finding(self, condition: Condition) -> Finding:
        """Return the finding of one condition.

        Raises:
            KeyError: This view does not grade that condition, or the photo was refused.
        """
        for finding in self.findings:
            if finding.condition == condition:
                return finding
        raise KeyError(condition)

    def as_dict(self) -> dict[str, object]:
        """Plain values in the shape of the command line's contract, without the photo's name."""
        return {
            "accepted": self.accepted,
            "reasons": [reason.refusal.value for reason in self.quality.reasons],
            "view": self.view.value if self.view else None,
            "model": self.model_id,
            "model_version": self.model_version,
            "conditions": {
                f.condition.value: {
                    "severity": None if f.severity is None else int(f.severity),
                    "abstained": f.abstained,
                    "probabilities": [round(p, 6) for p in f.probabilities],
                    "set": [int(s) for s in f.severity_set],
                }
                for f in self.findings
            },
            "photo_sha256": self.photo_sha256,
            "elapsed_ms": round(self.elapsed_ms, 3),
        }


@dataclass(frozen=True)
class Visit:
    """One person's photos at one time, with what they told and what they agreed to.

    Attributes:
        visited_at: When, with a time zone.
        diagnoses: The graded photos, at least one; refused photos are never part of a visit.
        consent: Whether the person agreed that the result is kept (health data: asked apart from all else).
        source: Where the visit comes from, for example `app`, `import` or `demo`.
        sites: Where on the head each photo was taken, parallel to `diagnoses`; None where not told.
        answers: Life-style answers, name to value; empty where not told.
    """

    visited_at: datetime
    diagnoses: tuple[Diagnosis, ...]
    consent: bool
    source: str
    sex: Sex | None = None
    age_band: AgeBand | None = None
    region: Region | None = None
    sites: tuple[Site | None, ...] = ()
    answers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        """Check time zone, photos and sites."""
        if self.visited_at.tzinfo is None:
            raise ValueError("visited_at needs a time zone")
        if not self.diagnoses or not all(d.accepted for d in self.diagnoses):
            raise ValueError("a visit holds at least one graded photo and no refused one")
        if self.sites and len(self.sites) != len(self.diagnoses):
            raise ValueError(f"{len(self.sites)} sites for {len(self.diagnoses)} photos")


def worst_findings(diagnoses: Iterable[Diagnosis]) -> tuple[Finding, ...]:
    """Summarise several photos of one head: per condition the worst credible grade.

    A grade is credible where the model did not abstain. Where it abstained on every photo, the finding that comes
    closest to a grade (smallest set) stands for the condition, still abstained.

    Args:
        diagnoses: Graded photos; refused ones are passed over.

    Returns:
        One finding per condition that any photo graded, in the order of the taxonomy.
    """
    by_condition: dict[Condition, list[Finding]] = {}
    for diagnosis in diagnoses:
        for finding in diagnosis.findings:
            by_condition.setdefault(finding.condition, []).append(finding)
    return tuple(_worst(by_condition[c]) for c in Condition if c in by_condition)


def _worst(findings: Sequence[Finding]) -> Finding:
    graded = [f for f in findings if f.severity is not None]
    if graded:
        return max(graded, key=lambda f: (int(f.severity or 0), sum(f.probabilities[1:])))
    return min(findings, key=lambda f: len(f.severity_set))


def scalp_types(findings: Iterable[Finding]) -> tuple[ScalpType, ...]:
    """Derive the scalp type from the findings, by a written rule; combinations are allowed.

    A condition counts where a grade above good was given; abstentions count for nothing. Fine scaling without
    sebum is dry; sebum with erythema is seborrhoeic, sebum alone oily, erythema alone sensitive; pustules are
    inflammatory; dandruff and hair loss name themselves. Normal needs every one of the six conditions graded good.

    Args:
        findings: At most one per condition.

    Returns:
        The types that hold; empty where nothing was found but not everything could be graded.
    """
    by_condition = {f.condition: f for f in findings}
    present = {c for c, f in by_condition.items() if f.present}
    sebum = Condition.EXCESS_SEBUM in present
    erythema = Condition.INTERFOLLICULAR_ERYTHEMA in present
    types: list[ScalpType] = []
    sebum_graded = Condition.EXCESS_SEBUM in by_condition and not by_condition[Condition.EXCESS_SEBUM].abstained
    if Condition.FINE_SCALING in present and sebum_graded and not sebum:
        types.append(ScalpType.DRY)
    if sebum and erythema:
        types.append(ScalpType.SEBORRHOEIC)
    elif sebum:
        types.append(ScalpType.OILY)
    elif erythema:
        types.append(ScalpType.SENSITIVE)
    if Condition.FOLLICULAR_PUSTULES in present:
        types.append(ScalpType.INFLAMMATORY)
    if Condition.DANDRUFF in present:
        types.append(ScalpType.DANDRUFF)
    if Condition.HAIR_LOSS in present:
        types.append(ScalpType.HAIR_LOSING)
    all_good = len(by_condition) == len(Condition) and all(f.severity == Severity.GOOD for f in by_condition.values())
    return (ScalpType.NORMAL,) if all_good else tuple(types)
