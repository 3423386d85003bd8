"""What an import goes through: photos found with what is said about them, and what had to be left out."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import ScalpError

Progress = Callable[[str, int, int], None]
"""Told the stage (`finding`, `reading`, `dividing`, `writing`), how much of it is done, and how much there is in all
(0 where nobody knows)."""


@dataclass(frozen=True)
class Found:
    """A photo that was found.

    Attributes:
        path: Where it lies; may lead through a ZIP archive.
        name: How it is called in reports: its path below what was imported.
        labels: By column of the source or id of the output, as written there.
        person: Who is on it, where the source tells.
        split: `train`, `validation` or `test`, where the source tells.
        traits: What else is known: `sex`, `age_band`, `region`, `device` and others.
        key: What else ties photos together that must not be parted, for example the photo that crops are taken from.
    """

    path: Path
    name: str
    labels: Mapping[str, str]
    person: str | None = None
    split: str | None = None
    traits: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None


@dataclass(frozen=True)
class Skipped:
    """A file or row that was left out.

    Attributes:
        name: Which.
        reason: Why, and what to do about it.
    """

    name: str
    reason: ScalpError


@dataclass(frozen=True)
class Findings:
    """What a source holds.

    Attributes:
        items: Photos and what was left out; read once, in order.
        total: How many items at most, for showing progress.
        empty_classes: Classes without any file.
        notes: Facts about the source worth keeping, for example the questions that answers belong to.
        graded: The labels are grades of the six conditions.
    """

    items: Iterator[Found | Skipped]
    total: int
    empty_classes: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)
    graded: bool = False
