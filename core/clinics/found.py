"""What is asked of the directory, and what it answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, overload

from core.clinics.clinic import Clinic
from core.clinics.nearest import Ranking, Rows
from core.clinics.table import ClinicTable
from core.taxonomy import Region


@dataclass(frozen=True)
class Query:
    """Which clinics are asked for; everything by default.

    Attributes:
        words: Parts of the Korean name, of the name in Latin letters (given, or spelled after its sound) or of its
            first consonants (ㅅㅂㄹㅅ), all of which must occur; upper and lower case and gaps do not matter.
        region: Province.
        district: District in Korean.
        kind: Kind of institution in HIRA's words.
        department: Department in HIRA's words.
        has_phone: Only those with a phone number.
        departments: Any of these departments; a person with a result is led here with them.
    """

    words: str = ""
    region: Region | None = None
    district: str = ""
    kind: str = ""
    department: str = ""
    has_phone: bool = False
    departments: tuple[str, ...] = ()


EVERYTHING: Final = Query()


@dataclass(frozen=True)
class Nearby:
    """A clinic and how far it is.

    Attributes:
        clinic: The clinic; its coordinates are known.
        distance_km: Great-circle distance in kilometres.
    """

    clinic: Clinic
    distance_km: float


class Found(Sequence[Nearby]):
    """All clinics found, the nearest first; only those looked at are made."""

    def __init__(self, clinics: ClinicTable, ranking: Ranking) -> None:
        self._clinics, self._ranking = clinics, ranking

    def __len__(self) -> int:
        return len(self._ranking.rows)

    @property
    def rows(self) -> Rows:
        """Numbers of the clinics (in `Directory.clinics`), the nearest first."""
        return self._ranking.rows

    @overload
    def __getitem__(self, index: int) -> Nearby: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Nearby, ...]: ...
    def __getitem__(self, index: int | slice) -> Nearby | tuple[Nearby, ...]:
        """Make one of them, or those of a slice."""
        if not isinstance(index, slice):
            index = range(len(self))[index]
            return self[index : index + 1][0]
        clinics = self._clinics.take(self._ranking.rows[index])
        return tuple(map(Nearby, clinics, self._ranking.distances_km[index].tolist()))

    def __iter__(self) -> Iterator[Nearby]:
        for start in range(0, len(self), 1000):
            yield from self[start : start + 1000]
