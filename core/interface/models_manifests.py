"""Labelled photos at hand for trainings and tests: imported ones and drawn ones."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_NAMES: Final = ("manifest.csv", "manifest.parquet")


def data_dir() -> Path:
    """Return the folder imported and drawn photos lie in, one folder a set."""
    from core.settings import get_settings

    return get_settings().var_dir / "data"


def list_manifests() -> list[tuple[str, Path]]:
    """Return the manifests at hand, each under a name people know it by, the newest first."""
    found = {path for name in _NAMES for path in data_dir().glob(f"*/{name}")}
    found |= set(data_dir().glob("*.csv")) | set(data_dir().glob("*.parquet"))
    newest = sorted(found, key=lambda path: (-path.stat().st_mtime, str(path)))
    return [(path.parent.name if path.name in _NAMES else path.name, path) for path in newest]
