"""Counts that are kept with every write, and what leaves the records when the page is asked something else."""

from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from making_people import draw_people, store_people
from making_visits import make_diagnosis, make_visit

from core.records import facts_cube
from core.records.facts import rebuild, store_parts
from core.records.statistics import (
    Filters,
    Period,
    any_finding,
    co_occurrence,
    gaps,
    options,
    present,
    prevalences,
    severity_shares,
    standing,
    totals,
    trend,
)
from core.records.statistics.cells import read_all_cells
from core.records.statistics.counting import subsets
from core.records.statistics.cube import count_by_model, sum_up
from core.records.statistics.filters import Narrowing, in_order
from core.records.statistics.tallies import tally_of
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex, View

KEPT = {
    "patterns": "demo, code, photos, people",
    "options": "demo, kind, field, value, people",
    "said": "words, people",
}
EVERYTHING = Filters(
    since=date(2026, 2, 1),
    until=date(2026, 3, 31),
    regions=(Region.SEOUL, Region.BUSAN),
    sources=("app",),
    answers=(("shampoo", "daily"),),
    having=Condition.DANDRUFF,
)


class Watched:
    """A cursor that notes what it is asked and how many rows leave through it."""

    def __init__(self, cursor, asked):
        self.cursor, self.asked = cursor, asked

    def __getattr__(self, name):
        return getattr(self.cursor, name)

    def execute(self, sql, *values):
        self.cursor.execute(sql, *values)
        if not sql.startswith("SET "):
            self.asked.append([sql, 0])
        return self

    def fetchall(self):
        rows = self.cursor.fetchall()
        self.asked[-1][1] += len(rows)
        return rows

    def fetchnumpy(self):
        columns = self.cursor.fetchnumpy()
        self.asked[-1][1] += len(next(iter(columns.values())))
        return columns


class WatchedStore(RecordStore):
    """Records that tell what was asked of them."""

    asked = ()

    @contextmanager
    def cursor(self):
        with super().cursor() as cursor:
            yield cursor if self.asked == () else Watched(cursor, self.asked)


@pytest.fixture
def store(tmp_path):
    with WatchedStore.open(tmp_path / "records.duckdb") as opened:
        yield opened


def look(store, filters, condition=Condition.DANDRUFF):
    """Ask what the page asks."""
    return (
        present(store),
        options(store),
        totals(store, filters),
        any_finding(store, Severity.MODERATE, filters),
        prevalences(store, Severity.MODERATE, filters),
        prevalences(store, Severity.MODERATE, replace(filters, age_bands=())),
        severity_shares(store, filters),
        trend(store, condition, Severity.MODERATE, Period.MONTH, replace(filters, since=None, until=None)),
        co_occurrence(store, Severity.MODERATE, filters),
        gaps(store, filters),
        standing(store, condition, Severity.MODERATE, Sex.FEMALE, AgeBand.THIRTIES, filters),
    )


def asked_for(store, filters, **more):
    """Return the queries that a look costs, and the rows that leave for it."""
    store.asked = []
    look(store, filters, **more)
    asked, store.asked = store.asked, ()
    return [sql for sql, _ in asked], sum(rows for _, rows in asked)


def kept(store):
    return {name: sorted(store.query(f"SELECT {columns} FROM statistics_{name}")) for name, columns in KEPT.items()}


def cube(store):
    """Return the kept arrays and what waits beside them by month, source and view, real and demonstration."""
    found = {}
    with store.cursor() as cursor:
        until, _ = facts_cube.read_counted(cursor)
        for demo in (False, True):
            waiting, _ = facts_cube.read_waiting(cursor, until, demo=demo)
            for part, new in (("states", waiting.states), ("pairs", waiting.pairs)):
                for rows, counts in (facts_cube.read_part(cursor, part, demo=demo), (waiting.rows, new)):
                    keys = zip(rows.months.tolist(), rows.sources.tolist(), rows.views.tolist(), strict=True)
                    for key, numbers in zip(keys, counts.astype(int), strict=True):
                        found[demo, part, *key] = found.get((demo, part, *key), 0) + numbers
    return {key: numbers.tobytes() for key, numbers in found.items() if numbers.any()}


@pytest.mark.parametrize("most_waiting", [1, 100])
def test_kept_counts_are_those_of_the_rows_after_any_write(store, monkeypatch, most_waiting):
    monkeypatch.setattr(facts_cube, "MOST_WAITING", most_waiting)
    store_people(store, draw_people(1, 300, sources=("app", "import", "demo")))
    for number in range(4):
        views = [View.MICROSCOPE, View.CROWN] if number % 2 else [View.MICROSCOPE]
        photos = [make_diagnosis(f"{number} {view}", view=view) for view in views]
        visit = make_visit(*photos, answers={"shampoo": "daily", "signs": "itch,flakes"}, sex=Sex.MALE)
        identity = store.add_visit(visit, "key")
        if number == 3:
            store.add_visit(replace(visit, sex=Sex.FEMALE, answers={"shampoo": "weekly"}), "key")
        if number < 2:
            assert store.delete_visit(identity)
    store.delete_where("source = 'import'")
    written, counted = kept(store), cube(store)
    assert store.query("SELECT until FROM statistics_counted")[0][0] > 0, "not all of them wait"
    assert all(row[-1] > 0 for rows in written.values() for row in rows)
    assert sum(people for *_, people in written["patterns"]) == store.query("SELECT count(*) FROM visits")[0][0]
    with store.writing("derived anew") as cursor:
        rebuild(cursor)
    assert (kept(store), cube(store)) == (written, counted)
    store.delete_where("true")
    assert not any(kept(store).values())
    assert not store.query("SELECT * FROM statistics_answers")
    assert not cube(store)


def test_a_new_diagnosis_shows_at_once(store):
    store_people(store, draw_people(2, 400))
    at = {filters: look(store, filters)[2].people for filters in (Filters(), Filters(regions=(Region.SEOUL,)))}
    store.add_visit(make_visit(make_diagnosis("new"), region=Region.SEOUL), "key")
    for filters, people in at.items():
        assert look(store, filters)[2].people == people + 1


def test_all_combinations_of_a_filter_are_counted_as_each_alone(store):
    store_people(store, draw_people(3, 1500))
    for filters in (EVERYTHING, Filters(views=(View.MICROSCOPE,), regions=(Region.SEOUL,), having=Condition.DANDRUFF)):
        store.memory.forget(lambda _: True)
        together = read_all_cells(store, filters, subsets(filters.narrowed))
        for narrowings, cells in together.items():
            store.memory.forget(lambda _: True)
            alone = read_all_cells(store, filters.only(narrowings), [narrowings])[narrowings]
            assert (tally_of(cells).pairs == tally_of(alone).pairs).all()
            assert (tally_of(cells).states == tally_of(alone).states).all()
            assert (cells.all_photos == alone.all_photos).all()
            assert cells.people.sum() == alone.people.sum() > 0


@pytest.mark.parametrize("most_waiting", [1, 5000])
def test_sums_of_what_is_kept_are_counts_of_the_visits(store, monkeypatch, most_waiting):
    monkeypatch.setattr(facts_cube, "MOST_WAITING", most_waiting)
    store_people(store, draw_people(5, 500))
    filters = Filters(
        since=date(2026, 2, 1),
        until=date(2026, 3, 31),
        regions=(Region.SEOUL, Region.BUSAN),
        sources=("app",),
        views=(View.MICROSCOPE,),
        model_ids=("microscope-0", "crown-1"),
    )
    scanned = read_all_cells(store, filters, subsets(filters.narrowed))
    for narrowings, cells in scanned.items():
        chosen = filters.only(narrowings)
        summed = sum_up(store, chosen).tally
        assert (summed.states == tally_of(cells).states).all()
        assert (summed.pairs == tally_of(cells).pairs).all()
        assert (summed.photos[0] == cells.all_photos).all()
        for by in {Narrowing.TIME, Narrowing.REGION, Narrowing.SOURCE, Narrowing.MODEL} - set(narrowings):
            apart = sum_up(store, chosen, by)
            assert list(apart.names) == sorted(set(apart.names), key=in_order)
            assert apart.tally.states.any(axis=(1, 2, 3, 4)).all()
            assert (apart.tally.states.sum(axis=0) == summed.states[0]).all()
            assert (apart.tally.pairs.sum(axis=0) == summed.pairs[0]).all()
        people = scanned[narrowings].people.sum()
        assert sum(count_by_model(store, chosen).values()) == people > 0
    assert sum_up(store, Filters(), Narrowing.SOURCE).names == ("app", "import")
    assert set(sum_up(store, Filters(), Narrowing.MODEL).names) == {
        "crown-0",
        "crown-1",
        "microscope-0",
        "microscope-1",
    }


@pytest.mark.parametrize("number", [1, 3, 200])
def test_few_visits_are_counted_as_many_are(monkeypatch, number):
    random = np.random.default_rng(number)
    states = sum(random.integers(0, 6, number) << 3 * place for place in range(len(Condition)))
    visits = facts_cube.Visits(
        words=("app", "import"),
        source=random.integers(0, 2, number),
        months=random.choice([facts_cube.UNKNOWN_TIME, 24300, 24301], number),
        views=random.integers(0, 3, number),
        models=random.integers(1, 4, number),
        regions=random.integers(0, facts_cube.REGIONS, number),
        codes=states + (random.integers(0, 8, number) << 18) + (random.integers(0, 3, number) << 21),
        photos=random.integers(1, 4, number),
        people=random.integers(1, 3, number),
    )
    found = []
    for few in (0, number):
        monkeypatch.setattr(facts_cube, "FEW", few)
        found.append(facts_cube.count(visits))
    assert (found[0].states == found[1].states).all()
    assert (found[0].pairs == found[1].pairs).all()
    assert found[0].states[..., -1].sum() == (visits.photos * visits.people).sum()


def test_no_query_for_what_did_not_change(store):
    store_people(store, draw_people(4, 600))
    look(store, Filters())
    assert asked_for(store, Filters(sexes=(Sex.MALE,)))[0] == []
    seoul = Filters(regions=(Region.SEOUL,))
    assert asked_for(store, seoul)[0]
    assert asked_for(store, seoul)[0] == [], "asked again"
    for filters in (
        replace(seoul, sexes=(Sex.FEMALE,)),
        replace(seoul, age_bands=(AgeBand.TWENTIES, AgeBand.THIRTIES)),
    ):
        assert asked_for(store, filters)[0] == [], "sexes and ages are parts of what is counted already"
    assert asked_for(store, seoul, condition=Condition.HAIR_LOSS)[0] == [], "all conditions are counted together"
    for filters in (Filters(since=date(2026, 2, 1)), replace(seoul, since=date(2026, 2, 1))):
        assert not [sql for sql in asked_for(store, filters)[0] if "statistics_facts" in sql], "months are kept"


def test_what_leaves_the_records_depends_on_kinds_of_people_not_on_their_number(store):
    left = []
    for copies in (1, 20):
        with store.writing("drawn") as cursor:
            rebuild(cursor)
            cursor.execute("INSERT INTO statistics_models VALUES (1, 'one', '1')")
            cursor.execute(
                """CREATE TEMP TABLE derived_parts AS
                   SELECT gen_random_uuid() AS visit_id, i AS number, 1::UTINYINT AS parts, false AS demo,
                       'app' AS source, 20500 + kind % 90 AS day, (24312 + (kind % 90) // 30)::SMALLINT AS month,
                       (kind % 3)::UTINYINT AS region, 0::UTINYINT AS view, 1::SMALLINT AS model,
                       1::USMALLINT AS photos, ((2 + kind % 4) * 4096 + (kind % 5) * 262144)::UINTEGER AS code,
                       80::DOUBLE AS certainty
                   FROM (SELECT i, i % 60 AS kind FROM range(? * 60) AS made(i))""",
                [copies * 100],
            )
            store_parts(cursor)
        store.arrays.forget(lambda _: True)
        for filters in (Filters(regions=(Region.SEOUL,)), Filters(having=Condition.DANDRUFF)):
            left.append(asked_for(store, filters)[1])
            assert look(store, filters)[2].people == copies * 100 * (20 if filters.regions else 45)
    assert left[:2] == left[2:]
    assert min(left) > 0


def test_a_model_that_graded_nothing_any_more_leaves_and_gives_its_place_to_no_second_one(store):
    def grade(*models):
        return [store.add_visit(make_visit(make_diagnosis(m, model_id=m)), m) for m in models]

    first, *_ = grade("first", "second", "third")
    store.delete_visit(first)
    grade("fourth")
    codes = dict(store.query("SELECT model_id, code FROM statistics_models"))
    assert set(codes) == {"second", "third", "fourth"}
    assert len(set(codes.values())) == 3
    assert codes["fourth"] == max(codes.values())
