"""Korean phone numbers as lists have them, written the usual way.

Lists leave out area codes, put one before a nationwide number (042-1599-7123), lose the leading zero in a spreadsheet,
or hold several numbers in a cell.
"""

import re
from typing import Final

from core.taxonomy import Region

_AREA_CODES: Final = {
    Region.SEOUL: "02",
    Region.GYEONGGI: "031",
    Region.INCHEON: "032",
    Region.GANGWON: "033",
    Region.CHUNGNAM: "041",
    Region.DAEJEON: "042",
    Region.CHUNGBUK: "043",
    Region.SEJONG: "044",
    Region.BUSAN: "051",
    Region.ULSAN: "052",
    Region.DAEGU: "053",
    Region.GYEONGBUK: "054",
    Region.GYEONGNAM: "055",
    Region.JEONNAM: "061",
    Region.GWANGJU: "062",
    Region.JEONBUK: "063",
    Region.JEJU: "064",
}
# Cities that share the code of their neighbour.
_DISTRICT_CODES: Final = {"과천시": "02", "광명시": "02", "계룡시": "042", "경산시": "053"}

_FIRST: Final = re.compile(r"\+?\(?\d[\d\s().\-–−]*\d")
_NATIONWIDE: Final = re.compile(r"1[5-9]\d{6}")
_AREA_AND_NATIONWIDE: Final = re.compile(r"0(?:2|[3-6][1-5])(1[5-9]\d{6})")
_WHOLE: Final = re.compile(r"(02|0[3-6][1-5]|050\d|01[016789]|0[678]0)(\d{3,4})(\d{4})")


def settle_phone(written: str, region: Region | None, district: str) -> tuple[str, bool]:
    """Return a phone number the usual way, and whether it had to be mended.

    Args:
        written: What the list says; the first number counts where there are several.
        region: Province, for a number without area code.
        district: District in Korean.

    Returns:
        The number, empty where there is none to be made out, and whether more than its spelling was changed.
    """
    found = _FIRST.search(written)
    if found is None:
        return "", False
    digits = re.sub(r"\D", "", found[0])
    if found[0].startswith("+82"):
        digits = "0" + digits[2:].lstrip("0")
    if settled := _spell(digits):
        return settled, False
    if joined := _AREA_AND_NATIONWIDE.fullmatch(digits):
        return _spell(joined[1]), True
    if digits.startswith("0"):
        return "", False
    if len(digits) in (7, 8):
        code = _DISTRICT_CODES.get(district) or (_AREA_CODES[region] if region else "")
        return (_spell(code + digits), True) if code else ("", False)
    settled = _spell("0" + digits)
    return settled, bool(settled)


def _spell(digits: str) -> str:
    if _NATIONWIDE.fullmatch(digits):
        return f"{digits[:4]}-{digits[4:]}"
    if _AREA_AND_NATIONWIDE.fullmatch(digits):
        return ""
    parts = _WHOLE.fullmatch(digits)
    return "-".join(parts.groups()) if parts else ""
