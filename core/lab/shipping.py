"""Finished runs condensed for the repository: what a comparison needs, without checkpoints, packages or machine paths.

Everything that ships lies in `data/runs/<group>/<run>/` and reads like any other run.
"""

import json
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import RunError
from core.lab.cost import Cost, recipe_costs
from core.lab.held_out import write_held_out
from core.lab.history import FILE as HISTORY_FILE
from core.lab.run_records import ENVIRONMENT, METRICS, RECIPE, SUMMARY, RunRecord

# An absolute path, in the writing of any system.
_ABSOLUTE = re.compile(r"^(/|~|[A-Za-z]:[\\/]|\\\\)")


def ship_runs(
    records: Sequence[RunRecord],
    target: Path,
    *,
    manifest: str = "",
    measure: Callable[[Mapping[str, Mapping[str, Any]]], Mapping[str, Cost]] = recipe_costs,
) -> tuple[Path, ...]:
    """Condense finished runs.

    Parameters and latency of all of them are measured side by side, so that they can be compared whatever machine
    each run was trained on.

    Args:
        records: Runs with held-out predictions.
        target: The group's folder; a run of the same name in it is replaced.
        manifest: File name of the labelled photos, for runs whose summary does not tell it.
        measure: Measures recipes, by name of the run.

    Returns:
        The folders written.

    Raises:
        RunError: A run has not ended (`run.not_finished`), or two have one name (`run.same_name`).
    """
    for record in records:
        if not record.metrics or not record.held_out:
            raise RunError("run.not_finished", run=record.id)
    names = [record.name for record in records]
    for name in names:
        if names.count(name) > 1:
            raise RunError("run.same_name", name=name)
    costs = measure({record.name: record.recipe for record in records})
    target.mkdir(parents=True, exist_ok=True)
    return tuple(_ship(record, target / record.name, costs[record.name], manifest) for record in records)


def _ship(record: RunRecord, folder: Path, cost: Cost, manifest: str) -> Path:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        new = Path(scratch) / folder.name
        new.mkdir()
        _write(new / RECIPE, shareable(record.recipe))
        _write(new / ENVIRONMENT, shareable(record.environment))
        _write(new / METRICS, shareable(record.metrics))
        _write(new / SUMMARY, shareable(summarise(record, cost, manifest)))
        write_held_out(new, list(record.held_out.values()))
        for stage in record.histories:
            (new / stage).mkdir()
            shutil.copyfile(record.folder / stage / HISTORY_FILE, new / stage / HISTORY_FILE)
        if folder.exists():
            shutil.rmtree(folder)
        new.rename(folder)
    return folder


def summarise(record: RunRecord, cost: Cost, manifest: str = "") -> dict[str, Any]:
    """What a run's own summary tells, completed where it is older than summaries, with costs measured side by side."""
    known = record.summary
    photos = {str(photo) for part in record.held_out.values() for photo in part.photos}
    seconds = sum(row.seconds for rows in record.histories.values() for row in rows)
    weights = str(record.recipe.get("network", {}).get("weights", ""))
    return {
        "photos": known.get("photos", len(photos)),
        "manifest": known.get("manifest", manifest),
        "training_seconds": known.get("training_seconds", round(seconds, 1)),
        "pretrained": known.get("pretrained", weights),
        "held_out_n": known.get("held_out_n", len(photos)),
        **cost.as_dict(),
    }


def shareable(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    """The same JSON with the file's name alone in place of every path of this machine."""
    if isinstance(value, Mapping):
        return {key: shareable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [shareable(one) for one in value]
    if isinstance(value, str) and _ABSOLUTE.match(value):
        return re.split(r"[\\/]", value)[-1]
    return value


def _write(path: Path, values: object) -> None:
    path.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
