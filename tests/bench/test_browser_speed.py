"""Prints the speed of the browser side; asserts no time, since machines differ."""

import pytest

from tests.bench.browser_speed import as_table, gradio_python, measure
from tests.bench.care_speed import measure_care
from tests.bench.clinics_traffic import measure_map

pytestmark = pytest.mark.slow


def test_browser_speed_is_measured(capsys):
    rows = measure(rounds=3, gradio_python=gradio_python())
    with capsys.disabled():
        print(f"\n{as_table(rows)}")  # noqa: T201
    assert rows[0].name == "home"
    assert all(row.ours > 0 and row.baseline > 0 for row in rows)


def test_care_is_measured(capsys):
    rows = measure_care(rounds=2)
    with capsys.disabled():
        print(f"\n{as_table(rows)}")  # noqa: T201
    assert [row.name for row in rows] == ["care_questions", "care_plan"]
    assert all(row.ours > 0 for row in rows)


def test_map_traffic_is_measured(capsys):
    rows = measure_map(clinics=5000)
    with capsys.disabled():
        print(f"\n{as_table(rows)}")  # noqa: T201
    # Bytes, not seconds: the same on every machine.
    assert [row.name for row in rows if row.holds] == ["map_first_view", "map_move", "map_redrawn"]
