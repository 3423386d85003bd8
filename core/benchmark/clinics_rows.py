"""The measurements of the clinic directory (see `core.benchmark`)."""

import random
from pathlib import Path
from statistics import median
from typing import Final

import numpy as np

from core.benchmark.clinics_material import COUNTRY, QUICK_COUNTRY, draw_country
from core.benchmark.comparison import Comparison, at_most
from core.benchmark.material import Workbench
from core.benchmark.measuring import Medians, run_process, take_turns
from core.clinics.clinic import DERMATOLOGY
from core.clinics.directory import Directory, Query, great_circle_km
from core.clinics.importing import Upload, prepare
from core.clinics.store import ClinicStore

_NEAREST: Final = 20
_FILTERS: Final = Query(kind="의원", department=DERMATOLOGY, has_phone=True)
_NEAR_MS, _IMPORT_S, _IMPORT_MB = 5.0, 20.0, 500.0
# Cities and the country, north to south.
_LATITUDES: Final = (34.5, 38.0)
_LONGITUDES: Final = (126.5, 129.3)


def near(bench: Workbench) -> list[Comparison]:
    """The nearest clinics with filters, their rows made; against the distances of all rows by NumPy alone."""
    directory = _directory(bench)
    draw = random.Random(3)  # noqa: S311 - drawn, not secret
    places = [(draw.uniform(*_LATITUDES), draw.uniform(*_LONGITUDES)) for _ in range(bench.rounds(200, 5))]
    latitudes, longitudes = (directory.clinics.degrees(name) for name in ("latitude", "longitude"))
    ours, baseline = iter((places[0], *places)), iter((places[0], *places))

    def bare() -> object:
        distances = great_circle_km(*next(baseline), latitudes, longitudes)
        return np.argpartition(distances, _NEAREST)[:_NEAREST]

    took: Medians = take_turns(lambda: directory.near(*next(ours), _NEAREST, query=_FILTERS), bare, rounds=len(places))
    name = f"NumPy haversine over all {len(directory):,} rows and the {_NEAREST} least, without filters or rows"
    return [
        at_most("clinics_near", "ms", took.ours, name, took.baseline, 3),
        at_most("clinics_near_limit", "ms", took.ours, f"the limit of {_NEAR_MS:g} ms", _NEAR_MS, 1),
    ]


def bring_in(bench: Workbench) -> list[Comparison]:
    """`python -m core clinics import` of the whole country, as HIRA publishes it, into a new directory."""
    file = _country(bench)
    costs = [
        run_process(
            ("-m", "core", "clinics", "import", str(file)),
            {"SCALPSPECTRA_VAR_DIR": str(bench.scratch / f"imported_{turn}")},
        )
        for turn in range(bench.rounds(3, 1))
    ]
    seconds, megabytes = median(cost.seconds for cost in costs), median(cost.megabytes for cost in costs)
    return [
        at_most("clinics_import_time", "s", seconds, f"the limit of {_IMPORT_S:g} s", _IMPORT_S, 1),
        at_most("clinics_import_memory", "MB", megabytes, f"the limit of {_IMPORT_MB:g} MB", _IMPORT_MB, 1),
    ]


def _country(bench: Workbench) -> Path:
    file = bench.scratch / "전국 병의원 및 약국 현황 2026.6.zip"
    return file if file.exists() else draw_country(file, QUICK_COUNTRY if bench.quick else COUNTRY)


def _directory(bench: Workbench) -> Directory:
    store = ClinicStore(bench.scratch / "clinics.duckdb")
    store.add(prepare([Upload("country.zip", _country(bench))]).new)
    return store.directory()
