from datetime import UTC, datetime, timedelta
from itertools import product

import numpy as np
import pytest
from making_visits import make_visit

from core.records.privacy import MIN_CELL, delete_older_than, hidden_lines, is_small
from core.records.store import RecordStore


def test_small_means_one_to_nine():
    assert not is_small(np.array([0, 0]))
    assert is_small(np.array([1, 500]))
    assert is_small(np.array([500, 9]))
    assert not is_small(np.array([10, 0]))
    assert not is_small(np.array([10, 10]))


def derivable(table, rows, columns):
    """Everything that subtraction gives: for each line, what is missing from its published sum."""
    shown = ~rows[:, None] & ~columns[None, :]
    for row in np.flatnonzero(~rows):
        yield table[row].sum(axis=0) - table[row][shown[row]].sum(axis=0)
    for column in np.flatnonzero(~columns):
        yield table[:, column].sum(axis=0) - table[:, column][shown[:, column]].sum(axis=0)
    total = table.sum(axis=(0, 1))
    yield total - table.sum(axis=1)[~rows].sum(axis=0)
    yield total - table.sum(axis=0)[~columns].sum(axis=0)


def determined(table, rows, columns):
    """Attack by linear algebra: hidden cells that all published sums together pin down exactly."""
    hidden = [(r, c) for r, c in product(*map(range, table.shape[:2])) if rows[r] or columns[c]]
    equations = [[r == row for r, _ in hidden] for row in np.flatnonzero(~rows)]
    equations += [[c == column for _, c in hidden] for column in np.flatnonzero(~columns)]
    equations.append([True] * len(hidden))
    matrix = np.array(equations, dtype=float)
    rank = np.linalg.matrix_rank(matrix)
    for place, cell in enumerate(hidden):
        unit = np.eye(len(hidden))[place]
        if np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank:
            yield cell


@pytest.mark.parametrize("scale", [3, 8, 15, 40, 200])
def test_hidden_cells_cannot_be_derived(scale):
    random = np.random.default_rng(scale)
    shown = 0
    for _ in range(150):
        rates = random.gamma(1, scale, (8, 3, 2)) * (random.random((8, 3, 1)) < 0.9)
        table = random.poisson(rates)
        hidden = hidden_lines(table)
        if hidden is None:
            assert is_small(table.sum(axis=(0, 1))) or not table.any()
            continue
        rows, columns = hidden
        for r, c in product(range(8), range(3)):
            if not (rows[r] or columns[c]):
                assert not is_small(table[r, c])
                shown += 1
        assert not any(is_small(missing) for missing in derivable(table, rows, columns))
        assert not any(is_small(table[cell]) for cell in determined(table, rows, columns))
    assert scale < 200 or shown > 0


def test_large_cells_are_all_shown():
    table = np.full((8, 3, 2), MIN_CELL)
    rows, columns = hidden_lines(table)
    assert not rows.any()
    assert not columns.any()


def test_old_visits_are_deleted(tmp_path):
    now = datetime.now(UTC)
    with RecordStore.open(tmp_path / "records.duckdb") as store:
        for days in (0, 5, 400):
            store.add_visit(make_visit(f"{days}", visited_at=now - timedelta(days=days)), "key")
        assert delete_older_than(store, 365) == 1
        assert delete_older_than(store, 365) == 0
        assert len(store.recent_visits()) == 2
        with pytest.raises(ValueError, match="-1"):
            delete_older_than(store, -1)
