# ruff: noqa: S608 - columns are named by us
"""What an import would do, looked at before it is done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from core.records.importing.foreign_rows import WIDE_ROLES, Checks
from core.records.importing.judging import AGAIN
from core.records.importing.reading import RawTable
from core.records.importing.roles import Form, Layout, Role
from core.records.importing.staging import Staging
from core.records.rows import from_epoch_us
from core.taxonomy import Condition

SHOWN: Final = 8
"""Rows at the start of a file that a preview shows."""


@dataclass(frozen=True)
class ReadRow:
    """A row of the file as it would be read.

    Attributes:
        row: Its number, from 1.
        reason: Why it would be left out; None for a good row.
        visited_at: When, in UTC.
        sex: A word of the taxonomy, as are the next three.
        age_band: See there.
        region: See there.
        view: See there.
        grades: The grades it holds, None where the model abstained.
    """

    row: int
    reason: str | None
    visited_at: datetime | None
    sex: str | None
    age_band: str | None
    region: str | None
    view: str | None
    grades: Mapping[Condition, int | None]


@dataclass(frozen=True)
class FirstLook:
    """How a file would be read, as far as its first rows tell.

    Attributes:
        form: How the table is laid out; None where no column with grades was found.
        columns: What the file calls its columns.
        mapping: Which of them holds what; empty for our own export.
        encoding: Of a text file.
        delimiter: Of a text file.
        table: Of a database, which table is read.
        tables: Of a database, all tables.
        cells: The first rows as they stand in the file.
        sample: The first rows as they would be read; none where no column with grades was found.
    """

    form: Form | None
    columns: tuple[str, ...]
    mapping: Mapping[Role, str]
    encoding: str | None
    delimiter: str | None
    table: str | None
    tables: tuple[str, ...]
    cells: tuple[tuple[str | None, ...], ...]
    sample: tuple[ReadRow, ...]


@dataclass(frozen=True)
class Preview(FirstLook):
    """What an import would do; of a table without grades, `rows` alone is told.

    Attributes:
        rows: Rows in the file, those that are none included.
        good: Rows that would be read.
        reasons: For each reason, how many rows would be left out.
        gradings: Grades in the good rows.
        added: How many of them are not stored yet.
    """

    rows: int
    good: int
    reasons: Mapping[str, int]
    gradings: int
    added: int

    @property
    def rejected(self) -> int:
        """Rows that would be left out."""
        return sum(self.reasons.values())


OnFirstLook = Callable[[FirstLook], None]
"""Told how a file would be read before all of it has been."""


def first_look(staging: Staging, raw: RawTable, layout: Layout, checks: Checks | None) -> FirstLook:
    """Say how a file would be read; where there are checks, its first rows at least are in `checked`."""
    return FirstLook(
        form=layout.form,
        columns=raw.columns,
        mapping={role: raw.columns[place] for role, place in layout.columns.items()},
        encoding=raw.encoding,
        delimiter=raw.text.delimiter if raw.text else None,
        table=raw.table,
        tables=raw.tables,
        cells=tuple(staging.rows(f"SELECT * FROM piece LIMIT {SHOWN}")),
        sample=_sample(staging, checks) if checks else (),
    )


def preview_of(
    staging: Staging, raw: RawTable, layout: Layout, checks: Checks | None, reasons: Mapping[str, int]
) -> Preview:
    """Put a preview together, after `core.records.importing.comparing.compare` where there are checks."""
    look = first_look(staging, raw, layout, checks)
    rows = staging.number("SELECT (SELECT count(*) FROM checked) + (SELECT count(*) FROM malformed)")
    return Preview(
        **{field.name: getattr(look, field.name) for field in fields(look)},
        rows=rows,
        good=rows - sum(reasons.values()),
        reasons=reasons,
        gradings=staging.number("SELECT count(*) FROM grades") if checks else 0,
        added=staging.number("SELECT count(*) FROM new_grades") if checks else 0,
    )


def _sample(staging: Staging, checks: Checks) -> tuple[ReadRow, ...]:
    grades = ", ".join(f"grade_{role}" for role in WIDE_ROLES) if checks.wide else "condition, severity"
    found = staging.rows(
        f"""SELECT rowid + 1, reason, epoch_us(visited_at), sex, age_band, region, view, {grades}
            FROM checked WHERE rowid < {SHOWN} ORDER BY rowid"""
    )
    return tuple(
        ReadRow(
            row=row[0],
            reason=None if row[1] == AGAIN else row[1],
            visited_at=None if row[2] is None else from_epoch_us(row[2]),
            sex=row[3],
            age_band=row[4],
            region=row[5],
            view=row[6],
            grades=_grades(row[7:], wide=checks.wide),
        )
        for row in found
    )


def _grades(values: tuple[Any, ...], *, wide: bool) -> dict[Condition, int | None]:
    if wide:
        return {c: grade for c, grade in zip(WIDE_ROLES.values(), values, strict=True) if grade is not None}
    condition, severity = values
    return {Condition(condition): severity} if condition in set(Condition) else {}
