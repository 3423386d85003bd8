"""Tasks from files: those that ship lie in `data/tasks`, a user's own is any TOML file of the same form."""

import tomllib
from pathlib import Path

from core.errors import TaskError
from core.settings import DATA_DIR
from core.vision.task import Kind, Output, Task, TaskClass, nearest, parse_task

TASKS_DIR = DATA_DIR / "tasks"

__all__ = ["TASKS_DIR", "Kind", "Output", "Task", "TaskClass", "parse_task", "read_task", "task_names"]


def task_names() -> tuple[str, ...]:
    """The tasks that ship, sorted."""
    return tuple(sorted(path.stem for path in TASKS_DIR.glob("*.toml")))


def read_task(name_or_path: str | Path) -> Task:
    """Read a task.

    Args:
        name_or_path: A shipped task (`waste`), one output of it (`conditions:fine_scaling`), or a `.toml` file, which
            may be followed by `:output` too.

    Raises:
        TaskError: No such task or output, no TOML, or a mistake in it; the nearest valid word is named.
    """
    wanted = str(name_or_path)
    base, found, output = wanted.rpartition(":")
    if found and (base.endswith(".toml") or base in task_names()):
        return _read(base).only(output)
    return _read(wanted)


def _read(name: str) -> Task:
    path = Path(name)
    if path.suffix != ".toml":
        names = task_names()
        if name not in names:
            raise TaskError("task.not_found", name=name, nearest=nearest(name, names), known=", ".join(names))
        path = TASKS_DIR / f"{name}.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TaskError("task.no_file", path=path.name) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TaskError("task.not_toml", path=path.name, detail=error) from error
    return parse_task(values, path.name)
