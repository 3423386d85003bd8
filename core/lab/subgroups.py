"""Figures for each sex, age band, region and device: an average may hide people a network serves badly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from core.lab.figures import measure_figures
from core.lab.held_out import HeldOut

FEWEST = 10
SUBGROUP_SAMPLES = 1000


@dataclass(frozen=True)
class Subgroup:
    """One value of one trait.

    Attributes:
        trait: For example `sex`.
        value: For example `female`; empty where the manifest does not say.
        n: Photos.
        figures: Value and interval by name; None under ten photos, which say nothing about anyone.
    """

    trait: str
    value: str
    n: int
    figures: Mapping[str, Mapping[str, float | None]] | None


def measure_subgroups(
    part: HeldOut, traits: Mapping[str, npt.NDArray[np.str_]], severities: Sequence[int] | None
) -> tuple[Subgroup, ...]:
    """Measure each value of each trait by itself.

    Args:
        part: Held-out rows.
        traits: By trait, the value of each row, (N,); empty where unknown.
        severities: See `core.lab.figures.measure_figures`.
    """
    found = []
    for trait, values in traits.items():
        for value in np.unique(values):
            inside = values == value
            figures = None
            if inside.sum() >= FEWEST:
                measured = measure_figures(rows_of(part, inside), severities, SUBGROUP_SAMPLES)
                figures = {name: figure.as_dict() for name, figure in measured.values.items()}
            found.append(Subgroup(trait, str(value), int(inside.sum()), figures))
    return tuple(found)


def rows_of(part: HeldOut, inside: npt.NDArray[np.bool_] | npt.NDArray[np.integer]) -> HeldOut:
    """Some of the rows, by mask or positions."""
    names = [field.name for field in fields(HeldOut) if field.name != "output"]
    return HeldOut(part.output, *(getattr(part, name)[inside] for name in names))
