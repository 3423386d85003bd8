"""Numbers, amounts and rhythms in a sentence, written one way: "twice a week" and "2 times per week" are the same."""

import re
from typing import Final

from core.locale import Language

_ENGLISH: Final = {
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
    "eleven": "11",
    "twelve": "12",
}
_KOREAN: Final = {
    "한": "1",
    "두": "2",
    "세": "3",
    "네": "4",
    "다섯": "5",
    "여섯": "6",
    "일곱": "7",
    "여덟": "8",
    "아홉": "9",
    "열": "10",
}
_KOREAN_UNITS: Final = "번|회|알|정|방울|캡슐|포|스푼|펌프|달|주|시간|가지|차례|가닥"
_DAYS: Final = {
    "하루": "1일",
    "이틀": "2일",
    "사흘": "3일",
    "나흘": "4일",
    "일주일": "1주",
    "보름": "15일",
    "매일": "1일에 1번",
    "매주": "1주에 1번",
}

_UNITS: Final[dict[Language, dict[str, str]]] = {
    Language.ENGLISH: {
        "%": r"%|percent",
        "mg": r"mg|milligrams?",
        "g": r"g|grams?",
        "ml": r"ml|millilit(?:er|re)s?|cc",
        "mcg": r"mcg|µg|micrograms?",
        "iu": r"iu",
        "piece": r"tablets?|pills?|capsules?|drops?|pumps?|sachets?|doses?|spoons?|teaspoons?",
        "time": r"times?",
        "minute": r"minutes?|min",
        "hour": r"hours?",
        "day": r"days?",
        "week": r"weeks?",
        "month": r"months?",
        "year": r"years?",
    },
    Language.KOREAN: {
        "%": r"%|퍼센트|프로",
        "mg": r"mg|밀리그램",
        "g": r"g|그램",
        "ml": r"ml|밀리리터|cc",
        "mcg": r"mcg|마이크로그램",
        "iu": r"iu|단위",
        "piece": r"알|정(?!도)|캡슐|방울|포(?!함)|스푼|펌프",
        "time": r"번|회|차례",
        "minute": r"분",
        "hour": r"시간",
        "day": r"일(?!주)",
        "week": r"주",
        "month": r"개월|달",
        "year": r"년",
    },
}
_NUMBER: Final = r"\d+(?:[.,]\d+)?"
_RANGE: Final = rf"({_NUMBER})(?:\s*(?:~|-|–|to|or|and|에서|또는|이나)\s*({_NUMBER}))?"


def digits(words: str) -> set[str]:
    """Return every number written in digits."""
    return {_plain(number) for number in re.findall(_NUMBER, words)}


def counted(words: str, language: Language) -> set[str]:
    """Return every number, also those spelled out before what they count."""
    return digits(_spelled(words, language))


def amounts(words: str, language: Language) -> set[str]:
    """Return every number with its unit, both ends of a range, and every rhythm ("2/week")."""
    flat = _spelled(words, language)
    found: set[str] = set()
    for unit, pattern in _UNITS[language].items():
        edge = r"(?![a-z])" if language is Language.ENGLISH else ""
        for low, high in re.findall(rf"{_RANGE}\s*-?(?:{pattern}){edge}", flat):
            found |= {f"{_plain(number)} {unit}" for number in (low, high) if number}
    return found | _rhythms(flat, language)


def _rhythms(flat: str, language: Language) -> set[str]:
    if language is Language.KOREAN:
        pairs = re.findall(rf"({_NUMBER})\s*(일|주|달|개월)(?:에|마다)?\s*({_NUMBER})\s*(?:번|회|차례)", flat)
        periods = {"일": "day", "주": "week", "달": "month", "개월": "month"}
        return {f"{_plain(count)}/{_plain(every)} {periods[unit]}" for every, unit, count in pairs}
    return {
        f"{_plain(count)}/{_plain(every or '1')} {unit}"
        for count, every, unit in re.findall(
            rf"({_NUMBER}) times? (?:a|an|per|each|every|in|in a)\s?({_NUMBER})?\s?(day|week|month)", flat
        )
    }


def _spelled(words: str, language: Language) -> str:
    """Write spelled numbers as digits where they count something."""
    flat = words.casefold()
    if language is Language.KOREAN:
        for word, days in _DAYS.items():
            flat = re.sub(word, days, flat)
        return re.sub(
            rf"(?<![가-힣])({'|'.join(_KOREAN)})(?=\s*(?:{_KOREAN_UNITS}))", lambda match: _KOREAN[match[1]], flat
        )
    flat = re.sub(r"\bonce\b", "1 times", flat)
    flat = re.sub(r"\btwice\b", "2 times", flat)
    flat = re.sub(r"\bthrice\b", "3 times", flat)
    flat = re.sub(r"\b(?:daily|every day|each day|nightly|every night)\b", "1 times a day", flat)
    flat = re.sub(r"\bevery other day\b", "1 times every 2 day", flat)
    flat = re.sub(r"\b(?:weekly|every week|each week)\b", "1 times a week", flat)
    flat = re.sub(r"\b(?:every other week)\b", "1 times every 2 week", flat)
    units = "|".join(_UNITS[Language.ENGLISH].values())
    spelled = "|".join(_ENGLISH)
    after = rf"(?=(?:\s+(?:to|or|and)\s+(?:{spelled}|{_NUMBER}))?[\s-]+(?:{units})\b)"
    flat = re.sub(rf"\b({spelled})\b{after}", lambda match: _ENGLISH[match[1]], flat)
    return re.sub(rf"\b({spelled})\b(?=[\s-]+(?:{units})\b)", lambda match: _ENGLISH[match[1]], flat)


def _plain(number: str) -> str:
    value = number.replace(",", ".")
    return value.rstrip("0").rstrip(".") if "." in value else value.lstrip("0") or "0"
