"""Which epoch was the best so far, and whether it is time to stop."""

import math
from dataclasses import dataclass
from typing import Any

_LOWER_IS_BETTER = {"val_loss"}


@dataclass(frozen=True)
class Best:
    """The best epoch so far; `value` is what was monitored, None where nothing was."""

    epoch: int
    value: float | None


class BestEpoch:
    """Follows a monitored value over the epochs.

    Args:
        monitor: `val_loss`, `val_accuracy` or `val_kappa`.
        patience: Epochs without an improvement after which to stop; 0 never stops.
        min_delta: What counts as an improvement: better than the best by more than this.
    """

    def __init__(self, monitor: str, patience: int, min_delta: float) -> None:
        self._sign = -1.0 if monitor in _LOWER_IS_BETTER else 1.0
        self._patience = patience
        self._min_delta = min_delta
        self.best: Best | None = None
        self.waited = 0

    @property
    def exhausted(self) -> bool:
        """Whether the last `patience` epochs brought nothing."""
        return 0 < self._patience <= self.waited

    def observe(self, epoch: int, value: float | None) -> bool:
        """Take an epoch into account.

        Args:
            epoch: Its number.
            value: What was monitored; None or not a number where it is undefined, which improves on nothing.

        Returns:
            Whether this is the best epoch so far.
        """
        known = value if value is not None and math.isfinite(value) else None
        before = None if self.best is None else self.best.value
        if self.best is not None and (known is None or (before is not None and not self._better(known, before))):
            self.waited += 1
            return False
        self.best = Best(epoch, known)
        self.waited = 0
        return True

    def _better(self, value: float, before: float) -> bool:
        return self._sign * (value - before) > self._min_delta

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps."""
        best = None if self.best is None else [self.best.epoch, self.best.value]
        return {"best": best, "waited": self.waited}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a checkpoint."""
        self.best = None if state["best"] is None else Best(*state["best"])
        self.waited = int(state["waited"])
