"""The lists a directory is made of: the built-in one, and what was imported."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

import pyarrow as pa

from core.clinics.table import SCHEMA

BUILT_IN_LIST: Final = 0

# Besides the clinic's own columns: `source_key` is the id the source gives, `spelled` the name in Latin letters.
LIST_SCHEMA: Final = pa.schema(
    [
        ("source_key", pa.string()),
        ("spelled", pa.string()),
        *(column for column in SCHEMA if column.name not in ("list_id", "latin")),
    ]
)


class Origin(StrEnum):
    """Where a list comes from."""

    BUILT_IN = "built_in"
    HIRA = "hira"
    OWN = "own"


@dataclass(frozen=True)
class NewList:
    """A list that is ready to be added.

    Attributes:
        name: What people call it.
        series: What a later edition of the same list has in common with it.
        origin: Where it comes from.
        source: Source of its rows, in words; shown.
        source_date: State of the source as `2026-06-30` or `2026-06`, or empty.
        digest: Tells whether the same content was added before.
        table: The clinics, columns of `LIST_SCHEMA`, no id twice.
    """

    name: str
    series: str
    origin: Origin
    source: str
    source_date: str
    digest: str
    table: pa.Table = field(repr=False)


@dataclass(frozen=True)
class ClinicList:
    """A list in the directory.

    Attributes:
        id: Its number; later lists have higher ones and win where both know a clinic.
        name: What people call it.
        origin: Where it comes from.
        source: Source of its rows.
        source_date: State of the source, or empty.
        added_at: When it was added, UTC.
        clinics: How many it holds.
        shown: For how many of them it is what the directory shows; the others stand in a later list too.
    """

    id: int
    name: str
    origin: Origin
    source: str
    source_date: str
    added_at: datetime
    clinics: int
    shown: int

    @property
    def removable(self) -> bool:
        """Whether it can be removed: all but the built-in one."""
        return self.id != BUILT_IN_LIST


@dataclass(frozen=True)
class Changes:
    """What adding a list does to the directory.

    Attributes:
        added: Clinics the directory did not know.
        updated: Clinics it knew with other values.
        unchanged: Clinics it knew exactly so.
        missing: Clinics of earlier editions of the same list that are not in this one; they stay, unless the
            earlier editions are replaced.
        earlier: Ids of those earlier editions.
        repeated: This very content stands in the directory already as this list; adding it changes nothing.
    """

    added: int
    updated: int
    unchanged: int
    missing: int = 0
    earlier: tuple[int, ...] = ()
    repeated: int | None = None
