"""Attacks on the tables of many filters, of more people than `test_statistics_attack` can try.

Most of these draws gave small groups away while rows of ages were hidden filter by filter, and months of sources,
regions of sources or models, and days of regions were looked at one by one.
"""

import numpy as np
import pytest
from attacking import Attacker
from attacking_counts import CONDITION, WORDS, CountAttacker, draw_many
from making_people import store_people

from core.records import facts_cube
from core.records.privacy import MIN_CELL
from core.records.statistics import Filters, Period
from core.records.store import RecordStore


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched, RecordStore.open(tmp_path_factory.mktemp("sized") / "r") as opened:
        patched.setattr(facts_cube, "MOST_WAITING", 1)  # so few people would not get into the kept arrays
        yield opened


@pytest.mark.parametrize(
    ("sizes", "seed", "number", "bands", "untold", "evenness", "uneven_ages"),
    [
        ({"month": 8}, 1, 1480, 3, 0, 5, True),
        ({"month": 4}, 37, 3098, 3, 0, 2, True),
        ({"month": 3}, 10, 4426, 3, 0.08, 2, False),
        ({"region": 4}, 37, 3098, 3, 0, 2, True),
        ({"region": 3, "source": 4}, 2, 1479, 3, 0.08, 5, False),
        ({"region": 3, "model": 3}, 8, 2026, 7, 0.08, 0.7, True),
        ({"month": 5, "source": 4}, 9, 1514, 3, 0, 5, False),
        ({"month": 3, "region": 3}, 5, 1651, 7, 0.03, 5, True),
    ],
)
def test_no_small_group_follows_from_tables_of_many_filters(
    store, sizes, seed, number, bands, untold, evenness, uneven_ages
):
    people, places = draw_many(
        seed, number, bands=bands, untold=untold, evenness=evenness, uneven_ages=uneven_ages, **sizes
    )
    store_people(store, people)
    attacker = CountAttacker(places, tuple(sizes))
    masks = attacker.read_all(store)
    targets, found = attacker.solve(masks)
    assert targets > 20
    assert attacker.shown > 200
    assert found == []


def test_a_small_group_would_be_found(store):
    people, places = draw_many(3, 600, bands=3, untold=0, evenness=2, uneven_ages=False, region=3)
    store_people(store, people)
    attacker = CountAttacker(places, ("region",))
    masks = attacker.read_all(store)
    assert attacker.solve(masks)[1] == []
    # What each region's grades are told apart in follows from the others of everybody.
    hidden = next(target for target in attacker._small(masks[1:4]))
    everyone = np.zeros_like(hidden)
    everyone[...] = hidden.any(axis=0)
    attacker.equations[b"rest"] = (everyone & ~hidden).ravel()
    attacker.equations[b"all"] = everyone.ravel()
    assert attacker.solve(masks)[1]


def test_no_small_group_follows_from_days_and_weeks_of_regions(store):
    people, _ = draw_many(11, 598, bands=3, untold=0, evenness=5, days=7, region=3)
    store_people(store, people)
    attacker = Attacker(people, (CONDITION,))
    places = [Filters(), *(Filters(regions=(region,)) for region in WORDS["region"][:3])]
    for place in places:
        attacker.read_series(store, place)
    grades = [
        attacker.facts[str(CONDITION)].between(low, high).to_numpy() for low in range(4) for high in range(low, 4)
    ]
    starts = [attacker.starts[period] for period in (Period.DAY, Period.WEEK)]
    times = [(one == start).to_numpy() for one in starts for start in one.unique()]
    groups = [attacker.mask(place).to_numpy() & time & some for place in places for time in times for some in grades]
    targets = [group for group in groups if 0 < group.sum() < MIN_CELL]
    assert targets
    assert len(attacker.equations) > 20
    assert attacker.solve(targets) == []
