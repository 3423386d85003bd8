"""How fast results of other systems come in, everything that the statistics need of them included."""

import time
from pathlib import Path
from statistics import median
from typing import Final

import duckdb

from core.benchmark.comparison import Comparison, at_least
from core.benchmark.material import Workbench
from core.records.exchange import import_results
from core.records.store import RecordStore

_RATE: Final = 200_000.0
_ROWS, _QUICK_ROWS = 1_000_000, 50_000


def bring_in(bench: Workbench) -> list[Comparison]:
    """The original service's table as CSV, each row a visit with a photo and a grade, into empty records."""
    rows = _QUICK_ROWS if bench.quick else _ROWS
    source = _draw(bench.scratch / "human.csv", rows)
    rates = []
    for turn in range(bench.rounds(3, 1)):
        with RecordStore.open(bench.scratch / f"import-{turn}.duckdb") as store:
            started = time.perf_counter()
            import_results(store, source)
            rates.append(rows / (time.perf_counter() - started))
        Path(store.path).unlink()
    return [at_least("import_rate", "rows/s", median(rates), f"the limit of {_RATE:,.0f} rows/s", _RATE, 1)]


def _draw(target: Path, rows: int) -> Path:
    """Write a table of so many rows, ages and sexes as people write them; always the same."""
    if not target.exists():
        with duckdb.connect() as maker:
            maker.execute(
                f"""COPY (
                        SELECT i AS id, ['F', 'M', '여', '남'][1 + (hash(i, 1) % 4)::INTEGER] AS sex,
                            (10 + hash(i, 2) % 70) || ['', '대', 's', '-'][1 + (hash(i, 3) % 4)::INTEGER] AS age,
                            hash(i, 4) % 4 AS pred, 1 + hash(i, 5) % 6 AS skin
                        FROM range({rows}) AS made(i)
                    ) TO '{target}' (FORMAT csv, HEADER)"""  # noqa: S608 (constants and our own path)
            )
    return target
