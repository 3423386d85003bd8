"""What there is to filter by."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from core.records.privacy import MIN_CELL
from core.records.statistics.filters import month_start
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


def options(store: RecordStore, *, demo: bool = False) -> Options:
    """List what there is to filter by.

    Raises:
        RecordsError: The records cannot be read.
    """
    return store.memory.recall(store.version, ("options", demo), lambda: _options(store, demo=demo))


def _options(store: RecordStore, *, demo: bool) -> Options:
    facts = "SELECT * FROM statistics_facts WHERE demo = ?"
    enough = f"HAVING count(DISTINCT number) >= {MIN_CELL}"
    months = store.query(
        f"""SELECT min(month), max(month) FROM (
                SELECT month FROM ({facts}) WHERE month IS NOT NULL GROUP BY month {enough})""",  # noqa: S608
        [demo],
    )[0]
    models = store.query(
        f"""SELECT model_id FROM ({facts}) AS f JOIN statistics_models AS m ON m.code = f.model
            WHERE model_id IS NOT NULL GROUP BY model_id {enough} ORDER BY model_id""",  # noqa: S608
        [demo],
    )
    sources = store.query(f"SELECT source FROM ({facts}) GROUP BY source {enough} ORDER BY source", [demo])  # noqa: S608
    answers: dict[str, tuple[str, ...]] = {}
    for field, value in store.query(
        f"""SELECT field, value FROM statistics_answers
            WHERE number IN (SELECT number FROM ({facts}))
            GROUP BY ALL {enough} ORDER BY field, count(*) DESC, value""",  # noqa: S608
        [demo],
    ):
        answers[field] = (*answers.get(field, ()), value)
    return Options(
        months=None if months[0] is None else (month_start(months[0]), month_start(months[1])),
        model_ids=tuple(model for (model,) in models),
        sources=tuple(source for (source,) in sources),
        answers=MappingProxyType(answers),
    )
