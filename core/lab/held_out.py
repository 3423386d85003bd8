"""What a run says about photos it did not see: one row per photo and output, kept with the run.

Comparisons, confusion matrices and intervals are made of these rows, so any two runs over the same photos can be
compared without running a network again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.errors import ManifestError

FILE = "held_out.parquet"
COLUMNS = ("photo", "file", "group", "fold", "output", "label", "grade", "probabilities")


@dataclass(frozen=True)
class HeldOut:
    """Held-out predictions on one output.

    Attributes:
        output: What was predicted, for example a condition.
        photos: (N,) what tells a photo from every other: the start of its SHA-256, or its file name.
        files: (N,) names of the files, relative to the manifest.
        groups: (N,) what must stay on one side of a split, for example the person.
        folds: int (N,), the fold the photo was held out in.
        labels: int (N,), positions among the classes told apart.
        grades: int (N,), the class given, as a position.
        probabilities: float (N, classes), calibrated without the photo's own fold.
    """

    output: str
    photos: npt.NDArray[np.str_]
    files: npt.NDArray[np.str_]
    groups: npt.NDArray[np.str_]
    folds: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    grades: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float64]

    def __len__(self) -> int:
        """Count the photos."""
        return len(self.labels)


def write_held_out(folder: Path, parts: Sequence[HeldOut]) -> None:
    """Write the rows of a run in one step, so that a run cut off never leaves half a file."""
    frames = [
        pd.DataFrame(
            {
                "photo": part.photos.astype(str),
                "file": part.files.astype(str),
                "group": part.groups.astype(str),
                "fold": part.folds.astype(np.int16),
                "output": part.output,
                "label": part.labels.astype(np.int16),
                "grade": part.grades.astype(np.int16),
                "probabilities": list(part.probabilities.round(5).astype(np.float32)),
            },
            columns=list(COLUMNS),
        )
        for part in parts
    ]
    partial = folder / f"{FILE}.part"
    pd.concat(frames, ignore_index=True).to_parquet(partial, compression="zstd")
    partial.replace(folder / FILE)


def read_held_out(folder: Path) -> dict[str, HeldOut]:
    """Read the rows of a run, by output; empty where the run measured nothing on held-out photos.

    Raises:
        ManifestError: The file is no table of these columns.
    """
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        table = pd.read_parquet(path)
        parts = {str(name): _part(str(name), rows) for name, rows in table.groupby("output", sort=False)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ManifestError("manifest.not_a_table", path=path) from error
    return parts


def _part(output: str, rows: pd.DataFrame) -> HeldOut:
    return HeldOut(
        output=output,
        photos=rows["photo"].to_numpy(dtype=np.str_),
        files=rows["file"].to_numpy(dtype=np.str_),
        groups=rows["group"].to_numpy(dtype=np.str_),
        folds=rows["fold"].to_numpy(dtype=np.int64),
        labels=rows["label"].to_numpy(dtype=np.int64),
        grades=rows["grade"].to_numpy(dtype=np.int64),
        probabilities=np.stack([np.asarray(values, dtype=np.float64) for values in rows["probabilities"]]),
    )
