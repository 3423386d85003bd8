"""The list that ships, as a list of the directory."""

from pathlib import Path
from typing import Final

import pyarrow as pa

from core.clinics.lists import LIST_SCHEMA, NewList, Origin
from core.clinics.reading import BUILT_IN_DATE, read_clinics

SOURCE: Final = "건강보험심사평가원 전국 병의원 및 약국 현황"


def read_built_in(path: Path, digest: str) -> NewList:
    """Read the list that ships.

    Args:
        path: The CSV file.
        digest: Of its bytes.

    Raises:
        ClinicsError: The file is missing, no such table, or holds no usable row.
    """
    table = pa.Table.from_pylist(list(read_clinics(path).rows), LIST_SCHEMA)
    return NewList("ScalpSpectra", "built-in", Origin.BUILT_IN, SOURCE, BUILT_IN_DATE, digest, table)
