"""SQL for analysts, over the tables that the statistics publish and nothing else.

A query never meets the records: what `tables` publishes is written into a small file of its own (`snapshot`), and
another process (`child`), without write access, files or network and with little memory and time, reads that
(`corner`).
"""

from core.records.sql_corner.corner import LONGEST_SQL, MOST_ROWS, SECONDS, Answer, run_sql
from core.records.sql_corner.snapshot import Snapshot, take_snapshot
from core.records.sql_corner.tables import PublishedTable, published_tables

__all__ = [
    "LONGEST_SQL",
    "MOST_ROWS",
    "SECONDS",
    "Answer",
    "PublishedTable",
    "Snapshot",
    "published_tables",
    "run_sql",
    "take_snapshot",
]
