"""The files that an import writes, all beside the manifest, and none over another."""

import csv
import json
import re
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

from core.errors import ManifestError, TaskError
from core.lab.data_report import LeftOut, note_of, report_path
from core.lab.importing.found import Skipped
from core.lab.manifest_table import PARQUET, guarded
from core.lab.task import Task, read_task
from core.locale import Language

_SHOWN_SKIPPED = 200


class Targets:
    """Where an import writes.

    Args:
        manifest: The manifest.

    Raises:
        ManifestError: Its name ends neither in `.csv` nor in `.parquet` (`import.bad_target`).
    """

    def __init__(self, manifest: Path) -> None:
        if manifest.suffix.lower() not in (".csv", PARQUET):
            raise ManifestError("import.bad_target", path=manifest)
        self.manifest = manifest
        self.report = report_path(manifest)
        self.page, self.task, self.skipped, self.duplicates = (
            manifest.with_name(f"{manifest.stem}.{end}")
            for end in ("report.html", "task.toml", "skipped.csv", "duplicates.csv")
        )
        self.crops = manifest.with_name(f"{manifest.stem}-crops")

    def check(self, *, force: bool) -> None:
        """Refuse to write over a manifest or a task that someone may have worked on.

        Raises:
            ManifestError: One of the two is there already (`import.exists`).
        """
        there = next((path for path in (self.manifest, self.task) if path.exists()), None)
        if there is not None and not force:
            raise ManifestError("import.exists", path=there)


class SkipList:
    """What was left out: written to a file as it comes, counted by reason, the first ones remembered.

    Args:
        path: The CSV file; made when there is something to write.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.reasons: Counter[str] = Counter()
        self.first: list[LeftOut] = []

    def __enter__(self) -> Self:
        self._partial = self._path.with_name(f"{self._path.name}.part")
        self._file = self._partial.open("w", encoding="utf-8", newline="", errors="backslashreplace")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(("file", "reason", "message"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None and self.count:
            self._partial.replace(self._path)
            return
        self._partial.unlink()
        if kind is None:
            self._path.unlink(missing_ok=True)

    @property
    def count(self) -> int:
        """How much was left out."""
        return self.reasons.total()

    def add(self, skipped: Skipped) -> None:
        """Take one."""
        note = note_of(skipped.reason)
        self.reasons[note.code] += 1
        if len(self.first) < _SHOWN_SKIPPED:
            self.first.append(LeftOut(skipped.name, note))
        self._writer.writerow((guarded(skipped.name), note.code, guarded(note.message(Language.ENGLISH))))


def write_task(path: Path, task: Task) -> None:
    """Write a task made of labels; one that is there already for the same classes, with its names, stays."""
    try:
        if [o.class_ids for o in read_task(path).outputs] == [o.class_ids for o in task.outputs]:
            return
    except TaskError:
        pass  # none there, or none that could be used
    path.write_text(_toml(task), encoding="utf-8")


def task_id(stem: str) -> str:
    """Id of the task that a manifest's labels make, after the manifest's name."""
    return f"{re.sub(r'[^a-z0-9]+', '-', stem.lower())[:60]}-labels".lstrip("-")


def _toml(task: Task) -> str:
    """Write a task of bare classes as TOML, ready for names and advice to be filled in."""
    lines = [
        "# Made from the labels of an import. Add names in both languages and advice per class as you like;",
        "# the ids must stay as they are.",
        f"id = {_quoted(task.id)}",
        f"names = {_quoted(task.id)}",
    ]
    for output in task.outputs:
        lines += ["", "[[outputs]]", f"id = {_quoted(output.id)}", f"kind = {_quoted(output.kind)}"]
        for entry in output.classes:
            lines += ["", "[[outputs.classes]]", f"id = {_quoted(entry.id)}", f"names = {_quoted(entry.names['en'])}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    # TOML's basic strings are JSON's, but for the delete character, which no label holds.
    return json.dumps(text, ensure_ascii=False)
