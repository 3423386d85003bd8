"""Standard populations for direct standardisation by age: how many people of each age band a country or the world has.

Only what is published is here, and each with its source; ages below ten are left out, as no age band covers them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.taxonomy import AgeBand

KOREA: Final[Mapping[AgeBand, float]] = MappingProxyType(
    {
        AgeBand.TEENS: 3_173_226 + 3_438_414,
        AgeBand.TWENTIES: 3_055_420 + 3_538_949,
        AgeBand.THIRTIES: 3_695_348 + 4_099_147,
        AgeBand.FORTIES: 4_131_423 + 4_073_358,
        AgeBand.FIFTIES: 3_798_131 + 2_766_695,
        AgeBand.SIXTIES: 2_182_236 + 1_812_168,
        AgeBand.SEVENTIES: 1_566_014 + 1_084_367 + 595_509 + 366_609,
    }
)
"""People of South Korea by age, both sexes: Population and Housing Census of 1 November 2010, Statistics Korea, as
published in KOSIS, table DT_1IN0001 (whole country, five-year ages); 43,377,014 of 47,990,761 are ten or older."""

WORLD: Final[Mapping[AgeBand, float]] = MappingProxyType(
    {
        AgeBand.TEENS: 8.60 + 8.47,
        AgeBand.TWENTIES: 8.22 + 7.93,
        AgeBand.THIRTIES: 7.61 + 7.15,
        AgeBand.FORTIES: 6.59 + 6.04,
        AgeBand.FIFTIES: 5.37 + 4.55,
        AgeBand.SIXTIES: 3.72 + 2.96,
        AgeBand.SEVENTIES: 2.21 + 1.52 + 0.91 + 0.63,
    }
)
"""Percent of the world's people by age, averaged over 2000 to 2025: Ahmad, Boschi-Pinto, Lopez, Murray, Lozano and
Inoue, Age standardization of rates: a new WHO standard, GPE Discussion Paper 31, WHO 2001 (85 and over summed)."""

PUBLISHED: Final[Mapping[str, Mapping[AgeBand, float]]] = MappingProxyType({"korea": KOREA, "world": WORLD})
"""All of them by name."""
