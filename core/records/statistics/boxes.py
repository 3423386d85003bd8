"""Inclusion and exclusion over the narrowings of a filter, and the filters beside it that overlap with it."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from core.records.statistics.counting import subsets
from core.records.statistics.filters import Filters, Narrowing

T = TypeVar("T")


def boxes_of(
    filters: Filters, narrowing: Narrowing | None, count: Callable[[tuple[Narrowing, ...]], T]
) -> tuple[tuple[tuple[int, T], ...], ...]:
    """Put inclusion and exclusion together: people outside some of the other narrowings and inside the rest.

    Args:
        filters: The filter.
        narrowing: The one that people are laid out by; None for none of its own.
        count: Counts the people that some of the others leave.
    """
    others = tuple(other for other in filters.narrowed if other is not narrowing)
    tallies = {kept: count(kept) for kept in subsets(others)}
    boxes = []
    for outside in subsets(others):
        inside = [other for other in others if other not in outside]
        boxes.append(
            tuple(
                ((-1) ** len(turned), tallies[tuple(one for one in others if one in inside or one in turned)])
                for turned in subsets(outside)
            )
        )
    return tuple(boxes)


def alternatives(filters: Filters, narrowing: Narrowing) -> list[Filters]:
    """Return the same filter with one of several models, views or values of an answer each time."""
    found: list[Filters] = []
    if narrowing is Narrowing.MODEL and len(filters.model_ids) > 1:
        found += [replace(filters, model_ids=(one,)) for one in filters.model_ids]
    if narrowing is Narrowing.VIEW and len(filters.views) > 1:
        found += [replace(filters, views=(one,)) for one in filters.views]
    if narrowing is Narrowing.ANSWERS:
        for field in {field for field, _ in filters.answers}:
            rest = tuple(pair for pair in filters.answers if pair[0] != field)
            values = [pair for pair in filters.answers if pair[0] == field]
            found += [replace(filters, answers=(*rest, pair)) for pair in values if len(values) > 1 or rest]
    return found
