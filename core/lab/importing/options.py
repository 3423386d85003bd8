"""What the person who imports may decide."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from core.errors import ManifestError
from core.lab.task import Task
from core.locale import Language

_RATIO = re.compile(r"\d{1,4}(\.\d+)?(:\d{1,4}(\.\d+)?){1,2}")
_FOLDS = re.compile(r"folds:(\d{1,3})")


class Kind(StrEnum):
    """How labelled photos come."""

    FOLDER = "folder"
    CSV = "csv"
    AIHUB = "aihub"
    BOXES = "boxes"


@dataclass(frozen=True)
class SplitPlan:
    """How photos are split.

    Attributes:
        shares: Of train, validation and test, or of train and validation; of each fold where `folds`.
        folds: The shares are folds, written into the column `fold`.
        given: Take the splits that the source names.
        text: As it was asked for.
    """

    shares: tuple[float, ...]
    folds: bool
    given: bool
    text: str


@dataclass(frozen=True)
class Options:
    """What may be decided.

    Attributes:
        task: What is to be predicted; None takes the labels as they come.
        split: None takes the source's own splits where a folder or table has such, else 8:1:1.
        seed: Of the split and the examples.
        mapping: For tables, which column holds what, for example `label` -> `종류`.
        group_pattern: What in a name tells the person.
        drop_copies: Leave out files that are byte for byte the same as an earlier one with the same labels.
        corners: Boxes of four numbers are two corners (x1, y1, x2, y2) and not corner, width and height.
        force: Write over what is there.
        language: Of the report page.
    """

    task: Task | None = None
    split: SplitPlan | None = None
    seed: int = 0
    mapping: Mapping[str, str] = field(default_factory=dict)
    group_pattern: re.Pattern[str] | None = None
    drop_copies: bool = False
    corners: bool = False
    force: bool = False
    language: Language = Language.ENGLISH


def parse_split(text: str) -> SplitPlan:
    """Read `8:1:1`, `7:3` (train and validation), `folds:5` or `given`.

    Raises:
        ManifestError: It is none of these (`import.bad_split`).
    """
    folds = _FOLDS.fullmatch(text)
    if folds and 2 <= int(folds[1]) <= 100:
        return SplitPlan((1.0,) * int(folds[1]), folds=True, given=False, text=text)
    if text == "given":
        return SplitPlan((8, 1, 1), folds=False, given=True, text=text)
    shares = tuple(float(part) for part in text.split(":")) if _RATIO.fullmatch(text) else ()
    if not shares or min(shares) <= 0:
        raise ManifestError("import.bad_split", value=text)
    return SplitPlan(shares, folds=False, given=False, text=text)


def parse_pattern(text: str) -> re.Pattern[str]:
    """Read a pattern that finds the person in a photo's name.

    Raises:
        ManifestError: It is no regular expression (`import.bad_pattern`).
    """
    try:
        return re.compile(text)
    except re.error as error:
        raise ManifestError("import.bad_pattern", value=text, detail=error) from error


def person_by(pattern: re.Pattern[str], name: str) -> str | None:
    """The person in a name: the group called `person`, else the first group, else all that matches."""
    match = pattern.search(name)
    if match is None:
        return None
    if "person" in pattern.groupindex:
        return match["person"] or None
    return (match[1] if pattern.groups else match[0]) or None


SplitName = Literal["train", "validation", "test"]
_SPLIT_NAMES: Mapping[str, SplitName] = {
    **dict.fromkeys(("train", "training", "tr", "trn", "1.training", "학습", "훈련"), "train"),
    **dict.fromkeys(("val", "valid", "validation", "dev", "2.validation", "검증"), "validation"),
    **dict.fromkeys(("test", "testing", "te", "3.test", "시험", "테스트", "평가"), "test"),
}


def split_named(word: str) -> SplitName | None:
    """The split that a folder or cell means; None where it means none."""
    return _SPLIT_NAMES.get(word.strip().lower())
