"""The augmentations, by name: uint8 (H, W, 3) in, uint8 (H, W, 3) out, drawn from a generator.

A recipe lists them in the order they are applied: a name, a table of a name and parameters, or a group of which one is
drawn:

    augment = ["flip_horizontal", { name = "rotate", degrees = 5 }, { one_of = ["rain", "mud_spatter"], p = 0.3 }]

`p` is how often a step is applied; each has its own default. OpenCV does the pixel work: on a processor it is several
times faster than tensor transforms, and the loader must never be what training waits for.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_type_hints

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from core.errors import RecipeError
from core.lab import augment_geometry as geometry
from core.lab import augment_light as light
from core.lab import augment_weather as weather
from core.lab.recipe_errors import near_key, near_value

Pixels = npt.NDArray[np.uint8]
Augmentation = Callable[[Pixels, np.random.Generator], Pixels]
Probability = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Kind:
    """One named augmentation.

    Attributes:
        draw: Changes a picture; its keyword arguments are the parameters.
        parameters: Checks the parameters, `p` among them.
    """

    draw: Callable[..., Pixels]
    parameters: type[BaseModel]

    @property
    def probability(self) -> float:
        """How often it is applied where a recipe does not say."""
        return float(self.parameters.model_fields["p"].default)


@dataclass(frozen=True)
class Step:
    """An augmentation with its parameters, applied with a probability."""

    draw: Callable[..., Pixels]
    parameters: Mapping[str, Any]
    p: float

    def __call__(self, picture: Pixels, rng: np.random.Generator) -> Pixels:
        """Change a picture, or leave it."""
        if self.p < 1 and rng.random() >= self.p:
            return picture
        # OpenCV draws on no view that a flip or a turn before left behind.
        return self.draw(np.ascontiguousarray(picture), rng, **self.parameters)


@dataclass(frozen=True)
class OneOf:
    """A group of which one member is drawn, each as often, with a probability for the group."""

    members: tuple[Step, ...]
    p: float

    def __call__(self, picture: Pixels, rng: np.random.Generator) -> Pixels:
        """Apply one member, or leave the picture."""
        if self.p < 1 and rng.random() >= self.p:
            return picture
        return self.members[int(rng.integers(len(self.members)))](picture, rng)


@dataclass(frozen=True)
class Chain:
    """Steps one after the other; a class, so that it goes along to the processes of other devices."""

    steps: tuple[Step | OneOf, ...]

    def __call__(self, picture: Pixels, rng: np.random.Generator) -> Pixels:
        """Change a picture."""
        for step in self.steps:
            picture = step(picture, rng)
        return np.ascontiguousarray(picture)


def _kind(draw: Callable[..., Pixels], p: float = 1.0) -> Kind:
    hints = get_type_hints(draw, include_extras=True)
    given = inspect.signature(draw).parameters.values()
    fields: dict[str, Any] = {q.name: (hints[q.name], q.default) for q in given if q.kind == q.KEYWORD_ONLY}
    config = ConfigDict(extra="forbid")
    return Kind(draw, create_model(draw.__name__, __config__=config, p=(Probability, p), **fields))


AUGMENTATIONS: Mapping[str, Kind] = {
    kind.draw.__name__: kind
    for kind in (
        _kind(geometry.flip_horizontal, 0.5),
        _kind(geometry.flip_vertical, 0.5),
        _kind(geometry.rotate_90, 0.75),
        _kind(geometry.rotate),
        _kind(geometry.shear),
        _kind(geometry.affine),
        _kind(geometry.shift_scale_rotate),
        _kind(geometry.rotate_scale),
        _kind(geometry.zoom, 0.5),
        _kind(geometry.random_resized_crop),
        _kind(geometry.erase, 1 / 3),
        _kind(light.light),
        _kind(light.tint),
        _kind(light.saturation),
        _kind(light.brightness_contrast),
        _kind(light.color_jitter),
        _kind(light.tone_curve),
        _kind(light.gaussian_blur),
        _kind(light.blur),
        _kind(light.noise),
        _kind(light.blur_noise),
        _kind(weather.shadow),
        _kind(weather.rain),
        _kind(weather.mud_spatter),
    )
}


def build_augmentation(steps: Sequence[str | Mapping[str, Any]]) -> Augmentation:
    """Chain the augmentations of a recipe.

    Args:
        steps: As the recipe lists them.

    Raises:
        RecipeError: No augmentation or parameter of that name (the nearest one is named), or a value out of range.
    """
    return Chain(tuple(_build(step, f"augment.{index}") for index, step in enumerate(steps)))


def _build(step: object, place: str) -> Step | OneOf:
    if isinstance(step, Mapping) and "one_of" in step:
        return _build_group(step, place)
    return _build_step(step, place)


def _build_group(group: Mapping[str, Any], place: str) -> OneOf:
    for key in group:
        if key not in ("one_of", "p"):
            raise near_key(f"{place}.{key}", [f"{place}.one_of", f"{place}.p"])
    named = group["one_of"]
    if not isinstance(named, Sequence) or isinstance(named, str) or not named:
        raise RecipeError("recipe.bad_value", key=f"{place}.one_of", detail="a list of augmentations")
    members = []
    for index, member in enumerate(named):
        where = f"{place}.one_of.{index}"
        if isinstance(member, Mapping) and "p" in member:
            raise RecipeError("recipe.bad_value", key=f"{where}.p", detail="in a group, p belongs to the group")
        step = _build_step(member, where)
        members.append(Step(step.draw, step.parameters, 1))
    return OneOf(tuple(members), _probability(group.get("p", 1.0), place))


def _build_step(step: object, place: str) -> Step:
    table = {"name": step} if isinstance(step, str) else step
    if not isinstance(table, Mapping) or not isinstance(table.get("name"), str):
        raise RecipeError("recipe.bad_value", key=place, detail='a name, or a table with "name" or "one_of"')
    name = table["name"]
    if name not in AUGMENTATIONS:
        raise near_value(place, name, sorted(AUGMENTATIONS))
    kind = AUGMENTATIONS[name]
    try:
        checked = kind.parameters.model_validate({k: v for k, v in table.items() if k != "name"})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join([place, *map(str, first["loc"])])
        if first["type"] == "extra_forbidden":
            raise near_key(key, [f"{place}.{known}" for known in kind.parameters.model_fields]) from error
        raise RecipeError("recipe.bad_value", key=key, detail=first["msg"]) from error
    parameters = dict(checked)
    return Step(kind.draw, parameters, parameters.pop("p"))


def _probability(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise RecipeError("recipe.bad_value", key=f"{place}.p", detail="a number from 0 to 1")
    return float(value)
