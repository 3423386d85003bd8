"""What is wrong with a recipe, in words: the key, and the nearest one that exists."""

import difflib
from collections.abc import Sequence

from pydantic import BaseModel, ValidationError

from core.errors import RecipeError


def explain(error: ValidationError, model: type[BaseModel]) -> RecipeError:
    """Choose one mistake of many and say it.

    A key nobody knows goes first: with `training.epocs`, that `training.epochs` is missing helps less.
    """
    first = min(error.errors(), key=lambda e: e["type"] != "extra_forbidden")
    key = ".".join(str(part) for part in first["loc"] if part != "[key]") or "recipe"
    if first["type"] == "extra_forbidden":
        return near_key(key, _known_keys(model))
    expected = str(first.get("ctx", {}).get("expected", ""))
    if expected and isinstance(first["input"], str):
        known = [part.strip("' ") for part in expected.replace(" or ", ",").split(",")]
        return near_value(key, first["input"], known)
    return RecipeError("recipe.bad_value", key=key, detail=first["msg"].removeprefix("Value error, "))


def near_key(key: str, known: Sequence[str]) -> RecipeError:
    """An error that names the key of `known` most like the unknown one."""
    return RecipeError("recipe.unknown_key", key=key, nearest=_nearest(key, known))


def near_value(key: str, value: str, known: Sequence[str]) -> RecipeError:
    """An error that names the value of `known` most like the one given."""
    return RecipeError(
        "recipe.near_value", key=key, value=value, nearest=_nearest(value, known), known=", ".join(known)
    )


def no_recipe(name: str, known: Sequence[str]) -> RecipeError:
    """An error that names the recipes there are, the ones most like the one asked for first."""
    close = difflib.get_close_matches(name, known, n=len(known), cutoff=0.6)
    ordered = [*close, *(one for one in known if one not in close)]
    return RecipeError("recipe.not_found", name=name, known=", ".join(ordered))


def _nearest(word: str, known: Sequence[str]) -> str:
    """The most similar word; for a dotted key, one in the same table before one elsewhere."""
    table, dot, last = word.rpartition(".")
    siblings = {name.rpartition(".")[2]: name for name in known if dot and name.rpartition(".")[0] == table}
    close = difflib.get_close_matches(last, list(siblings), n=1, cutoff=0.5)
    if close:
        return siblings[close[0]]
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    return close[0] if close else ", ".join(sorted(siblings.values() or known))


def _known_keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    keys: list[str] = []
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            keys += _known_keys(annotation, f"{prefix}{name}.")
        keys.append(f"{prefix}{name}")
    return keys
