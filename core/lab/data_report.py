"""What is in a set of labelled photos: the facts of an import, as a file that pages and programs read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core.errors import ManifestError, ScalpError
from core.locale import Language, text


@dataclass(frozen=True)
class Note:
    """Something to say about the data, in either language.

    Attributes:
        code: Name of its text among the errors.
        values: What the braces of that text name.
    """

    code: str
    values: Mapping[str, str] = field(default_factory=dict)

    def message(self, language: Language) -> str:
        """Say it."""
        return text(language, f"errors.{self.code}", **self.values)


def note_of(error: ScalpError) -> Note:
    """An error as a note, to be kept and said in either language later."""
    return Note(error.code, {name: str(value) for name, value in error.values.items()})


@dataclass(frozen=True)
class Example:
    """A small picture of a photo: its file, and a JPEG in Base64."""

    file: str
    jpeg: str


@dataclass(frozen=True)
class ClassCount:
    """How often a class occurs.

    Attributes:
        id: The class.
        names: Its name by language.
        photos: How many photos have it.
        groups: How many groups (people, or photos that belong together) these are of.
        by_split: Photos by split or fold.
        examples: A few, chosen by chance.
    """

    id: str
    names: Mapping[str, str]
    photos: int
    groups: int
    by_split: Mapping[str, int]
    examples: tuple[Example, ...] = ()


@dataclass(frozen=True)
class OutputCount:
    """The classes of one output, and how many photos have no label for it."""

    id: str
    names: Mapping[str, str]
    classes: tuple[ClassCount, ...]
    unlabelled: int


@dataclass(frozen=True)
class DuplicateSet:
    """Photos that are the same file or nearly the same picture.

    Attributes:
        files: Their names.
        labels: Their labels, in words.
        exact: All are the same file.
        conflict: Their labels differ.
        pictures: Small pictures of the first ones.
    """

    files: tuple[str, ...]
    labels: tuple[str, ...]
    exact: bool
    conflict: bool
    pictures: tuple[Example, ...] = ()


@dataclass(frozen=True)
class Sizes:
    """Widths and heights: how many different ones, the commonest, and those with the fewest and most pixels."""

    different: int
    common: tuple[tuple[int, int, int], ...]
    smallest: tuple[int, int]
    largest: tuple[int, int]


@dataclass(frozen=True)
class LeftOut:
    """A file or row that was left out, and why."""

    name: str
    why: Note


@dataclass(frozen=True)
class DataReport:
    """The facts of an import.

    Attributes:
        manifest: Name of the manifest's file.
        source: Name of what was imported.
        kind: How it came: `folder`, `csv`, `aihub` or `boxes`.
        task: Id of the task.
        split: How it was split, as asked for.
        seed: Of the split.
        photos: In the manifest.
        people: Known by name; 0 where the source names none.
        groups: Sets of photos that no split parts.
        splits: Photos by split or fold.
        outputs: Classes with their counts.
        sizes: Of the pictures.
        formats: Photos by format.
        copies: Photos that are the same file as an earlier one.
        near: Photos that are nearly the same picture as an earlier one, without the copies.
        dropped: Copies that were left out of the manifest, as asked for.
        duplicate_sets: How many sets of duplicates there are.
        conflict_sets: How many of these have differing labels.
        duplicates: The first of them, conflicts before the others.
        left_out: How many files and rows were left out.
        reasons: How often for each reason (the code of its note).
        skipped: The first of them.
        warnings: What should be looked at before training.
        questions: What the answers among the traits were given to.
    """

    manifest: str
    source: str
    kind: str
    task: str
    split: str
    seed: int
    photos: int
    people: int
    groups: int
    splits: Mapping[str, int]
    outputs: tuple[OutputCount, ...]
    sizes: Sizes
    formats: Mapping[str, int]
    copies: int
    near: int
    dropped: int
    duplicate_sets: int
    conflict_sets: int
    duplicates: tuple[DuplicateSet, ...]
    left_out: int
    reasons: Mapping[str, int]
    skipped: tuple[LeftOut, ...]
    warnings: tuple[Note, ...]
    questions: Mapping[str, str] = field(default_factory=dict)


_ADAPTER: TypeAdapter[DataReport] = TypeAdapter(DataReport)


def report_path(manifest: Path) -> Path:
    """Where the facts of a manifest lie."""
    return manifest.with_name(f"{manifest.stem}.report.json")


def write_data_report(path: Path, report: DataReport) -> None:
    """Write the facts as JSON."""
    path.write_bytes(_ADAPTER.dump_json(report))


def read_data_report(manifest: Path) -> DataReport | None:
    """Read the facts of a manifest; None where it was not made by an import.

    Raises:
        ManifestError: They were damaged (`import.bad_report`).
    """
    path = report_path(manifest)
    try:
        return _ADAPTER.validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as error:
        raise ManifestError("import.bad_report", path=path.name) from error
