"""A recipe: everything a training needs besides the photos, as a validated TOML file.

The recipes that ship lie in `data/recipes/` (`docs/laboratory-recipes.md` lists them with the runs they come from).
`--set optimiser.lr=0.001` overrides one value.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import Field, PrivateAttr, ValidationError, model_validator

from core.errors import RecipeError
from core.lab.augment import build_augmentation
from core.lab.recipe_errors import explain, near_value, no_recipe
from core.lab.recipe_parts import (
    Adaptation,
    BothLanguages,
    Card,
    Input,
    Loss,
    Network,
    Optimiser,
    Part,
    Schedule,
    Stopping,
    Training,
    Validation,
)
from core.lab.task import Task, read_task
from core.settings import DATA_DIR
from core.taxonomy import Condition, View
from core.vision.architectures import FIXED_SIZE, architecture_names

RECIPES_DIR = DATA_DIR / "recipes"

__all__ = [
    "RECIPES_DIR",
    "Adaptation",
    "Card",
    "Input",
    "Loss",
    "Network",
    "Optimiser",
    "Recipe",
    "Schedule",
    "Stopping",
    "Training",
    "Validation",
    "read_recipe",
    "recipe_names",
]


class Recipe(Part):
    """What `python -m core train` runs.

    Attributes:
        name: Its name, and that of its run folder.
        description: What it is and where it comes from, by language.
        package: Name of the package it makes.
        task: What is predicted: a task that ships, one output of it (`conditions:dandruff`), or a TOML file.
        augment: Names of augmentations, tables of a name and its parameters, and `one_of` groups, in order.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")
    description: BothLanguages
    package: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")
    task: str
    network: Network
    input: Input
    augment: tuple[str | dict[str, Any], ...] = ()
    optimiser: Optimiser = Optimiser()
    schedule: Schedule = Schedule()
    loss: Loss = Loss()
    training: Training
    stopping: Stopping = Stopping()
    validation: Validation = Validation()
    adaptation: Adaptation = Adaptation()
    card: Card

    _definition: Task = PrivateAttr()

    @model_validator(mode="after")
    def _fits_together(self) -> "Recipe":
        self._definition = read_task(self.task)
        build_augmentation(self.augment)
        _check_network(self.network.architecture, self.input)
        _check_loss(self.loss.name, self._definition)
        if self.adaptation.data and self.graded_view is None:
            raise ValueError("adaptation.data is for tasks that grade a view of the scalp, with loss.name = ordinal")
        return self

    @property
    def definition(self) -> Task:
        """The task itself."""
        return self._definition

    @property
    def graded_view(self) -> View | None:
        """The view whose Diagnosis package this recipe makes; None where it makes a classifier package."""
        return self._definition.graded_view if self.loss.name == "ordinal" else None

    @property
    def view(self) -> View:
        """The view graded, of a recipe that makes a Diagnosis package."""
        if self.graded_view is None:
            raise ValueError(f"{self.name} makes a classifier package")
        return self.graded_view

    @property
    def grades(self) -> dict[Condition, tuple[int, ...]]:
        """The grades told apart, by condition, of a recipe that makes a Diagnosis package; else empty."""
        if self.graded_view is None:
            return {}
        return {Condition(output.id): output.severities for output in self._definition.outputs}

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions graded, in order."""
        return tuple(self.grades)


def recipe_names() -> tuple[str, ...]:
    """The recipes that ship, sorted."""
    return tuple(sorted(path.stem for path in RECIPES_DIR.glob("*.toml")))


def read_recipe(name_or_path: str, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe that ships by its name, or any by its path.

    Args:
        name_or_path: For example `efficientnet-lite0-crown` or `my/recipe.toml`.
        overrides: `key=value` with dotted keys and TOML values, for example `training.epochs=3`.

    Raises:
        RecipeError: No such recipe, no TOML, an unknown key (the nearest known one is named) or a bad value.
        TaskError: Its task does not exist or is not as it should be.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        if name_or_path not in recipe_names():
            raise no_recipe(name_or_path, recipe_names())
        path = RECIPES_DIR / f"{name_or_path}.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise no_recipe(name_or_path, recipe_names()) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError("recipe.not_toml", path=path, detail=error) from error
    for override in overrides:
        _override(values, override)
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        raise explain(error, Recipe) from error


def _override(values: dict[str, Any], override: str) -> None:
    key, found, value = override.partition("=")
    if not found or not key.strip():
        raise RecipeError("recipe.bad_override", override=override)
    try:
        parsed = tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        parsed = value.strip()  # a bare word is meant as text
    *tables, last = key.strip().split(".")
    node = values
    for table in tables:
        node = node.setdefault(table, {})
        if not isinstance(node, dict):
            raise RecipeError("recipe.bad_override", override=override)
    node[last] = parsed


def _check_network(architecture: str, size: Input) -> None:
    known = architecture_names()
    if architecture not in known:
        raise near_value("network.architecture", architecture, known)
    fixed = FIXED_SIZE.get(architecture)
    if fixed and (size.width, size.height) != (fixed, fixed):
        raise ValueError(f"{architecture} takes pictures of {fixed} x {fixed} alone: set input.width and input.height")


def _check_loss(name: str, task: Task) -> None:
    kinds = {output.kind for output in task.outputs}
    if name == "ordinal" and kinds != {"ordinal"}:
        raise ValueError(f"loss.name = ordinal needs outputs whose classes are steps; for {task.id} set cross_entropy")
    if name == "bce" and kinds != {"multi"}:
        raise ValueError(f"loss.name = bce needs outputs of kind multi; for {task.id} set cross_entropy")
