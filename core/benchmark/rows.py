"""The measurements, by group of rows (see `core.benchmark`)."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any

import cv2
import numpy as np

from core.benchmark import clinics_rows, import_rows, statistics_rows
from core.benchmark.care_rows import report_rows
from core.benchmark.comparison import Comparison, at_least, at_most, times_less
from core.benchmark.evaluation_rows import evaluation_rows
from core.benchmark.material import THREADS, Workbench
from core.benchmark.measuring import run_process, take_turns
from core.benchmark.photos_rows import bring_in_photos
from core.benchmark.plan_rows import plan_rows
from core.benchmark.sql_rows import ask_corner
from core.benchmark.training_rows import training_rows
from core.errors import ScalpError
from core.vision.batch import Outcome, grade_photos
from core.vision.diagnosis import Diagnoser
from core.vision.engine import OpenVinoEngine, TorchEngine
from core.vision.package import GRAPH, ModelPackage
from core.vision.photo import load_photo
from core.vision.preprocess import Pixels, network_picture

_SIX = "six efficientnet-pytorch networks (2 b3, 4 b7) at 300 px, PyTorch eager"


def _diagnose(bench: Workbench) -> list[Comparison]:
    photo, diagnoser, baseline = bench.photo, bench.diagnoser, bench.baseline
    took = take_turns(
        lambda: diagnoser.diagnose([photo]),
        lambda: baseline.grade_with_heatmaps(photo.pixels),
        rounds=bench.rounds(7),
        calls=(15, 1),
    )
    return [times_less("diagnose", "ms", took.ours, f"{_SIX}, with pytorch-grad-cam", took.baseline, 300)]


def _overhead(bench: Workbench) -> list[Comparison]:
    photo, diagnoser, picture = bench.photo, bench.diagnoser, bench.picture
    request = OpenVinoEngine(bench.package, bench.settings.precision, THREADS).compiled.create_infer_request()
    took = take_turns(
        lambda: diagnoser.diagnose([photo]),
        lambda: request.infer([picture[None]], share_inputs=True),
        rounds=bench.rounds(300, 5),
    )
    name = "bare OpenVINO call on the prepared picture"
    return [at_most("overhead", "ms", took.ours, name, took.baseline, 1.5)]


def _photo(bench: Workbench) -> list[Comparison]:
    bench.photo  # noqa: B018 - raises where it would be refused
    data, diagnoser, baseline = bench.photo_file, bench.diagnoser, bench.baseline
    took = take_turns(
        lambda: diagnoser.diagnose([load_photo(data)]),
        lambda: baseline.grade_file(data),
        rounds=bench.rounds(9),
        calls=(3, 1),
    )
    return [times_less("photo", "ms", took.ours, f"{_SIX}, decoding included", took.baseline, 8)]


def _command(bench: Workbench) -> list[Comparison]:
    bench.photo  # noqa: B018 - raises where it would be refused
    ours = ("-m", "core", "diagnose", str(bench.photo_path))
    baseline = ("-m", "core.benchmark.baseline")
    costs = [(run_process(ours), run_process(baseline)) for _ in range(bench.rounds(7, 1))]
    name = "a process that imports torch and builds the six networks"
    seconds = (median(pair[turn].seconds for pair in costs) for turn in (0, 1))
    megabytes = (median(pair[turn].megabytes for pair in costs) for turn in (0, 1))
    return [
        times_less("command_time", "s", next(seconds), name, next(seconds), 3),
        times_less("command_memory", "MB", next(megabytes), name, next(megabytes), 4),
    ]


def _folder(bench: Workbench) -> list[Comparison]:
    # On all cores, as the command has it.
    diagnoser = Diagnoser.load(bench.settings.model_copy(update={"threads": 0}), many=True)
    paths, package = bench.folder, bench.package
    network = _compile_for_throughput(package)
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        took = take_turns(
            lambda: _check_read(list(grade_photos(diagnoser, paths, None, None))),
            lambda: _decode_then_infer(paths, package, network),
            rounds=bench.rounds(3, 1),
        )
    finally:
        cv2.setNumThreads(before)
    ours, baseline = (len(paths) * 1000 / milliseconds for milliseconds in (took.ours, took.baseline))
    name = "decoding all photos, then bare inference on all pictures, each on all cores"
    return [at_least("folder", "photos/s", ours, name, baseline, 0.8)]


def _check_read(outcomes: list[Outcome]) -> None:
    # A photo that was not graded costs less; a drawn one now and then may be refused, but none is unreadable.
    for outcome in outcomes:
        if outcome.error is not None:
            raise outcome.error


def _compile_for_throughput(package: ModelPackage) -> Any:  # noqa: ANN401 - OpenVINO has no types
    import openvino as ov

    return ov.Core().compile_model(package.folder / GRAPH, "CPU", {"PERFORMANCE_HINT": "THROUGHPUT"})


def _decode_then_infer(paths: tuple[Path, ...], package: ModelPackage, network: Any) -> None:  # noqa: ANN401
    import openvino as ov

    def decode(path: Path) -> Pixels:
        pixels = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
        return network_picture(np.asarray(pixels, dtype=np.uint8), package.description.input)[0]

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        pictures = list(pool.map(decode, paths))
    jobs = ov.AsyncInferQueue(network)
    for picture in pictures:
        jobs.start_async([picture[None]], share_inputs=True)
    jobs.wait_all()


def _engine_precision(bench: Workbench) -> list[Comparison]:
    picture = bench.picture
    auto, exact = (OpenVinoEngine(bench.package, precision, THREADS) for precision in ("auto", "f32"))
    if auto.precision == exact.precision:
        return []
    took = take_turns(lambda: auto.infer(picture), lambda: exact.infer(picture), rounds=bench.rounds(200, 5))
    return [times_less("engine_precision", "ms", took.ours, "the same package in f32", took.baseline, 1)]


def _engine_torch(bench: Workbench) -> list[Comparison]:
    picture, ours = bench.picture, OpenVinoEngine(bench.package, "f32", THREADS)
    try:
        baseline = TorchEngine(bench.package)
    except ModuleNotFoundError as error:
        raise ScalpError("benchmark.missing_package", package=str(error.name)) from error
    import torch

    torch.set_num_threads(THREADS)
    took = take_turns(lambda: ours.infer(picture), lambda: baseline.infer(picture), rounds=bench.rounds(100, 3))
    return [times_less("engine_torch", "ms", took.ours, "the same package in PyTorch, f32", took.baseline, 1)]


MEASUREMENTS: dict[str, Callable[[Workbench], list[Comparison]]] = {
    "diagnose": _diagnose,
    "overhead": _overhead,
    "photo": _photo,
    "command": _command,
    "folder": _folder,
    "engine_precision": _engine_precision,
    "engine_torch": _engine_torch,
    "plan": plan_rows,
    "report": report_rows,
    "clinics_near": clinics_rows.near,
    "clinics_import": clinics_rows.bring_in,
    "import": import_rows.bring_in,
    "import_photos": bring_in_photos,
    "statistics_1m": statistics_rows.million,
    "statistics_20m": statistics_rows.twenty_million,
    "sql_corner": ask_corner,
    "evaluation": evaluation_rows,
    "training": training_rows,
}
