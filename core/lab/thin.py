"""Classes that no network can be judged by: all their photos would be on one side of any split, or there are none."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from core.lab.objectives import label_columns
from core.lab.recipe import Recipe

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_FEWEST_GROUPS = 2


def thin_classes(recipe: Recipe, labels: Ints, groups: npt.NDArray[np.str_]) -> tuple[str, ...]:
    """Name the classes with photos of fewer than two people or groups, each with its number of photos.

    Args:
        recipe: What is predicted.
        labels: int (N, columns): grades' positions by condition, or see `core.lab.objectives.label_columns`.
        groups: (N,), what is never parted.
    """
    classes = _graded(recipe, labels) if recipe.graded_view is not None else _classified(recipe, labels)
    return tuple(f"{name} ({int(has.sum())})" for name, has in classes if len(np.unique(groups[has])) < _FEWEST_GROUPS)


def _graded(recipe: Recipe, labels: Ints) -> Iterable[tuple[str, Flags]]:
    for column, (condition, severities) in enumerate(recipe.grades.items()):
        for position, severity in enumerate(severities):
            yield f"{condition.value} {severity}", labels[:, column] == position


def _classified(recipe: Recipe, labels: Ints) -> Iterable[tuple[str, Flags]]:
    columns = label_columns(recipe.definition)
    for output in recipe.definition.outputs:
        start = columns[output.id].start
        for position, entry in enumerate(output.classes):
            several = output.kind == "multi"
            has = labels[:, start + position] == 1 if several else labels[:, start] == position
            yield f"{output.id} {entry.id}", has
