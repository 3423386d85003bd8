"""Where photos come from, as their manifest says: a figure on drawn photos must never pass for one on real ones."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from core.lab.manifest import LabelledPhoto

Origin = Literal["real", "drawn", "mixed", "untold"]

# What `synthesize` writes into the column `source`, and what somebody else may call the same.
_DRAWN_SOURCES = frozenset({"synthetic", "drawn", "generated"})
_SAID = re.compile(r"(?P<count>\d{1,9}) (?:(?P<origin>real|drawn) )?")


@dataclass(frozen=True)
class Origins:
    """How many photos come from where.

    Attributes:
        real: Their manifest names a source other than drawing.
        drawn: Their manifest says that they were drawn.
        untold: Their manifest names no source.
    """

    real: int = 0
    drawn: int = 0
    untold: int = 0

    @classmethod
    def of(cls, photos: Iterable["LabelledPhoto"]) -> "Origins":
        """Count photos."""
        counts = {"real": 0, "drawn": 0, "untold": 0}
        for photo in photos:
            source = (photo.source or "").strip().casefold()
            counts["untold" if not source else "drawn" if source in _DRAWN_SOURCES else "real"] += 1
        return cls(**counts)

    @classmethod
    def read(cls, block: Mapping[str, Any]) -> "Origins":
        """Read what a package says of the photos a block of its metrics was measured on; anything may stand there.

        Packages made before the counts were kept say it in words; what is neither counted nor said is untold.
        """
        counts = block.get("photos")
        if isinstance(counts, Mapping):
            return cls(*(_count(counts.get(name)) for name in ("real", "drawn", "untold")))
        said = _SAID.match(str(block.get("data", "")))
        if said is None:
            return cls()
        return cls(**{said["origin"] or "untold": int(said["count"])})

    @property
    def count(self) -> int:
        """All of them."""
        return self.real + self.drawn + self.untold

    @property
    def kind(self) -> Origin:
        """What may be said of them together."""
        if self.drawn:
            return "mixed" if self.real or self.untold else "drawn"
        return "untold" if self.untold or not self.real else "real"

    def words(self, view: str = "") -> str:
        """Say them in English, as cards and metrics do: `96 drawn crown photos`."""
        noun = f"{view} photos".strip()
        if self.kind == "mixed":
            return f"{self.count} {noun}, {self.drawn} of them drawn"
        return " ".join(filter(None, (str(self.count), "" if self.kind == "untold" else self.kind, noun)))

    def limits(self) -> str:
        """What a figure on them does not say; empty where there is nothing to warn of."""
        return "; says nothing about real scalps" if self.kind == "drawn" else ""

    def as_dict(self) -> dict[str, int]:
        """Plain values, as metrics hold them."""
        return asdict(self)


def _count(value: object) -> int:
    return max(0, value) if isinstance(value, int) and not isinstance(value, bool) else 0
