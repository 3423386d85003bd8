"""What the shipped models are and how far they can be trusted, read without loading them. Knows no Streamlit."""

import json
from dataclasses import dataclass
from pathlib import Path

from core.taxonomy import View


@dataclass(frozen=True)
class ModelNote:
    """What a page says about a model package; whether it can be used is decided when it is loaded.

    Attributes:
        id: Name of the package.
        version: Its version.
        view: What it grades.
        card: Its model card, Markdown written by us.
    """

    id: str
    version: str
    view: View
    card: str


def list_models(models_dir: Path) -> tuple[ModelNote, ...]:
    """Return the packages of a folder, without those that cannot be read."""
    notes = (_read_note(path) for path in sorted(models_dir.glob("*/model.json")))
    return tuple(note for note in notes if note is not None)


def _read_note(path: Path) -> ModelNote | None:
    try:
        package = json.loads(path.read_text(encoding="utf-8"))
        card = path.with_name("CARD.md")
        text = card.read_text(encoding="utf-8") if card.is_file() else ""
        return ModelNote(str(package["id"]), str(package["version"]), View(package["view"]), text)
    except (OSError, ValueError, KeyError, TypeError):
        return None
