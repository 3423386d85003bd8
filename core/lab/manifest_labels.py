"""Labels of a manifest as positions among the classes of a task's output."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.errors import ManifestError

if TYPE_CHECKING:
    from core.lab.manifest import LabelledPhoto
    from core.lab.task import Output

SEPARATOR = "|"


def class_positions(output: "Output", photos: Sequence["LabelledPhoto"]) -> npt.NDArray[np.int64]:
    """Turn the labels of an output into positions among its classes.

    A grade between two severities that a scalp output tells apart counts as the lower one.

    Returns:
        int (N,), -1 where a photo has no label; for an output of kind `multi` int (N, classes): 1 present, 0 absent,
        -1 in the whole row where the photo has no label.

    Raises:
        ManifestError: A label is none of the output's classes (`manifest.unknown_class`).
    """
    positions = known_labels(output)
    if output.kind == "multi":
        return _present(output, photos, positions)
    labels = [label_of(photo, output.id) for photo in photos]
    found = (
        _position(label, positions, output, photo) if label else -1 for label, photo in zip(labels, photos, strict=True)
    )
    return np.fromiter(found, dtype=np.int64, count=len(photos))


def known_labels(output: "Output") -> dict[str, int]:
    """Every label that an output understands, with the position it means: ids, and grade numbers where ordered."""
    positions = {entry.id: position for position, entry in enumerate(output.classes)}
    if output.kind != "ordinal":
        return positions
    severities = [entry.severity for entry in output.classes]
    if None in severities:
        return {str(position): position for position in range(len(output.classes))} | positions
    cuts = np.array(severities, dtype=np.int64)
    grades = range(int(cuts.max(initial=3)) + 1)
    return positions | {str(grade): int(np.searchsorted(cuts, grade, side="right")) - 1 for grade in grades}


def label_of(photo: "LabelledPhoto", output: str) -> str:
    """The label of one photo as it is written in a manifest; empty where it has none."""
    grades: Mapping[str, int] = {condition.value: grade for condition, grade in photo.grades.items()}
    if output in grades:
        return str(grades[output])
    return photo.labels.get(output, "")


def nearest_class(label: str, output: "Output") -> str:
    """The class id that a mistyped label most likely means."""
    spelled = {entry.id.casefold(): entry.id for entry in output.classes}
    spelled |= {name.casefold(): entry.id for entry in output.classes for name in entry.names.values()}
    match = get_close_matches(label.casefold(), spelled, n=1, cutoff=0)
    return spelled[match[0]] if match else output.classes[0].id


def _present(
    output: "Output", photos: Sequence["LabelledPhoto"], positions: Mapping[str, int]
) -> npt.NDArray[np.int64]:
    present = np.full((len(photos), len(output.classes)), -1, dtype=np.int64)
    for row, photo in enumerate(photos):
        label = label_of(photo, output.id)
        if not label:
            continue
        present[row] = 0
        # A lone separator says that the photo was looked at and shows none of the classes.
        for part in filter(None, (part.strip() for part in label.split(SEPARATOR))):
            present[row, _position(part, positions, output, photo)] = 1
    return present


def _position(label: str, positions: Mapping[str, int], output: "Output", photo: "LabelledPhoto") -> int:
    position = positions.get(label)
    if position is None:
        raise ManifestError(
            "manifest.unknown_class",
            row=photo.row if photo.row is not None else "?",
            file=photo.path.name,
            output=output.id,
            value=label,
            nearest=nearest_class(label, output),
            known=", ".join(entry.id for entry in output.classes),
        )
    return position
