from datetime import date

import pytest
from making_visits import add_people, make_diagnosis, make_visit
from scipy.stats import binomtest

from core.records.demo import add_demo, remove_demo
from core.records.statistics import Filters, Totals, prevalence, totals, wilson
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex, View


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    with RecordStore.open(tmp_path_factory.mktemp("demo") / "records.duckdb") as opened:
        add_demo(opened, 20_000, seed=3)
        yield opened


@pytest.fixture
def store(tmp_path):
    with RecordStore.open(tmp_path / "records.duckdb") as opened:
        yield opened


@pytest.mark.parametrize(("count", "n"), [(0, 10), (5, 10), (81, 263), (10, 10), (1, 100_000)])
def test_wilson_interval_agrees_with_scipy(count, n):
    rate = wilson(count, n)
    expected = binomtest(count, n).proportion_ci(method="wilson")
    assert (rate.low, rate.high) == (pytest.approx(expected.low, abs=1e-9), pytest.approx(expected.high, abs=1e-9))
    assert rate.share == count / n


def test_prevalence_agrees_with_plain_counting(demo):
    answer = prevalence(demo, Condition.HAIR_LOSS, Severity.MODERATE, Filters(demo=True))
    for sex in Sex:
        n, count = demo.query(
            """SELECT count(*), count(*) FILTER (g.severity >= 2)
               FROM gradings AS g JOIN diagnoses AS d ON d.id = g.diagnosis_id JOIN visits AS v ON v.id = d.visit_id
               WHERE g.condition = 'hair_loss' AND v.sex = ? AND v.age_band = '40s'""",
            [sex],
        )[0]
        rate = answer.cells[sex, AgeBand.FORTIES]
        assert (rate.n, rate.count) == (n, count)
    assert answer.total.n == 20_000
    assert answer.by_sex[Sex.MALE].share > answer.by_sex[Sex.FEMALE].share
    assert answer.by_age[AgeBand.SIXTIES].share > answer.by_age[AgeBand.TWENTIES].share
    assert answer.total.count == sum(rate.count for rate in answer.by_age.values() if rate)
    assert answer.by_age[None] is None


def test_demonstration_follows_the_published_grades(demo):
    rows = dict(
        demo.query("SELECT severity, count(*) / 20000 FROM gradings WHERE condition = 'excess_sebum' GROUP BY severity")
    )
    for severity, expected in enumerate((18919, 38128, 33658, 5205)):
        assert rows[severity] == pytest.approx(expected / 95910, abs=0.02)


def test_demonstration_is_never_mixed_in(store):
    add_demo(store, 500)
    assert add_demo(store, 500) == 0
    assert totals(store) == Totals(0, 0)
    assert totals(store, Filters(demo=True)) == Totals(500, 500)
    assert prevalence(store, Condition.DANDRUFF).total is None
    store.add_visit(make_visit(), "key")
    assert remove_demo(store) == 500
    assert remove_demo(store) == 0
    assert store.query("SELECT source FROM visits") == [("app",)]
    assert store.query("SELECT count(*) FROM gradings") == [(6,)]
    with pytest.raises(ValueError, match="0"):
        add_demo(store, 0)


def test_example_pictures_are_no_people(store):
    for number in range(12):
        store.add_visit(make_visit(f"{number}", source="example"), "key")
    assert totals(store) == Totals(0, 0)


def test_small_numbers_are_not_published(store):
    add_people(store, 9, sex=Sex.FEMALE, age_band=AgeBand.TEENS, dandruff=0)
    assert totals(store) == Totals(None, None)
    assert prevalence(store, Condition.DANDRUFF).total is None
    add_people(store, 1, sex=Sex.FEMALE, age_band=AgeBand.TEENS, dandruff=0, start="one more")
    assert totals(store) == Totals(10, 10)
    answer = prevalence(store, Condition.DANDRUFF)
    assert answer.total == wilson(0, 10)
    assert answer.cells[Sex.FEMALE, AgeBand.TEENS] == wilson(0, 10)


def test_second_cell_is_hidden_where_the_first_could_be_derived(store):
    add_people(store, 3, sex=Sex.FEMALE, age_band=AgeBand.TEENS, dandruff=1)
    for band, number in ((AgeBand.TWENTIES, 12), (AgeBand.THIRTIES, 20)):
        add_people(store, number, sex=Sex.FEMALE, age_band=band, dandruff=1)
    answer = prevalence(store, Condition.DANDRUFF)
    assert answer.total.n == 35
    assert answer.cells[Sex.FEMALE, AgeBand.TEENS] is None
    assert answer.cells[Sex.FEMALE, AgeBand.TWENTIES] is None
    assert answer.by_age[AgeBand.TWENTIES] is None
    assert answer.by_age[AgeBand.THIRTIES].n == 20


def test_a_visit_counts_once_with_its_worst_grade(store):
    for number in range(10):
        photos = [
            make_diagnosis(f"{number} {grade}", grades={Condition.DANDRUFF: grade, Condition.HAIR_LOSS: None})
            for grade in (0, 2)
        ]
        store.add_visit(make_visit(*photos), "key")
    assert prevalence(store, Condition.DANDRUFF, Severity.MODERATE).total == wilson(10, 10)
    assert prevalence(store, Condition.HAIR_LOSS).total is None
    assert totals(store) == Totals(10, 20)


def test_filters_choose(demo):
    everyone = totals(demo, Filters(demo=True)).people
    chosen = {
        "v.sex = 'male'": Filters(sexes=(Sex.MALE,), demo=True),
        "v.age_band IN ('20s', '30s')": Filters(age_bands=(AgeBand.TWENTIES, AgeBand.THIRTIES), demo=True),
        "v.region = 'KR-49'": Filters(regions=(Region.JEJU,), demo=True),
        "v.visited_at + INTERVAL 9 HOUR >= '2026-06-01'": Filters(since=date(2026, 6, 21), demo=True),
        "v.visited_at + INTERVAL 9 HOUR < '2026-06-01'": Filters(until=date(2026, 5, 9), demo=True),
    }
    for condition, filters in chosen.items():
        expected = demo.query(f"SELECT count(*) FROM visits AS v WHERE {condition}")[0][0]
        assert 0 < expected < everyone
        assert totals(demo, filters).people == expected
    assert totals(demo, Filters(views=(View.CROWN,), demo=True)) == Totals(0, 0)
    assert totals(demo, Filters(model_ids=("demonstration",), demo=True)).people == everyone
