"""How often products were shown and clicked: counts of a day, and nothing about who.

Kept are day, product, place, condition, sex and age band. Neither a session nor a time of day is: `RecordStore` notes
these writes by their day alone, so that none can be matched with a visit stored in the same minute.

A view is one result of one reader. It is counted itself, under an empty product, so that it is known how many views
the counts of products stand for: whoever sees five products is one reader, not five.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal

import duckdb

from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Sex

Place = Literal["care"]

VIEW: Final = ""
"""What stands in the place of a product where the view itself is counted."""


@dataclass(frozen=True)
class Reader:
    """For what kind of reader a view is counted; the same for all that one view shows.

    Attributes:
        condition: What their result shows most of; None where it shows nothing.
        sex: As told.
        age_band: As told.
        day: The day of the view, in UTC.
        place: Where in the application.
    """

    condition: Condition | None
    sex: Sex | None
    age_band: AgeBand | None
    day: date
    place: Place = "care"


def today() -> date:
    """The day counts are kept under, in UTC."""
    return datetime.now(UTC).date()


def count_shown(store: RecordStore, reader: Reader, products: Iterable[str], *, new_view: bool) -> None:
    """Count what a view shows, in one write.

    Call once for each product of a view, however often the page that draws it runs again.

    Args:
        store: The records.
        reader: Whose view it is.
        products: Ids of products, and of searches in shops, that this view did not show before; none twice.
        new_view: Whether the view is to be counted too: the first time that it shows anything.

    Raises:
        RecordsError: The records cannot be written; nothing was counted.
    """
    shown = [VIEW, *products] if new_view else list(products)
    if not shown:
        return
    with store.writing("counts", to_the_day=True, of_visits=False) as cursor:
        counted = _add(cursor, "shown", shown, reader)
        cursor.execute(
            "INSERT INTO product_counts SELECT ?, unnest(?::VARCHAR[]), ?, ?, ?, ?, 1, 0",
            [
                reader.day,
                [product for product in shown if product not in counted],
                reader.place,
                reader.condition,
                reader.sex,
                reader.age_band,
            ],
        )


def count_click(store: RecordStore, reader: Reader, product: str, *, first: bool) -> None:
    """Count that something shown was clicked; call at most once for each product of a view.

    Args:
        store: The records.
        reader: As it was counted as shown.
        product: What was clicked; it was counted as shown in this view.
        first: Whether nothing else of this view was clicked before.

    Raises:
        RecordsError: The records cannot be written; nothing was counted.
    """
    with store.writing("counts", to_the_day=True, of_visits=False) as cursor:
        _add(cursor, "clicked", [product, VIEW] if first else [product], reader)


def _add(
    cursor: duckdb.DuckDBPyConnection, measure: Literal["shown", "clicked"], products: list[str], reader: Reader
) -> set[str]:
    """Count one more of each product; return those there was a row to count in."""
    counted = cursor.execute(
        f"""UPDATE product_counts SET {measure} = {measure} + 1
            WHERE day = ? AND list_contains(?, product_id) AND place = ? AND condition IS NOT DISTINCT FROM ?
            AND sex IS NOT DISTINCT FROM ? AND age_band IS NOT DISTINCT FROM ? RETURNING product_id""",  # noqa: S608 (constants)
        [reader.day, products, reader.place, reader.condition, reader.sex, reader.age_band],
    ).fetchall()
    return {product for (product,) in counted}
