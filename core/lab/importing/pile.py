"""What is remembered of each photo during an import: a few hundred bytes in memory, its row of the manifest on disk."""

import json
from array import array
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from core.lab.duplicates import WORDS, Words
from core.lab.look import Look
from core.lab.manifest_labels import SEPARATOR

Ints = npt.NDArray[np.int64]


class Codes:
    """Texts as numbers in the order they first came; -1 is no text."""

    def __init__(self) -> None:
        self.names: dict[str, int] = {}
        self._codes = array("l")

    def add(self, name: str | None) -> None:
        """Remember the text of one photo more."""
        self._codes.append(self.names.setdefault(name, len(self.names)) if name else -1)

    def fill(self, count: int) -> None:
        """Remember that the photos up to `count` had no text."""
        self._codes.extend([-1] * (count - len(self._codes)))

    @property
    def codes(self) -> Ints:
        """Int (photos,)."""
        return np.array(self._codes, dtype=np.int64)


class Pile:
    """The photos of an import.

    Args:
        folder: Where the rows are kept meanwhile, in a file without a name.

    Attributes:
        columns: Those that hold anything.
    """

    def __init__(self, folder: Path) -> None:
        self._rows = TemporaryFile(dir=folder)  # noqa: SIM115 - closed with the pile
        self._starts = array("q")
        self._hashes, self._hashed = array("Q"), array("b")
        self._sizes = array("l")
        self.columns: set[str] = set()
        self.formats: Counter[str] = Counter()
        self.files, self.people, self.keys, self.splits = Codes(), Codes(), Codes(), Codes()
        self.labels: dict[str, Codes] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.close()

    def __len__(self) -> int:
        """Count the photos."""
        return len(self._starts)

    def add(
        self,
        row: Mapping[str, str],
        look: Look,
        labels: Mapping[str, str],
        *,
        person: str | None,
        key: str | None,
        split: str | None,
    ) -> None:
        """Take a photo.

        Args:
            row: Its cells in the manifest that are known already.
            look: What it looks like.
            labels: By output.
            person: Who is on it.
            key: What else ties it to others.
            split: The split that the source names.
        """
        for output in labels:
            self.labels.setdefault(output, Codes()).fill(len(self))
        for output, codes in self.labels.items():
            codes.add(labels.get(output))
        self.columns.update(name for name, value in row.items() if value)
        self._starts.append(self._rows.tell())
        self._rows.write(json.dumps(dict(row)).encode() + b"\n")
        self._hashed.append(look.hash is not None)
        self._hashes.extend(look.hash.ravel().tolist() if look.hash is not None else [0] * (2 * WORDS))
        self._sizes.extend((look.width, look.height))
        self.formats[look.format] += 1
        self.files.add(look.sha256.hex())
        self.people.add(person)
        self.keys.add(key)
        self.splits.add(split)

    def row(self, index: int) -> dict[str, str]:
        """The cells of one photo."""
        self._rows.seek(self._starts[index])
        row: dict[str, str] = json.loads(self._rows.readline())
        return row

    @property
    def hashed(self) -> npt.NDArray[np.bool_]:
        """Bool (photos,): those that show enough to be compared."""
        return np.array(self._hashed, dtype=bool)

    @property
    def hashes(self) -> Words:
        """uint64 (photos, 2, `WORDS`)."""
        return np.array(self._hashes, dtype=np.uint64).reshape(len(self), 2, WORDS)

    @property
    def sizes(self) -> Ints:
        """Int (photos, 2), width and height."""
        return np.array(self._sizes, dtype=np.int64).reshape(len(self), 2)

    def class_columns(self) -> npt.NDArray[np.bool_]:
        """Bool (photos, labels of all outputs): what a split keeps in equal shares."""
        columns = [_columns(codes) for codes in self.labels.values()]
        return np.concatenate(columns, axis=1) if columns else np.empty((len(self), 0), bool)


def _columns(codes: Codes) -> npt.NDArray[np.bool_]:
    """Bool (photos, classes) of one output; a label of several classes counts for each."""
    parts = [label.split(SEPARATOR) for label in codes.names]
    classes = {name: number for number, name in enumerate(dict.fromkeys(part for names in parts for part in names))}
    # The last row stands for photos without a label, whose code is -1.
    holds = np.zeros((len(parts) + 1, len(classes)), bool)
    for row, names in enumerate(parts):
        holds[row, [classes[name] for name in names]] = True
    return holds[codes.codes]
