"""Consent, retention, and what may be published: no cell under ten people."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from core.records.deletion import delete_entries, delete_visits

if TYPE_CHECKING:
    from core.records.store import RecordStore

CONSENT_VERSION = "2026-11"
"""The wording a person agrees to. Change it whenever the consent text of the page changes in meaning."""

MIN_CELL = 10
"""The smallest number of people a published cell may stand for."""

Counts = npt.NDArray[np.int64]
Lines = npt.NDArray[np.bool_]


def population(*, demo: bool) -> str:
    """Say in SQL, over `visits AS v`, whom a figure or an export is about.

    Args:
        demo: The demonstration population instead of real people. Pictures that ship as examples belong to neither.
    """
    return "v.source = 'demo'" if demo else "v.source NOT IN ('demo', 'example')"


def delete_older_than(store: "RecordStore", days: int) -> int:
    """Delete visits older than a number of days and wipe their bytes, those that people follow under a key included.

    Imported grades whose time is unknown count from the day they were imported; visits under a key from the day they
    were stored.

    Args:
        store: The records.
        days: How long visits may be kept.

    Returns:
        How many visits were deleted; one kept both for statistics and under a key counts twice.

    Raises:
        ValueError: A negative number of days.
        RecordsError: As `RecordStore.erase`.
    """
    if days < 0:
        raise ValueError(f"visits are kept for at least 0 days, not {days}")
    limit = datetime.now(UTC) - timedelta(days=days)
    return _delete(store, "coalesce(visited_at, stored_at) < ?", "stored_on < ?::DATE", [limit])


def delete_all_visits(store: "RecordStore") -> int:
    """Delete every visit, demonstration rows and those under a key included, and wipe their bytes.

    Returns:
        As `delete_older_than`.

    Raises:
        RecordsError: As `RecordStore.erase`.
    """
    return _delete(store, "true", "true", [])


def _delete(store: "RecordStore", of_visits: str, of_entries: str, parameters: list[object]) -> int:
    found = store.query(
        f"""SELECT (SELECT count(*) FROM visits WHERE {of_visits})
                + (SELECT count(*) FROM history_entries WHERE {of_entries})""",  # noqa: S608 (our own SQL)
        parameters * 2,
    )
    if not found[0][0]:
        return 0
    with store.deleting("deletion") as cursor:
        return delete_visits(cursor, of_visits, parameters) + delete_entries(cursor, of_entries, parameters)


def is_small(counts: Counts) -> bool:
    """Whether a cell would say something about fewer than ten people.

    Args:
        counts: Numbers of people (k,) that add up over cells, for example with and without a finding.
    """
    return bool(are_small(counts))


def are_small(counts: Counts) -> Lines:
    """Say of many cells what `is_small` says of one.

    Args:
        counts: Numbers of people (..., k). Negative ones, which come of subtracting answers, count by their size.

    Returns:
        One answer a cell (...).
    """
    sizes, sums = np.abs(counts), np.abs(counts.sum(axis=-1))
    small: Lines = ((sizes > 0) & (sizes < MIN_CELL)).any(axis=-1) | ((sums > 0) & (sums < MIN_CELL))
    return small


def hidden_lines(table: Counts) -> tuple[Lines, Lines] | None:
    """Choose which rows and columns of a table are not published, so that no hidden small cell can be derived.

    The table is published with its row sums, column sums and total. The rule is simple rather than sparing:

    - columns whose sum is small are hidden with all their cells, and then the smallest other columns, until what is
      missing from the total is not small itself;
    - rows with a small cell or sum are hidden whole, their sum included, and then the smallest other rows, until in
      every shown column, in the hidden columns together and in the total, what is missing is not small itself.

    All that subtraction can then give is a sum of hidden cells that stands for ten people or for nobody.

    Args:
        table: People per row, column and measure, (rows, columns, k); measures are disjoint and add up over cells, for
            example with a finding and without.

    Returns:
        Hidden rows (rows,) and hidden columns (columns,); None where not even the total may be shown.
    """
    total = table.sum(axis=(0, 1))
    if is_small(total) or not total.any():
        return None
    small_rows = are_small(table.sum(axis=1)) | are_small(table).any(axis=1)
    return close_lines(table, are_small, small_rows, are_small(table.sum(axis=0)))


def close_lines(table: Counts, small: Callable[[Counts], Lines], rows: Lines, columns: Lines) -> tuple[Lines, Lines]:
    """Hide more lines of a table, as `hidden_lines` says, until the hidden ones give nothing small away.

    Args:
        table: As in `hidden_lines`; its total is not small.
        small: Says of cells (..., k) which must not be seen, one answer each.
        rows: Rows that are hidden in any case: with all that have a small cell or sum.
        columns: Columns that are: with all whose sum is small.
    """
    if not rows.any() and not columns.any():
        return rows, columns
    by_column = table.sum(axis=0)
    columns = _hide_until_safe(by_column, columns, small, lambda hidden: by_column[hidden].sum(axis=0)[None])
    shown = table[:, ~columns]
    merged = np.concatenate([shown, table[:, columns].sum(axis=1, keepdims=True)], axis=1)

    def missing(hidden: Lines) -> Counts:
        lost = merged[hidden].sum(axis=0)
        return np.concatenate([lost, lost.sum(axis=0)[None]])

    return _hide_until_safe(table.sum(axis=1), rows, small, missing), columns


def _hide_until_safe(
    sums: Counts, hidden: Lines, small: Callable[[Counts], Lines], missing: Callable[[Lines], Counts]
) -> Lines:
    """Hide the small lines, then the smallest others, until nothing small is missing from what is shown.

    Args:
        sums: What each line stands for, (lines, k).
        hidden: The lines that must be hidden, (lines,).
        small: As in `hidden_lines`.
        missing: The cells (m, k) that subtraction would give when these lines are hidden.
    """
    hidden = hidden.copy()
    people = np.abs(sums).sum(axis=1)
    while hidden.any() and bool(small(missing(hidden)).any()):
        shown = np.flatnonzero(~hidden & (people > 0))
        if not len(shown):
            return np.ones_like(hidden)
        hidden[shown[np.argmin(people[shown])]] = True
    return hidden
