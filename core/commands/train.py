"""`python -m core train`."""

import json
import logging
import shlex
import sys
import warnings
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import JsonFlag, is_disk_full, read_settings, say, say_json
from core.errors import CommandError, RecipeError

if TYPE_CHECKING:
    from core.lab.recipe import Recipe
    from core.vision.package import ModelPackage


def train(
    recipe: Annotated[str, typer.Argument(metavar="RECIPE", help="Name of a recipe in data/recipes, or a .toml file.")],
    data: Annotated[Path, typer.Option(metavar="MANIFEST", help="Labelled photos, a CSV manifest.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The run folder [default: var/runs/<recipe>].", show_default=False),
    ] = None,
    overrides: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Change one value of the recipe; may be repeated.", show_default=False
        ),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Train a model package by a recipe.

    Progress is shown on stderr. Stopped with Ctrl-C or cut off, the same command goes on where it stopped.
    """
    from core.lab.recipe import read_recipe

    changes = overrides or []
    plan = read_recipe(recipe, changes)
    folder = out if out is not None else read_settings().var_dir / "runs" / plan.name
    package = _run(plan, data, folder, typed_command(recipe, data, changes))
    if package is None:
        _say_measured(folder, as_json=as_json)
        return
    description = package.description
    if as_json:
        say_json(
            {
                "run": str(folder),
                "package": str(package.folder),
                "id": description.id,
                "version": description.version,
                "metrics": description.metrics,
            }
        )
        return
    say(f"Model package {description.id} {description.version}: {package.folder}")
    say(f"What was measured stands in {package.folder / 'CARD.md'}")


def _say_measured(folder: Path, *, as_json: bool) -> None:
    if as_json:
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        say_json({"run": str(folder), "package": None, "metrics": metrics})
    else:
        say(f"Measured, without a package, as the recipe asks: {folder / 'metrics.json'}")


def typed_command(recipe: str, data: Path, overrides: list[str]) -> str:
    """Write the command as it stands on a package's card: what was typed, without the folders of this machine."""
    words = ["python", "-m", "core", "train", _shareable(recipe), "--data", _shareable(str(data))]
    for override in overrides:
        key, found, value = override.partition("=")
        words += ["--set", f"{key}{found}{_shareable(value)}"]
    return shlex.join(words)


def _shareable(word: str) -> str:
    path = Path(word)
    if not path.is_absolute():
        return word
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else path.name


def _run(plan: "Recipe", data: Path, folder: Path, command: str) -> "ModelPackage | None":
    from core.lab.training import train as train_package

    _quieten_lightning()
    try:
        # Lightning draws its bar on stdout, which belongs to the result.
        with redirect_stdout(sys.stderr):
            return train_package(plan, data, folder, command)
    except (KeyboardInterrupt, SystemExit) as stop:
        # Lightning answers Ctrl-C with an orderly end of its own and leaves with SystemExit.
        raise CommandError("command.stopped") from stop
    except Exception as error:
        if is_disk_full(error, folder):
            raise RecipeError("recipe.no_room") from error
        if isinstance(error, PermissionError | FileExistsError | NotADirectoryError):
            raise CommandError("command.not_writable", path=folder) from error
        raise


def _quieten_lightning() -> None:
    """Keep remarks about hardware and workers away from people who train on a laptop."""
    for name in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(name).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")
