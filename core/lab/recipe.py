"""A recipe: everything a training needs besides the photos, as a validated TOML file.

The recipes that ship lie in `data/recipes/`. `--set optimiser.lr=0.001` overrides one value.
"""

import difflib
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import RecipeError
from core.settings import DATA_DIR
from core.taxonomy import CONDITIONS_OF_VIEW, Condition, View
from core.vision.preprocess import InputSpec

RECIPES_DIR = DATA_DIR / "recipes"
Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(ge=0, lt=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Network(_Part):
    """The network.

    Attributes:
        architecture: Name in `core.vision.architectures`.
        weights: `imagenet` from an installed package, `none`, or a file.
        frozen_parts: How many of its first parts keep their first weights.
        dropout: Before the head, in training.
        scales: Sizes the trained network looks at, relative to the input. It is trained at one; its head then
            counts each alike.
    """

    architecture: str
    weights: str = "imagenet"
    frozen_parts: int = Field(default=0, ge=0)
    dropout: Share = 0.2
    scales: tuple[Annotated[float, Field(ge=0.25, le=1)], ...] = (1.0,)


class Input(_Part):
    """The network's picture."""

    width: int
    height: int
    mean: tuple[float, float, float] = (0.498, 0.498, 0.498)
    std: tuple[float, float, float] = (0.502, 0.502, 0.502)
    cut_white_bars: bool = True

    def spec(self) -> InputSpec:
        """The same as the preprocessing wants it."""
        return InputSpec(self.width, self.height, self.mean, self.std, cut_white_bars=self.cut_white_bars)


class Optimiser(_Part):
    """Optimiser and its rates; the head learns `head_factor` times faster than the backbone."""

    name: Literal["adam", "adamw", "sgd"] = "adamw"
    lr: Positive = 3e-4
    head_factor: Positive = 10
    weight_decay: float = Field(default=0.02, ge=0)


class Schedule(_Part):
    """How the learning rate falls: cosine to zero after a linear warm-up, or constant."""

    name: Literal["cosine", "constant"] = "cosine"
    warmup: Share = 0.1


class Training(_Part):
    """Length, batches, seed, precision.

    Attributes:
        epochs: All epochs.
        small_epochs: How many of them, at the start, see pictures at 0.7 of the size: half the cost, and the last
            epochs make up for it (progressive resizing, https://arxiv.org/abs/2104.00298).
        batch_size: Pictures a step.
        seed: Of weights, order and augmentation.
        precision: `bf16` computes in mixed precision.
    """

    epochs: int = Field(ge=1)
    small_epochs: int = Field(default=0, ge=0)
    batch_size: int = Field(default=16, ge=2)
    seed: int = 0
    precision: Literal["f32", "bf16"] = "f32"


class Validation(_Part):
    """How the run is measured: k-fold by group over all photos, or the manifest's own splits.

    Attributes:
        folds: Folds of the cross-validation; 0 measures on the manifest's `validation` and `test` splits instead.
        coverage: Share of held-out photos whose severity set must hold the truth.
        measure_only: End after the folds, without a network trained on all photos and without a package: enough to
            compare networks, at five sixths of the cost.
    """

    folds: int = Field(default=5, ge=0, le=20)
    coverage: float = Field(default=0.9, gt=0.5, lt=1)
    measure_only: bool = False


class Adaptation(_Part):
    """Fitting the head to real photos, for a network trained on drawn ones.

    Attributes:
        data: Manifest of the real photos; empty leaves the head as trained.
        ridges: How strongly the fitted head may be held to the trained one; each condition's own folds choose.
        target_shares: For conditions without any real mark, the shares of grades 0-3 that the cut points reproduce
            on the real photos.
    """

    data: str = ""
    ridges: tuple[Positive, ...] = (100.0, 500.0, 2000.0, 8000.0)
    target_shares: dict[Condition, tuple[float, float, float, float]] = {}


class Card(_Part):
    """What the card of the package says beyond what was measured: the data with licence and attribution, the limits."""

    data: str
    limits: str


class Recipe(_Part):
    """What `python -m core train` runs."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")
    description: str
    package: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{1,60}$")
    view: View
    grades: dict[Condition, tuple[int, ...]]
    network: Network
    input: Input
    augment: tuple[str, ...] = ()
    optimiser: Optimiser = Optimiser()
    schedule: Schedule = Schedule()
    training: Training
    validation: Validation = Validation()
    adaptation: Adaptation = Adaptation()
    card: Card

    @model_validator(mode="after")
    def _grades_fit_the_view(self) -> "Recipe":
        if tuple(self.grades) != CONDITIONS_OF_VIEW[self.view]:
            raise ValueError(f"grades must name {', '.join(CONDITIONS_OF_VIEW[self.view])}, in this order")
        for condition, grades in self.grades.items():
            if len(grades) < 2 or list(grades) != sorted(set(grades)) or not set(grades) <= set(range(4)):
                raise ValueError(f"grades of {condition} must be two to four ascending numbers of 0-3")
        return self

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """The conditions graded, in order."""
        return tuple(self.grades)


def read_recipe(name_or_path: str, overrides: Sequence[str] = ()) -> Recipe:
    """Read a recipe that ships by its name, or any by its path.

    Args:
        name_or_path: For example `efficientnet-lite0-crown` or `my/recipe.toml`.
        overrides: `key=value` with dotted keys and TOML values, for example `training.epochs=3`.

    Raises:
        RecipeError: No such recipe, no TOML, an unknown key (the nearest known one is named) or a bad value.
    """
    path = Path(name_or_path)
    if path.suffix != ".toml":
        path = RECIPES_DIR / f"{name_or_path}.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        known = ", ".join(sorted(p.stem for p in RECIPES_DIR.glob("*.toml")))
        raise RecipeError("recipe.not_found", name=name_or_path, known=known) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError("recipe.not_toml", path=path, detail=error) from error
    for override in overrides:
        _override(values, override)
    try:
        return Recipe.model_validate(values)
    except ValidationError as error:
        raise _explain(error) from error


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


def _explain(error: ValidationError) -> RecipeError:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"]) or "recipe"
    if first["type"] == "extra_forbidden":
        known = _known_keys(Recipe)
        nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.4)
        return RecipeError("recipe.unknown_key", key=key, nearest=nearest[0] if nearest else ", ".join(sorted(known)))
    return RecipeError("recipe.bad_value", key=key, detail=first["msg"])


def _known_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            keys += _known_keys(annotation, f"{prefix}{name}.")
        keys.append(f"{prefix}{name}")
    return keys
