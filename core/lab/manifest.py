"""Labelled photos as a table.

A manifest is a CSV file with one row a photo. Columns: `file` (relative to the manifest), `view` (or `set`),
`group` (photos of one person or near-identical shots share it; it is never split), optionally `split` (train,
validation, test), one column per condition with grades 0-3, and `<condition>_present` with marks 0 or 1 where only
presence was noted. Empty cells mean "not labelled".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import ManifestError
from core.taxonomy import CONDITIONS, CONDITIONS_OF_VIEW, Condition, View

# The public scalp-microscope export names its presence marks after complaints. Its third mark, `sensitive`, is no
# measure of redness (most photos so marked show none) and maps to no condition.
_COMPLAINT_MARKS = {"dandruff": Condition.DANDRUFF, "oily": Condition.EXCESS_SEBUM}
_COMPLAINT_COLUMNS = {"dandruff", "oily", "sensitive"}


@dataclass(frozen=True)
class LabelledPhoto:
    """One row of a manifest.

    Attributes:
        path: The photo.
        view: Microscope or crown.
        group: What must stay on one side of a split.
        split: `train`, `validation`, `test`, or None where the manifest has none.
        grades: Severity 0-3 of the conditions that were graded.
        marks: Presence of the conditions that were only marked present or absent.
        sha256: SHA-256 of the file in hex, or None where the manifest has none.
    """

    path: Path
    view: View
    group: str
    split: str | None
    grades: Mapping[Condition, int]
    marks: Mapping[Condition, bool]
    sha256: str | None


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

    def groups(self) -> npt.NDArray[np.str_]:
        """Group names, one a photo."""
        return np.array([p.group for p in self.photos], dtype=np.str_)


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Args:
        path: A CSV file as described in this module.

    Raises:
        ManifestError: The file is missing, is no table, lacks columns or holds a label out of range.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except FileNotFoundError as error:
        raise ManifestError("manifest.not_found", path=path) from error
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError, OSError) as error:
        raise ManifestError("manifest.not_a_table", path=path) from error
    if "file" not in table.columns:
        raise ManifestError("manifest.missing_column", path=path, column="file")
    columns = set(table.columns)
    complaint_dialect = columns >= _COMPLAINT_COLUMNS
    rows = table.to_dict("records")
    photos = tuple(
        _read_row({str(k): str(v) for k, v in row.items()}, number, path, complaint_dialect)
        for number, row in enumerate(rows, start=2)
    )
    if not photos:
        raise ManifestError("manifest.empty", path=path)
    return Manifest(photos)


def _read_row(row: Mapping[str, str], number: int, path: Path, complaint_dialect: bool) -> LabelledPhoto:
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
        split=row.get("split") or None,
        grades=MappingProxyType(grades),
        marks=MappingProxyType(marks),
        sha256=row.get("sha256") or None,
    )


def _read_label(value: str, most: int, number: int, column: str, path: Path) -> int:
    try:
        label = float(value)
    except ValueError:
        label = -1.0
    if label not in range(most + 1):
        raise ManifestError("manifest.bad_label", path=path, row=number, column=column, value=value, most=most)
    return int(label)
