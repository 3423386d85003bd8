"""The project's speed figures, each against a named baseline measured in the same run.

A figure alone says little, since machines differ and drift; so every row holds two medians, taken in turns
(ours, baseline, ours, baseline, ...) with `THREADS` processor threads for both, and their ratio:

| row | ratio | target |
|---|---|---|
| `diagnose` | decoded photo to six grades with six heatmaps: baseline / ours | at least 300 |
| `overhead` | the same: ours / the bare OpenVINO call on the prepared picture | at most 1.5 |
| `photo` | bytes of a 12-megapixel JPEG to the finished Diagnosis: baseline / ours | at least 8 |
| `command_time` | wall time of `python -m core diagnose PHOTO`: baseline / ours | at least 3 |
| `command_memory` | its peak memory: baseline / ours | at least 4 |
| `folder` | photos a second of a folder, on all cores: ours / baseline | at least .8 |
| `engine_precision` | a pass in the precision `auto` takes: f32 / ours; left out where `auto` is f32 | 1, to know |
| `engine_torch` | a pass in f32: PyTorch / ours | 1, to know |
| `plan` | the care plan with its words, many lines: ours / 5 ms | at most 1 |
| `report_time` | a report as PDF with its pictures: ours / the limit of a second | at most 1 |
| `report_size` | the same: ours / the limit of a megabyte | at most 1 |
| `clinics_near` | the 20 nearest of 80,000 clinics, filtered: ours / NumPy haversine of all rows | at most 3 |
| `clinics_near_limit` | the same: ours / 5 ms | at most 1 |
| `clinics_import_time` | importing the whole country: ours / 20 s | at most 1 |
| `clinics_import_memory` | its peak memory: ours / 500 MB | at most 1 |
| `import_rate` | rows of the original service's table imported a second: ours / 200,000 | at least 1 |
| `import_photos` | labelled photos imported a second: ours / a plain loop that only decodes | at least .3 |
| `import_photos_memory` | its memory for photos more: ours / 2 kB a photo | at most 1 |
| `statistics_filter_1m` | all charts after a filter change, 1 million visits: plain SQL / ours | at least 3 |
| `statistics_filter_1m_limit` | the same: ours / 50 ms | at most 1 |
| `statistics_dates_1m`, `_limit` | the same with a year chosen in place of a region | the same |
| `statistics_second_1m`, `_limit` | the same with a year chosen beside the region | the same |
| `statistics_model_1m`, `_limit` | the same with a model chosen in place of a region | the same |
| `statistics_first_1m` | the unfiltered view, the first after a write: plain SQL / ours | at least 20 |
| `statistics_opened_1m` | the same, the first after the records were opened | at least 20 |
| `statistics_..._20m` | the same of 20 million; the limit is 600 ms | the same |
| `sql_corner` | a query of the SQL corner: ours / a bare process with DuckDB that asks the same file | at most 1.5 |
| `sql_corner_limit` | the same, less what it takes in this process: ours / 500 ms | at most 1 |
| `evaluate_throughput` | photos a second of a whole evaluation: ours / the bare network | at least .8 |
| `train_throughput` | photos a second of a training: ours / torchvision's reference loop | at least 1 |
| `train_waiting` | share of a training's time spent waiting for pictures: ours / 5 % | at most 1 |

The baseline of `diagnose`, `photo` and `command_*` is six efficientnet-pytorch networks, see
`core.benchmark.baseline`. That of `folder` decodes all photos on all cores, then runs the bare network over all
pictures on all cores. What is measured with is drawn (`core.benchmark.material`), the same in every run.

Imports nothing heavy, so that the baseline's own process is not slowed by ours.
"""

from collections.abc import Callable, Sequence

from core.benchmark.comparison import Comparison
from core.errors import ScalpError

__all__ = ["Comparison", "names", "run"]

# Rows that come from one measurement stand together.
_GROUPS: dict[str, tuple[str, ...]] = {
    "diagnose": ("diagnose",),
    "overhead": ("overhead",),
    "photo": ("photo",),
    "command": ("command_time", "command_memory"),
    "folder": ("folder",),
    "engine_precision": ("engine_precision",),
    "engine_torch": ("engine_torch",),
    "plan": ("plan",),
    "report": ("report_time", "report_size"),
    "clinics_near": ("clinics_near", "clinics_near_limit"),
    "clinics_import": ("clinics_import_time", "clinics_import_memory"),
    "import": ("import_rate",),
    "import_photos": ("import_photos", "import_photos_memory"),
    "statistics_1m": (
        "statistics_filter_1m",
        "statistics_filter_1m_limit",
        "statistics_dates_1m",
        "statistics_dates_1m_limit",
        "statistics_second_1m",
        "statistics_second_1m_limit",
        "statistics_model_1m",
        "statistics_model_1m_limit",
        "statistics_first_1m",
        "statistics_opened_1m",
    ),
    "statistics_20m": (
        "statistics_filter_20m",
        "statistics_filter_20m_limit",
        "statistics_dates_20m",
        "statistics_dates_20m_limit",
        "statistics_second_20m",
        "statistics_second_20m_limit",
        "statistics_model_20m",
        "statistics_model_20m_limit",
        "statistics_first_20m",
        "statistics_opened_20m",
    ),
    "sql_corner": ("sql_corner", "sql_corner_limit"),
    "evaluation": ("evaluate_throughput",),
    "training": ("train_throughput", "train_waiting"),
}


def names() -> tuple[str, ...]:
    """All rows, in the order they are measured."""
    return tuple(name for group in _GROUPS.values() for name in group)


def run(
    names: Sequence[str] = (), *, quick: bool = False, on_progress: Callable[[str], None] | None = None
) -> list[Comparison]:
    """Measure.

    Args:
        names: The rows to measure; none means all.
        quick: Few repetitions and a small folder: to see that it works, not to quote.
        on_progress: Told the name of each measurement before it starts.

    Returns:
        The rows asked for, in the order of `names()`.

    Raises:
        ScalpError: No row of such a name, a baseline's package is missing, a measured process failed, or no model
            package grades the drawn photo.
    """
    wanted = set(names) or {name for group in _GROUPS.values() for name in group}
    known = [name for group in _GROUPS.values() for name in group]
    for name in names:
        if name not in known:
            raise ScalpError("benchmark.unknown_name", name=name, known=", ".join(known))
    from core.benchmark.material import open_workbench
    from core.benchmark.rows import MEASUREMENTS

    rows: list[Comparison] = []
    with open_workbench(quick=quick) as bench:
        for group, members in _GROUPS.items():
            if wanted.isdisjoint(members):
                continue
            if on_progress:
                on_progress(group)
            rows += [row for row in MEASUREMENTS[group](bench) if row.name in wanted]
    return rows
