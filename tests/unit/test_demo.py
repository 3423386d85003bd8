"""The demonstration: large enough that every chart of the page is full, and gone without a trace."""

import numpy as np
import pytest

from core.records import demo
from core.records.demo import ROWS, add_demo, remove_demo
from core.records.statistics import (
    Filters,
    co_occurrence,
    drift,
    gaps,
    model_marks,
    options,
    prevalences,
    severity_shares,
    totals,
    trend,
)
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex

DEMO = Filters(demo=True)


@pytest.fixture(scope="module")
def emptied(tmp_path_factory):
    """Records that the demonstration is in, after its removal, and what tables held before it came."""
    with RecordStore.open(tmp_path_factory.mktemp("demo") / "records.duckdb") as store:
        yield store, rows_by_table(store)


@pytest.fixture(scope="module")
def full(emptied):
    store, _ = emptied
    assert add_demo(store) == ROWS
    return store


def rows_by_table(store):
    names = [name for (name,) in store.query("SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL")]
    return {name: store.query(f'SELECT count(*) FROM "{name}"')[0][0] for name in names}


@pytest.mark.parametrize("at_least", [Severity.MILD, Severity.MODERATE])
def test_no_chart_of_the_first_view_has_a_gap(full, at_least):
    found = prevalences(full, at_least, DEMO)
    for condition, answer in found.items():
        told = [answer.cells[sex, band] for sex in Sex for band in AgeBand]
        assert all([*told, *(answer.by_age[band] for band in AgeBand), answer.total]), condition
        points = trend(full, condition, at_least, filters=DEMO).points
        # The month that has only begun may have too few.
        assert all(point.rate for point in points[:-1]), condition
        assert len(points) == 24
    assert all(pair.lift for pair in co_occurrence(full, at_least, DEMO))
    assert all(len(found.shares) == len(Severity) for found in severity_shares(full, DEMO).values())


def test_what_is_missing_withheld_or_new_shows(full):
    assert [mark.model_version for mark in model_marks(full, DEMO)] == ["1", "2"]
    missing = gaps(full, DEMO)
    assert missing.region.count > 0
    assert missing.abstained[Condition.INTERFOLLICULAR_ERYTHEMA].count > 0
    assert "daily" in options(full, demo=True).answers["shampoo"]
    assert sum(point.mean_grade is not None for point in drift(full, Condition.DANDRUFF, DEMO).points) >= 23
    assert totals(full, Filters(regions=(Region.JEJU,), sexes=(Sex.FEMALE,), demo=True)).people > 1000


@pytest.mark.parametrize("asked", [DEMO, Filters(regions=(Region.SEOUL,), demo=True)])
def test_drift_is_made_of_what_the_trend_tells(full, asked):
    """Grades too rare to be told of by themselves count as one, so that months are there to be compared."""
    for condition in Condition:
        found = drift(full, condition, asked)
        series = zip(*(trend(full, condition, level, filters=asked).points for level in found.levels), strict=True)
        for point, parts in zip(found.points, series, strict=True):
            rates = [part.rate for part in parts]
            assert (point.mean_grade is not None) == all(rates), condition
            if point.mean_grade:
                assert point.mean_grade.value == pytest.approx(sum(rate.share for rate in rates))
    pustules = drift(full, Condition.FOLLICULAR_PUSTULES, DEMO)
    assert len(pustules.levels) < 3
    assert sum(point.mean_grade is not None for point in pustules.points) >= 23


def test_some_findings_go_together(full):
    pairs = {(pair.first, pair.second): pair.lift for pair in co_occurrence(full, Severity.MODERATE, DEMO)}
    assert pairs[Condition.EXCESS_SEBUM, Condition.DANDRUFF].low > 1
    assert pairs[Condition.FINE_SCALING, Condition.HAIR_LOSS].value == pytest.approx(1, abs=0.25)


def test_a_later_day_draws_the_same_people(monkeypatch):
    drawn = []
    for last_us in (1_700_000_000_000_000, 1_700_003_600_000_000):
        monkeypatch.setattr(demo, "_span", lambda last=last_us: (1_640_000_000_000_000, last))
        drawn.append(demo._draw(500, np.random.default_rng(0)))
    for name in drawn[0].keys() - {"seen_us", "model_version"}:
        assert (drawn[0][name] == drawn[1][name]).all(), name


def test_nothing_is_left_of_it(full, emptied):
    store, before = emptied
    assert rows_by_table(full) != before
    assert remove_demo(store) == ROWS
    left = rows_by_table(store)
    # The log of writes alone says that there was one, and how many writes there were.
    assert {name for name in before if left[name] != before[name]} == {"events"}
    assert not totals(store, DEMO).people
