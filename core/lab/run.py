"""A run folder: recipe, environment, history, metrics, what is held out, the package. Never overwritten."""

import json
import platform
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import RecipeError
from core.lab.recipe import Recipe

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
        """Whether it ended with metrics."""
        return (self.folder / "metrics.json").exists()

    def stage(self, name: str) -> Path:
        """Folder of one stage (a fold, or the final network)."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def save_json(self, name: str, values: object) -> None:
        """Write `<name>.json`."""
        text = json.dumps(values, indent=1, ensure_ascii=False, default=str)
        (self.folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")

    def save_arrays(self, name: str, **arrays: npt.NDArray[Any]) -> None:
        """Write `<name>.npz` in one step, so that a run cut off never leaves half a file."""
        partial = self.folder / f"{name}.part.npz"
        np.savez(partial, allow_pickle=False, **arrays)
        partial.replace(self.folder / f"{name}.npz")

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


def library_versions() -> dict[str, str]:
    """Versions of the libraries a package depends on."""
    return {name: version(name) for name in _LIBRARIES}
