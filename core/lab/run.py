"""A run folder: recipe, environment, history, metrics, what is held out, the package. Never overwritten."""

import json
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import ValidationError

from core.errors import RecipeError
from core.lab.files import write_whole
from core.lab.recipe import Recipe, recipe_names
from core.lab.recipe_errors import explain, no_recipe

_LIBRARIES = (
    "torch",
    "torchvision",
    "lightning",
    "efficientnet-pytorch",
    "efficientnet-lite-pytorch",
    "openvino",
    "numpy",
)


@dataclass(frozen=True)
class Run:
    """One training of one recipe.

    Attributes:
        folder: Where everything of it lies.
        recipe: What it runs.
    """

    folder: Path
    recipe: Recipe

    @property
    def package_folder(self) -> Path:
        """Where its package goes."""
        return self.folder / "package" / self.recipe.package

    @property
    def finished(self) -> bool:
        """Whether it ended with metrics; one that was stopped did not, though it has some."""
        metrics = self.folder / "metrics.json"
        return metrics.exists() and "cancelled" not in json.loads(metrics.read_text(encoding="utf-8"))

    def stage(self, name: str) -> Path:
        """Folder of one stage (a fold, or the final network)."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def save_json(self, name: str, values: object) -> None:
        """Write `<name>.json` in one step."""
        text = json.dumps(values, indent=1, ensure_ascii=False, default=str)
        write_whole(self.folder / f"{name}.json", lambda file: file.write(f"{text}\n".encode()))

    def save_arrays(self, name: str, **arrays: npt.NDArray[Any]) -> None:
        """Write `<name>.npz` in one step, so that a run cut off never leaves half a file."""
        write_whole(self.folder / f"{name}.npz", lambda file: np.savez(file, allow_pickle=False, **arrays))

    def load_arrays(self, name: str) -> dict[str, npt.NDArray[Any]] | None:
        """Read `<name>.npz`; None where that stage has not ended yet."""
        path = self.folder / f"{name}.npz"
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)


def open_run(folder: Path, recipe: Recipe) -> Run:
    """Open a run folder: a new one, or one of the same recipe that was cut off.

    Raises:
        RecipeError: The folder holds a finished run or one of another recipe.
    """
    run = Run(folder, recipe)
    if run.finished:
        raise RecipeError("recipe.run_finished", folder=folder)
    wanted = json.loads(recipe.model_dump_json())
    saved = folder / "recipe.json"
    if saved.exists() and json.loads(saved.read_text(encoding="utf-8")) != wanted:
        raise RecipeError("recipe.other_run", folder=folder)
    folder.mkdir(parents=True, exist_ok=True)
    run.save_json("recipe", wanted)
    run.save_json("environment", {"python": platform.python_version(), **library_versions()})
    return run


def read_saved_recipe(path: Path) -> Recipe:
    """Read the `recipe.json` of a run.

    Raises:
        RecipeError: There is none, or it was written by another version and means nothing to this one.
    """
    try:
        return Recipe.model_validate_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise no_recipe(str(path), recipe_names()) from error
    except ValidationError as error:
        raise explain(error, Recipe) from error


def library_versions() -> dict[str, str]:
    """Versions of the libraries a package depends on."""
    return {name: version(name) for name in _LIBRARIES}
