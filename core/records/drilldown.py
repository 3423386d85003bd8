"""Single records, where the operator switched that on: the one way a row leaves the statistics, and it is noted."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

from core.errors import RecordsError
from core.records.rows import VisitSummary, list_chosen
from core.records.statistics.behind import groups_sql
from core.records.statistics.filters import Filters, people_sql
from core.records.store import RecordStore
from core.settings import get_settings

MOST: Final = 200
"""The most records of one look."""

LONGEST: Final = 200
"""The most letters of a name or a reason."""


@dataclass(frozen=True)
class Look:
    """One look at single records, as the audit has it.

    Attributes:
        number: Of the look, from 1 on.
        happened_at: When, in UTC.
        who: Who looked, as they call themselves.
        reason: Why.
        filters: Which people were asked for, as names and values of `Filters`.
        records: How many records were listed.
    """

    number: int
    happened_at: datetime
    who: str
    reason: str
    filters: dict[str, Any]
    records: int


@dataclass(frozen=True)
class Listing:
    """What a look showed.

    Attributes:
        look: The entry in the audit.
        visits: The records, newest first.
        behind: How many newer ones were passed over.
        people: How many the filter has.
    """

    look: Look
    visits: tuple[VisitSummary, ...]
    behind: int
    people: int


def drill_down(
    store: RecordStore, filters: Filters, *, who: str, reason: str, limit: int = 50, behind: int = 0
) -> Listing:
    """List single visits of a filter, newest first, and note in the audit who looked, why and with which filter.

    Args:
        store: The records.
        filters: Which visits.
        who: Who looks, as they call themselves.
        reason: Why.
        limit: How many at most, 1 to `MOST`.
        behind: How many of the newest are passed over, at least 0.

    Raises:
        RecordsError: The operator did not switch this on (`records.drill_down_off`), name or reason is empty
            (`records.drill_down_unnamed`), or as `RecordStore.writing`; nothing is listed then.
        ValueError: A limit outside 1 to `MOST`, or fewer than none passed over.
    """
    if not get_settings().drill_down:
        raise RecordsError("records.drill_down_off")
    who, reason = (" ".join(words.split())[:LONGEST] for words in (who, reason))
    if not who or not reason:
        raise RecordsError("records.drill_down_unnamed")
    if not 1 <= limit <= MOST or behind < 0:
        raise ValueError(f"a look shows 1 to {MOST} records behind 0 or more, not {limit} behind {behind}")
    people = people_sql(filters)
    chosen = f"""
        id IN (SELECT visit_id FROM statistics_facts WHERE number IN (
            SELECT number FROM ({people.sql}) WHERE {groups_sql(filters)}))"""  # noqa: S608 (values are parameters)
    with store.cursor() as cursor:
        counted = cursor.execute(f"SELECT count(*) FROM visits WHERE {chosen}", list(people.parameters)).fetchone()  # noqa: S608
        found = list_chosen(
            cursor,
            f"{chosen} ORDER BY visited_at DESC NULLS LAST, id LIMIT ? OFFSET ?",
            [*people.parameters, limit, behind],
        )
    told = json.dumps(asdict(filters), default=str, ensure_ascii=False)
    with store.writing("records looked at", of_visits=False) as cursor:
        noted = cursor.execute(
            """INSERT INTO statistics_audit
               SELECT coalesce(max(number), 0) + 1, ?, ?, ?, ?, ? FROM statistics_audit
               RETURNING number, epoch_us(happened_at), who, reason, filter::VARCHAR, visits""",
            [datetime.now(UTC), who, told, reason, len(found)],
        ).fetchone()
    assert counted is not None
    assert noted is not None
    newest = sorted(
        found, key=lambda visit: (visit.visited_at is None, visit.visited_at and -visit.visited_at.timestamp())
    )
    return Listing(_look(noted), tuple(newest), behind, int(counted[0]))


def list_looks(store: RecordStore, limit: int = 20) -> list[Look]:
    """Return what the audit has, the latest look first.

    Raises:
        RecordsError: The records cannot be read.
    """
    return [
        _look(row)
        for row in store.query(
            """SELECT number, epoch_us(happened_at), who, reason, filter::VARCHAR, visits
               FROM statistics_audit ORDER BY number DESC LIMIT ?""",
            [limit],
        )
    ]


def _look(row: tuple[Any, ...]) -> Look:
    number, happened_us, who, reason, told, records = row
    return Look(number, datetime.fromtimestamp(happened_us / 1e6, UTC), who, reason, json.loads(told), records)
