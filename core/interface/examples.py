"""The example pictures that ship: drawn by our own synthesis, listed in `data/examples/examples.json`."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

EXAMPLES_DIR: Final = Path(__file__).resolve().parents[2] / "data" / "examples"


@dataclass(frozen=True)
class Example:
    """One example picture.

    Attributes:
        name: Its name in an address (`?example=dandruff`).
        path: The picture.
        title_key: Name of the text that says what it shows.
    """

    name: str
    path: Path
    title_key: str


@cache
def list_examples() -> tuple[Example, ...]:
    """Return the examples that ship; none where the list is missing."""
    listing = EXAMPLES_DIR / "examples.json"
    if not listing.is_file():
        return ()
    entries = json.loads(listing.read_text(encoding="utf-8"))
    return tuple(Example(Path(one["file"]).stem, EXAMPLES_DIR / one["file"], one["title"]) for one in entries)


def find_example(name: str) -> Example | None:
    """Return the example of that name; None where there is none."""
    return next((example for example in list_examples() if example.name == name), None)
