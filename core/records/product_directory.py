"""The operator's products as rows. What they mean and whether they are sound is `core.care`'s business."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa

from core.records.store import RecordStore

COLUMNS: Final = (
    "id", "name", "name_en", "brand", "kind", "ingredients",
    "price_krw", "image", "link", "sponsored", "sex", "age_bands",
)  # fmt: skip


_EVENT: Final = "products"
_LISTED: Final = ", ".join(COLUMNS)
_SCHEMA: Final = pa.schema(
    [(name, {"price_krw": pa.uint32(), "sponsored": pa.bool_()}.get(name, pa.string())) for name in COLUMNS]
)


@dataclass(frozen=True)
class SaveReport:
    """What saving did.

    Attributes:
        added: Products whose id was new.
        changed: Products whose id was known and of which something was new.
        unchanged: Products that were there as they are.
    """

    added: int
    changed: int
    unchanged: int


def save_products(store: RecordStore, rows: Iterable[Mapping[str, object]]) -> SaveReport:
    """Add products, or bring those whose id is known up to date; others stay.

    Args:
        store: The records.
        rows: One mapping a product with the keys `COLUMNS`; no id twice.

    Raises:
        RecordsError: The records cannot be written; then nothing was saved.
    """
    known = {row["id"]: row for row in list_products(store)}
    arriving = [{column: row[column] for column in COLUMNS} for row in rows]
    new = [row for row in arriving if row["id"] not in known]
    changed = [row for row in arriving if row["id"] in known and row != known[row["id"]]]
    if new or changed:
        with store.writing(_EVENT) as cursor:
            cursor.execute("DELETE FROM products WHERE list_contains(?, id)", [[row["id"] for row in changed]])
            cursor.register("arriving", pa.Table.from_pylist([*new, *changed], schema=_SCHEMA))
            cursor.execute(f"INSERT INTO products ({_LISTED}) SELECT {_LISTED} FROM arriving")  # noqa: S608 (constants)
            cursor.unregister("arriving")
    return SaveReport(len(new), len(changed), len(arriving) - len(new) - len(changed))


def list_products(store: RecordStore) -> list[dict[str, Any]]:
    """Return all products by id, one mapping each with the keys `COLUMNS`.

    Raises:
        RecordsError: The records cannot be read.
    """
    rows = store.query(f"SELECT {_LISTED} FROM products ORDER BY id")  # noqa: S608 (constants)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def remove_products(store: RecordStore, identities: Sequence[str] | None = None) -> int:
    """Take products off the directory; what was counted of them stays.

    Args:
        store: The records.
        identities: Which; None for all.

    Returns:
        How many were there.

    Raises:
        RecordsError: The records cannot be written.
    """
    known = {row["id"] for row in list_products(store)}
    doomed = sorted(known if identities is None else known & set(identities))
    if doomed:
        with store.writing(_EVENT) as cursor:
            cursor.execute("DELETE FROM products WHERE list_contains(?, id)", [doomed])
    return len(doomed)


def directory_version(store: RecordStore) -> int:
    """Return a number that is another one after every change of the directory; 0 before the first.

    Raises:
        RecordsError: The records cannot be read.
    """
    return int(store.query("SELECT coalesce(max(number), 0) FROM events WHERE kind = ?", [_EVENT])[0][0])
