"""What was measured on a package, and on what kind of photos: in words, for lists, tables and questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from core.interface.language import current_language, say
from core.interface.models_words import in_language, number_words, output_name
from core.interface.wordings import origin_words
from core.lab.origins import Origins

if TYPE_CHECKING:
    from core.interface.models_served import PackageNote

# The strongest evidence first.
MEASURED: Final = ("graded", "marked", "drawn", "classified")


@dataclass(frozen=True)
class MeasuredOutput:
    """One output of a package as it was measured.

    Attributes:
        name: What the output is called; may be a stranger's.
        kind: Against what: `graded`, `marked`, `drawn` or `classified`.
        origins: Where the photos come from.
        figures: Plain values; anything may stand there.
    """

    name: str
    kind: str
    origins: Origins
    figures: Mapping[str, Any]

    @property
    def n(self) -> int:
        """Photos it was measured on."""
        return int(self.number("n") or 0)

    @property
    def evidence(self) -> str:
        """On what kind of photos, in words."""
        return say(f"models.packages.evidence_{self.kind}", photos=self._photos)

    @property
    def line(self) -> str:
        """The figures in one line, with n and the kind of photos."""
        figures = {name: number_words(self.number(name)) for name in ("accuracy", "auroc", "macro_f1")}
        return say(
            f"models.packages.measured_{self.kind}",
            output=self.name,
            n=f"{self.n:,}",
            photos=self._photos,
            kappa=number_words(self.number("quadratic_kappa")),
            **figures,
        )

    def number(self, name: str) -> float | None:
        """One figure; None where it has none."""
        value = self.figures.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    @property
    def _photos(self) -> str:
        return origin_words(current_language(), self.origins)


def package_label(package: PackageNote) -> str:
    """Return how a package is called in a list: two of one name differ in where they lie."""
    place, _, rest = package.name.partition("/")
    run = rest.rpartition("/")[0]
    return say(f"models.packages.label_{place}", id=package.id, version=package.version, run=run)


def figure_lines(package: PackageNote) -> list[str]:
    """Say what was measured on a package: per output the figures with their n, and on which photos."""
    return [one.line for one in measured_figures(package)]


def measured_figures(package: PackageNote) -> list[MeasuredOutput]:
    """Return the figures of a package, each output once under the strongest evidence it has."""
    found: dict[str, MeasuredOutput] = {}
    for kind, block in _blocks(package):
        origins = Origins.read(block)
        for output, figures in _map(block.get("conditions") or block.get("outputs")).items():
            for place, one in _parts(str(output), _map(figures)):
                name = _name(package, place)
                found.setdefault(place, MeasuredOutput(name, kind, origins, one))
    return list(found.values())


def _blocks(package: PackageNote) -> Iterator[tuple[str, Mapping[str, Any]]]:
    metrics = _map(package.values.get("metrics"))
    for kind in MEASURED:
        if kind in metrics:
            yield kind, _map(metrics[kind])


def _parts(output: str, figures: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The figures of an output, or of each of its classes where a photo may have several."""
    if not isinstance(figures.get("classes"), Mapping):
        yield output, figures
        return
    for name, one in figures["classes"].items():
        yield f"{output}.{name}", _map(one)


def _name(package: PackageNote, place: str) -> str:
    """Call an output as the package's own task does, where it brings one."""
    output, _, one_class = place.partition(".")
    for told in _list(_map(package.values.get("task")).get("outputs")):
        if told.get("id") != output:
            continue
        name = in_language(_map(told.get("names"))) or output
        member = next((one for one in _list(told.get("classes")) if one.get("id") == one_class), None)
        return f"{name}: {in_language(_map(member.get('names'))) or one_class}" if member else name
    return output_name(place)


def _map(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Mapping[str, Any]]:
    return [_map(one) for one in value] if isinstance(value, list) else []
