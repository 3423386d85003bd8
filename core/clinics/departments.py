"""Which departments a condition of the scalp leads to, in HIRA's words."""

from collections.abc import Iterable
from typing import Final

from core.clinics.clinic import DERMATOLOGY
from core.taxonomy import Condition

# Hair transplants are done by plastic surgeons too, but whether one makes sense is a dermatologist's question first.
_DEPARTMENTS: Final[dict[Condition, tuple[str, ...]]] = dict.fromkeys(Condition, (DERMATOLOGY,))


def departments_for(conditions: Iterable[Condition]) -> tuple[str, ...]:
    """Return the departments to look for, each once; dermatology where no condition is named."""
    found = dict.fromkeys(name for condition in conditions for name in _DEPARTMENTS[condition])
    return tuple(found) or (DERMATOLOGY,)
