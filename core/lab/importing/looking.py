"""Looking at each photo once, on all cores."""

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import islice
from multiprocessing import get_context

import cv2

from core.errors import ScalpError
from core.lab.importing.found import Found, Skipped
from core.lab.look import Look, look_at

# Photos handed over at once, and how many such parcels a core has waiting: enough to keep it busy, few enough to hold.
_CHUNK, _AHEAD = 32, 12
_MANY = 2000


def look_at_all(items: Iterator[Found | Skipped], total: int = 0) -> Iterator[tuple[Found, Look] | Skipped]:
    """Look at photos on all cores, in order, a few in memory at a time; what cannot be read comes out as left out.

    Args:
        items: What was found.
        total: How many these are at most: many are looked at by processes, which take a second to start.
    """
    workers = os.cpu_count() or 1
    with _pool(workers, processes=total >= _MANY and workers > 1) as pool:
        waiting: deque[tuple[list[Found | Skipped], Future[list[Look | ScalpError]]]] = deque()
        try:
            while chunk := list(islice(items, _CHUNK)):
                paths = [item.path for item in chunk if isinstance(item, Found)]
                waiting.append((chunk, pool.submit(look_at, paths)))
                if len(waiting) >= workers * _AHEAD:
                    yield from _results(*waiting.popleft())
            while waiting:
                yield from _results(*waiting.popleft())
        finally:
            pool.shutdown(cancel_futures=True)


def _pool(workers: int, *, processes: bool) -> Executor:
    # Spawned, not forked: the caller may hold threads (a progress bar, a web server).
    if processes:
        return ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=cv2.setNumThreads, initargs=(1,)
        )
    return ThreadPoolExecutor(workers)


def _results(
    chunk: Sequence[Found | Skipped], future: Future[list[Look | ScalpError]]
) -> Iterator[tuple[Found, Look] | Skipped]:
    looks = iter(future.result())
    for item in chunk:
        if isinstance(item, Skipped):
            yield item
            continue
        seen = next(looks)
        yield Skipped(item.name, seen) if isinstance(seen, ScalpError) else (item, seen)
