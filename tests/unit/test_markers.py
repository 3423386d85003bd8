"""What the map gets of many places: nothing is lost, nothing is told twice, and it stays small."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clinics.markers import ALL_AT_ONCE, VIEW_LIMIT, Box, Places, choose_markers

KOREA = Box(33, 124, 39, 132)


def places(count, *, seed=0, south=33.0, north=39.0, west=124.0, east=132.0):
    rng = np.random.default_rng(seed)
    rows = rng.permutation(count)
    return Places(rows, rng.uniform(south, north, count), rng.uniform(west, east, count), rng.integers(-1, 9, count))


def test_few_places_are_all_there_whatever_the_view():
    some = places(ALL_AT_ONCE)
    markers = choose_markers(some, Box(0, 0, 1, 1))
    assert sorted(markers.rows) == list(range(ALL_AT_ONCE))
    assert markers.cells == ()
    assert markers.covered is None


def test_no_place_is_no_marker():
    markers = choose_markers(places(0), KOREA)
    assert len(markers.rows) == 0


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 99),
    st.floats(33, 38.9),
    st.floats(124, 131.9),
    st.floats(1e-4, 6),
    st.floats(1e-4, 8),
    st.booleans(),
)
def test_every_place_in_view_is_told_once(seed, south, west, high, wide, packed):
    some = places(20_000, seed=seed, north=33.5 if packed else 39, east=124.5 if packed else 132)
    view = Box(south, west, min(south + high, 90), west + wide)
    markers = choose_markers(some, view)
    inside = markers.covered.holding(some.latitudes, some.longitudes)
    alone = np.isin(some.rows, markers.rows)
    assert not (alone & ~inside).any()
    assert len(set(markers.rows)) == len(markers.rows)
    assert alone.sum() + sum(cell.count for cell in markers.cells) == inside.sum()
    told = np.maximum(some.specialists, 0)
    assert told[alone].sum() + sum(cell.specialists for cell in markers.cells) == told[inside].sum()
    assert all(cell.count > 1 for cell in markers.cells)
    assert len(markers.rows) + len(markers.cells) <= max(VIEW_LIMIT, 19 * 19 + 19)
    for cell in markers.cells:
        assert cell.box.south <= cell.latitude + 1e-9
        assert cell.latitude - 1e-9 <= cell.box.north


def test_a_close_view_shows_places_one_by_one():
    some = places(80_000)
    markers = choose_markers(some, Box(36, 127, 36.05, 127.05))
    assert markers.cells == ()
    assert 0 < len(markers.rows) <= VIEW_LIMIT


def test_cells_stay_where_they_are_while_the_map_moves():
    some = places(80_000)
    first = choose_markers(some, Box(35, 126, 37, 129))
    second = choose_markers(some, Box(35.1, 126.1, 37.1, 129.1))
    boxes = {cell.box for cell in first.cells}
    assert len(boxes & {cell.box for cell in second.cells}) > len(boxes) / 2


def test_places_on_one_spot_are_one_cell():
    spot = Places(np.arange(5000), np.full(5000, 37.5), np.full(5000, 127.0), np.ones(5000, dtype=np.int64))
    (cell,) = choose_markers(spot, KOREA).cells
    assert (cell.count, cell.specialists, cell.latitude) == (5000, 5000, pytest.approx(37.5))


@pytest.mark.parametrize("sides", [(1, 0, 0, 1), (0, 1, 1, 0), (math.nan, 0, 1, 1), (-91, 0, 0, 1), (0, -400, 1, 1)])
def test_a_view_that_cannot_be_is_refused(sides):
    with pytest.raises(ValueError, match="no part of a map"):
        Box(*sides)


def test_a_margin_stays_on_earth():
    assert Box(-89, -359, 89, 359).wider(1).north == 90
