"""Taking turns: two things timed alternately, so that a drifting machine favours neither."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from core.errors import ScalpError
from core.settings import ROOT

# A process that reports its child's cost. Linux counts what a process inherits before it becomes another program as
# its own peak, so the child must not be started from here, where hundreds of megabytes are loaded.
_WATCHER = """
import json, os, subprocess, sys, time
started = time.perf_counter()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
seconds = time.perf_counter() - started
scale = 1 if sys.platform == "darwin" else 1024
print(json.dumps([os.waitstatus_to_exitcode(status), seconds, usage.ru_maxrss * scale / 1e6]))
"""


@dataclass(frozen=True)
class Medians:
    """What two things took, in the unit they were measured in."""

    ours: float
    baseline: float


def take_turns(
    ours: Callable[[], object],
    baseline: Callable[[], object],
    *,
    rounds: int,
    calls: tuple[int, int] = (1, 1),
    prepare: Callable[[], object] = lambda: None,
) -> Medians:
    """Time two callables in turns, after one untimed call of each.

    Args:
        ours: The first of each round.
        baseline: The second.
        rounds: How often both get their turn, at least 1.
        calls: Calls of each in a turn: a call of milliseconds beside one of seconds needs more of them. Each call is
            timed by itself.
        prepare: Called before each call of ours, untimed, for example to forget answers.

    Returns:
        Median milliseconds of a call.
    """
    prepare()
    ours()
    baseline()
    took: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        for turn, (call, times, before) in enumerate(((ours, calls[0], prepare), (baseline, calls[1], lambda: None))):
            for _ in range(times):
                before()
                started = time.perf_counter()
                call()
                took[turn].append((time.perf_counter() - started) * 1000)
    return Medians(median(took[0]), median(took[1]))


@dataclass(frozen=True)
class ProcessCost:
    """What a process took from start to end: wall seconds, and megabytes (10^6) at its peak."""

    seconds: float
    megabytes: float


def run_process(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> ProcessCost:
    """Run `python ARGUMENTS` from the root of the project and say what it took.

    Args:
        arguments: For Python.
        environment: Environment variables besides those of this process.

    Raises:
        ScalpError: It failed, or this system does not tell a process's peak memory (Windows).
    """
    if sys.platform == "win32":
        raise ScalpError("benchmark.no_process_memory")
    command = [sys.executable, "-I", "-c", _WATCHER, sys.executable, *arguments]
    done = subprocess.run(  # noqa: S603 our own command
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, capture_output=True, text=True, check=False
    )
    lines = done.stderr.strip().splitlines() or ["-"]
    if done.returncode:
        raise ScalpError("benchmark.process_failed", command=" ".join(arguments[:3]), detail=lines[-1])
    code, seconds, megabytes = json.loads(done.stdout)
    if code:
        raise ScalpError("benchmark.process_failed", command=" ".join(arguments[:3]), detail=lines[-1])
    return ProcessCost(float(seconds), float(megabytes))
