"""The table behind the charts, on the page and as a file."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime

from core.records.statistics import Group, Prevalence, Rate

COLUMNS = ("data", "condition", "at_least", "sex", "age_band", "n", "count", "share", "low_95", "high_95", "made_at")
_NOT_TOLD = "not told"
_ALL = "all"


def table_rows(prevalence: Prevalence, groups: Sequence[Group]) -> list[tuple[str, str, Rate | None]]:
    """Return what the table lists: sex, age band and rate; everyone together comes first, then each sex."""
    rows = [(_ALL, _ALL, prevalence.total)]
    rows += [(str(sex or _NOT_TOLD), _ALL, prevalence.by_sex[sex]) for sex in dict.fromkeys(sex for sex, _ in groups)]
    rows += [(str(sex or _NOT_TOLD), str(band or _NOT_TOLD), prevalence.cells[sex, band]) for sex, band in groups]
    return rows


def table_as_csv(prevalence: Prevalence, groups: Sequence[Group], made_at: datetime, *, demo: bool) -> bytes:
    """Return the table as CSV (UTF-8 with byte order mark, for spreadsheets).

    What is not published has empty cells, like what nobody was graded for. Cells a spreadsheet would take for a
    formula get an apostrophe in front.

    Args:
        prevalence: The rates.
        groups: Sexes and age bands to list.
        made_at: When it was read from the records.
        demo: Whether these are demonstration rows; every line says so.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    data = "demonstration" if demo else "results"
    for sex, band, rate in table_rows(prevalence, groups):
        writer.writerow(
            harmless(cell)
            for cell in (
                data,
                str(prevalence.condition),
                int(prevalence.at_least),
                sex,
                band,
                *_numbers(rate),
                made_at.isoformat(timespec="seconds"),
            )
        )
    return out.getvalue().encode("utf-8-sig")


def harmless(cell: object) -> object:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(cell, str) and cell.lstrip().startswith(("=", "+", "-", "@")):
        return f"'{cell}"
    return cell


def _numbers(rate: Rate | None) -> tuple[object, ...]:
    if rate is None:
        return ("", "", "", "", "")
    return rate.n, rate.count, round(rate.share, 6), round(rate.low, 6), round(rate.high, 6)
