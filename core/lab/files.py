"""Files that are whole or not there at all."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, write: Callable[[BinaryIO], object], *, sync: bool = True) -> None:
    """Write a file beside its place and put it there once it is complete.

    Args:
        path: Where it shall lie.
        write: Writes it.
        sync: Whether it has to be on the disk first, so that it survives a loss of power too.

    Raises:
        OSError: It cannot be written; what lay there is untouched, and no half file stays behind.
    """
    partial = path.with_name(f"{path.name}.part")
    try:
        with partial.open("wb") as file:
            write(file)
            if sync:
                file.flush()
                os.fsync(file.fileno())
    except BaseException as error:
        partial.unlink(missing_ok=True)
        # torch hides why its writer failed.
        cause = error.__context__
        if isinstance(error, RuntimeError) and isinstance(cause, OSError):
            raise cause from error
        raise
    partial.replace(path)
