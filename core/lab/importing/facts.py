"""The facts of an import, counted."""

import base64
import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import ScalpError
from core.lab.data_report import ClassCount, DuplicateSet, Example, Note, OutputCount, Sizes
from core.lab.importing.dividing import Ties
from core.lab.importing.pile import Pile
from core.lab.manifest_labels import SEPARATOR, known_labels
from core.lab.manifest_table import guarded
from core.lab.task import Task
from core.vision.photo import encode_jpeg, read_photo

Ints = npt.NDArray[np.int64]

_EXAMPLES, _CLASSES_WITH_EXAMPLES = 6, 60
_SIDE, _QUALITY = 96, 70
_SHOWN_SETS, _SETS_WITH_PICTURES, _PICTURES = 60, 12, 4
_LISTED_FILES = 20
_COMMON_SIZES = 8


@dataclass(frozen=True)
class Divided:
    """The photos of an import, taken apart.

    Attributes:
        pile: The photos.
        ties: What belongs together.
        splits: int (photos,), numbers of splits or folds.
        names: Of the splits or folds.
        base: The folder that names of files start from.
    """

    pile: Pile
    ties: Ties
    splits: Ints
    names: tuple[str, ...]
    base: Path

    @cached_property
    def labels(self) -> Mapping[str, tuple[Ints, tuple[str, ...]]]:
        """By output: int (photos,), numbers of labels or -1, and the labels."""
        return {output: (codes.codes, tuple(codes.names)) for output, codes in self.pile.labels.items()}


def count_outputs(divided: Divided, task: Task, seed: int) -> tuple[OutputCount, ...]:
    """Count the classes of every output, with a few examples of each.

    A grade between two that an output tells apart counts as the lower one, as it does in training.
    """
    room = max(1, _CLASSES_WITH_EXAMPLES // len(task.outputs))
    counts = []
    for output in task.outputs:
        nothing: tuple[Ints, tuple[str, ...]] = np.full(len(divided.pile), -1), ()
        codes, labels = divided.labels.get(output.id, nothing)
        positions = known_labels(output)
        classes = []
        for number, entry in enumerate(output.classes):
            holding = [
                code
                for code, label in enumerate(labels)
                if any(positions.get(part) == number for part in label.split(SEPARATOR))
            ]
            members = np.flatnonzero(np.isin(codes, holding))
            examples = _examples(divided, members, seed) if number < room else ()
            classes.append(_class(divided, entry.id, _names(entry.names), members, examples))
        unlabelled = int((codes < 0).sum())
        counts.append(OutputCount(output.id, _names(output.names), tuple(classes), unlabelled))
    return tuple(counts)


def _class(
    divided: Divided, identity: str, names: Mapping[str, str], members: Ints, examples: tuple[Example, ...]
) -> ClassCount:
    by_split = np.bincount(divided.splits[members], minlength=len(divided.names)).tolist()
    groups = len(np.unique(divided.ties.groups[members]))
    return ClassCount(identity, names, len(members), groups, dict(zip(divided.names, by_split, strict=True)), examples)


def _names(names: Mapping[Literal["en", "ko"], str]) -> dict[str, str]:
    return {str(language): name for language, name in names.items()}


def count_sizes(pile: Pile) -> Sizes:
    """Count the sizes of the pictures."""
    sizes, counts = np.unique(pile.sizes, axis=0, return_counts=True)
    commonest = np.argsort(-counts, kind="stable")[:_COMMON_SIZES]
    by_area = np.argsort(sizes.prod(axis=1), kind="stable")
    common = tuple((int(sizes[i, 0]), int(sizes[i, 1]), int(counts[i])) for i in commonest)
    return Sizes(len(sizes), common, _pair(sizes[by_area[0]]), _pair(sizes[by_area[-1]]))


def _pair(size: Ints) -> tuple[int, int]:
    return int(size[0]), int(size[1])


def repeated(codes: Ints) -> int:
    """How many photos come after another of the same number."""
    return len(codes) - len(np.unique(codes))


def duplicate_sets(divided: Divided) -> list[tuple[Ints, bool, bool]]:
    """The sets of duplicates: positions, whether all are one file, and whether labels differ; conflicts come first."""
    copies, files = divided.ties.copies, divided.pile.files.codes
    repeating = np.flatnonzero(np.bincount(copies)[copies] > 1)
    order = repeating[np.argsort(copies[repeating], kind="stable")]
    starts = np.flatnonzero(np.diff(copies[order], prepend=-1))
    columns = [codes for codes, _ in divided.labels.values()]
    sets = []
    for members in np.split(order, starts[1:]):
        if not len(members):
            break  # no duplicates at all
        exact = len(np.unique(files[members])) == 1
        conflict = any(len(set(column[members].tolist()) - {-1}) > 1 for column in columns)
        sets.append((members, exact, conflict))
    return sorted(sets, key=lambda entry: (not entry[2], entry[0][0]))


def describe_sets(divided: Divided, sets: Sequence[tuple[Ints, bool, bool]]) -> tuple[DuplicateSet, ...]:
    """The first sets in words and small pictures."""
    described = []
    for number, (members, exact, conflict) in enumerate(sets[:_SHOWN_SETS]):
        rows = [divided.pile.row(int(index)) for index in members[:_LISTED_FILES]]
        pictures = members[:_PICTURES] if number < _SETS_WITH_PICTURES else members[:0]
        described.append(
            DuplicateSet(
                tuple(row["name"] for row in rows),
                tuple(_label(divided, int(index)) for index in members[:_LISTED_FILES]),
                exact,
                conflict,
                tuple(_pictures(divided, pictures)),
            )
        )
    return tuple(described)


def write_sets(path: Path, divided: Divided, sets: Sequence[tuple[Ints, bool, bool]]) -> None:
    """Write all duplicates as CSV, one line a photo."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("set", "file", "labels", "group", "same_file", "labels_differ"))
        for number, (members, exact, conflict) in enumerate(sets, start=1):
            for index in members.tolist():
                cells = (divided.pile.row(index)["name"], _label(divided, index), str(divided.ties.groups[index] + 1))
                writer.writerow((number, *(guarded(cell) for cell in cells), int(exact), int(conflict)))


def warn(divided: Divided, outputs: Sequence[OutputCount], empty: Sequence[str], moved: int) -> Iterator[Note]:
    """Say what should be looked at before training on these photos."""
    needed = len(divided.names)
    for name in empty:
        yield Note("import.empty_folder", {"name": name})
    for output in outputs:
        absent = [entry.id for entry in output.classes if not entry.photos]
        if absent:
            yield Note("import.empty_class", {"names": ", ".join(absent), "output": output.id})
        for entry in output.classes:
            place = {"name": entry.id, "output": output.id}
            if entry.photos == 1:
                yield Note("import.single_photo", place)
            elif 0 < entry.groups < needed:
                yield Note("import.few_groups", place | {"groups": str(entry.groups), "splits": str(needed)})
    totals = Counter(divided.splits.tolist())
    for number, name in enumerate(divided.names):
        if not totals[number]:
            yield Note("import.empty_split", {"name": name})
    if moved:
        yield Note("import.moved", {"photos": str(moved)})
    if not divided.pile.people.names:
        yield Note("import.nobody_known")


def _label(divided: Divided, index: int) -> str:
    """Labels of a photo in words: bare where there is one output."""
    found = {o: names[codes[index]] for o, (codes, names) in divided.labels.items() if codes[index] >= 0}
    if len(divided.pile.labels) == 1:
        return next(iter(found.values()), "")
    return ", ".join(f"{output} {label}" for output, label in found.items())


def _examples(divided: Divided, members: Ints, seed: int) -> tuple[Example, ...]:
    chosen = np.random.default_rng(seed).permutation(members)[:_EXAMPLES]
    return tuple(_pictures(divided, chosen))


def _pictures(divided: Divided, members: Ints) -> Iterator[Example]:
    for index in members.tolist():
        row = divided.pile.row(index)
        try:
            pixels = read_photo(divided.base / row["file"]).pixels
        except ScalpError:
            continue  # gone since it was looked at; the training will say so
        scale = min(1.0, _SIDE / max(pixels.shape[:2]))
        small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.uint8)
        yield Example(row["name"], base64.b64encode(encode_jpeg(small, _QUALITY)).decode())
