"""Labels as sources write them, to the class ids of a task; without a task, the labels make one."""

import unicodedata
from collections.abc import Mapping

from core.errors import ManifestError
from core.lab.importing.folder import LABEL
from core.lab.importing.found import Found
from core.lab.manifest_labels import SEPARATOR, known_labels, nearest_class
from core.lab.task import Output, Task, parse_task
from core.vision.task import MOST_CLASSES

_LONGEST = 80


class Labeller:
    """Turns what a source says into labels of a task, and keeps count of the classes where there is no task.

    Args:
        task: What is to be predicted; None takes every label as a class of one output.

    Raises:
        ManifestError: The source has one label a photo and the task several outputs (`import.several_outputs`); only
            where `one_label`.
    """

    def __init__(self, task: Task | None, *, one_label: bool) -> None:
        if task is not None and one_label and len(task.outputs) > 1:
            parts = ", ".join(f"{task.id}:{output.id}" for output in task.outputs)
            raise ManifestError("import.several_outputs", task=task.id, parts=parts)
        self._task = task
        self._outputs = {output.id: (output, _spellings(output)) for output in task.outputs} if task else {}
        self._seen: set[str] = set()

    def labels(self, found: Found) -> dict[str, str]:
        """Labels by output id, without the empty ones.

        Raises:
            ManifestError: One is none of the task's classes (`import.unknown_label`), cannot be the name of a class,
                or there is none at all.
        """
        if self._task is None:
            labels = {name: self._free(value) for name, value in found.labels.items() if value.strip()}
        else:
            only = self._task.outputs[0].id
            named = {
                only if name == LABEL and name not in self._outputs else name: v for name, v in found.labels.items()
            }
            labels = {name: self._known(name, v) for name, v in named.items() if name in self._outputs and v.strip()}
        if not labels:
            raise ManifestError("import.no_label")
        return labels

    def task(self, name: str) -> Task:
        """The task of these labels.

        Args:
            name: Id of the task that is made where none was given.

        Raises:
            ManifestError: The labels are too few or too many to be the classes of one.
        """
        if self._task is not None:
            return self._task
        classes = sorted(self._seen)
        if not 2 <= len(classes) <= MOST_CLASSES:
            first = ", ".join(classes[:5])
            raise ManifestError("import.class_count", count=len(classes), most=MOST_CLASSES, first=first)
        entries = [{"id": label} for label in classes]
        return parse_task({"id": name, "outputs": [{"id": LABEL, "kind": "single", "classes": entries}]}, name)

    def _free(self, value: str) -> str:
        label = unicodedata.normalize("NFC", value).strip()
        if SEPARATOR in label or len(label) > _LONGEST or any(c < " " or c == "\x7f" for c in label):
            raise ManifestError("import.bad_class", value=ascii(label[:_LONGEST]))
        self._seen.add(label)
        return label

    def _known(self, name: str, value: str) -> str:
        output, spellings = self._outputs[name]
        if output.kind != "multi":
            return self._one(value, output, spellings)
        parts = [self._one(part, output, spellings) for part in value.split(SEPARATOR) if part.strip()]
        return SEPARATOR.join(dict.fromkeys(parts)) or SEPARATOR

    def _one(self, value: str, output: Output, spellings: Mapping[str, str]) -> str:
        label = unicodedata.normalize("NFC", value).strip()
        # Spreadsheets write grades as 2.0 where a column has gaps.
        plain = label.removesuffix(".0").casefold()
        if plain not in spellings and label.casefold() not in spellings:
            raise ManifestError(
                "import.unknown_label",
                value=label[:_LONGEST],
                output=output.id,
                nearest=nearest_class(label, output),
                known=", ".join(output.class_ids[:40]),
            )
        return spellings.get(label.casefold(), spellings.get(plain, ""))


def _spellings(output: Output) -> dict[str, str]:
    """What a class may be called: its id, or its name in either language; for grades also their numbers."""
    names = {name.casefold(): entry.id for entry in output.classes for name in entry.names.values()}
    return names | {label.casefold(): label for label in known_labels(output)}
