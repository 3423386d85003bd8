"""What the commands share: printing, progress, settings, and faults of files said in words."""

import errno
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from core.errors import CommandError

if TYPE_CHECKING:
    from core.settings import Settings

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of text for people.")]
EngineName = Literal["openvino", "torch"]

_ALMOST_NOTHING = 1 << 20


def printable(text: str) -> str:
    """Escape what a terminal would act on: control and direction characters, line ends, bytes that are no text."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def say(line: str = "") -> None:
    """Print one line of text for people."""
    typer.echo(printable(line))


def say_json(value: object) -> None:
    """Print one line of JSON, in ASCII, which every terminal, pipe and code page passes on unchanged."""
    typer.echo(json.dumps(value, ensure_ascii=True, default=str))


def complain(message: object) -> None:
    """Print one line about what went wrong, on stderr."""
    typer.echo(f"Error: {printable(str(message))}", err=True)


def say_table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print rows under a head, the first column flush left and the others flush right."""
    table = [head, *rows]
    widths = [max(len(row[i]) for row in table) for i in range(len(head))]
    for row in table:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        say("  ".join(cells).rstrip())


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr while someone watches; the value is told how many are done."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    with typer.progressbar(length=total, label=label, file=sys.stderr) as bar:
        yield lambda done: bar.update(done - bar.pos)


def read_settings(**changes: object) -> "Settings":
    """Read the settings and change those given; None changes nothing.

    Raises:
        CommandError: An environment variable has a value that does not work (`command.bad_setting`).
    """
    from pydantic import ValidationError

    from core.settings import get_settings

    try:
        settings = get_settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "SCALPSPECTRA_" + "_".join(str(part) for part in first["loc"]).upper()
        raise CommandError("command.bad_setting", name=name, detail=first["msg"]) from error
    return settings.model_copy(update={name: value for name, value in changes.items() if value is not None})


@contextmanager
def files_explained(path: Path) -> Iterator[None]:
    """Turn faults of the file system while writing to `path` into words.

    Raises:
        CommandError: The disk is full (`command.disk_full`) or the place not writable (`command.not_writable`).
    """
    try:
        yield
    except OSError as error:
        code = "command.disk_full" if is_disk_full(error, path) else "command.not_writable"
        raise CommandError(code, path=path) from error


def is_disk_full(error: BaseException, path: Path) -> bool:
    """Whether an error arose because the disk that holds `path` is full.

    Libraries that write through C++ or Rust tell of it in words of their own, so the disk itself is asked as well.
    """
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    existing = next((p for p in (path, *path.parents) if p.exists()), Path())
    return shutil.disk_usage(existing).free < _ALMOST_NOTHING


def figure(value: Any) -> str:  # noqa: ANN401 - a JSON value
    """Write a figure with three places, and a dash where it is undefined."""
    return "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value)
