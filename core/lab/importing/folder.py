"""A folder per class: `class/photo.jpg`, `class/person/photo.jpg`, and the same below `train`, `valid` and `test`."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.errors import ManifestError
from core.lab.importing.found import Findings, Found, Skipped
from core.lab.importing.options import Options, person_by, split_named
from core.lab.importing.walking import check_source, is_photo, parts_below, shown_name, walk

LABEL = "label"


def find_in_folders(source: Path, options: Options) -> Findings:
    """Find photos in a folder per class.

    Folders that hold everything else are looked through: in `data/photos/{cat,dog}`, cat and dog are the classes.
    Below a class, the name of the next folder is the person, unless a pattern tells.

    Raises:
        ManifestError: There is no such folder, or it holds no photo in a folder of its own.
    """
    check_source(source)
    photos: list[tuple[Path, tuple[str, ...]]] = []
    skipped: list[Skipped] = []
    for entry in walk(source):
        if isinstance(entry, Skipped):
            skipped.append(entry)
        elif is_photo(entry):
            photos.append((entry, parts_below(source, entry)))
    depth = _class_depth([parts for _, parts in photos])
    if not any(len(parts) > depth + 1 for _, parts in photos):
        raise ManifestError("import.no_class_folders", path=source, photos=len(photos), skipped=len(skipped))
    split_first = _are_splits({parts[depth] for _, parts in photos if len(parts) > depth + 1})

    def items() -> Iterator[Found | Skipped]:
        yield from skipped
        for path, parts in photos:
            yield _found(source, path, parts[depth:], split_first, options)

    labels = {parts[depth + split_first] for _, parts in photos if len(parts) > depth + split_first + 1}
    empty = _empty_folders(source, photos[0][1][:depth] if photos else (), split_first, labels)
    return Findings(items(), len(photos) + len(skipped), empty)


def _class_depth(files: Sequence[tuple[str, ...]]) -> int:
    """How many folders all files share before the folders of classes begin."""
    depth = 0
    while files:
        folders = {parts[depth] if len(parts) > depth + 1 else None for parts in files}
        if len(folders) != 1 or None in folders or min(len(parts) for parts in files) < depth + 3:
            break
        depth += 1
    return depth


def _are_splits(folders: set[str]) -> bool:
    return bool(folders) and all(split_named(name) for name in folders)


def _found(source: Path, path: Path, parts: tuple[str, ...], split_first: bool, options: Options) -> Found | Skipped:
    name = shown_name(source, path)
    if len(parts) < 2 + split_first:
        return Skipped(name, ManifestError("import.outside_classes"))
    person = person_by(options.group_pattern, name) if options.group_pattern else None
    if options.group_pattern is None and len(parts) > 2 + split_first:
        person = parts[1 + split_first]
    return Found(
        path,
        name,
        {LABEL: parts[split_first]},
        person=person,
        split=split_named(parts[0]) if split_first else None,
    )


def _empty_folders(source: Path, shared: tuple[str, ...], split_first: bool, labels: set[str]) -> tuple[str, ...]:
    """Folders where classes are that hold no photo at all."""
    base = source.joinpath(*shared)
    if not base.is_dir():
        return ()
    parents = [base / name for name in _folders(base)] if split_first else [base]
    return tuple(sorted({name for parent in parents for name in _folders(parent)} - labels))


def _folders(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [e.name for e in entries if e.is_dir(follow_symlinks=False) and not e.name.startswith(".")]
    except OSError:
        return []
