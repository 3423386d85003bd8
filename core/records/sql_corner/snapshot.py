"""A small database file with the published tables and nothing else, made anew when the records or the view change."""

import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from weakref import finalize

import duckdb

from core.records.faults import explained
from core.records.sql_corner.tables import PublishedTable, published_tables
from core.records.statistics import Filters
from core.records.store import RecordStore
from core.taxonomy import Severity

_KEPT: Final = 8
_lock = threading.Lock()
_taken: "OrderedDict[Hashable, Snapshot]" = OrderedDict()


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Published tables in a file of their own, which goes when nobody holds the snapshot any more.

    Attributes:
        path: The DuckDB file.
        tables: What is in it.
    """

    path: Path
    tables: tuple[PublishedTable, ...]


def take_snapshot(store: RecordStore, filters: Filters, at_least: Severity) -> Snapshot:
    """Write what is published of one view of the page into a file, or return the one there is.

    Args:
        store: The records.
        filters: Whom the page counts; demonstration rows and real ones never share a file.
        at_least: The grade from which on a condition counts.

    Raises:
        RecordsError: The records cannot be read, or the disk is full.
    """
    asked = (store.path, store.version, filters, at_least)
    with _lock:
        # Systems that run for long sweep old files out of the folder for such ones.
        if asked in _taken and _taken[asked].path.exists():
            _taken.move_to_end(asked)
            return _taken[asked]
    taken = _write(published_tables(store, filters, at_least))
    with _lock:
        for stale in [key for key in _taken if isinstance(key, tuple) and key[0] == asked[0] and key[1] != asked[1]]:
            del _taken[stale]
        _taken[asked] = taken
        while len(_taken) > _KEPT:
            _taken.popitem(last=False)
    return taken


def _write(tables: tuple[PublishedTable, ...]) -> Snapshot:
    with explained(Path(tempfile.gettempdir())):
        folder = Path(tempfile.mkdtemp(prefix="scalpspectra-sql-"))
    path = folder / "published.duckdb"
    snapshot = Snapshot(path, tables)
    finalize(snapshot, shutil.rmtree, folder, ignore_errors=True)
    with explained(path), duckdb.connect(path) as connection:
        for table in tables:
            connection.register("arriving", table.rows)
            connection.execute(f'CREATE TABLE "{table.name}" AS FROM arriving')
            connection.unregister("arriving")
    return snapshot
