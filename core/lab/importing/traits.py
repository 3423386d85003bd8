"""What sources say about people, in the words of the taxonomy."""

import re

from core.locale import Language, text
from core.taxonomy import AgeBand, Region, Sex

_SEXES = {
    **dict.fromkeys(("f", "female", "w", "woman", "여", "여성", "여자"), Sex.FEMALE),
    **dict.fromkeys(("m", "male", "man", "남", "남성", "남자"), Sex.MALE),
}
_AGE = re.compile(r"\s*(\d{1,3})\s*(세|살|대|s)?\s*(이상)?\s*")
_BANDS = tuple(AgeBand)


def sex_of(value: str) -> str:
    """Sex as the taxonomy has it; empty where the value says none."""
    return _SEXES.get(value.strip().lower(), "")


def age_band_of(value: str) -> str:
    """Age band of an age or of a band written in other ways (`34`, `30대`, `30s`); empty for anything else."""
    match = _AGE.fullmatch(value.lower())
    if match is None or not 10 <= int(match[1]) < 130:
        return ""
    return _BANDS[min(int(match[1]) // 10, len(_BANDS)) - 1].value


def region_of(value: str) -> str:
    """Province of an address that begins with one, in Korean or English; empty where it is none."""
    wanted = value.strip().casefold()
    if not wanted:
        return ""
    for region in Region:
        names = (region.value, *(text(language, f"taxonomy.region.{region.value}") for language in Language))
        if any(wanted == name.casefold() or wanted.startswith(name.casefold()) for name in names):
            return region.value
    return _OLD_NAMES.get(wanted[:4], "")


# The long names that do not begin with the short ones.
_OLD_NAMES = {
    "충청북도": Region.CHUNGBUK.value,
    "충청남도": Region.CHUNGNAM.value,
    "전라북도": Region.JEONBUK.value,
    "전라남도": Region.JEONNAM.value,
    "경상북도": Region.GYEONGBUK.value,
    "경상남도": Region.GYEONGNAM.value,
}
