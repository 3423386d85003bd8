"""Findings that always point to a doctor, whatever else a result says."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.findings import Finding
from core.taxonomy import Condition, Severity


@dataclass(frozen=True)
class RedFlags:
    """What in a result calls for a dermatologist.

    Attributes:
        pustules: Grade of follicular pustules where it is moderate or worse: infection is possible.
        severe: Other conditions graded severe.
    """

    pustules: Severity | None
    severe: tuple[Condition, ...]

    def __bool__(self) -> bool:
        """Whether anything calls for a doctor."""
        return self.pustules is not None or bool(self.severe)


def find_red_flags(findings: Iterable[Finding]) -> RedFlags:
    """Find what calls for a dermatologist, sure or not: a grade that is only possible counts as well."""
    graded = {f.condition: f.severity for f in findings if f.severity is not None}
    pustules = graded.pop(Condition.FOLLICULAR_PUSTULES, None)
    return RedFlags(
        pustules=pustules if pustules is not None and pustules >= Severity.MODERATE else None,
        severe=tuple(condition for condition, severity in graded.items() if severity == Severity.SEVERE),
    )
