"""Province and district of a place, from the many ways lists write them."""

from functools import cache, lru_cache

from core.clinics.regions import find_region, province_stems, read_districts
from core.taxonomy import Region


@lru_cache(16384)
def settle_locality(province: str, district: str, address_start: str) -> tuple[Region | None, str]:
    """Return the province and the district as the outlines name it.

    Args:
        province: Korean name, long or short, former or present; may be empty.
        district: Korean name, also with its province (부산서구) or city (수원팔달구) before it; may be empty.
        address_start: The first words of the address, for what is empty.

    Returns:
        The province, None where unknown; the district, as written where the outlines have no such name.
    """
    words = address_start.split()
    region = find_region(province, district or (words[1] if len(words) > 1 else ""))
    if region is None and words:
        region = find_region(words[0], district or (words[1] if len(words) > 1 else ""))
    if region is None:
        return None, district
    if district:
        return region, _known_district(region, district) or district
    return region, next((known for word in words[1:3] if (known := _known_district(region, word))), _only(region))


def _known_district(region: Region, written: str) -> str:
    names = _districts(region)
    squeezed = "".join(written.split())
    candidates = [squeezed, *(squeezed.removeprefix(stem) for stem in province_stems(region))]
    for candidate in candidates:
        if candidate in names:
            return candidate
    # The parts of a city (수원팔달구) belong to it; the longest name decides.
    parts = [
        name for candidate in candidates for name in names if name.endswith("시") and candidate.startswith(name[:-1])
    ]
    if parts and squeezed.endswith(("구", "시")):
        return max(parts, key=len)
    return _only(region)


def _only(region: Region) -> str:
    names = _districts(region)
    return next(iter(names)) if len(names) == 1 else ""


@cache
def _districts(region: Region) -> frozenset[str]:
    return frozenset(area.district for area in read_districts(region))
