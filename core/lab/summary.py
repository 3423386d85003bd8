"""What a run cost and what its network costs: `summary.json`."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from core.lab.cost import package_cost
from core.lab.held_out import read_held_out
from core.lab.history import read_history
from core.lab.run import Run
from core.vision.package import GRAPH, WEIGHTS


def write_summary(run: Run, photos: int, manifest: str, payload: Path) -> None:
    """Write `summary.json`.

    Args:
        run: The run; the seconds of all its stages add up, however often it was cut off.
        photos: Readable photos of the manifest.
        manifest: Its file name.
        payload: Folder with the exported network.
    """
    rows = [row for path in sorted(run.folder.glob("*/history.csv")) for row in read_history(path.parent)]
    waited = sum(row.seconds * (row.waiting or 0) for row in rows)
    seconds = sum(row.seconds for row in rows)
    run_once, precision = _engine(payload)
    size = run.recipe.input
    cost = package_cost(payload / WEIGHTS, run_once, precision, size.width, size.height)
    weights = run.recipe.network.weights
    run.save_json(
        "summary",
        {
            "photos": photos,
            "manifest": manifest,
            **cost.as_dict(),
            "training_seconds": round(seconds, 1),
            "waiting": round(waited / seconds, 4) if seconds else 0.0,
            # A file's name says what it holds; where it lies on this machine is nobody's business.
            "pretrained": weights if weights in ("imagenet", "hub", "none") else Path(weights).name,
            "held_out_n": _held_out(run),
        },
    )


def _held_out(run: Run) -> int:
    """How many photos some network was judged by."""
    return len({str(photo) for part in read_held_out(run.folder).values() for photo in part.photos})


def _engine(payload: Path) -> tuple[Callable[[], object], str]:
    """A pass of the exported network over an empty picture, and in which precision it runs."""
    import openvino as ov

    compiled = ov.Core().compile_model(payload / GRAPH, "CPU", {"PERFORMANCE_HINT": "LATENCY"})
    request = compiled.create_infer_request()
    picture = np.zeros([int(side) for side in compiled.inputs[0].shape], np.uint8)
    precision = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    return lambda: request.infer([picture], share_inputs=True), f"openvino {precision}"
