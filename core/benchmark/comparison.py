"""One speed figure against a named baseline."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Comparison:
    """One row of the benchmark.

    Attributes:
        name: What was measured, see `core.benchmark`.
        unit: Of `ours` and `baseline`: `ms`, `s`, `MB`, `photos/s` or `rows/s`.
        ours: Median of this project.
        baseline_name: What it is held against.
        baseline: Median of the baseline, measured in the same run, in turns.
        ratio: "Times less" rows (made by `times_less`): baseline / ours. "Relative" rows (made by `at_most` and
            `at_least`): ours / baseline.
        target: What the ratio has to reach, or for `at_most` rows to stay under.
        holds: Whether it does.
    """

    name: str
    unit: str
    ours: float
    baseline_name: str
    baseline: float
    ratio: float
    target: float
    holds: bool

    def as_dict(self) -> dict[str, object]:
        """Plain values, in the shape of the command line's contract."""
        return asdict(self)


def times_less(name: str, unit: str, ours: float, baseline_name: str, baseline: float, target: float) -> Comparison:
    """Compare a cost: the ratio says how many times faster (or smaller) we are, and holds from `target` on."""
    ratio = baseline / ours
    return Comparison(name, unit, ours, baseline_name, baseline, ratio, target, ratio >= target)


def at_most(name: str, unit: str, ours: float, baseline_name: str, baseline: float, target: float) -> Comparison:
    """Compare a cost: the ratio says how many times the baseline's we need, and holds up to `target`."""
    ratio = ours / baseline
    return Comparison(name, unit, ours, baseline_name, baseline, ratio, target, ratio <= target)


def at_least(name: str, unit: str, ours: float, baseline_name: str, baseline: float, target: float) -> Comparison:
    """Compare a throughput: the ratio says which share of the baseline's we reach, and holds from `target` on."""
    ratio = ours / baseline
    return Comparison(name, unit, ours, baseline_name, baseline, ratio, target, ratio >= target)
