"""An attacker reads everything published, over filters and wider ones, and solves for small groups."""

from dataclasses import replace
from datetime import date
from itertools import product

import numpy as np
import pandas as pd
import pytest
from making_people import draw_people, select, store_people, worst_grades

from core.errors import RecordsError
from core.records.drilldown import drill_down
from core.records.privacy import MIN_CELL
from core.records.statistics import (
    Filters,
    Period,
    people_by_group,
    prevalence,
    severity_shares,
    totals,
    trend,
)
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex

CONDITION = Condition.DANDRUFF
GRADES = list(Severity)[1:]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with RecordStore.open(tmp_path_factory.mktemp("attack") / "records.duckdb") as opened:
        yield opened


class Attacker:
    """Knows of each visit all but the grade, and writes each published figure down as an equation over visits."""

    def __init__(self, people):
        one = people.drop_duplicates("visit_id").set_index("visit_id")
        self.people = people
        self.facts = one.assign(grade=worst_grades(people)[CONDITION])
        self.equations, self.values = [], []

    def learn(self, chosen, value):
        """Note that the visits of a mask number so many."""
        self.equations.append(chosen.to_numpy(dtype=float))
        self.values.append(value)

    def mask(self, filters):
        return pd.Series(self.facts.index.isin(select(self.people, filters)["visit_id"]), self.facts.index)

    def told(self, column, value):
        return self.facts[column].isna() if value is None else self.facts[column] == value

    def read(self, store, filters):
        """Learn every figure of one filter."""
        inside, whole = self.mask(filters), self.mask(replace(filters, sexes=(), age_bands=()))
        graded = self.facts["grade"].notna()
        untold = self.facts["sex"].isna() | self.facts["age_band"].isna()
        if 0 < (whole & untold).sum() < MIN_CELL:
            inside &= ~untold
        count = totals(store, filters)
        if count.people:
            self.learn(inside, count.people)
        for (sex, band), number in people_by_group(store, filters).items():
            if number:
                self.learn(inside & self.told("sex", sex) & self.told("age_band", band), number)
        for at_least in GRADES:
            answer = prevalence(store, CONDITION, at_least, filters)
            counted = inside & ~untold if answer.told_only else inside
            named = [(counted, answer.total)]
            named += [
                (inside & self.told("sex", s) & self.told("age_band", b), r) for (s, b), r in answer.cells.items()
            ]
            named += [(inside & self.told("sex", s) & (~untold | (s is None)), r) for s, r in answer.by_sex.items()]
            named += [
                (inside & self.told("age_band", b) & (~untold | (b is None)), r) for b, r in answer.by_age.items()
            ]
            for who, rate in named:
                if rate:
                    self.learn(who & graded, rate.n)
                    self.learn(who & (self.facts["grade"] >= at_least), rate.count)
        spread = severity_shares(store, filters)[CONDITION]
        counted = inside & ~untold if spread.told_only else inside
        for share in spread.shares:
            self.learn(counted & self.facts["grade"].between(share.lowest, share.highest), share.rate.count)
        return self

    def check(self):
        """Check that what was learnt is true, and that no figure is small."""
        for row, value in zip(self.equations, self.values, strict=True):
            assert row.sum() == value
            assert value == 0 or value >= MIN_CELL

    def solve(self, targets):
        """Return the targets that the equations pin down: masks whose size follows from what is published."""
        kinds, place = np.unique(np.stack(self.equations + targets), axis=1, return_inverse=True)
        sizes = np.bincount(place.ravel(), minlength=kinds.shape[1])
        matrix = kinds[: len(self.equations)]
        basis = np.linalg.svd(matrix, full_matrices=False)
        space = basis[2][basis[1] > 1e-8]
        for target in kinds[len(self.equations) :]:
            if np.abs(target - (target @ space.T) @ space).max() < 1e-8:
                yield int(target @ sizes)


def small_targets(attacker, boxes):
    """Every group of a box, sex, age and run of grades, and of boxes alone."""
    graded = attacker.facts["grade"]
    runs = [(low, high) for low in range(4) for high in range(low, 4)]
    for box in boxes:
        for sex, band in product([*Sex, "all"], [*AgeBand, "all"]):
            who = box.copy()
            if sex != "all":
                who &= attacker.told("sex", sex)
            if band != "all":
                who &= attacker.told("age_band", band)
            for low, high in runs:
                target = who & graded.between(low, high)
                if 0 < target.sum() < MIN_CELL:
                    yield target.to_numpy(dtype=float)


NARROWINGS = (
    {"regions": (Region.SEOUL,)},
    {"sources": ("app",)},
    {"since": date(2026, 3, 1)},
    {"having": Condition.EXCESS_SEBUM},
    {"answers": (("shampoo", "daily"),)},
)


@pytest.mark.parametrize(
    ("number", "used"),
    [(300, (0, 1)), (300, (0, 4)), (900, (1, 2)), (900, (2, 3)), (2500, (1, 4)), (2500, (0, 3))],
)
def test_no_small_group_follows_from_a_filter_and_the_wider_ones(store, number, used):
    people = draw_people(number + sum(used), number, regions=2)
    store_people(store, people)
    attacker = Attacker(people)
    masks = []
    for chosen in [(), *[(place,) for place in used], used]:
        merged = {name: value for place in chosen for name, value in NARROWINGS[place].items()}
        attacker.read(store, Filters(**merged))
        if len(chosen) == 1:
            masks.append(attacker.mask(Filters(**merged)))
    attacker.check()
    boxes = [a & b for a, b in product(*[(mask, ~mask) for mask in masks])]
    boxes += [side for mask in masks for side in (mask, ~mask)] + [masks[0] | ~masks[0]]
    targets = list(small_targets(attacker, boxes))
    assert targets
    assert not [size for size in attacker.solve(targets) if size < MIN_CELL]


@pytest.mark.parametrize("number", [700, 3000])
def test_no_day_week_or_month_follows_from_the_series(store, number):
    people = draw_people(number, number, months=3)
    store_people(store, people)
    attacker = Attacker(people)
    time = pd.to_datetime(attacker.facts["visited_at"], utc=True).dt.tz_convert("Asia/Seoul").dt.tz_localize(None)
    untold = attacker.facts["sex"].isna() | attacker.facts["age_band"].isna()
    spans = {Period.DAY: "D", Period.WEEK: "W", Period.MONTH: "M"}
    starts = {period: time.dt.to_period(code).dt.start_time.dt.date for period, code in spans.items()}
    attacker.read(store, Filters())
    for period, at_least in product(Period, GRADES):
        answer = trend(store, CONDITION, at_least, period)
        for point in answer.points:
            if point.rate:
                who = (starts[period] == point.start) & attacker.facts["grade"].notna()
                who &= ~untold if answer.told_only else True
                attacker.learn(who, point.rate.n)
                attacker.learn(who & (attacker.facts["grade"] >= at_least), point.rate.count)
    attacker.check()
    graded = attacker.facts["grade"]
    pieces = [starts[period] == start for period in Period for start in starts[period].dropna().unique()]
    runs = [(low, high) for low in range(4) for high in range(low, 4)]
    found = [piece & graded.between(*run) for piece, run in product(pieces, runs)]
    targets = [target.to_numpy(dtype=float) for target in found if 0 < target.sum() < MIN_CELL]
    assert targets
    assert not [size for size in attacker.solve(targets) if size < MIN_CELL]


def test_single_records_only_where_switched_on_and_noted(store, monkeypatch):
    from core import settings

    store_people(store, draw_people(2, 60))
    seoul = Filters(regions=(Region.SEOUL,), sexes=(Sex.FEMALE,))
    with pytest.raises(RecordsError) as refused:
        drill_down(store, seoul, who="a doctor", reason="a check")
    assert refused.value.code == "records.drill_down_off"
    monkeypatch.setenv("SCALPSPECTRA_DRILL_DOWN", "true")
    settings.get_settings.cache_clear()
    try:
        with pytest.raises(RecordsError) as unnamed:
            drill_down(store, seoul, who=" ", reason="a check")
        assert unnamed.value.code == "records.drill_down_unnamed"
        assert store.query("SELECT count(*) FROM statistics_audit") == [(0,)]
        found = drill_down(store, seoul, who="a doctor", reason="a check")
    finally:
        settings.get_settings.cache_clear()
    assert found
    assert {(visit.region, visit.sex) for visit in found} == {(Region.SEOUL, Sex.FEMALE)}
    noted = store.query("SELECT number, who, reason, visits, filter ->> '$.regions[0]' FROM statistics_audit")
    assert noted == [(1, "a doctor", "a check", len(found), "KR-11")]
