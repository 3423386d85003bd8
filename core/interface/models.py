"""What the shipped models are and how far they can be trusted, read without loading them. Knows no Streamlit."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.lab.origins import Origins
from core.taxonomy import Condition, View


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


@dataclass(frozen=True)
class Evidence:
    """On what a model was measured: conditions with the number of photos, each under the strongest that holds.

    Attributes:
        graded: On photos with grades, not all of them drawn.
        marked: On photos marked as present or absent, not all of them drawn.
        drawn: On drawn photos alone.
        graded_on: Where the photos with grades come from.
        marked_on: Where the photos with marks come from.
    """

    graded: Mapping[Condition, int]
    marked: Mapping[Condition, int]
    drawn: Mapping[Condition, int]
    graded_on: Origins
    marked_on: Origins


def read_evidence(metrics: Mapping[str, Any]) -> Evidence:
    """Read the evidence out of the metrics of a package; what is not there was not measured."""
    found: dict[str, dict[Condition, int]] = {"graded": {}, "marked": {}, "drawn": {}}
    origins: dict[str, Origins] = {}
    for kind in ("graded", "marked", "drawn"):
        block = metrics.get(kind, {})
        origins[kind] = Origins.read(block)
        # Whatever they were held against: nobody's scalp was on drawn photos.
        place = found["drawn" if origins[kind].kind == "drawn" else kind]
        conditions = block.get("conditions", {})
        told = {condition for earlier in found.values() for condition in earlier}
        place.update({c: int(conditions[c]["n"]) for c in Condition if c in conditions and c not in told})
    return Evidence(**found, graded_on=origins["graded"], marked_on=origins["marked"])


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
