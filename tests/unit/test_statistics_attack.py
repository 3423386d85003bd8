"""An attacker reads everything published, over whole families of filters, and solves for small groups."""

from dataclasses import replace
from datetime import date
from itertools import combinations, product
from uuid import UUID

import numpy as np
import pandas as pd
import pytest
from attacking import Attacker
from making_people import draw_people, select, store_people

from core.errors import RecordsError
from core.records import facts_cube
from core.records.drilldown import drill_down
from core.records.privacy import MIN_CELL
from core.records.statistics import Filters, Period, prevalences, totals
from core.records.store import RecordStore
from core.taxonomy import AgeBand, Condition, Region, Severity, Sex

FIRST, SECOND = Condition.DANDRUFF, Condition.EXCESS_SEBUM
BANDS, REGIONS = list(AgeBand)[:3], list(Region)[:3]
MONTHS = [date(2026, month, 1) for month in (1, 2, 3)]
RUNS = [(low, high) for low in range(4) for high in range(low, 4)]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched, RecordStore.open(tmp_path_factory.mktemp("attack") / "r") as opened:
        patched.setattr(facts_cube, "MOST_WAITING", 1)  # so few people would not get into the kept arrays
        yield opened


def draw_uneven(seed, number, untold, *, months=3, regions=3, evenness=0.7):
    """Draw people graded for two conditions, many in some months, regions and ages and few in others."""
    random = np.random.default_rng(seed)
    chances = [random.dirichlet(np.full(options, evenness)) for options in (months, regions, 3)]
    rows = []
    for _ in range(number):
        month, region, band = (int(random.choice(len(one), p=one)) for one in chances)
        visit = {
            "visit_id": str(UUID(bytes=random.bytes(16))),
            "visited_at": pd.Timestamp(2026, month + 1, int(1 + random.integers(28)), tz="UTC"),
            "sex": str(random.choice(list(Sex))) if random.random() >= untold else None,
            "age_band": str(BANDS[band]) if random.random() >= untold else None,
            "region": str(list(Region)[region]),
            "source": "app",
            "answers": {},
            "diagnosis_id": str(UUID(bytes=random.bytes(16))),
            "view": "microscope",
            "model_id": "one",
        }
        for condition in (FIRST, SECOND):
            grade = int(random.choice(4, p=(0.5, 0.25, 0.15, 0.1)))
            rows.append({**visit, "condition": str(condition), "severity": grade})
    return pd.DataFrame(rows)


def several(options):
    return [(), *(chosen for size in (1, 2, 3) for chosen in combinations(options, size))]


def spans():
    return [(a, b) for a, b in product((None, *MONTHS), repeat=2) if not (a and b and a > b)]


FAMILIES = {
    "sexes and ages": [Filters(sexes=s, age_bands=b) for s in ((), *((one,) for one in Sex)) for b in several(BANDS)],
    "regions": [Filters(regions=one, age_bands=b) for one in several(REGIONS) for b in ((), (BANDS[0],))],
    "months": [Filters(since=a, until=b) for a, b in spans()],
    "months and regions": [
        Filters(since=a, until=b, regions=one)
        for (a, b), one in product([(None, None), (MONTHS[0], MONTHS[0]), (MONTHS[1], None)], several(REGIONS)[:6])
    ],
    "people with a condition": [
        Filters(),
        *(Filters(having=c, having_at_least=g) for c in (FIRST, SECOND) for g in list(Severity)[1:]),
    ],
}


def small_targets(attacker, boxes):
    """Yield every group of one to nine people in a box, of a sex, an age and grades of one condition or of both."""
    grades = [[attacker.facts[str(c)].between(*run).to_numpy() for run in RUNS] for c in (FIRST, SECOND)]
    wanted = np.stack([*grades[0], *grades[1], *(a & b for a, b in product(*grades))])
    for box, sex, band in product(boxes, [*Sex, None], [*BANDS, None]):
        who = box & (attacker.told("sex", sex) if sex else True) & (attacker.told("age_band", band) if band else True)
        targets = wanted & who
        sizes = targets.sum(axis=1)
        yield from targets[(sizes > 0) & (sizes < MIN_CELL)]


def boxes_of(attacker, family):
    """Return the people of each filter without its sexes and ages, and those between any two of them."""
    places = {filters.only(filters.narrowed): None for filters in family}
    masks = [attacker.mask(place).to_numpy() for place in places]
    masks += [part for a, b in combinations(masks, 2) for part in (a & b, a & ~b, b & ~a)]
    distinct = {mask.tobytes(): mask for mask in masks if mask.any()}
    return list(distinct.values())


@pytest.mark.parametrize(
    ("name", "number", "untold"),
    [
        ("sexes and ages", 300, 0.05),
        ("regions", 400, 0.0),
        ("months", 400, 0.05),
        ("months and regions", 1200, 0.0),
        ("people with a condition", 400, 0.05),
    ],
)
def test_no_small_group_follows_from_all_filters_of_a_kind(store, name, number, untold):
    people = draw_uneven(number, number, untold)
    store_people(store, people)
    attacker = Attacker(people, (FIRST, SECOND))
    for filters in FAMILIES[name]:
        attacker.read(store, filters)
        if filters.only(()) == filters:
            attacker.read_series(store, filters, (Period.MONTH,))
    targets = list(small_targets(attacker, boxes_of(attacker, FAMILIES[name])))
    assert targets
    assert len(attacker.equations) > 20
    assert attacker.solve(targets) == []


def small_cells(attacker, places, months):
    """Yield every group of one to nine people of a place and month, of a sex, an age and grades."""
    graded = [attacker.facts[str(FIRST)].between(*run).to_numpy() for run in RUNS]
    starts = attacker.starts[Period.MONTH]
    cells = [attacker.mask(place).to_numpy() & (starts == month).to_numpy() for place in places for month in months]
    for cell, sex, band in product(cells, [*Sex, None], [*BANDS, None]):
        who = cell & (attacker.told("sex", sex) if sex else True) & (attacker.told("age_band", band) if band else True)
        yield from (who & run for run in graded if 0 < (who & run).sum() < MIN_CELL)


@pytest.mark.parametrize("number", [340, 400, 600])
def test_no_small_group_follows_from_months_of_regions_and_of_everybody(store, number):
    people = draw_uneven(number, number, 0.03, months=4, regions=4, evenness=5)
    store_people(store, people)
    attacker = Attacker(people, (FIRST,))
    places = [Filters(), *(Filters(regions=(region,)) for region in list(Region)[:4])]
    months = [date(2026, month, 1) for month in range(1, 5)]
    times = [(None, None), *((one, one) for one in months), (months[2], None)]
    for place in places:
        attacker.read_series(store, place, (Period.MONTH,))
        for since, until in times:
            attacker.read(store, replace(place, since=since, until=until))
    targets = list(small_cells(attacker, places, months))
    assert targets
    assert len(attacker.equations) > 20
    assert attacker.solve(targets) == []


def test_a_small_group_would_be_found():
    people = draw_uneven(1, 300, 0)
    attacker = Attacker(people, (FIRST,))
    graded = attacker.facts[str(FIRST)]
    few = graded.ge(3) & (attacker.facts["region"] == attacker.facts["region"].value_counts().index[0])
    few &= few.cumsum() <= MIN_CELL - 1
    attacker.learn(graded.ge(0), len(graded))
    attacker.learn(~few, len(graded) - few.sum())
    assert attacker.solve([few.to_numpy()]) == [few.sum()]
    assert attacker.bounds(few.to_numpy()) == pytest.approx((few.sum(), few.sum()))


@pytest.mark.parametrize("number", [700])
def test_no_day_week_or_month_follows_from_the_series(store, number):
    people = draw_people(number, number, months=3)
    store_people(store, people)
    attacker = Attacker(people, (FIRST,))
    attacker.read(store, Filters())
    for filters in (Filters(), Filters(sexes=(Sex.FEMALE,)), Filters(sexes=(Sex.MALE,))):
        attacker.read_series(store, filters)
    pieces = [attacker.starts[p] == start for p in Period for start in attacker.starts[p].dropna().unique()]
    graded = attacker.facts[str(FIRST)]
    found = [piece & graded.between(*run) for piece, run in product(pieces, RUNS)]
    targets = [target.to_numpy() for target in found if 0 < target.sum() < MIN_CELL]
    assert targets
    assert attacker.solve(targets) == []


def test_figures_stay_useful(store):
    people = draw_people(5, 2500)
    store_people(store, people)
    everyone = prevalences(store, Severity.MILD)
    told = sum(rate is not None for one in everyone.values() for rate in one.by_age.values())
    assert all(one.total for one in everyone.values())
    assert told >= 20
    for filters in (Filters(regions=(Region.SEOUL,)), Filters(since=date(2026, 3, 1)), Filters(sexes=(Sex.MALE,))):
        assert totals(store, filters).people
        assert sum(one.total is not None for one in prevalences(store, Severity.MILD, filters).values()) >= 4
    assert select(people, Filters(regions=(Region.SEOUL,)))["visit_id"].nunique() > 0


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
    assert found.visits
    assert {(visit.region, visit.sex) for visit in found.visits} == {(Region.SEOUL, Sex.FEMALE)}
    assert len(found.visits) == found.people == totals(store, seoul).people or found.people < MIN_CELL
    noted = store.query("SELECT number, who, reason, visits, filter ->> '$.regions[0]' FROM statistics_audit")
    assert noted == [(1, "a doctor", "a check", len(found.visits), "KR-11")]
