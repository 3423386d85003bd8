"""How other systems write sexes, ages, days and grades, as SQL over a column of text.

Each function takes SQL for trimmed text, NULL where a cell is empty, and returns SQL for the value, NULL where the text
says nothing we know.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from core.records.importing.roles import CONDITION_NAMES
from core.taxonomy import AgeBand, Condition, Region, Sex, View

_SEXES: Final[Mapping[str, tuple[str, ...]]] = {
    Sex.FEMALE: ("female", "f", "woman", "w", "여", "여성", "여자"),
    Sex.MALE: ("male", "m", "man", "남", "남성", "남자"),
}
_SEVERITIES: Final[Mapping[str, tuple[str, ...]]] = {
    "0": ("0", "0.0", "good", "normal", "양호", "정상"),
    "1": ("1", "1.0", "mild", "경증", "경도"),
    "2": ("2", "2.0", "moderate", "중등도", "중등증"),
    "3": ("3", "3.0", "severe", "중증", "고도"),
}
_CONDITIONS: Final[Mapping[str, tuple[str, ...]]] = {
    c.value: (c.value, *CONDITION_NAMES[c], str(number), f"{number}.0") for number, c in enumerate(Condition, 1)
}
_VIEWS: Final[Mapping[str, tuple[str, ...]]] = {
    View.MICROSCOPE: ("microscope", "현미경"),
    View.CROWN: ("crown", "정수리"),
}
_CONSENTS: Final[Mapping[str, tuple[str, ...]]] = {
    "true": ("true", "t", "yes", "y", "1", "동의", "예", "동의함"),
    "false": ("false", "f", "no", "n", "0", "미동의", "아니오", "비동의", "거부", "동의안함"),
}
# By how the name starts, so that a whole address says its province too.
_REGIONS: Final[Mapping[str, tuple[str, ...]]] = {
    Region.SEOUL: ("서울", "seoul"),
    Region.BUSAN: ("부산", "busan"),
    Region.DAEGU: ("대구", "daegu"),
    Region.INCHEON: ("인천", "incheon"),
    Region.GWANGJU: ("광주", "gwangju"),
    Region.DAEJEON: ("대전", "daejeon"),
    Region.ULSAN: ("울산", "ulsan"),
    Region.SEJONG: ("세종", "sejong"),
    Region.GYEONGGI: ("경기", "gyeonggi"),
    Region.GANGWON: ("강원", "gangwon"),
    Region.CHUNGBUK: ("충북", "충청북", "chungcheongbuk", "chungbuk", "north chungcheong"),
    Region.CHUNGNAM: ("충남", "충청남", "chungcheongnam", "chungnam", "south chungcheong"),
    Region.JEONBUK: ("전북", "전라북", "jeollabuk", "jeonbuk", "north jeolla"),
    Region.JEONNAM: ("전남", "전라남", "jeollanam", "jeonnam", "south jeolla"),
    Region.GYEONGBUK: ("경북", "경상북", "gyeongsangbuk", "gyeongbuk", "north gyeongsang"),
    Region.GYEONGNAM: ("경남", "경상남", "gyeongsangnam", "gyeongnam", "south gyeongsang"),
    Region.JEJU: ("제주", "jeju"),
}
# 34, 34.0, 30대, 30대 초반, 30s, 34세, 만 34세, 30-39, 30-, 70+, 70세 이상
_AGE: Final = (
    r"^(?:만\s*)?(\d{1,3})(?:\.0+)?\s*(?:(?:대|s|세|살|years?|yo)?\s*(?:초반|중반|후반|이상|old)?|[+]|[-~]\s*\d*)$"
)
_OLDEST: Final = 120
_MISSING: Final = ("null", r"\n", "na", "n/a", "nan", "none", "-")
POSSIBLE_TIMES: Final = "TIMESTAMPTZ '2000-01-01' AND now() + INTERVAL 1 DAY"
"""What a visit's time lies between, as SQL: clocks and zones differ by less than a day."""
_KOREAN_DAY: Final = r"^(\d{4})\s*[-./년]\s*(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?\s*"
_COMPACT_DAY: Final = r"^(\d{4})(\d{2})(\d{2})$"
_ZONE: Final = r":\d\d(?:\.\d+)?\s*(?:Z|UTC|[+-]\d\d(?::?\d\d)?)$"
_HALF_DAY: Final = r"오전|오후|[AaPp][Mm]"
_NINE_HOURS_US: Final = 9 * 3600 * 1_000_000
_CLOCK: Final = r"(\d{1,2})(:\d\d(?::\d\d)?)"


def sex(text: str) -> str:
    """`female` or `male`."""
    return _word(f"lower({text})", _SEXES)


def age_band(text: str) -> str:
    """A ten-year band; the last one is open, and nobody under ten or over 120 has one."""
    years = f"try_cast(regexp_extract(lower({text}), '{_AGE}', 1) AS INTEGER)"
    bands = [*AgeBand, *[list(AgeBand)[-1]] * (_OLDEST // 10 - len(AgeBand))]
    # What is past the end of the list has no band.
    return f"[{_texts(bands)}][{years} // 10 + {_OLDEST} * ({years} > {_OLDEST})::INTEGER]"


def region(text: str) -> str:
    """A province by its ISO code or the start of its name."""
    starts = {start: code for code, names in _REGIONS.items() for start in (code.lower(), *names)}
    # By the length of the start, since one look-up is several times faster than comparing with each.
    lengths = sorted({len(start) for start in starts})
    found = [
        _look_up(f"lower({text})[:{length}]", {s: code for s, code in starts.items() if len(s) == length})
        for length in lengths
    ]
    return f"coalesce({', '.join(found)})"


def view(text: str) -> str:
    """A view by its id or Korean name."""
    return _word(f"lower({text})", _VIEWS)


def consent(text: str) -> str:
    """Whether somebody agreed, as BOOLEAN."""
    bare = f"replace(lower({text}), ' ', '')"
    return f"({_word(bare, _CONSENTS)})::BOOLEAN"


def severity(text: str) -> str:
    """A grade 0 to 3 as UTINYINT, from a number or a word."""
    return f"({_word(f'lower({text})', _SEVERITIES)})::UTINYINT"


def condition(text: str) -> str:
    """A condition by its id, its name in either language or its number 1 to 6."""
    bare = f"translate(lower({text}), ' _/·-', '')"
    # Nearly all are written as an id or a name, which is looked up without taking signs out.
    return f"coalesce({_word(text, _CONDITIONS)}, {_word(bare, _CONDITIONS)})"


def moment(text: str) -> str:
    """A time as TIMESTAMPTZ; without a zone it is Korean time."""
    day = f"regexp_replace(regexp_replace({text}, '{_KOREAN_DAY}', '\\1-\\2-\\3 '), '{_COMPACT_DAY}', '\\1-\\2-\\3')"
    hour = f"try_cast(regexp_extract({text}, '{_CLOCK}', 1) AS INTEGER) % 12"
    noon = f"CASE WHEN regexp_matches({text}, '오후|[Pp][Mm]') THEN 12 ELSE 0 END"
    halved = (
        f"regexp_extract({day}, '^\\d{{4}}-\\d{{1,2}}-\\d{{1,2}}') || ' ' || ({hour} + {noon})::VARCHAR"
        f" || regexp_extract({text}, '{_CLOCK}', 2)"
    )
    written = f"CASE WHEN regexp_matches({text}, '{_HALF_DAY}') THEN {halved} ELSE trim({day}) END"
    plain = f"CASE WHEN {text} LIKE '____-__-__ __:__:__' THEN try_cast({text} AS TIMESTAMP) END"
    here = f"make_timestamptz(epoch_us(coalesce({plain}, try_cast({written} AS TIMESTAMP))) - {_NINE_HOURS_US})"
    return f"CASE WHEN regexp_matches({text}, '{_ZONE}') THEN try_cast({text} AS TIMESTAMPTZ) ELSE {here} END"


def told(text: str) -> str:
    """The text, or NULL where it is one of the marks for "missing" that databases write."""
    longest = max(map(len, _MISSING))
    return f"CASE WHEN strlen({text}) <= {longest} AND {is_among(f'lower({text})', _MISSING)} THEN NULL ELSE {text} END"


def is_among(text: str, words: Iterable[str]) -> str:
    """SQL for whether a text is one of these; unlike IN, DuckDB does not make a join of it and knows how far it is."""
    return f"list_contains([{_texts(words)}], {text})"


def _texts(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _word(text: str, words: Mapping[str, tuple[str, ...]]) -> str:
    return _look_up(text, {known: value for value, all_known in words.items() for known in all_known})


def _look_up(text: str, values: Mapping[str, str]) -> str:
    pairs = [f"'{known}': '{value}'" for known, value in values.items()]
    return f"MAP {{{', '.join(pairs)}}}[{text}]"
