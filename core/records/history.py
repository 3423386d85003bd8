"""Visits of one person over time, under a private key they hold (`core.records.history_key`).

There is no account. A history is the rows whose hash a key gives, and there is one as long as it holds a visit. What
the rows hold is sealed with the key: who has the database without the key sees how many visits a history has, on
which days they were stored and how many photos were kept, and nothing else; not even which of the visits kept for
statistics belong to it. A lost key cannot be replaced by anybody.
"""

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO
from json import dumps
from types import MappingProxyType
from uuid import UUID

import duckdb

from core import __version__
from core.errors import RecordsError
from core.findings import Visit
from core.records.deletion import delete_entries, delete_visits
from core.records.history_format import decode_visit, encode_visit, visit_as_plain
from core.records.history_key import HistoryKey
from core.records.history_seal import name_row, seal, unseal
from core.records.store import RecordStore

MAX_PHOTO_BYTES = 400_000
_NO_PHOTOS: Mapping[str, bytes] = MappingProxyType({})


@dataclass(frozen=True)
class HistoryEntry:
    """One visit of a history.

    Attributes:
        id: Its row.
        visit: When it was, and its grades; nothing the person told.
        kept_photos: SHA-256 of those of its photos that were kept.
    """

    id: UUID
    visit: Visit
    kept_photos: frozenset[str]


def add_to_history(store: RecordStore, key: HistoryKey, visit: Visit, photos: Mapping[str, bytes] = _NO_PHOTOS) -> UUID:
    """Keep a visit under a key; the first one begins its history.

    A photo belongs to one visit: given again, alone or with others, it takes the place of the visit that held it. That
    visit keeps its time and the photos kept of it, and takes grades and sites as they are now.

    Args:
        store: The records.
        key: The person's key.
        visit: A visit the person agreed to keep under the key (`Visit.consent` is that agreement here).
        photos: Small JPEGs by SHA-256 of the photo; only those that the person, asked apart, agreed to keep.

    Returns:
        The row.

    Raises:
        RecordsError: There is no consent (`history.no_consent`), or the records cannot be written.
        ValueError: A photo is not of this visit, or far larger than a small JPEG.
    """
    if not visit.consent:
        raise RecordsError("history.no_consent")
    if set(photos) - {diagnosis.photo_sha256 for diagnosis in visit.diagnoses}:
        raise ValueError("photos of another visit")
    if any(len(jpeg) > MAX_PHOTO_BYTES for jpeg in photos.values()):
        raise ValueError(f"kept photos have at most {MAX_PHOTO_BYTES} bytes")
    entry = _entry_id(key, visit)
    own = {diagnosis.photo_sha256 for diagnosis in visit.diagnoses}
    before = [one for one in _read_entries(store, key) if own & {d.photo_sha256 for d in one.visit.diagnoses}]
    kept = {
        sha256: jpeg
        for one in before
        for sha256 in one.kept_photos & own
        if (jpeg := read_kept_photo(store, key, one, sha256)) is not None
    }
    visit = replace(visit, visited_at=min([visit.visited_at, *(one.visit.visited_at for one in before)]))
    others = [one.id for one in before if one.id != entry]
    with store.deleting("history") if others else store.writing("history", of_visits=False) as cursor:
        delete_entries(cursor, "id IN (SELECT unnest(?::UUID[]))", [others])
        _put_entry(cursor, key, entry, encode_visit(visit))
        for sha256, jpeg in {**kept, **photos}.items():
            _put_photo(cursor, key, entry, sha256, jpeg)
    return entry


def open_history(store: RecordStore, key: HistoryKey) -> tuple[HistoryEntry, ...]:
    """Read the visits under a key, oldest first.

    Raises:
        RecordsError: Nothing is kept under it (`history.unknown_key`), a row was tampered with (`history.damaged`),
            or the records cannot be read.
    """
    entries = _read_entries(store, key)
    if not entries:
        raise RecordsError("history.unknown_key")
    return entries


def read_kept_photo(store: RecordStore, key: HistoryKey, entry: HistoryEntry, sha256: str) -> bytes | None:
    """Return a kept photo as JPEG, or None where it was not kept.

    Raises:
        RecordsError: As `open_history`.
    """
    identity = _photo_id(key, entry.id, sha256)
    rows = store.query("SELECT sealed FROM history_photos WHERE id = ?", [identity])
    return unseal(key, identity, rows[0][0]) if rows else None


def export_history(store: RecordStore, key: HistoryKey) -> bytes:
    """Return everything kept under a key as a ZIP: `history.json`, and the kept photos; the key is not in it.

    Raises:
        RecordsError: As `open_history`.
    """
    entries = open_history(store, key)
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        visits = []
        for number, entry in enumerate(entries, 1):
            files = {}
            for place, sha256 in enumerate(_photo_order(entry), 1):
                jpeg = read_kept_photo(store, key, entry, sha256)
                if jpeg is not None:
                    files[sha256] = f"photos/{number:03d}-{entry.visit.visited_at:%Y%m%d}-{place}.jpg"
                    archive.writestr(files[sha256], jpeg, zipfile.ZIP_STORED)
            visits.append({**visit_as_plain(entry.visit), "kept_photos": files})
        held = {"application": "ScalpSpectra", "application_version": __version__, "visits": visits}
        archive.writestr("history.json", dumps(held, ensure_ascii=False, indent=2))
    return packed.getvalue()


def delete_from_history(store: RecordStore, key: HistoryKey, *entries: HistoryEntry) -> int:
    """Delete visits, all of them by default, and wipe their bytes, kept photos and key hash from the file.

    Visits kept for statistics from the same photos are deleted too: they are the same person's.

    Args:
        store: The records.
        key: Whose history it is.
        entries: Which visits; none given means all, and the end of the history.

    Returns:
        How many visits of the history were deleted.

    Raises:
        RecordsError: As `open_history` and `RecordStore.erase`.
    """
    doomed = entries or open_history(store, key)
    ids = [entry.id for entry in doomed]
    photos = [diagnosis.photo_sha256 for entry in doomed for diagnosis in entry.visit.diagnoses]
    with store.deleting("deletion") as cursor:
        deleted = delete_entries(cursor, "key_hash = ? AND id IN (SELECT unnest(?::UUID[]))", [key.key_hash, ids])
        # Examples are pictures that everyone may check, so those rows may be somebody else's.
        delete_visits(
            cursor,
            """source = 'app' AND id IN (
                   SELECT visit_id FROM diagnoses WHERE photo_sha256 IN (SELECT unnest(?::VARCHAR[])))""",
            [photos],
        )
    return deleted


def delete_kept_photos(store: RecordStore, key: HistoryKey) -> int:
    """Delete all photos kept under a key and wipe their bytes; the grades stay.

    Returns:
        How many photos were deleted.

    Raises:
        RecordsError: As `RecordStore.erase`.
    """
    with store.deleting("deletion") as cursor:
        row = cursor.execute(
            "DELETE FROM history_photos WHERE entry_id IN (SELECT id FROM history_entries WHERE key_hash = ?)",
            [key.key_hash],
        ).fetchone()
    return int(row[0]) if row else 0


def _entry_id(key: HistoryKey, visit: Visit) -> UUID:
    return name_row(key, ("visit", *sorted({diagnosis.photo_sha256 for diagnosis in visit.diagnoses})))


def _photo_id(key: HistoryKey, entry: UUID, sha256: str) -> UUID:
    return name_row(key, ("photo", entry.hex, sha256))


def _photo_order(entry: HistoryEntry) -> list[str]:
    return list(dict.fromkeys(diagnosis.photo_sha256 for diagnosis in entry.visit.diagnoses))


def _read_entries(store: RecordStore, key: HistoryKey) -> tuple[HistoryEntry, ...]:
    with store.cursor() as cursor:
        rows = cursor.execute("SELECT id, sealed FROM history_entries WHERE key_hash = ?", [key.key_hash]).fetchall()
        kept = cursor.execute(
            "SELECT id FROM history_photos WHERE entry_id IN (SELECT id FROM history_entries WHERE key_hash = ?)",
            [key.key_hash],
        ).fetchall()
    photo_ids = {identity for (identity,) in kept}
    entries = [_entry(key, identity, sealed, photo_ids) for identity, sealed in rows]
    return tuple(sorted(entries, key=lambda entry: (entry.visit.visited_at, entry.id)))


def _put_entry(cursor: duckdb.DuckDBPyConnection, key: HistoryKey, entry: UUID, content: bytes) -> None:
    sealed = seal(key, entry, content)
    updated = cursor.execute("UPDATE history_entries SET sealed = ? WHERE id = ? RETURNING 1", [sealed, entry])
    if not updated.fetchall():
        today = datetime.now(UTC).date()
        cursor.execute("INSERT INTO history_entries VALUES (?, ?, ?, ?)", [entry, key.key_hash, today, sealed])


def _put_photo(cursor: duckdb.DuckDBPyConnection, key: HistoryKey, entry: UUID, sha256: str, jpeg: bytes) -> None:
    identity = _photo_id(key, entry, sha256)
    if not cursor.execute("SELECT 1 FROM history_photos WHERE id = ?", [identity]).fetchone():
        cursor.execute("INSERT INTO history_photos VALUES (?, ?, ?)", [identity, entry, seal(key, identity, jpeg)])


def _entry(key: HistoryKey, identity: UUID, sealed: bytes, photo_ids: set[UUID]) -> HistoryEntry:
    visit = decode_visit(unseal(key, identity, sealed))
    photos = {diagnosis.photo_sha256 for diagnosis in visit.diagnoses}
    return HistoryEntry(identity, visit, frozenset(p for p in photos if _photo_id(key, identity, p) in photo_ids))
