"""Which package serves each view: the operator's choice in a small file; without one, the first that ships.

A package is named by its place and its folder: `shipped/crown` lies in the folder of models that ship, `own/crown-2`
under `models` of the folder where everything that arises goes.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from core.errors import PackageError
from core.settings import Settings
from core.taxonomy import View
from core.vision.package import ModelPackage, find_packages, load_package

FILE: Final = "served.json"
SHIPPED, OWN = "shipped", "own"


@dataclass(frozen=True)
class Choice:
    """What the operator chose for a view.

    Attributes:
        package: The package, by place and folder.
        since: When, as written then.
        before: What served until then; the way back.
    """

    package: str
    since: str
    before: str


def own_models_dir(settings: Settings) -> Path:
    """Return the folder of the packages made or brought here."""
    return settings.var_dir / "models"


def name_of(settings: Settings, folder: Path) -> str:
    """Return the name of a package of either place."""
    return f"{SHIPPED if folder.parent == settings.models_dir else OWN}/{folder.name}"


def folder_of(settings: Settings, name: str) -> Path:
    """Return the folder of a package.

    Raises:
        PackageError: No such package. A name never leads out of the two folders.
    """
    place, _, folder = name.partition("/")
    root = {SHIPPED: settings.models_dir, OWN: own_models_dir(settings)}.get(place)
    if root is not None:
        for path in find_packages(root):
            if path.name == folder:
                return path
    raise PackageError("package.not_found", package=name)


def is_grader(folder: Path) -> bool:
    """Whether a package grades scalp photos; a classifier, for any other task, says so of itself."""
    try:
        values = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Whoever loads it says what is wrong with it.
        return True
    return not isinstance(values, dict) or values.get("kind", "grader") == "grader"


def read_choices(settings: Settings) -> dict[View, Choice]:
    """Read what was chosen; a view without a choice is not in it.

    Raises:
        PackageError: The file is there and cannot be read.
    """
    path = own_models_dir(settings) / FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return {
            View(view): Choice(str(one["package"]), str(one["since"]), str(one["before"]))
            for view, one in values["views"].items()
        }
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PackageError("package.choice_unreadable", file=path.name) from error


def choices_stamp(settings: Settings) -> str:
    """Return a text that is another one whenever something else was chosen: for caches."""
    try:
        return (own_models_dir(settings) / FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def serving_package(settings: Settings, view: View) -> ModelPackage | None:
    """Return the package that serves a view by choice, verified; None where nothing was chosen for it.

    Raises:
        PackageError: The choice cannot be used.
    """
    choice = read_choices(settings).get(view)
    if choice is None:
        return None
    package = load_package(folder_of(settings, choice.package))
    if package.description.view != view:
        raise PackageError("package.no_view", view=view.value)
    return package


def choose(settings: Settings, view: View, folder: Path, before: str) -> Choice:
    """Have a package serve a view from now on.

    Args:
        settings: Where packages lie.
        view: The view.
        folder: A package of that view. One that lies elsewhere, for example in a run folder, is copied first, so that
            the choice outlives the run.
        before: What served until now.

    Raises:
        PackageError: The package is not as it should be, or grades another view.
    """
    package = load_package(folder)
    if package.description.view != view:
        raise PackageError("package.no_view", view=view.value)
    if folder.parent not in (settings.models_dir, own_models_dir(settings)):
        folder = _copy(folder, own_models_dir(settings))
    choice = Choice(name_of(settings, folder), datetime.now(UTC).isoformat(timespec="seconds"), before)
    _write(settings, {**_readable_choices(settings), view: choice})
    return choice


def take_back(settings: Settings, view: View) -> None:
    """Have the package serve again that served before the choice; the first that ships where that one is gone.

    Raises:
        PackageError: What served before is there and not as it should be.
    """
    choices = _readable_choices(settings)
    choice = choices.pop(view, None)
    if choice is not None and choice.before.startswith(f"{OWN}/"):
        package = load_package(folder_of(settings, choice.before))
        choices[view] = Choice(name_of(settings, package.folder), choice.since, choice.package)
    _write(settings, choices)


def _readable_choices(settings: Settings) -> dict[View, Choice]:
    # A file that cannot be read chooses nothing: a new choice mends it.
    try:
        return read_choices(settings)
    except PackageError:
        return {}


def _copy(folder: Path, place: Path) -> Path:
    import hashlib

    place.mkdir(parents=True, exist_ok=True)
    # The same package is copied once; another of the same name lies beside it.
    mark = hashlib.sha256((folder / "model.json").read_bytes()).hexdigest()[:8]
    target = place / f"{folder.name}-{mark}"
    if target.exists():
        return target
    with tempfile.TemporaryDirectory(dir=place, prefix=".copy-") as scratch:
        copy = Path(scratch) / target.name
        shutil.copytree(folder, copy)
        load_package(copy)
        copy.replace(target)
    return target


def _write(settings: Settings, choices: Mapping[View, Choice]) -> None:
    place = own_models_dir(settings)
    place.mkdir(parents=True, exist_ok=True)
    values: dict[str, Any] = {"format": 1, "views": {view.value: vars(one) for view, one in choices.items()}}
    partial = place / f"{FILE}.part"
    partial.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    partial.replace(place / FILE)
