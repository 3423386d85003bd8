"""Labelled photos as a table.

A manifest is a CSV or Parquet file with one row a photo. Columns:

- `file`, relative to the manifest; a photo inside a ZIP archive is `archive.zip!/folder/photo.jpg`;
- `view` (or `set`), for tasks about the scalp;
- `group` (photos of one person or near-identical shots share it; it is never split), optionally `person`;
- optionally `split` (train, validation, test) or `fold` (numbers from 0), and `sha256` of the file;
- one column per condition with grades 0-3, and `<condition>_present` with marks 0 or 1 where only presence was noted;
- one column per output of any other task: a class id, or several joined by `|` where an output takes several;
- optionally `source` (`synthetic` for drawn photos, anything else names where real ones come from);
- optionally `sex`, `age_band`, `region`, `device`, and `trait_<name>` for whatever else is known about a photo.

Empty cells mean "not labelled".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.errors import ManifestError
from core.lab.manifest_labels import class_positions
from core.lab.manifest_table import read_cells
from core.taxonomy import CONDITIONS, CONDITIONS_OF_VIEW, Condition, View

if TYPE_CHECKING:
    from core.lab.task import Output

SPLITS = ("train", "validation", "test")
TRAITS = ("sex", "age_band", "region", "device")
TRAIT_PREFIX = "trait_"
SOURCE = "source"

# The public scalp-microscope export names its presence marks after complaints. Its third mark, `sensitive`, is no
# measure of redness (most photos so marked show none) and maps to no condition.
_COMPLAINT_MARKS = {"dandruff": Condition.DANDRUFF, "oily": Condition.EXCESS_SEBUM}
_COMPLAINT_COLUMNS = {"dandruff", "oily", "sensitive"}
_OWN_COLUMNS = {
    *("file", "view", "set", "group", "person", "split", "fold", "sha256", SOURCE, *TRAITS),
    *(c.value for c in CONDITIONS),
    *(f"{c.value}_present" for c in CONDITIONS),
}
_MOST_FOLDS = 99
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class LabelledPhoto:
    """One row of a manifest.

    Attributes:
        path: The photo; inside a ZIP archive as `core.vision.archived` writes it.
        view: Microscope or crown; microscope where the manifest does not say.
        group: What must stay on one side of a split.
        split: `train`, `validation`, `test`, or None where the manifest has none.
        grades: Severity 0-3 of the conditions that were graded.
        marks: Presence of the conditions that were only marked present or absent.
        sha256: SHA-256 of the file in hex, or None where the manifest has none.
        labels: What stands in the columns of any other output, as written; without the empty ones.
        traits: Sex, age band, region, device and whatever else is known; without the empty ones.
        person: Who is on the photo, where the manifest says so. `group` may hold several people.
        fold: The fold it is held out in, where the manifest has folds.
        row: Number of the row in the file; the first photo is in row 2.
        source: Where it comes from, where the manifest says so, see `core.lab.origins`.
    """

    path: Path
    view: View
    group: str
    split: str | None
    grades: Mapping[Condition, int]
    marks: Mapping[Condition, bool]
    sha256: str | None
    labels: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    traits: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    person: str | None = None
    fold: int | None = None
    row: int | None = None
    source: str | None = None


@dataclass(frozen=True)
class Manifest:
    """Labelled photos, in the order of the file."""

    photos: tuple[LabelledPhoto, ...]

    def __len__(self) -> int:
        """Count the photos."""
        return len(self.photos)

    def __iter__(self) -> Iterator[LabelledPhoto]:
        """Go through the photos in the order of the file."""
        return iter(self.photos)

    def of_view(self, view: View) -> "Manifest":
        """Keep the photos of one view."""
        return Manifest(tuple(p for p in self.photos if p.view == view))

    def subset(self, indices: Sequence[int] | npt.NDArray[np.integer]) -> "Manifest":
        """Keep the photos at these positions."""
        return Manifest(tuple(self.photos[int(i)] for i in indices))

    def in_split(self, *splits: str) -> "Manifest":
        """Keep the photos of these splits."""
        return Manifest(tuple(p for p in self.photos if p.split in splits))

    def grades(self, conditions: Sequence[Condition]) -> npt.NDArray[np.int64]:
        """Grades as int (photos, conditions); -1 where a photo has none."""
        rows = [[p.grades.get(c, -1) for c in conditions] for p in self.photos]
        return np.array(rows, dtype=np.int64).reshape(len(self.photos), len(conditions))

    def marks(self, conditions: Sequence[Condition]) -> npt.NDArray[np.int64]:
        """Presence marks as int (photos, conditions): 1 present, 0 absent, -1 not marked."""
        rows = [[int(p.marks[c]) if c in p.marks else -1 for c in conditions] for p in self.photos]
        return np.array(rows, dtype=np.int64).reshape(len(self.photos), len(conditions))

    def class_indices(self, output: "Output") -> npt.NDArray[np.int64]:
        """Labels of an output as positions among its classes, see `core.lab.manifest_labels.class_positions`.

        Returns:
            int (photos,), -1 where not labelled; for an output of kind `multi` int (photos, classes), 1, 0 or -1.

        Raises:
            ManifestError: A label is none of the output's classes.
        """
        return class_positions(output, self.photos)

    def groups(self) -> npt.NDArray[np.str_]:
        """Group names, one a photo."""
        return np.array([p.group for p in self.photos], dtype=np.str_)


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Args:
        path: A CSV or Parquet file as described in this module.

    Raises:
        ManifestError: The file is missing, is no table, lacks columns or holds a label out of range.
    """
    columns, rows = read_cells(path)
    if "file" not in columns:
        raise ManifestError("manifest.missing_column", path=path, column="file")
    complaint_dialect = set(columns) >= _COMPLAINT_COLUMNS
    outputs = tuple(c for c in columns if c not in _OWN_COLUMNS and not c.startswith(TRAIT_PREFIX))
    traits = {c: c.removeprefix(TRAIT_PREFIX) for c in columns if c in TRAITS or c.startswith(TRAIT_PREFIX)}
    photos = tuple(
        _read_row(row, number, path, complaint_dialect, outputs, traits) for number, row in enumerate(rows, start=2)
    )
    if not photos:
        raise ManifestError("manifest.empty", path=path)
    return Manifest(photos)


def _read_row(
    row: Mapping[str, str],
    number: int,
    path: Path,
    complaint_dialect: bool,
    outputs: Sequence[str],
    traits: Mapping[str, str],
) -> LabelledPhoto:
    view_name = row.get("view") or row.get("set") or View.MICROSCOPE.value
    try:
        view = View(view_name)
    except ValueError as error:
        raise ManifestError(
            "manifest.unknown_view", path=path, row=number, value=view_name, known=", ".join(View)
        ) from error
    grades: dict[Condition, int] = {}
    marks: dict[Condition, bool] = {}
    for condition in CONDITIONS:
        is_mark = complaint_dialect and condition.value in _COMPLAINT_MARKS
        if row.get(condition.value) and not is_mark and condition in CONDITIONS_OF_VIEW[view]:
            grades[condition] = _read_label(row[condition.value], 3, number, condition.value, path)
        mark_name = f"{condition.value}_present"
        if row.get(mark_name):
            marks[condition] = bool(_read_label(row[mark_name], 1, number, mark_name, path))
    if complaint_dialect:
        for column, condition in _COMPLAINT_MARKS.items():
            if row.get(column):
                marks[condition] = bool(_read_label(row[column], 1, number, column, path))
    return LabelledPhoto(
        path=path.parent / row["file"],
        view=view,
        group=row.get("group") or row["file"],
        split=_read_split(row.get("split", ""), number, path),
        grades=MappingProxyType(grades),
        marks=MappingProxyType(marks),
        sha256=row.get("sha256") or None,
        labels=MappingProxyType({name: row[name] for name in outputs if row[name]}) if outputs else _NOTHING,
        traits=MappingProxyType({name: row[c] for c, name in traits.items() if row[c]}) if traits else _NOTHING,
        person=row.get("person") or None,
        fold=_read_label(row["fold"], _MOST_FOLDS, number, "fold", path) if row.get("fold") else None,
        row=number,
        source=row.get(SOURCE) or None,
    )


def _read_split(value: str, number: int, path: Path) -> str | None:
    if not value or value in SPLITS:
        return value or None
    nearest = get_close_matches(value.casefold(), SPLITS, n=1, cutoff=0)[0]
    raise ManifestError("manifest.unknown_split", path=path, row=number, value=value, nearest=nearest)


def _read_label(value: str, most: int, number: int, column: str, path: Path) -> int:
    try:
        label = float(value)
    except ValueError:
        label = -1.0
    if label not in range(most + 1):
        raise ManifestError("manifest.bad_label", path=path, row=number, column=column, value=value, most=most)
    return int(label)
