"""What it costs that a query of the SQL corner runs in a process of its own, with limits.

Against the same query in a bare process, which shows what the limits and the way of the answer cost, and against the
same query in this process, which shows what the process costs.
"""

import subprocess
import sys

import duckdb

from core.benchmark.comparison import Comparison, at_most
from core.benchmark.material import Workbench
from core.benchmark.measuring import take_turns
from core.records.demo import add_demo
from core.records.sql_corner import run_sql, take_snapshot
from core.records.statistics import Filters
from core.records.store import RecordStore
from core.taxonomy import Severity

_ROWS = 2_000
_LIMIT_MS = 500.0
_SQL = "SELECT condition, share, low_95, high_95, n FROM prevalence_total ORDER BY share DESC"


def ask_corner(bench: Workbench) -> list[Comparison]:
    """One small query: start of the process, its limits, the answer as text and back as a table included."""
    with RecordStore.open(bench.scratch / "corner.duckdb") as store:
        add_demo(store, _ROWS)
        snapshot = take_snapshot(store, Filters(demo=True), Severity.MODERATE)

        def here() -> None:
            with duckdb.connect(snapshot.path, read_only=True) as connection:
                connection.sql(_SQL).fetchall()

        bare = f"import duckdb; print(duckdb.connect({str(snapshot.path)!r}, read_only=True).sql({_SQL!r}).fetchall())"
        rounds = bench.rounds(11)
        apart = take_turns(lambda: run_sql(snapshot, _SQL), lambda: _run(bare), rounds=rounds)
        within = take_turns(lambda: run_sql(snapshot, _SQL), here, rounds=rounds)
    return [
        at_most("sql_corner", "ms", apart.ours, "a bare process with DuckDB", apart.baseline, 1.5),
        at_most("sql_corner_limit", "ms", within.ours - within.baseline, "the limit", _LIMIT_MS, 1),
    ]


def _run(program: str) -> None:
    subprocess.run([sys.executable, "-I", "-c", program], capture_output=True, check=True)  # noqa: S603 (our own)
