"""Words of the Models page: names of figures, classes and networks, and numbers as they stand in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from core.errors import ScalpError
from core.interface.language import current_language, say
from core.taxonomy import Condition, View

if TYPE_CHECKING:
    from core.lab.bootstrap import Figure
    from core.lab.run_records import RunRecord
    from core.vision.task import Output, Task

_DASH = "\u2013"
# Keeps a number and its sign on one line.
NARROW = "\u00a0"


def metric_name(metric: str) -> str:
    """Return what a figure is called."""
    return say(f"models.metric.{metric}")


def number_words(value: float | None) -> str:
    """Return a figure with three places."""
    return say("models.words.unknown") if value is None else f"{value:.3f}"


def figure_words(figure: Figure) -> str:
    """Return a figure with its interval."""
    if figure.value is None or figure.low is None or figure.high is None:
        return number_words(figure.value)
    return f"{figure.value:.3f}{NARROW}({figure.low:.3f}{_DASH}{figure.high:.3f})"


def signed_words(figure: Figure) -> str:
    """Return a difference with its sign and interval."""
    if figure.value is None or figure.low is None or figure.high is None:
        return number_words(figure.value)
    return f"{figure.value:+.3f}{NARROW}({figure.low:+.3f}{_DASH}{figure.high:+.3f})"


def p_words(p: float) -> str:
    """Return a p value; below what resampling can tell, so."""
    return f"p{NARROW}<{NARROW}0.001" if p < 0.001 else f"p{NARROW}={NARROW}{p:.3f}"


def output_name(output: str, record: RunRecord | None = None) -> str:
    """Return what an output is called in the language of this session."""
    if output in {condition.value for condition in Condition}:
        return say(f"taxonomy.condition.{output}")
    # Where photos may have several classes, each class is an output of its own: "<output>.<class>".
    base, _, one_class = output.partition(".")
    found = _output(record, base)
    if found is None:
        return output
    name = in_language(found.names)
    member = next((one for one in found.classes if one.id == one_class), None)
    return f"{name}: {in_language(member.names)}" if member is not None else name


def in_language(texts: Mapping[Any, str]) -> str:
    """Return a text of a task or package in the language of this session, else in whichever it has."""
    return str(texts.get(current_language().value) or next(iter(texts.values()), ""))


def class_names(record: RunRecord, output: str, count: int) -> tuple[str, ...]:
    """Return the names of the classes of an output, in order.

    Args:
        record: The run that predicted it.
        output: Which of its outputs.
        count: How many classes it told apart.
    """
    severities = record.severities(output)
    if severities is not None and len(severities) == count:
        table = "severity_crown" if view_of(record) == View.CROWN else "severity"
        return tuple(f"{grade} {say(f'taxonomy.{table}.{grade}')}" for grade in severities)
    if "." in output and count == 2:
        return say("models.words.absent"), say("models.words.present")
    found = _output(record, output)
    if found is not None and len(found.classes) == count:
        return _unique([in_language(one.names) for one in found.classes])
    return tuple(say("models.words.class", number=number) for number in range(1, count + 1))


def task_of(record: RunRecord) -> Task | None:
    """Return the task of a run; None where its recipe names none that can be read."""
    from core.lab.task import parse_task, read_task

    wanted: Any = record.recipe.get("task")
    try:
        if isinstance(wanted, str) and wanted and not wanted.endswith(".toml"):
            return read_task(wanted)
        if isinstance(wanted, Mapping):
            return parse_task(dict(wanted), record.id)
    except ScalpError:
        return None
    return None


def _output(record: RunRecord | None, output: str) -> Output | None:
    task = task_of(record) if record is not None else None
    return next((one for one in task.outputs if one.id == output), None) if task is not None else None


def view_of(record: RunRecord) -> str:
    """Return the view a run grades; empty for a task that is not about the scalp."""
    told = record.recipe.get("view")
    if isinstance(told, str):
        return told
    task = task_of(record)
    return task.view.value if task is not None and task.view is not None else ""


def network_name(record: RunRecord) -> str:
    """Return the network a run trained."""
    network = record.recipe.get("network")
    return str(network.get("architecture", "")) if isinstance(network, Mapping) else ""


def weights_word(pretrained: str | None) -> str:
    """Return what the first weights were."""
    if pretrained in ("imagenet", "none"):
        return say(f"models.weights.{pretrained}")
    return pretrained or say("models.words.unknown")


def first_weights(record: RunRecord) -> str | None:
    """Return the first weights of a run: as its summary says, else its recipe."""
    told = record.summary.get("pretrained")
    network = record.recipe.get("network")
    if told is None and isinstance(network, Mapping):
        told = network.get("weights")
    return None if told is None else str(told)


def seconds_words(seconds: float | None) -> str:
    """Return a length of time in the unit that suits it."""
    if seconds is None:
        return say("models.words.unknown")
    if seconds < 90:
        return say("models.words.seconds", n=max(1, round(seconds)))
    if seconds < 5400:
        return say("models.words.minutes", n=round(seconds / 60))
    return say("models.words.hours", n=f"{seconds / 3600:.1f}")


def short_names(names: Sequence[str]) -> dict[str, str]:
    """Return runs under the shortest names that tell them apart: without their group where it is the same."""
    groups = {name.rpartition("/")[0] for name in names}
    return {name: name.rpartition("/")[2] if len(groups) == 1 else name for name in names}


def _unique(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name if names.count(name) == 1 else f"{name} ({place})" for place, name in enumerate(names, start=1))
