"""The rows about training, see `core.benchmark.training_speed`."""

import json
import subprocess
import sys

from core.benchmark.comparison import Comparison, at_least, at_most
from core.benchmark.material import Workbench
from core.errors import ScalpError
from core.settings import ROOT

_PICTURES, _QUICK_PICTURES = 160, 64
_WAITING_LIMIT = 0.05


def training_rows(bench: Workbench) -> list[Comparison]:
    """Throughput of our training beside torchvision's loop, and the share of time ours waits for pictures.

    Raises:
        ScalpError: The process that trains failed.
    """
    pictures = _QUICK_PICTURES if bench.quick else _PICTURES
    arguments = [sys.executable, "-m", "core.benchmark.training_speed", str(pictures), str(bench.rounds(4, 2) + 1)]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603 - our own
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["-"]
        raise ScalpError("benchmark.process_failed", command=" ".join(arguments[1:3]), detail=lines[-1])
    ours, reference, waiting = json.loads(done.stdout.strip().splitlines()[-1])
    name = "torchvision's reference train_one_epoch: resnet18, 96 px, batches of 16, f32, a loader worker a core"
    return [
        at_least("train_throughput", "photos/s", ours, name, reference, 1.0),
        at_most("train_waiting", "share", waiting, "the limit: 5 % of the time", _WAITING_LIMIT, 1.0),
    ]
