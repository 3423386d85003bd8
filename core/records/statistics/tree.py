"""A tree of values, halves within halves, that says what may be told apart where (`plane`, `rows`).

Several things, such as regions or rows of ages, are told of by values, such as months, and all of them together are
told of by any value. A node of the tree parts a thing in two where both halves are ten people or nobody, and where it
is parted by the nodes around as well. The things that a node does not part can be seen through the others, all of them
together: so these, too, have to be ten people or nobody in both halves, or the smallest of the other things is not
parted there either.

Why that is enough: say that an attacker has put some people together by adding and subtracting what is told. Who of
them is of a thing that a node parts makes whole halves of it, each of which is not small. The others of the node may
change from one half to the other only all at once, and then make one of the halves of all of them; or they do not, and
are looked at in the node around it. At last there are whole things of all values.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from core.records.facts_cube import Array
from core.records.privacy import MIN_CELL, Counts, Lines

Node = tuple[int, int, int]
"""Where a part of the tree begins, where its second half does, and where the next part does."""

_PREFERRED: Final = ((12, 4.0), (6, 2.0), (3, 1.5), (1, 1.0))
"""Into how many months time is rather parted, and how much rather."""


def tree_of(months: Counts, people: Counts) -> tuple[Node, ...]:
    """Part months in two and again until each is alone, evenly, and rather where a year, half or quarter begins.

    Args:
        months: As in `statistics_facts`, ascending, the unknown one first, (t,).
        people: How many came in each, (t,).

    Returns:
        One node for each month but the first.
    """
    return _part(tuple(months.tolist()), tuple(people.tolist()))


def tree_of_values(people: Counts) -> tuple[Node, ...]:
    """Part values without a meaning of their order in two and again, evenly.

    Args:
        people: How many each stands for, (values,).
    """
    return _part((1,) * len(people), tuple(people.tolist()))


@lru_cache(maxsize=256)
def _part(months: tuple[int, ...], people: tuple[int, ...]) -> tuple[Node, ...]:
    weights = np.array([next(weight for step, weight in _PREFERRED if month % step == 0) for month in months])
    until = np.concatenate([[0], np.cumsum(people)])
    nodes, waiting = list[Node](), [(0, len(people))]
    while waiting:
        begin, end = waiting.pop()
        if end - begin < 2:
            continue
        inside = np.arange(begin + 1, end)
        even = np.minimum(until[inside] - until[begin], until[end] - until[inside]) * weights[inside]
        # Where nobody's time is unknown, nothing is lost by parting that first.
        middle = 1 if not begin and not people[0] else int(inside[even.argmax()])
        nodes.append((begin, middle, end))
        waiting += [(begin, middle), (middle, end)]
    return tuple(nodes)


def ends_of(named: Lines) -> list[int]:
    """Say where the named ones of values (v,) begin and end, besides the first and the last of all."""
    return [int(place) + 1 for place in np.flatnonzero(named[1:] != named[:-1])]


def around(nodes: Sequence[Node], ends: Sequence[int]) -> tuple[Node, ...]:
    """Keep what of a tree decides on some ends."""
    return tuple(node for node in nodes if any(node[0] < end < node[2] for end in ends))


def nodes_at(nodes: Sequence[Node], ends: Sequence[int]) -> tuple[tuple[Node, ...], list[int]]:
    """Keep what of a tree decides on some ends, and number what is left of the months between.

    Args:
        nodes: The tree.
        ends: Months that a span may begin with.

    Returns:
        The nodes, and the month that each of the spans left begins with.
    """
    kept = around(nodes, ends)
    begins = sorted({0, *(month for node in kept for month in node)})
    return tuple((begins.index(a), begins.index(b), begins.index(c)) for a, b, c in kept), begins


@lru_cache(maxsize=256)
def levels(nodes: tuple[Node, ...]) -> list[tuple[list[int], list[int]]]:
    """Group the places of nodes by how many are around them, with those of the nodes right around them."""
    outer = [[one for one, (a, _, c) in enumerate(nodes) if a <= first and last <= c] for first, _, last in nodes]
    found: dict[int, tuple[list[int], list[int]]] = {}
    for place, one in sorted(enumerate(outer), key=lambda one: len(one[1])):
        own, above = found.setdefault(len(one), ([], []))
        own.append(place)
        above += [other for other in one if len(outer[other]) == len(one) - 1]
    return list(found.values())


def part_at_nodes(
    nodes: tuple[Node, ...], halves: Array, seen: Lines, apart: Lines, safe: Callable[[Array], Lines]
) -> Lines:
    """Say which things may be told apart by the halves of each node.

    Args:
        nodes: The tree, or what of it decides.
        halves: People by part that must not be small, half, node and thing, (g, 2, nodes, things, n).
        seen: Which things have people on both sides, and so hide others, (g or 1, nodes, things, n).
        apart: Which might be so far, the largest first, (nodes, things, n).
        safe: Says of people (g, ...) whether they may be seen, (...).
    """
    fine = np.asarray(safe(halves).all(axis=0))
    if fine.all():
        return apart
    apart = apart & fine
    for place, above in levels(nodes):
        if above:
            apart[place] &= apart[above]
        # Where no thing is small by itself, those not told apart are not small together.
        hard = np.flatnonzero(np.logical_not(fine[place].all(axis=(0, 1))))
        if len(hard):
            hiding, known = (one.take(place, axis=-3).take(hard, axis=-1) for one in (seen, apart))
            here = halves.take(place, axis=-3).take(hard, axis=-1)
            found = _hide_small(here, hiding[:, None], known, safe)
            apart[np.array(place)[:, None], :, hard] = found.swapaxes(1, 2)
    return apart


def _hide_small(here: Array, hiding: Lines, known: Lines, safe: Callable[[Array], Lines]) -> Lines:
    """Hide the smallest things (nodes, things, n) with those not known, until none of these is seen."""
    hidden = (here * (hiding & ~known)).sum(axis=3, keepdims=True, dtype=here.dtype)
    # What would be missing with the smallest hidden as well, with the two smallest ones...
    others = (here * (hiding & known))[:, :, :, ::-1].cumsum(axis=3, dtype=here.dtype)
    missing = np.concatenate([hidden, hidden + others], axis=3)
    # Of whom everybody knows that they are on one side only are seen unless others are on both.
    small = (here != 0) & (np.abs(here) < MIN_CELL) & ~hiding & ~known
    bare = small.any(axis=3, keepdims=True) & (missing == 0)
    enough = safe(missing).all(axis=0) & ~bare.any(axis=(0, 1))
    known &= np.logical_or.accumulate(enough, axis=1)[:, :-1][:, ::-1]
    return known


def are_safe(counts: Array) -> Lines:
    """Say of whole numbers (g, ...) whether each of g is ten people or more, or nobody: (...)."""
    return are_safe_counts(np.abs(counts))


def are_safe_counts(counts: Array) -> Lines:
    """The same of none below 0, in one comparison: 0 less 1 is a great number without a sign."""
    return np.asarray((counts - 1).view(f"u{counts.itemsize}").min(axis=0) >= MIN_CELL - 1, np.bool_)
