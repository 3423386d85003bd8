"""What a run cost and what its network costs: `summary.json`."""

import platform
import time
from pathlib import Path
from statistics import median

import numpy as np
from torch import nn

from core.lab.history import read_history
from core.lab.run import Run
from core.vision.package import GRAPH

_PASSES = 30


def write_summary(run: Run, photos: int, manifest: str, network: nn.Module, payload: Path) -> None:
    """Write `summary.json`.

    Args:
        run: The run; the seconds of all its stages add up, however often it was cut off.
        photos: Readable photos of the manifest.
        manifest: Its file name.
        network: The trained network.
        payload: Folder with the exported network.
    """
    rows = [row for path in sorted(run.folder.glob("*/history.csv")) for row in read_history(path.parent)]
    waited = sum(row.seconds * (row.waiting or 0) for row in rows)
    seconds = sum(row.seconds for row in rows)
    milliseconds, setting = _latency(payload)
    held_out = _held_out(run)
    weights = run.recipe.network.weights
    run.save_json(
        "summary",
        {
            "photos": photos,
            "manifest": manifest,
            "parameters": sum(p.numel() for p in network.parameters()),
            "training_seconds": round(seconds, 1),
            "waiting": round(waited / seconds, 4) if seconds else 0.0,
            "latency_ms": round(milliseconds, 2),
            "latency_setting": setting,
            # A file's name says what it holds; where it lies on this machine is nobody's business.
            "pretrained": weights if weights in ("imagenet", "hub", "none") else Path(weights).name,
            "held_out_n": held_out,
        },
    )


def _held_out(run: Run) -> int:
    from core.lab.held_out import read_held_out

    return len({str(photo) for part in read_held_out(run.folder).values() for photo in part.photos})


def _latency(payload: Path) -> tuple[float, str]:
    """Median milliseconds of a pass of the exported network, and how that was measured."""
    import openvino as ov

    core = ov.Core()
    compiled = core.compile_model(payload / GRAPH, "CPU", {"PERFORMANCE_HINT": "LATENCY"})
    request = compiled.create_infer_request()
    picture = np.zeros([int(side) for side in compiled.inputs[0].shape], np.uint8)
    took = []
    for _ in range(_PASSES + 2):
        started = time.perf_counter()
        request.infer([picture], share_inputs=True)
        took.append((time.perf_counter() - started) * 1000)
    threads = int(compiled.get_property("INFERENCE_NUM_THREADS"))
    precision = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    version = ov.__version__.split("-")[0]
    processor = platform.machine()
    setting = (
        f"median of {_PASSES} passes of one picture, OpenVINO {version}, {precision}, {threads} threads, {processor}"
    )
    return median(took[2:]), setting
