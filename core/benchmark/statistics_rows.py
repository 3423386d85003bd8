# ruff: noqa: S608 - every word of the SQL is a constant of ours
"""Statistics against plain SQL: every chart of the page after one filter change, and the first view.

The plain way is one query a chart over one wide table, a row a visit with its sex, age band, region, month, model and
six grades; ours are the functions the page calls. Both run on the same instance with `THREADS` threads, in turns, on
rows made here. The page draws its charts from answers that ours keeps until the records change, so the figures for a
filter change (a region chosen; a year chosen; a year chosen beside the region; a model chosen) forget what was answered
about what is new, and nothing else, before each turn. The first view forgets every answer: nobody has asked since the
last write, which left a visit to be counted beside what is kept. The view after opening forgets what was read of the
kept counts as well. From memory both would be a hundred times faster still.
"""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

from core.benchmark.comparison import Comparison, at_most, times_less
from core.benchmark.material import THREADS, Workbench
from core.benchmark.measuring import take_turns
from core.records.facts import store_parts
from core.records.statistics import (
    Filters,
    any_finding,
    co_occurrence,
    prevalences,
    severity_shares,
    standing,
    totals,
    trend,
)
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex

MILLION: Final = (1_000_000, 50.0)
TWENTY_MILLION: Final = (20_000_000, 600.0)
_QUICK_SHARE: Final = 0.02
_LEVEL: Final = Severity.MODERATE
_REGION: Final = Filters(regions=(Region.SEOUL,))
_YEAR: Final = Filters(since=date(2024, 6, 1), until=date(2025, 5, 31))
_BOTH: Final = replace(_REGION, since=_YEAR.since, until=_YEAR.until)
_SEOUL_SQL: Final = "region = 'KR-11'"
_YEAR_SQL: Final = f"seen BETWEEN DATE '{_YEAR.since}' AND DATE '{_YEAR.until}'"
_CHANGES: Final = (
    ((Filters(), _REGION), _SEOUL_SQL),
    ((Filters(), _YEAR), _YEAR_SQL),
    ((_REGION, _BOTH), f"{_SEOUL_SQL} AND {_YEAR_SQL}"),
    ((Filters(), Filters(model_ids=("first",))), "model = 'first'"),
)
"""Filters before and after a change, and SQL that asks for the latter."""
# Cumulative shares of grades 0 to 2, of age bands and of the photos taken in Seoul, drawn from one hash each.
_GRADES: Final = ((83, 89, 97), (20, 60, 95), (32, 75, 94), (95, 98, 99), (59, 83, 97), (73, 93, 99))
_BANDS: Final = (7, 26, 48, 69, 85, 95)
_SEOUL: Final = 20
_PLAIN: Final = "one plain query a chart over one wide table"


def million(bench: Workbench) -> list[Comparison]:
    """Measure with one million visits."""
    return _measure(bench, "1m", *MILLION)


def twenty_million(bench: Workbench) -> list[Comparison]:
    """Measure with twenty million visits."""
    return _measure(bench, "20m", *TWENTY_MILLION)


def _measure(bench: Workbench, name: str, visits: int, limit: float) -> list[Comparison]:
    number = int(visits * _QUICK_SHARE) if bench.quick else visits
    with RecordStore.open(bench.scratch / f"statistics-{name}.duckdb") as store:
        _fill(store, number)
        _add_one(store, number)
        with store.cursor() as cursor:
            cursor.execute(f"SET threads = {THREADS}")
        (narrowed, dated, added, modelled) = (
            take_turns(
                partial(_view, store, after),
                partial(_plain, store, where),
                rounds=bench.rounds(9),
                prepare=partial(_turn_back, store, before),
            )
            for (before, after), where in _CHANGES
        )
        (first, opened) = (
            take_turns(partial(ours, store), partial(_plain, store, "true"), rounds=bench.rounds(9), calls=(3, 1))
            for ours in (_first, _opened)
        )
    Path(store.path).unlink()
    return [
        times_less(f"statistics_filter_{name}", "ms", narrowed.ours, _PLAIN, narrowed.baseline, 3),
        at_most(f"statistics_filter_{name}_limit", "ms", narrowed.ours, "the limit", limit, 1),
        times_less(f"statistics_dates_{name}", "ms", dated.ours, _PLAIN, dated.baseline, 3),
        at_most(f"statistics_dates_{name}_limit", "ms", dated.ours, "the limit", limit, 1),
        times_less(f"statistics_second_{name}", "ms", added.ours, _PLAIN, added.baseline, 3),
        at_most(f"statistics_second_{name}_limit", "ms", added.ours, "the limit", limit, 1),
        times_less(f"statistics_model_{name}", "ms", modelled.ours, _PLAIN, modelled.baseline, 3),
        at_most(f"statistics_model_{name}_limit", "ms", modelled.ours, "the limit", limit, 1),
        times_less(f"statistics_first_{name}", "ms", first.ours, _PLAIN, first.baseline, 20),
        times_less(f"statistics_opened_{name}", "ms", opened.ours, _PLAIN, opened.baseline, 20),
    ]


def _view(store: RecordStore, filters: Filters) -> None:
    """Ask all that the page shows."""
    totals(store, filters)
    any_finding(store, _LEVEL, filters)
    prevalences(store, _LEVEL, filters)
    severity_shares(store, filters)
    trend(store, Condition.DANDRUFF, _LEVEL, filters=filters)
    co_occurrence(store, _LEVEL, filters)
    standing(store, Condition.DANDRUFF, _LEVEL, Sex.FEMALE, AgeBand.THIRTIES, filters)


def _turn_back(store: RecordStore, before: Filters) -> None:
    """Forget what was answered about anything but a filter and what it narrows."""
    store.memory.forget(lambda question: any(_is_new(part, before) for part in question))
    _view(store, before)


def _is_new(part: object, before: Filters) -> bool:
    """Whether an answer is about narrowings that were not asked for before."""
    return isinstance(part, Filters) and not set(part.narrowed) <= set(before.narrowed)


def _first(store: RecordStore) -> None:
    store.memory.forget(lambda _: True)
    _view(store, Filters())


def _opened(store: RecordStore) -> None:
    store.arrays.forget(lambda _: True)
    _first(store)


def _plain(store: RecordStore, where: str) -> None:
    for sql in _charts():
        store.query(sql.format(where=where))


def _charts() -> list[str]:
    names, level = [str(condition) for condition in Condition], int(_LEVEL)
    worst = " OR ".join(f"{name} >= {level}" for name in names)
    each = ", ".join(f"count({name}), count(*) FILTER ({name} >= {level})" for name in names)
    grades = ", ".join(f"count(*) FILTER ({name} = {grade})" for name in names for grade in range(4))
    pairs = ", ".join(
        f"count(*) FILTER ({a} >= {level} AND {b} >= {level})" for i, a in enumerate(names) for b in names[i + 1 :]
    )
    one = f"count(dandruff), count(*) FILTER (dandruff >= {level})"
    return [
        f"SELECT count(*), sum(photos), count(*) FILTER ({worst}) FROM wide WHERE {{where}}",
        f"SELECT age_band, {each} FROM wide WHERE {{where}} GROUP BY age_band",
        f"SELECT sex, age_band, {each} FROM wide WHERE {{where}} GROUP BY sex, age_band",
        f"SELECT {grades} FROM wide WHERE {{where}}",
        f"SELECT month, {one} FROM wide WHERE {{where}} GROUP BY month",
        "SELECT model, min(month) FROM wide WHERE {where} GROUP BY model",
        f"SELECT {each}, {pairs} FROM wide WHERE {{where}}",
        "SELECT dandruff, count(*) FROM wide WHERE {where} AND sex = 'female' AND age_band = '30s' GROUP BY dandruff",
    ]


def _fill(store: RecordStore, visits: int) -> None:
    """Write what the statistics count, and the same as a wide table. The rows behind it are not needed here."""
    code = " + ".join(
        [f"(({_place(f'hash(i, {n})', cuts)} + 2) << {3 * n})" for n, cuts in enumerate(_GRADES)]
        + [f"({_place('hash(i, 10)', _BANDS)} << 18)", "((hash(i, 11) % 2) << 21)"]
    )
    day = f"(19700 + i * 1095 // {visits})"
    region = f"CASE WHEN hash(i, 12) % 100 < {_SEOUL} THEN 0 ELSE 1 + hash(i, 13) % 16 END"
    listed = ", ".join(f"((code >> {3 * n}) & 7)::UTINYINT - 2 AS {name}" for n, name in enumerate(Condition))
    with store.writing("drawn") as cursor:
        cursor.execute(
            f"""CREATE TEMP TABLE derived_parts AS
                SELECT md5(i::VARCHAR)::UUID AS visit_id, i AS number, 1::UTINYINT AS parts, false AS demo,
                    'app' AS source, day,
                    (year(DATE '1970-01-01' + day) * 12 + month(DATE '1970-01-01' + day) - 1)::SMALLINT AS month,
                    ({region})::UTINYINT AS region, 0::UTINYINT AS view,
                    (1 + (i > {visits} // 2)::INTEGER)::SMALLINT AS model,
                    (1 + (hash(i, 14) % 10 = 0)::INTEGER)::USMALLINT AS photos, ({code})::UINTEGER AS code,
                    80::DOUBLE AS certainty
                FROM (SELECT i, {day}::INTEGER AS day FROM range({visits}) AS made(i))"""
        )
        cursor.execute("INSERT INTO statistics_models VALUES (1, 'first', '1'), (2, 'second', '1')")
        store_parts(cursor)
        cursor.execute(
            f"""CREATE TABLE wide AS
                SELECT {_words(Sex)}[(code >> 21) + 1] AS sex, {_words(AgeBand)}[((code >> 18) & 7) + 1] AS age_band,
                    {_words(Region)}[region + 1] AS region, DATE '1970-01-01' + day AS seen,
                    date_trunc('month', DATE '1970-01-01' + day)::DATE AS month,
                    ['first', 'second'][model] AS model, photos, {listed}
                FROM statistics_facts"""
        )


def _add_one(store: RecordStore, number: int) -> None:
    """Store one more visit, as a diagnosis does: one that waits beside the kept counts."""
    with store.writing("drawn") as cursor:
        cursor.execute(
            """CREATE TEMP TABLE derived_parts AS
               SELECT uuid() AS visit_id, ?::BIGINT AS number, parts, demo, source, day, month, region, view, model,
                   photos, code, certainty
               FROM statistics_facts LIMIT 1""",
            [number],
        )
        store_parts(cursor)


def _place(draw: str, cuts: tuple[int, ...]) -> str:
    cases = " ".join(f"WHEN {draw} % 100 < {cut} THEN {place}" for place, cut in enumerate(cuts))
    return f"(CASE {cases} ELSE {len(cuts)} END)"


def _words(kind: type[StrEnum]) -> str:
    return str([str(word) for word in kind])
