"""What every kind of package has in common: files named and hashed by `model.json`, put in place in one step."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.errors import PackageError

FORMAT = 1
WEIGHTS, GRAPH, GRAPH_DATA, CARD = "weights.safetensors", "model.xml", "model.bin", "CARD.md"
# Far above any package of a network known here; a larger file would fill memory before it could be refused.
_LARGEST_DESCRIPTION, _LARGEST_FILE = 16 * 2**20, 2 * 2**30


def read_json(folder: Path) -> dict[str, Any]:
    """Read `model.json` of a known format.

    Raises:
        PackageError: There is none, it is no JSON object, it is too large, or it is of an unknown format.
    """
    path = folder / "model.json"
    try:
        if path.stat().st_size > _LARGEST_DESCRIPTION:
            raise PackageError("package.too_large", package=folder.name, file=path.name)
        values = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise PackageError("package.not_found", package=folder) from error
    except (ValueError, RecursionError) as error:
        raise PackageError("package.bad_description", package=folder.name, detail=error) from error
    if not isinstance(values, dict):
        raise PackageError("package.bad_description", package=folder.name, detail="model.json")
    if values.get("format") != FORMAT:
        raise PackageError("package.unknown_format", package=folder.name, format=values.get("format"), known=FORMAT)
    return values


def is_classifier(values: Mapping[str, Any]) -> bool:
    """Whether a description is that of a classifier rather than of scalp grades."""
    return values.get("kind") == "classifier"


def verify_files(folder: Path, files: object, names: Sequence[str]) -> None:
    """Compare every file with the hash its description names.

    Raises:
        PackageError: Other files are named, one is missing or too large, or has other bytes.
    """
    if not isinstance(files, dict) or set(files) != set(names):
        raise PackageError("package.bad_description", package=folder.name, detail="files")
    for name in names:
        if _sha256(folder / name, folder.name) != files[name]:
            raise PackageError("package.changed_file", package=folder.name, file=name)


def write_package(
    folder: Path, fill: Callable[[Path], Mapping[str, Any]], names: Sequence[str], check: Callable[[Path], object]
) -> None:
    """Write a package beside its place, check it, then put it there in one step.

    Args:
        folder: Where it shall lie; one already there is replaced only after the new one is complete.
        fill: Writes the files into a folder and returns the description.
        names: The files named and hashed in it.
        check: Reads the written package back.

    Raises:
        PackageError: What was written does not read back.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        new = Path(scratch) / folder.name
        new.mkdir()
        values: dict[str, Any] = {"format": FORMAT, **fill(new)}
        values["files"] = {name: _sha256(new / name, folder.name) for name in names}
        text = json.dumps(values, indent=1, ensure_ascii=False, default=str)
        (new / "model.json").write_text(text + "\n", encoding="utf-8")
        check(new)
        old = Path(scratch) / "replaced"
        if folder.exists():
            folder.replace(old)
        new.replace(folder)


def copy_network(payload: Path, new: Path) -> None:
    """Copy the files of an exported network."""
    for name in (WEIGHTS, GRAPH, GRAPH_DATA):
        shutil.copy(payload / name, new / name)


def parse_scales(values: Any) -> tuple[float, ...]:  # noqa: ANN401 - JSON
    """Sizes a network sees the picture at.

    Raises:
        ValueError: None, too many, or out of range.
    """
    scales = tuple(float(v) for v in values)
    if not 1 <= len(scales) <= 4 or not all(0.25 <= s <= 1 for s in scales):
        raise ValueError(f"scales {scales}")
    return scales


def _sha256(path: Path, package: str) -> str:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise PackageError("package.too_large", package=package, file=path.name)
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PackageError("package.missing_file", package=package, file=path.name) from error
