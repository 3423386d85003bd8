"""`python -m core train`."""

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.commands.console import JsonFlag, is_disk_full, read_settings, say, say_json
from core.errors import CommandError, RecipeError, RunError, ScalpError

if TYPE_CHECKING:
    from core.lab.recipe import Recipe
    from core.lab.training import AnyPackage


def train(
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE", help="Name of a recipe in data/recipes, a .toml file, or a run's recipe.json."
        ),
    ],
    data: Annotated[Path, typer.Option(metavar="MANIFEST", help="Labelled photos, a CSV or Parquet manifest.")],
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
    queue: Annotated[bool, typer.Option("--queue", help="Wait until no other training of this queue runs.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Train a model package by a recipe.

    Progress is shown on stderr. Ctrl-C, or a file `cancel` in the run folder, stops after the step and keeps the best
    so far. Stopped, cut off or killed, the same command goes on where it stopped.
    """
    from core.lab.recipe import read_recipe
    from core.lab.run import read_saved_recipe

    changes = overrides or []
    plan = read_saved_recipe(Path(recipe)) if recipe.endswith(".json") else read_recipe(recipe, changes)
    folder = out if out is not None else read_settings().var_dir / "runs" / plan.name
    package = _run(plan, data, folder, typed_command(recipe, data, changes), queue=queue)
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


def _run(plan: "Recipe", data: Path, folder: Path, command: str, *, queue: bool) -> "AnyPackage | None":
    try:
        if queue:
            return _run_in_turn(plan, data, folder, command)
        (folder / "cancel").unlink(missing_ok=True)
        from core.lab.training import train as train_package

        return train_package(plan, data, folder, command)
    except KeyboardInterrupt as stop:
        raise CommandError("command.stopped") from stop
    except Exception as error:
        if isinstance(error, ScalpError):
            raise
        if is_disk_full(error, folder):
            raise RecipeError("recipe.no_room") from error
        if isinstance(error, PermissionError | FileExistsError | NotADirectoryError):
            raise CommandError("command.not_writable", path=folder) from error
        raise


def _run_in_turn(plan: "Recipe", data: Path, folder: Path, command: str) -> "AnyPackage | None":
    """Wait before anything heavy is loaded: those who wait cost next to nothing."""
    from core.lab.status import Status, StatusFile, hold_run, read_status
    from core.lab.turns import Turn

    folder.mkdir(parents=True, exist_ok=True)
    with hold_run(folder):
        status = StatusFile(folder, Status("queued", epochs=plan.training.epochs))
        turn = Turn(folder)
        if not turn.wait():
            status.say(state="cancelled")
            raise RunError("run.stopped_with_nothing", folder=folder)
        try:
            from core.lab.training import train_held

            return train_held(plan, data, folder, command)
        except Exception as error:
            said = read_status(folder)
            if said is not None and said.state == "queued":  # it went wrong before the training could say so
                status.fail(error, stopped=False)
            raise
        finally:
            turn.release()
