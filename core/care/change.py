"""What changed between visits, and what only looks as if it had.

A grade is a measurement with noise. Each photo comes with calibrated probabilities of the four severities, so the
chance that a condition is worse now than it was then is, with errors independent of each other,

    P(later > earlier) = sum over i < j of P(earlier = i) * P(later = j)

Equal severities count for neither side. A change is claimed where that chance, or the chance of the opposite, is at
least `CERTAIN`, and the grade itself moved the same way. Anything less is no change that the measurement can tell.

How often that is wrong was worked out exactly for grades from the package's own kind of calibration (proportional
odds), over 120 made-up populations, with both visits of an unchanged scalp measured independently: a change is claimed
for 1.7 % of unchanged conditions on average, and for 3.9 % in the worst population; it is noticed for 32 % of true
steps from good to moderate and for 73 % from good to severe where the score is informative (tests/unit/test_change.py
repeats this). It is cautious: errors that come back with the same head (its hair, its lamp) cancel between visits,
and ties speak for neither side. It is only as good as the probabilities: where a condition was checked on drawn
pictures alone, so is this.

Photos of one visit are combined by the mean of their distributions, the distribution of a photo drawn at random. That
does not drift with their number, as the worst of them would, and does not narrow with it either, since errors of
photos of one head go together. Where both visits name the sites of their photos and share some, only those count.
Photos on which the model abstained say nothing. Views are never compared with each other, nor are models: two models
err in their own ways, so between them nothing is claimed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from core.findings import Diagnosis, Finding, Visit, worst_findings
from core.taxonomy import CONDITIONS_OF_VIEW, Condition, Severity, Site, View

CERTAIN = 0.9
"""The chance from which on a change is claimed."""

Distribution = npt.NDArray[np.float64]


class Verdict(StrEnum):
    """What can be said about a condition between two visits."""

    WORSE = "worse"
    BETTER = "better"
    NONE = "none"
    UNGRADED = "ungraded"
    OTHER_MODEL = "other_model"


@dataclass(frozen=True)
class Measurement:
    """One condition at one visit, in one view.

    Attributes:
        condition: What was graded.
        view: On photos of which kind.
        at: When.
        finding: The worst credible grade of the visit's photos, as the result page shows it; abstained where all are.
        models: Id and version of the models that graded, sorted.
        graded: Site and finding of each photo that got a grade.
    """

    condition: Condition
    view: View
    at: datetime
    finding: Finding
    models: tuple[tuple[str, str], ...]
    graded: tuple[tuple[Site | None, Finding], ...]

    @property
    def severity(self) -> Severity | None:
        """The grade; None where the model abstained on every photo."""
        return self.finding.severity


@dataclass(frozen=True)
class Change:
    """A condition at two visits.

    Attributes:
        earlier: The first of them.
        later: The second.
        verdict: What can be said.
        p_higher: Chance that the severity rose; None where they cannot be compared.
        p_lower: Chance that it fell; likewise.
    """

    earlier: Measurement
    later: Measurement
    verdict: Verdict
    p_higher: float | None = None
    p_lower: float | None = None


Course = tuple[Measurement, ...]


def courses(visits: Iterable[Visit]) -> dict[tuple[View, Condition], Course]:
    """Sort visits into one course per view and condition.

    Args:
        visits: Of one person, in any order.

    Returns:
        Measurements, oldest first; only views and conditions that were looked at, in the order of the taxonomy.
    """
    ordered = sorted(visits, key=lambda visit: visit.visited_at)
    found = {
        (view, condition): tuple(_measure(visit, view, condition) for visit in ordered if _photos(visit, view))
        for view in View
        for condition in CONDITIONS_OF_VIEW[view]
    }
    return {key: course for key, course in found.items() if course}


def compare(earlier: Measurement, later: Measurement) -> Change:
    """Say whether a condition changed by more than the measurement's noise.

    Args:
        earlier: The condition at one visit.
        later: The same condition, in the same view, at another.

    Raises:
        ValueError: Two conditions or views.
    """
    if (earlier.condition, earlier.view) != (later.condition, later.view):
        raise ValueError("only the same condition in the same view can be compared")
    if earlier.severity is None or later.severity is None:
        return Change(earlier, later, Verdict.UNGRADED)
    if earlier.models != later.models:
        return Change(earlier, later, Verdict.OTHER_MODEL)
    shared = {site for site, _ in earlier.graded} & {site for site, _ in later.graded} - {None}
    before, after = _combine(earlier, shared), _combine(later, shared)
    p_higher, p_lower = chance_higher(before, after), chance_higher(after, before)
    verdict = Verdict.NONE
    if p_higher >= CERTAIN and later.severity > earlier.severity:
        verdict = Verdict.WORSE
    elif p_lower >= CERTAIN and later.severity < earlier.severity:
        verdict = Verdict.BETTER
    return Change(earlier, later, verdict, p_higher, p_lower)


def chance_higher(first: Distribution, second: Distribution) -> float:
    """Return P(second > first) of two independent severities with these distributions, each (4,)."""
    below = np.concatenate([[0.0], np.cumsum(first)[:-1]])
    return float(second @ below)


def latest_change(course: Course) -> Change | None:
    """Compare the last measurement with the one before it that says most: the last graded one by the same models.

    Returns:
        None for a course of a single visit. Where none before it can be compared, the change to one of them, whose
        verdict says why.
    """
    return _change_to(course[-1], tuple(reversed(course[:-1])))


def total_change(course: Course) -> Change | None:
    """Compare the last measurement with the first graded one by the same models; otherwise as `latest_change`."""
    return _change_to(course[-1], course[:-1])


def steps(course: Course) -> tuple[Change, ...]:
    """Compare each measurement with the one before it, as `latest_change` does; one fewer than measurements."""
    changes = (latest_change(course[: number + 1]) for number in range(1, len(course)))
    return tuple(change for change in changes if change is not None)


def _change_to(later: Measurement, candidates: Sequence[Measurement]) -> Change | None:
    fallback = None
    for earlier in candidates:
        change = compare(earlier, later)
        if change.p_higher is not None:
            return change
        if fallback is None or (fallback.verdict, change.verdict) == (Verdict.UNGRADED, Verdict.OTHER_MODEL):
            fallback = change
    return fallback


def _photos(visit: Visit, view: View) -> list[tuple[Site | None, Diagnosis]]:
    sites = visit.sites or (None,) * len(visit.diagnoses)
    return [(site, one) for site, one in zip(sites, visit.diagnoses, strict=True) if one.view is view]


def _measure(visit: Visit, view: View, condition: Condition) -> Measurement:
    photos = _photos(visit, view)
    (finding,) = (f for f in worst_findings(one for _, one in photos) if f.condition is condition)
    return Measurement(
        condition=condition,
        view=view,
        at=visit.visited_at,
        finding=finding,
        models=tuple(sorted({(str(one.model_id), str(one.model_version)) for _, one in photos})),
        graded=tuple((site, one.finding(condition)) for site, one in photos if not one.finding(condition).abstained),
    )


def _combine(measurement: Measurement, sites: set[Site | None]) -> Distribution:
    chosen = [finding.probabilities for site, finding in measurement.graded if not sites or site in sites]
    return np.asarray(np.mean(chosen, axis=0), dtype=np.float64)
