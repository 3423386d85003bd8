"""Labelled photos of any origin to a manifest: found, looked at, tied together where they belong together, split."""

from core.lab.importing.found import Progress
from core.lab.importing.importer import Imported, import_photos
from core.lab.importing.options import Kind, Options, SplitPlan, parse_pattern, parse_split

__all__ = [
    "Imported",
    "Kind",
    "Options",
    "Progress",
    "SplitPlan",
    "import_photos",
    "parse_pattern",
    "parse_split",
]
