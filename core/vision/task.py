"""What a network predicts, as data: outputs, their classes, names and advice in both languages.

A task is read from TOML when a network is trained (`core.lab.task`) and travels inside the package from then on, so
everything here treats its values as a stranger's: sizes are limited, and texts stay texts.
"""

import difflib
from collections.abc import Mapping
from dataclasses import asdict, field
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic.dataclasses import dataclass

from core.errors import TaskError
from core.taxonomy import CONDITIONS_OF_VIEW, View

TextLanguage = Literal["en", "ko"]
Kind = Literal["single", "multi", "ordinal"]
MOST_OUTPUTS, MOST_CLASSES = 16, 1000
# Columns of a manifest that mean something else than an output.
RESERVED_COLUMNS = frozenset(
    ("file", "view", "group", "split", "sha256", "person", "sex", "age_band", "region", "device")
)

_CONFIG = ConfigDict(extra="forbid", str_strip_whitespace=True)
_NO_CONTROLS = r"^[^\x00-\x1f\x7f|]+$"
TaskId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*(:[a-z0-9_]+)?$", max_length=80)]
OutputId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
ClassId = Annotated[str, StringConstraints(pattern=_NO_CONTROLS, min_length=1, max_length=80)]


def _both_languages(value: object) -> object:
    """Let one text stand for both languages, and one language for the other that is missing."""
    if isinstance(value, str):
        return {"en": value, "ko": value}
    if isinstance(value, Mapping) and len(value) == 1 and set(value) <= {"en", "ko"}:
        return dict.fromkeys(("en", "ko"), next(iter(value.values())))
    return value


Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Names = Annotated[dict[TextLanguage, Name], BeforeValidator(_both_languages)]
Texts = Annotated[
    dict[TextLanguage, Annotated[str, StringConstraints(max_length=1000)]], BeforeValidator(_both_languages)
]


@dataclass(frozen=True, config=_CONFIG)
class TaskClass:
    """One class of an output.

    Attributes:
        id: What manifests and result files call it; the folder's name where photos lie in a folder per class.
        names: Its name as shown, by language; the id where a task gives none.
        advice: What to do about it, by language; may be empty.
        severity: For scalp conditions, the severity 0-3 this class stands for.
    """

    id: ClassId
    names: Names = field(default_factory=dict)
    advice: Texts = field(default_factory=dict)
    severity: Annotated[int, Field(ge=0, le=3)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, values: Any) -> Any:  # noqa: ANN401 - whatever a file holds
        return _with_name(values)


@dataclass(frozen=True, config=_CONFIG)
class Output:
    """One question a network answers.

    Attributes:
        id: Its column in a manifest.
        kind: `single`: exactly one class holds. `multi`: each class holds or not. `ordinal`: one holds, and the
            classes are steps in ascending order.
        classes: In the order of the network's outputs.
        names: Its name as shown, by language.
    """

    id: OutputId
    kind: Kind
    classes: tuple[TaskClass, ...]
    names: Names = field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _named(cls, values: Any) -> Any:  # noqa: ANN401 - whatever a file holds
        return _with_name(values)

    def __post_init__(self) -> None:
        """Check the classes."""
        if self.id in RESERVED_COLUMNS:
            raise ValueError(f"{self.id!r} is a column with another meaning; call the output something else")
        fewest = 1 if self.kind == "multi" else 2
        if not fewest <= len(self.classes) <= MOST_CLASSES:
            raise ValueError(f"an output of kind {self.kind} has {fewest} to {MOST_CLASSES} classes")
        _check_unique(self.class_ids, "class")
        severities = [c.severity for c in self.classes if c.severity is not None]
        if severities and (self.kind != "ordinal" or len(severities) != len(self.classes)):
            raise ValueError("severities belong to every class of an ordinal output, or to none")
        if severities != sorted(set(severities)):
            raise ValueError("severities ascend with the classes")

    @property
    def class_ids(self) -> tuple[str, ...]:
        """Ids of the classes, in order."""
        return tuple(c.id for c in self.classes)

    @property
    def severities(self) -> tuple[int, ...]:
        """Severities of the classes in order; empty where they are none."""
        return tuple(c.severity for c in self.classes if c.severity is not None)

    def index(self, class_id: str) -> int:
        """Position of a class.

        Raises:
            TaskError: There is none of this id; the nearest one is named.
        """
        if class_id in self.class_ids:
            return self.class_ids.index(class_id)
        known = self.class_ids
        raise TaskError(
            "task.unknown_class",
            output=self.id,
            value=class_id,
            nearest=nearest(class_id, known),
            known=", ".join(known[:40]),
        )


@dataclass(frozen=True, config=_CONFIG)
class Task:
    """Everything one network predicts.

    Attributes:
        id: Name of the task; `conditions:dandruff` is the part of `conditions` with that one output.
        outputs: In the order of the network's outputs.
        names: Its name as shown, by language.
        description: What it is for and what its photos show, by language.
        view: The view its photos have, where it is about the scalp.
    """

    id: TaskId
    outputs: tuple[Output, ...]
    names: Names = field(default_factory=dict)
    description: Texts = field(default_factory=dict)
    view: View | None = None

    @model_validator(mode="before")
    @classmethod
    def _named(cls, values: Any) -> Any:  # noqa: ANN401 - whatever a file holds
        return _with_name(values)

    def __post_init__(self) -> None:
        """Check the outputs."""
        if not 1 <= len(self.outputs) <= MOST_OUTPUTS:
            raise ValueError(f"a task has 1 to {MOST_OUTPUTS} outputs")
        _check_unique(tuple(o.id for o in self.outputs), "output")

    @property
    def graded_view(self) -> View | None:
        """The view whose conditions this task grades in full, so that its packages can serve the Diagnosis page."""
        if self.view is None or tuple(o.id for o in self.outputs) != CONDITIONS_OF_VIEW[self.view]:
            return None
        graded = all(len(o.severities) >= 2 and o.severities[0] == 0 for o in self.outputs)
        return self.view if graded else None

    @property
    def class_count(self) -> int:
        """Classes of all outputs together: how many values the network gives."""
        return sum(len(o.classes) for o in self.outputs)

    @property
    def spans(self) -> dict[str, slice]:
        """Where each output's classes lie among the network's values."""
        spans, start = {}, 0
        for output in self.outputs:
            spans[output.id] = slice(start, start + len(output.classes))
            start += len(output.classes)
        return spans

    def output(self, output_id: str) -> Output:
        """The output of this id.

        Raises:
            TaskError: There is none; the nearest one is named.
        """
        known = tuple(o.id for o in self.outputs)
        for output in self.outputs:
            if output.id == output_id:
                return output
        raise TaskError(
            "task.unknown_output",
            task=self.id,
            value=output_id,
            nearest=nearest(output_id, known),
            known=", ".join(known),
        )

    def only(self, output_id: str) -> "Task":
        """The part of this task with one output, called `<task>:<output>`.

        Raises:
            TaskError: There is no such output.
        """
        output = self.output(output_id)
        return Task(f"{self.id}:{output.id}", (output,), output.names, self.description, self.view)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as kept in a package."""
        return asdict(self)


def parse_task(values: object, source: str) -> Task:
    """Check values from a file or a package.

    Args:
        values: What TOML or JSON gave.
        source: Where they come from, for the message.

    Raises:
        TaskError: They are no task: the place, what is wrong there, and the nearest known key.
    """
    try:
        return _ADAPTER.validate_python(values)
    except ValidationError as error:
        raise _explain(error, source) from error


def nearest(value: str, known: tuple[str, ...]) -> str:
    """The known word most like `value`, or the first one where none is like it."""
    lower = {word.lower(): word for word in reversed(known)}
    close = difflib.get_close_matches(value.lower(), list(lower), n=1, cutoff=0.4)
    return lower[close[0]] if close else known[0]


_ADAPTER: TypeAdapter[Task] = TypeAdapter(Task)
_KEYS: tuple[str, ...] = (
    "id",
    "names",
    "description",
    "view",
    "outputs",
    "kind",
    "classes",
    "advice",
    "severity",
    "en",
    "ko",
)


def _explain(error: ValidationError, source: str) -> TaskError:
    """One error of many: a key nobody knows tells more than what is missing without it."""
    errors = sorted(error.errors(), key=lambda e: e["type"] != "unexpected_keyword_argument")
    first = errors[0]
    place = ".".join(str(part) for part in first["loc"]) or "task"
    if first["type"] == "unexpected_keyword_argument":
        key = str(first["loc"][-1])
        return TaskError("task.unknown_key", source=source, key=place, nearest=nearest(key, _KEYS))
    expected = str(first.get("ctx", {}).get("expected", ""))
    if expected and isinstance(first["input"], str):
        known = tuple(part.strip("' ") for part in expected.replace(" or ", ",").split(","))
        known_text = ", ".join(known)
        near = nearest(first["input"], known)
        return TaskError(
            "task.nearest_value", source=source, key=place, value=first["input"], nearest=near, known=known_text
        )
    return TaskError("task.bad_value", source=source, key=place, detail=first["msg"].removeprefix("Value error, "))


def _with_name(values: Any) -> Any:  # noqa: ANN401 - whatever a file holds
    """Let the id stand in where no name is given."""
    if isinstance(values, Mapping) and "names" not in values and isinstance(values.get("id"), str):
        return {**values, "names": values["id"].replace("_", " ").strip()[:120] or values["id"][:120] or "-"}
    return values


def _check_unique(ids: tuple[str, ...], what: str) -> None:
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ValueError(f"{what} {twice[0]!r} is named twice")
