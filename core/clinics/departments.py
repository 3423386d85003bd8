"""Which departments a condition of the scalp leads to, in HIRA's words, and how an address names them."""

from collections.abc import Iterable
from typing import Final

from core.clinics.clinic import DERMATOLOGY
from core.taxonomy import Condition

# Hair transplants are done by plastic surgeons too, but whether one makes sense is a dermatologist's question first.
_DEPARTMENTS: Final[dict[Condition, tuple[str, ...]]] = dict.fromkeys(Condition, (DERMATOLOGY,))
_SEPARATOR: Final = "|"


def departments_for(conditions: Iterable[Condition]) -> tuple[str, ...]:
    """Return the departments to look for, each once; dermatology where no condition is named."""
    found = dict.fromkeys(name for condition in conditions for name in _DEPARTMENTS[condition])
    return tuple(found) or (DERMATOLOGY,)


def in_address(departments: Iterable[str]) -> str:
    """Write departments into one parameter of an address."""
    return _SEPARATOR.join(departments)


def from_address(parameter: str) -> tuple[str, ...]:
    """Read what `in_address` wrote, or anything that somebody typed: each name once."""
    return tuple(dict.fromkeys(name for name in parameter.split(_SEPARATOR) if name))
