"""Figures others published on the same conditions. Read as published: none of them was reproduced here."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.settings import DATA_DIR

FILE = DATA_DIR / "published.toml"


@dataclass(frozen=True)
class PublishedFigure:
    """One published figure.

    Attributes:
        source: Who published it.
        year: When; None where unknown.
        link: Where to read it; empty where it has no address.
        task: What was graded: an id of a task in `data/tasks`.
        output: A condition, or `mean` over all of them.
        method: Network or way, in a few words.
        metric: `accuracy`, `f1`, `recall` ...
        grade: For `recall`, of which grade; None otherwise.
        value: As a share, 0..1.
        note: What to know before comparing, in English.
    """

    source: str
    year: int | None
    link: str
    task: str
    output: str
    method: str
    metric: str
    grade: int | None
    value: float
    note: str


@cache
def read_published(path: Path = FILE) -> tuple[PublishedFigure, ...]:
    """Read the published figures that ship."""
    found = []
    for source in tomllib.loads(path.read_text(encoding="utf-8"))["source"]:
        for figure in source["figures"]:
            found.append(
                PublishedFigure(
                    source=source["name"],
                    year=source.get("year"),
                    link=source.get("link", ""),
                    task=source["task"],
                    output=figure["output"],
                    method=figure.get("method", source.get("method", "")),
                    metric=figure.get("metric", "accuracy"),
                    grade=figure.get("grade"),
                    value=figure["value"],
                    note=source.get("note", ""),
                )
            )
    return tuple(found)
