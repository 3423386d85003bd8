"""Which packages there are and which of them serve now, read without loading a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.taxonomy import View

if TYPE_CHECKING:
    from core.vision.served import Choice


@dataclass(frozen=True)
class PackageNote:
    """A package as the page lists it; whether it can be used is decided when it is loaded.

    Attributes:
        name: How the page and the address call it: place and folder, `shipped/crown`, `run/<run>/<package>`.
        folder: Where it lies.
        values: Its `model.json`; anything in it may be a stranger's.
        serves: The view it serves now; None where it does not.
    """

    name: str
    folder: Path
    values: Mapping[str, Any]
    serves: View | None

    @property
    def id(self) -> str:
        """What it calls itself."""
        return str(self.values.get("id", self.folder.name))

    @property
    def version(self) -> str:
        """Its version."""
        return str(self.values.get("version", ""))

    @property
    def architecture(self) -> str:
        """Its network."""
        return str(self.values.get("architecture", ""))

    @property
    def is_grader(self) -> bool:
        """Whether it grades scalp photos, and so can serve the diagnosis."""
        return bool(self.values.get("kind", "grader") == "grader")

    @property
    def view(self) -> View | None:
        """What it grades; None for a classifier."""
        try:
            return View(str(self.values.get("view"))) if self.is_grader else None
        except ValueError:
            return None

    @property
    def card(self) -> str:
        """Its card; empty where it has none."""
        path = self.folder / "CARD.md"
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def list_packages() -> tuple[PackageNote, ...]:
    """Return every package there is: those that ship, those kept here, those in run folders."""
    from core.interface.models_records import all_runs
    from core.settings import get_settings
    from core.vision.package import find_packages
    from core.vision.served import OWN, SHIPPED, own_models_dir

    settings = get_settings()
    named = {f"{SHIPPED}/{path.name}": path for path in find_packages(settings.models_dir)}
    named |= {f"{OWN}/{path.name}": path for path in find_packages(own_models_dir(settings))}
    for record in all_runs():
        if record.package is not None:
            named[f"run/{record.id}/{record.package.name}"] = record.package
    serving = {name: view for view, name in served_names(named).items()}
    notes = [(name, path, _read(path)) for name, path in named.items()]
    return tuple(PackageNote(name, path, values, serving.get(name)) for name, path, values in notes if values)


def served_names(known: Mapping[str, Path]) -> dict[View, str]:
    """Return the name of the package that serves each view: the choice, else the first that ships."""
    from core.vision.served import SHIPPED

    served: dict[View, str] = {}
    choices = current_choices()
    for name, path in known.items():
        values = _read(path)
        view = PackageNote(name, path, values, None).view
        if view is not None and name.startswith(f"{SHIPPED}/"):
            served.setdefault(view, name)
    return served | {view: choice.package for view, choice in choices.items() if choice.package in known}


def current_choices() -> dict[View, Choice]:
    """Return what the operator chose; nothing where the file cannot be read, which the diagnosis tells."""
    from core.errors import PackageError
    from core.settings import get_settings
    from core.vision.served import read_choices

    try:
        return read_choices(get_settings())
    except PackageError:
        return {}


def served_architecture(view: str) -> str | None:
    """Return the network that serves a view."""
    return next((one.architecture for one in list_packages() if one.serves is not None and one.serves == view), None)


def _read(folder: Path) -> dict[str, Any]:
    try:
        values = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
