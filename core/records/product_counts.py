"""How often products were shown and clicked: counts of a day, and nothing about who.

Kept are day, product, place, condition, sex and age band. Neither a session nor a time of day is: `RecordStore` notes
these writes by their day alone, so that none can be matched with a visit stored in the same minute.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal

import duckdb

from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Sex

Place = Literal["care"]

_SAME: Final = """day = ? AND product_id = ? AND place = ? AND condition IS NOT DISTINCT FROM ?
    AND sex IS NOT DISTINCT FROM ? AND age_band IS NOT DISTINCT FROM ?"""


@dataclass(frozen=True)
class Shown:
    """A product shown once to one kind of reader.

    Attributes:
        product_id: The product, or a search in a shop.
        place: Where in the application.
        condition: What it was shown for; None where it was shown for none.
        sex: As told.
        age_band: As told.
        day: The day it was shown, in UTC.
    """

    product_id: str
    place: Place
    condition: Condition | None
    sex: Sex | None
    age_band: AgeBand | None
    day: date

    def as_key(self) -> list[object]:
        """Return what a row of counts is found by."""
        return [self.day, self.product_id, self.place, self.condition, self.sex, self.age_band]


def today() -> date:
    """The day counts are kept under, in UTC."""
    return datetime.now(UTC).date()


def count_shown(store: RecordStore, shown: Iterable[Shown]) -> None:
    """Count what one view showed, in one write.

    Call once for each view, however often the page that draws it runs again.

    Raises:
        RecordsError: The records cannot be written; nothing was counted.
    """
    views = list(shown)
    if not views:
        return
    with store.writing("counts", to_the_day=True) as cursor:
        for one in views:
            _add(cursor, one)


def count_click(store: RecordStore, shown: Shown) -> bool:
    """Count that something shown was clicked. Call at most once for each time it was counted as shown.

    Returns:
        Whether it was counted; a click on what was never counted as shown is not.

    Raises:
        RecordsError: The records cannot be written; nothing was counted.
    """
    with store.writing("counts", to_the_day=True) as cursor:
        counted = cursor.execute(
            f"UPDATE product_counts SET clicked = clicked + 1 WHERE {_SAME} AND clicked < shown RETURNING 1",  # noqa: S608
            shown.as_key(),
        ).fetchall()
    return bool(counted)


def _add(cursor: duckdb.DuckDBPyConnection, shown: Shown) -> None:
    updated = cursor.execute(
        f"UPDATE product_counts SET shown = shown + 1 WHERE {_SAME} RETURNING 1",  # noqa: S608 (constants)
        shown.as_key(),
    ).fetchall()
    if not updated:
        cursor.execute("INSERT INTO product_counts VALUES (?, ?, ?, ?, ?, ?, 1, 0)", shown.as_key())
