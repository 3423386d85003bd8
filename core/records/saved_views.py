"""Views of the statistics that somebody gave a name, shared by all who use an installation."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from core.errors import RecordsError
from core.records.store import RecordStore

LONGEST_NAME: Final = 60
MOST_VIEWS: Final = 50
_LONGEST_ADDRESS: Final = 2000


@dataclass(frozen=True)
class SavedView:
    """A view with a name.

    Attributes:
        name: From whoever saved it; shown as plain text.
        address: The parameters of its link, encoded as in an address.
    """

    name: str
    address: str


def list_views(store: RecordStore) -> list[SavedView]:
    """Return all saved views by name.

    Raises:
        RecordsError: The records cannot be read.
    """
    return [SavedView(*row) for row in store.query("SELECT name, address FROM saved_views ORDER BY lower(name), name")]


def save_view(store: RecordStore, name: str, address: str) -> SavedView:
    """Save a view under a name; one of the same name is replaced.

    Args:
        store: The records.
        name: 1 to 60 characters; blanks at its ends and more than one in a row are dropped.
        address: The parameters of its link.

    Raises:
        RecordsError: There is no name or it is too long (`view_name`), there are too many views (`views_full`), or
            the records cannot be written.
        ValueError: The address is longer than any view's.
    """
    tidy = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if not 0 < len(tidy) <= LONGEST_NAME:
        raise RecordsError("records.view_name", longest=LONGEST_NAME)
    if len(address) > _LONGEST_ADDRESS:
        raise ValueError(f"an address of {len(address)} characters is no view")
    with store.writing("view saved", of_visits=False) as cursor:
        cursor.execute("DELETE FROM saved_views WHERE name = ?", [tidy])
        row = cursor.execute("SELECT count(*) FROM saved_views").fetchone()
        if row is not None and row[0] >= MOST_VIEWS:
            raise RecordsError("records.views_full", most=MOST_VIEWS)
        cursor.execute("INSERT INTO saved_views VALUES (?, ?, ?)", [tidy, address, datetime.now(UTC)])
    return SavedView(tidy, address)


def delete_view(store: RecordStore, name: str) -> bool:
    """Delete a saved view.

    Returns:
        Whether there was one of that name.

    Raises:
        RecordsError: The records cannot be written.
    """
    with store.writing("view deleted", of_visits=False) as cursor:
        return bool(cursor.execute("DELETE FROM saved_views WHERE name = ? RETURNING 1", [name]).fetchall())
