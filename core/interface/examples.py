"""The example pictures that ship: drawn by our own synthesis, listed in `data/examples/examples.json`."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from core.locale import Language

EXAMPLES_DIR: Final = Path(__file__).resolve().parents[2] / "data" / "examples"


@dataclass(frozen=True)
class Example:
    """One example picture.

    Attributes:
        name: Its name in an address (`?example=dandruff`).
        path: The picture.
        titles: What it shows, by language.
    """

    name: str
    path: Path
    titles: tuple[tuple[Language, str], ...]

    def title(self, language: Language) -> str:
        """Return what it shows."""
        return dict(self.titles)[language]


@cache
def list_examples() -> tuple[Example, ...]:
    """Return the examples that ship; none where the list is missing."""
    listing = EXAMPLES_DIR / "examples.json"
    if not listing.is_file():
        return ()
    return tuple(
        Example(
            Path(entry["file"]).stem,
            EXAMPLES_DIR / entry["file"],
            tuple((language, entry["title"][language.value]) for language in Language),
        )
        for entry in json.loads(listing.read_text(encoding="utf-8"))
    )


def find_example(name: str) -> Example | None:
    """Return the example of that name; None where there is none."""
    return next((example for example in list_examples() if example.name == name), None)
