"""Prints the speed of the browser side; asserts no time, since machines differ."""

import pytest

from tests.bench.browser_speed import as_table, gradio_python, measure

pytestmark = pytest.mark.slow


def test_browser_speed_is_measured(capsys):
    rows = measure(rounds=3, gradio_python=gradio_python())
    with capsys.disabled():
        print(f"\n{as_table(rows)}")  # noqa: T201
    assert rows[0].name == "home"
    assert all(row.ours > 0 and row.baseline > 0 for row in rows)
