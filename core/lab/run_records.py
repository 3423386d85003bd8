"""Runs as they lie on disk, read bit by bit: a list of many is cheap, and a row's details are read when asked for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from core.errors import TaskError
from core.lab.held_out import HeldOut, read_held_out
from core.lab.history import FILE as HISTORY_FILE
from core.lab.history import EpochRow, read_history
from core.lab.task import read_task
from core.settings import DATA_DIR

RECIPE, STATUS, METRICS, SUMMARY, ENVIRONMENT = (
    "recipe.json",
    "status.json",
    "metrics.json",
    "summary.json",
    "environment.json",
)
SHIPPED_DIR = DATA_DIR / "runs"
_DEEPEST = 2


@dataclass(frozen=True)
class RunRecord:
    """A run on disk: one still going, one finished, or one that ships.

    Attributes:
        id: Its place below the folder it was listed from, for example `crown-comparison/resnet18`.
        group: The folder of runs it belongs to, `crown-comparison`; empty where it stands alone.
        folder: Where it lies.
        shipped: Whether it came with the application, condensed.
    """

    id: str
    group: str
    folder: Path
    shipped: bool

    @property
    def name(self) -> str:
        """Its own name, without the group."""
        return self.folder.name

    @cached_property
    def recipe(self) -> Mapping[str, Any]:
        """What it runs, as JSON; of older runs with the keys of their time."""
        return _read_json(self.folder / RECIPE)

    @property
    def status(self) -> Mapping[str, Any]:
        """How far it is, read anew each time.

        Runs older than `status.json` are `finished` where they have metrics and `stopped` where they have none.
        """
        status = _read_json(self.folder / STATUS)
        if "state" in status:
            return status
        return {**status, "state": "finished" if (self.folder / METRICS).exists() else "stopped"}

    @property
    def histories(self) -> Mapping[str, tuple[EpochRow, ...]]:
        """Epochs by stage (`fold-0`, `final`), read anew each time."""
        stages = sorted(self.folder.glob(f"*/{HISTORY_FILE}"))
        return {path.parent.name: read_history(path.parent) for path in stages}

    @cached_property
    def held_out(self) -> Mapping[str, HeldOut]:
        """What it says about photos it did not see, by output.

        Raises:
            ManifestError: The file is damaged.
        """
        return read_held_out(self.folder)

    @property
    def metrics(self) -> Mapping[str, Any]:
        """What it measured itself; empty before its end."""
        return _read_json(self.folder / METRICS)

    @property
    def summary(self) -> Mapping[str, Any]:
        """Photos, parameters, training time, latency; empty where none was written."""
        return _read_json(self.folder / SUMMARY)

    @property
    def environment(self) -> Mapping[str, Any]:
        """Versions of the libraries it ran with."""
        return _read_json(self.folder / ENVIRONMENT)

    @property
    def package(self) -> Path | None:
        """The folder of the package it made."""
        found = sorted(self.folder.glob("package/*/model.json"))
        return found[0].parent if found else None

    def severities(self, output: str) -> tuple[int, ...] | None:
        """What the classes of an ordinal output stand for; None where the classes have no order."""
        grades = self.recipe.get("grades")
        if isinstance(grades, dict):
            return tuple(int(grade) for grade in grades[output]) if output in grades else None
        return _severities_of(str(self.recipe.get("task", "")), output)


def list_runs(folders: Sequence[Path]) -> tuple[RunRecord, ...]:
    """Find the runs at or below folders, by name; nothing but names is read.

    Args:
        folders: Run folders, or folders of run folders, or of groups of them. Missing ones hold no runs.
    """
    found: dict[Path, RunRecord] = {}
    for root in folders:
        for folder in _run_folders(root, _DEEPEST):
            alone = folder == root
            parts = (folder.name,) if alone else folder.relative_to(root).parts
            # A group listed by itself keeps its name, so that a run has one id however it is reached.
            group = "/".join(parts[:-1]) or (root.name if not alone and root.name != "runs" else "")
            shipped = folder.resolve().is_relative_to(SHIPPED_DIR)
            found.setdefault(
                folder.resolve(), RunRecord("/".join(filter(None, (group, folder.name))), group, folder, shipped)
            )
    return tuple(sorted(found.values(), key=lambda record: (record.group, record.id)))


@cache
def _severities_of(task: str, output: str) -> tuple[int, ...] | None:
    """Severities, or steps, of an ordinal output of a task; None where it has no order or the task is gone."""
    try:
        found = next((one for one in read_task(task).outputs if one.id == output), None)
    except TaskError:
        return None
    if found is None or found.kind != "ordinal":
        return None
    return found.severities or tuple(range(len(found.classes)))


def _run_folders(folder: Path, depth: int) -> list[Path]:
    if (folder / RECIPE).is_file():
        return [folder]
    if depth < 0 or not folder.is_dir():
        return []
    inside = [child for child in sorted(folder.iterdir()) if child.is_dir() and not child.name.startswith(".")]
    return [run for child in inside for run in _run_folders(child, depth - 1)]


def _read_json(path: Path) -> Mapping[str, Any]:
    """Read an object of JSON; empty where there is none yet, or one is being written."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return values if isinstance(values, dict) else {}
