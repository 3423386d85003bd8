"""Runs and comparisons for the Models page: read once, and again only where files have changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

if TYPE_CHECKING:
    from core.lab.comparison import Comparison
    from core.lab.figures import Figures
    from core.lab.run_records import RunRecord

_WATCHED: Final = ("recipe.json", "held_out.parquet", "metrics.json", "summary.json", "environment.json")
Stamp = tuple[int, ...]


def runs_dir() -> Path:
    """Return the folder of the runs made here."""
    from core.settings import get_settings

    return get_settings().var_dir / "runs"


def all_runs() -> tuple[RunRecord, ...]:
    """Return every run there is: those made here and those that ship."""
    from core.lab.run_records import SHIPPED_DIR, list_runs

    found = list_runs([runs_dir(), SHIPPED_DIR])
    # A run made here and one that ships may have the same name: the own one is told first.
    unique = {record.id: record for record in sorted(found, key=lambda record: not record.shipped)}
    unique |= {record.id: record for record in found if not record.shipped}
    kept = [
        _kept(record.id, record.group, str(record.folder), record.shipped, _stamp(record.folder))
        for record in unique.values()
    ]
    return tuple(sorted(kept, key=lambda record: (not record.shipped, record.group, record.id)))


def measured_runs(records: Sequence[RunRecord]) -> tuple[RunRecord, ...]:
    """Return the runs that hold predictions on photos they did not see."""
    return tuple(record for record in records if (record.folder / "held_out.parquet").exists())


def compare(records: Sequence[RunRecord], output: str, baseline: str | None) -> Comparison:
    """Compare runs on an output; the same question is answered from memory.

    Raises:
        RunError, ManifestError: As `core.lab.comparison.compare_runs`.
    """
    key = tuple((str(record.folder), *_stamp(record.folder)) for record in records)
    return _compare(key, output, baseline, records)


def figures(record: RunRecord, output: str) -> Figures | None:
    """Return the figures of a run on an output without intervals; None where it did not predict it."""
    return _figures((str(record.folder), *_stamp(record.folder)), output, record)


def _stamp(folder: Path) -> Stamp:
    return tuple(_mtime(folder / name) for name in _WATCHED)


def _mtime(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


# A record keeps what was read through it, so the record itself is what is kept.
@st.cache_resource(max_entries=300, show_spinner=False)
def _kept(name: str, group: str, folder: str, shipped: bool, stamp: Stamp) -> RunRecord:  # noqa: ARG001 (part of the key)
    from core.lab.run_records import RunRecord

    return RunRecord(name, group, Path(folder), shipped)


@st.cache_data(max_entries=48, show_spinner=False)
def _compare(
    key: tuple[object, ...],  # noqa: ARG001 (part of the key)
    output: str,
    baseline: str | None,
    _records: Sequence[RunRecord],
) -> Comparison:
    from core.lab.comparison import compare_runs

    return compare_runs(_records, output, baseline)


@st.cache_data(max_entries=600, show_spinner=False)
def _figures(key: tuple[object, ...], output: str, _record: RunRecord) -> Figures | None:  # noqa: ARG001
    from core.lab.figures import measure_figures

    part = _record.held_out.get(output)
    return None if part is None else measure_figures(part, _record.severities(output), samples=0)
