"""What there is to filter by."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from core.records.facts_cube import UNKNOWN_TIME
from core.records.privacy import MIN_CELL
from core.records.statistics.cube import count_by_model
from core.records.statistics.filters import Filters, month_start
from core.records.store import RecordStore


@dataclass(frozen=True)
class Options:
    """What a filter may name, each of at least ten people.

    Attributes:
        months: First day of the first and of the last month; None where no visit has a time.
        model_ids: Models that graded.
        sources: Where visits come from.
        answers: Life-style answers that were kept: field to values, most frequent first.
    """

    months: tuple[date, date] | None
    model_ids: tuple[str, ...]
    sources: tuple[str, ...]
    answers: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Present:
    """Whose visits are there to be counted, however few.

    Attributes:
        results: Real people's.
        demo: Those of the demonstration.
    """

    results: bool
    demo: bool


def present(store: RecordStore) -> Present:
    """Say whether there is anybody to count. Example pictures are nobody's.

    Raises:
        RecordsError: The records cannot be read.
    """
    return store.memory.recall(store.version, ("present",), lambda: _present(store))


def _present(store: RecordStore) -> Present:
    there = {bool(demo) for (demo,) in store.query("SELECT DISTINCT demo FROM statistics_patterns")}
    return Present(results=False in there, demo=True in there)


def options(store: RecordStore, *, demo: bool = False) -> Options:
    """List what there is to filter by.

    Raises:
        RecordsError: The records cannot be read.
    """
    return store.memory.recall(store.version, ("options", demo), lambda: _options(store, demo=demo))


def _options(store: RecordStore, *, demo: bool) -> Options:
    people: Counter[int] = Counter()
    for (month, _), number in count_by_model(store, Filters(demo=demo)).items():
        people[month] += number
    months = [month for month, number in people.items() if month != UNKNOWN_TIME and number >= MIN_CELL]
    offered = store.query(
        f"""SELECT kind, field, value FROM statistics_options WHERE demo = ? AND people >= {MIN_CELL}
            ORDER BY kind, field, CASE WHEN kind = 'answer' THEN -people END, value""",  # noqa: S608 (a constant)
        [demo],
    )
    answers: dict[str, tuple[str, ...]] = {}
    for kind, field, value in offered:
        if kind == "answer":
            answers[field] = (*answers.get(field, ()), value)
    return Options(
        months=(month_start(min(months)), month_start(max(months))) if months else None,
        model_ids=tuple(value for kind, _, value in offered if kind == "model"),
        sources=tuple(value for kind, _, value in offered if kind == "source"),
        answers=MappingProxyType(answers),
    )
