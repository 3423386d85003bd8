"""The history of a training: one row an epoch, in `history.csv` of the stage's folder."""

import csv
from dataclasses import dataclass, fields
from pathlib import Path

FILE = "history.csv"


@dataclass(frozen=True)
class EpochRow:
    """One epoch.

    Attributes:
        epoch: From 0.
        seconds: How long it took, the watched photos included.
        lr: Learning rate of the backbone at its end.
        loss: Mean training loss.
        val_loss: Loss on the watched photos, None where none were watched.
        val_accuracy: Share of them with the right class.
        val_kappa: Quadratic kappa on them; None where undefined.
        accuracy: Share of right answers in training, on augmented pictures and while the network still changed.
        waiting: Share of the training time spent waiting for pictures.
        photos_per_second: Pictures trained on a second, the watched photos not counted.
    """

    epoch: int
    seconds: float
    lr: float
    loss: float
    val_loss: float | None = None
    val_accuracy: float | None = None
    val_kappa: float | None = None
    accuracy: float | None = None
    waiting: float | None = None
    photos_per_second: float | None = None


_FIELDS = [field.name for field in fields(EpochRow)]


def append_epoch(folder: Path, row: EpochRow) -> None:
    """Add an epoch; rows of this epoch and later ones, left by a run that was cut off, are replaced."""
    rows = [earlier for earlier in read_history(folder) if earlier.epoch < row.epoch]
    partial = folder / f"{FILE}.part"
    with partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_FIELDS)
        writer.writerows([_cell(getattr(one, name)) for name in _FIELDS] for one in [*rows, row])
    partial.replace(folder / FILE)


def read_history(folder: Path) -> tuple[EpochRow, ...]:
    """Read the epochs of a stage, in order; none where the stage has not ended an epoch yet."""
    path = folder / FILE
    if not path.exists():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_row(values) for values in csv.DictReader(file))


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _row(values: dict[str, str]) -> EpochRow:
    numbers = {name: float(values[name]) if values.get(name) else None for name in _FIELDS}
    return EpochRow(
        epoch=int(numbers["epoch"] or 0),
        seconds=numbers["seconds"] or 0.0,
        lr=numbers["lr"] or 0.0,
        loss=numbers["loss"] if numbers["loss"] is not None else float("nan"),
        val_loss=numbers["val_loss"],
        val_accuracy=numbers["val_accuracy"],
        val_kappa=numbers["val_kappa"],
        accuracy=numbers["accuracy"],
        waiting=numbers["waiting"],
        photos_per_second=numbers["photos_per_second"],
    )
