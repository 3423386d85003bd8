"""Single records, where the operator switched that on: the one way a row leaves the statistics, and it is noted."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

from core.errors import RecordsError
from core.records.rows import VisitSummary, list_chosen
from core.records.statistics.behind import groups_sql
from core.records.statistics.filters import Filters, people_sql
from core.records.store import RecordStore
from core.settings import get_settings

MOST = 200
"""The most records of one look."""


def drill_down(store: RecordStore, filters: Filters, *, who: str, reason: str, limit: int = 50) -> list[VisitSummary]:
    """List single visits of a filter, newest first, and note in the audit who looked, why and with which filter.

    Args:
        store: The records.
        filters: Which visits.
        who: Who looks, as they call themselves.
        reason: Why.
        limit: How many at most, 1 to `MOST`.

    Raises:
        RecordsError: The operator did not switch this on (`records.drill_down_off`), name or reason is empty
            (`records.drill_down_unnamed`), or as `RecordStore.writing`; nothing is listed then.
        ValueError: A limit outside 1 to `MOST`.
    """
    if not get_settings().drill_down:
        raise RecordsError("records.drill_down_off")
    who, reason = who.strip(), reason.strip()
    if not who or not reason:
        raise RecordsError("records.drill_down_unnamed")
    if not 1 <= limit <= MOST:
        raise ValueError(f"a look shows 1 to {MOST} records, not {limit}")
    people = people_sql(filters)
    chosen = f"""
        id IN (SELECT visit_id FROM statistics_facts WHERE number IN (
            SELECT number FROM ({people.sql}) WHERE {groups_sql(filters)}))
        ORDER BY visited_at DESC NULLS LAST, id LIMIT ?"""  # noqa: S608 (constants; values are parameters)
    with store.cursor() as cursor:
        found = list_chosen(cursor, chosen, [*people.parameters, limit])
    with store.writing("records looked at", of_visits=False) as cursor:
        cursor.execute(
            """INSERT INTO statistics_audit
               SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ? FROM statistics_audit""",
            [datetime.now(UTC), who, json.dumps(asdict(filters), default=str, ensure_ascii=False), reason, len(found)],
        )
    return found
