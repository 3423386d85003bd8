"""Conditions, severities, views, sexes and age bands: written down once, in a fixed order.

The order of `Condition` is that of AI Hub set 216 and of the original service; model packages, records and
charts all rely on it.
"""

from enum import IntEnum, StrEnum


class Condition(StrEnum):
    """The six scalp conditions, in the order of AI Hub set 216."""

    FINE_SCALING = "fine_scaling"
    EXCESS_SEBUM = "excess_sebum"
    INTERFOLLICULAR_ERYTHEMA = "interfollicular_erythema"
    FOLLICULAR_PUSTULES = "follicular_pustules"
    DANDRUFF = "dandruff"
    HAIR_LOSS = "hair_loss"


class Severity(IntEnum):
    """How far a condition has gone: 0 good (양호) to 3 severe (중증)."""

    GOOD = 0
    MILD = 1
    MODERATE = 2
    SEVERE = 3


class View(StrEnum):
    """What a photo shows: scalp through a microscope (about 60x), or the top of the head from above."""

    MICROSCOPE = "microscope"
    CROWN = "crown"


class Sex(StrEnum):
    """Sex as asked in the original service; leaving it out is always possible."""

    FEMALE = "female"
    MALE = "male"


class AgeBand(StrEnum):
    """Ten-year age bands; the last one is open."""

    TEENS = "10s"
    TWENTIES = "20s"
    THIRTIES = "30s"
    FORTIES = "40s"
    FIFTIES = "50s"
    SIXTIES = "60s"
    SEVENTIES = "70s"


class ScalpType(StrEnum):
    """The scalp type in one word; several may hold at once (`core.findings.scalp_types` has the rule)."""

    NORMAL = "normal"
    DRY = "dry"
    OILY = "oily"
    SENSITIVE = "sensitive"
    SEBORRHOEIC = "seborrhoeic"
    INFLAMMATORY = "inflammatory"
    DANDRUFF = "dandruff"
    HAIR_LOSING = "hair_losing"


class Site(StrEnum):
    """Where on the head a photo was taken (AI Hub's TH, LH, RH, BH)."""

    TOP = "top"
    LEFT = "left"
    RIGHT = "right"
    BACK = "back"


class Region(StrEnum):
    """The seventeen provinces of South Korea, by ISO 3166-2:KR number."""

    SEOUL = "KR-11"
    BUSAN = "KR-26"
    DAEGU = "KR-27"
    INCHEON = "KR-28"
    GWANGJU = "KR-29"
    DAEJEON = "KR-30"
    ULSAN = "KR-31"
    SEJONG = "KR-50"
    GYEONGGI = "KR-41"
    GANGWON = "KR-42"
    CHUNGBUK = "KR-43"
    CHUNGNAM = "KR-44"
    JEONBUK = "KR-45"
    JEONNAM = "KR-46"
    GYEONGBUK = "KR-47"
    GYEONGNAM = "KR-48"
    JEJU = "KR-49"


CONDITIONS: tuple[Condition, ...] = tuple(Condition)
SEVERITIES: tuple[Severity, ...] = tuple(Severity)
CONDITIONS_OF_VIEW: dict[View, tuple[Condition, ...]] = {
    View.MICROSCOPE: CONDITIONS,
    View.CROWN: (Condition.HAIR_LOSS,),
}
