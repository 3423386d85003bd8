"""The columns of an export, and which of them tell of a visit, of a photo or of a grade."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

COLUMNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "visit_id": "UUID",
        "visited_at": "TIMESTAMPTZ",
        "sex": "VARCHAR",
        "age_band": "VARCHAR",
        "region": "VARCHAR",
        "consent": "BOOLEAN",
        "consent_at": "TIMESTAMPTZ",
        "consent_version": "VARCHAR",
        "source": "VARCHAR",
        "answers": "VARCHAR",
        "diagnosis_id": "UUID",
        "photo_sha256": "VARCHAR",
        "site": "VARCHAR",
        "view": "VARCHAR",
        "model_id": "VARCHAR",
        "model_version": "VARCHAR",
        "elapsed_ms": "DOUBLE",
        "condition": "VARCHAR",
        "severity": "UTINYINT",
        "p0": "DOUBLE",
        "p1": "DOUBLE",
        "p2": "DOUBLE",
        "p3": "DOUBLE",
        "severity_set": "UTINYINT[]",
    }
)
"""Columns of an export with their types in the records; one row a graded or abstained condition."""

_PHOTO: Final = {"diagnosis_id", "photo_sha256", "site", "view", "model_id", "model_version", "elapsed_ms"}
_GRADE: Final = {"condition", "severity", "p0", "p1", "p2", "p3", "severity_set"}


def level(column: str) -> Literal["visit", "photo", "grade"]:
    """Say what a column of an export is about."""
    return "grade" if column in _GRADE else "photo" if column in _PHOTO else "visit"


def columns_of(*levels: str) -> list[str]:
    """List the columns that are about these."""
    return [name for name in COLUMNS if level(name) in levels]
