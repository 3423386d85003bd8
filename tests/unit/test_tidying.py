"""Garbage is collected soon after the last page was drawn, and at last while pages are drawn without end."""

import gc
import time
import weakref

import pytest

from core.interface.tidying import Tidying


class Ring:
    """Refers to itself: only a collection takes it away."""

    def __init__(self):
        self.itself = self


@pytest.fixture(autouse=True)
def collected_by_nobody_else():
    gc.disable()
    yield
    gc.enable()


def gone_within(ring, seconds):
    deadline = time.monotonic() + seconds
    while ring() is not None and time.monotonic() < deadline:
        time.sleep(0.005)
    return ring() is None


def test_collects_once_nobody_asks():
    ring = weakref.ref(Ring())
    tidying = Tidying(quiet_s=0.05, longest_s=60)
    tidying.later()
    tidying.later()
    assert ring() is not None
    assert gone_within(ring, 10)
    later = weakref.ref(Ring())
    tidying.later()
    assert gone_within(later, 10)


def test_is_not_put_off_for_ever():
    ring = weakref.ref(Ring())
    tidying = Tidying(quiet_s=0.3, longest_s=0.2)
    deadline = time.monotonic() + 10
    while ring() is not None and time.monotonic() < deadline:
        tidying.later()
        time.sleep(0.01)
    assert ring() is None
