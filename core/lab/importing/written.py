"""The rows of a manifest, as an import writes them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.lab.importing.dividing import group_names
from core.lab.importing.facts import Divided
from core.lab.importing.found import Found, Progress
from core.lab.importing.options import SplitPlan
from core.lab.importing.pile import Pile
from core.lab.look import Look
from core.lab.manifest import SOURCE, TRAIT_PREFIX, TRAITS
from core.lab.manifest_table import file_cell, write_cells
from core.lab.task import Task

# Photos between two words about how far it is.
OFTEN = 50
_NAME = "name"


def cells_of(found: Found, look: Look, labels: Mapping[str, str], base: str) -> dict[str, str]:
    """The cells of a photo that do not depend on other photos; `base` is the manifest's folder as text."""
    traits = {name if name in (*TRAITS, SOURCE) else TRAIT_PREFIX + name: value for name, value in found.traits.items()}
    return {
        _NAME: found.name,
        "file": _file(found.path, base),
        "person": found.person or "",
        "sha256": look.sha256.hex(),
        **labels,
        **traits,
    }


def _file(path: Path, base: str) -> str:
    """Name a photo from the manifest's folder where it lies below it, else in full."""
    full = os.path.abspath(path)  # noqa: PTH100 - resolving follows links
    below = full[len(base) :] if full.startswith(base) else full
    return file_cell(below.replace(os.sep, "/"))


def write_manifest(
    manifest: Path, divided: Divided, task: Task, dropped: npt.NDArray[np.bool_], plan: SplitPlan, tell: Progress
) -> None:
    """Write the manifest in one step.

    Args:
        manifest: Where.
        divided: The N photos with their splits.
        task: What they are labelled for.
        dropped: bool (N,), photos to leave out.
        plan: Whether splits are folds.
        tell: Told how far it is.
    """
    pile, groups = divided.pile, group_names(divided.pile, divided.ties.groups)
    view = task.view.value if task.view else ""
    split_column = "fold" if plan.folds else "split"

    def rows() -> Iterator[dict[str, str]]:
        for index in range(len(pile)):
            if dropped[index]:
                continue
            own = {"view": view, "group": groups[divided.ties.groups[index]]}
            yield pile.row(index) | own | {split_column: divided.names[divided.splits[index]]}
            if index % OFTEN == 0:
                tell("writing", index, len(pile))

    write_cells(manifest, _columns(pile, task, split_column), rows())
    tell("writing", len(pile), len(pile))


def _columns(pile: Pile, task: Task, split_column: str) -> Sequence[str]:
    outputs = [output.id for output in task.outputs if output.id in pile.labels]
    own = ["file", "view", "group", "person", split_column, "sha256", *outputs]
    return [*own, *sorted(pile.columns - {*own, _NAME}, key=lambda name: (name not in TRAITS, name))]
