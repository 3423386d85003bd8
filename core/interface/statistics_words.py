"""Statistics in words: rates, who is counted, and the sentence under each chart. Knows no Streamlit."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, TypeVar

from core.care.answers import OPTIONS, answer_label, answer_words
from core.interface.sentences import join_words, raise_first
from core.interface.statistics_question import Question
from core.interface.statistics_table import Stamp
from core.interface.wordings import condition_name
from core.locale import Language, text
from core.records.statistics import Group, Rate
from core.taxonomy import AgeBand, Condition, Severity

K = TypeVar("K")

# A no-break space: the sign never stands alone on the next line.
_PERCENT: Final = "\u00a0%"
_NAMED_AT_MOST: Final = 3
_THOUSAND: Final = 1_000
_MOST_DECIMALS: Final = 3


def at_least_words(language: Language, severity: Severity) -> str:
    """Return "mild or worse"."""
    return text(language, f"statistics.at_least.{int(severity)}")


def short_name(language: Language, condition: Condition) -> str:
    """Return the short name of a condition, as a label."""
    return raise_first(text(language, f"statistics.condition_short.{condition}"))


def band_label(language: Language, band: AgeBand | None) -> str:
    """Return an age band as an axis labels it."""
    return text(language, f"statistics.age_label.{band or 'unknown'}")


def group_phrase(language: Language, group: Group) -> str:
    """Return a sex and age band as they stand inside a sentence."""
    sex, band = group
    return text(
        language,
        "statistics.group.phrase",
        sex=text(language, f"statistics.group.{sex or 'unknown'}"),
        age=text(language, f"statistics.age_phrase.{band or 'unknown'}"),
    )


def who_phrase(language: Language, question: Question, *without: str) -> str:
    """Say who is counted: "women in their 30s in Seoul".

    Args:
        language: Korean or English.
        question: Its filters.
        *without: Filters left out, as in `Question.filters`.
    """
    sexes = () if "sexes" in without else question.sexes
    bands = () if "age_bands" in without else question.age_bands
    dated = "days" not in without and bool(question.since or question.until)
    regions = [text(language, f"taxonomy.region.{one}") for one in question.regions]
    rest = text(
        language,
        "statistics.who.rest",
        region=_named(language, "region", regions),
        days=days_words(language, question) if dated else "",
    )
    sex = text(language, f"statistics.group.{sexes[0]}" if len(sexes) == 1 else "statistics.who.everyone")
    return text(language, "statistics.who.phrase", sex=sex, age=_ages(language, bands), rest=rest).strip()


def _ages(language: Language, bands: Sequence[AgeBand]) -> str:
    if len(bands) == 1:
        return text(language, "statistics.who.age", age=text(language, f"statistics.age_phrase.{bands[0]}"))
    return _named(language, "ages", [band_label(language, band) for band in bands], len(AgeBand))


def _named(language: Language, name: str, words: Sequence[str], at_most: int = _NAMED_AT_MOST) -> str:
    if not words:
        return ""
    if len(words) > at_most:
        return text(language, f"statistics.who.{name}_many", count=len(words))
    return text(language, f"statistics.who.{name}", names=join_words(language, words))


def days_words(language: Language, question: Question) -> str:
    """Say which months are counted; empty for all."""
    if question.since and question.until:
        kind = "between" if (question.since.year, question.since.month) != _month(question.until) else "within"
    elif question.since or question.until:
        kind = "since" if question.since else "until"
    else:
        return ""
    since, until = (f"{day:%Y-%m}" if day else "" for day in (question.since, question.until))
    return text(language, f"statistics.who.{kind}", since=since, until=until)


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def having_words(language: Language, condition: Condition, at_least: Severity) -> str:
    """Say what the people counted have: "Dandruff, moderate or worse"."""
    return text(
        language,
        "statistics.who.having",
        condition=raise_first(condition_name(language, condition)),
        grade=at_least_words(language, at_least),
    )


def answer_phrase(language: Language, field: str, value: str) -> str:
    """Return a life-style answer in words, "Shampoo: every day"; an imported one that is none of ours as it came."""
    if field not in OPTIONS or value not in set(OPTIONS[field]):
        return f"{field}: {value}"
    return f"{answer_label(language, field)}: {answer_words(language, field, value)}"


def filters_words(language: Language, question: Question) -> str:
    """Say what is asked and who is counted, for the stamp of a file."""
    parts = [
        f"{raise_first(condition_name(language, question.condition))}, {at_least_words(language, question.at_least)}",
        who_phrase(language, question),
        *[raise_first(text(language, f"taxonomy.view.{view}")) for view in question.views],
        *question.models,
        *question.sources,
        *(answer_phrase(language, *answer) for answer in question.answers),
    ]
    if question.having:
        having = having_words(language, question.having, question.having_at_least)
        parts.append(text(language, "statistics.who.only_having", having=having))
    return " · ".join(parts)


def stamp_lines(language: Language, stamp: Stamp) -> tuple[str, ...]:
    """Return the lines that stand on every picture: who, how many, when, by which models, and what it is not."""
    people = f"{stamp.people:,}" if stamp.people is not None else text(language, "statistics.hidden.label")
    made_at = f"{stamp.made_at:%Y-%m-%d %H:%M} UTC"
    models = ", ".join(stamp.models) or text(language, "statistics.hidden.label")
    lines = [
        text(language, "statistics.stamp.filters", filters=stamp.filters, n=people),
        text(language, "statistics.stamp.made", made_at=made_at, models=models),
        text(language, "statistics.hidden.picture"),
    ]
    if stamp.data == "demonstration":
        lines.insert(0, text(language, "statistics.demo.banner"))
    return tuple(lines)


def share_words(share: float, decimals: int = 0) -> str:
    """Return a share as percent: whole, with one decimal below ten, and never as nothing where it is more.

    Args:
        share: From 0 to 1.
        decimals: At least so many.
    """
    value = round(share * 100, 6)
    if 0 < value < 0.05:
        return f"{value:.2f}{_PERCENT}" if value >= 0.005 else f"<0.01{_PERCENT}"
    return f"{value:.{max(decimals, 1 if 0 < value < 9.95 else 0)}f}{_PERCENT}"


def interval_words(low: float, high: float) -> str:
    """Return an interval of shares: "18–24 %"; of very many people with decimals that tell its ends apart."""
    decimals = _decimals(low, high)
    return f"{share_words(low, decimals).removesuffix(_PERCENT)}\u2013{share_words(high, decimals)}"


def rate_share(rate: Rate) -> str:
    """Return the share of a rate as it stands beside its interval, with as many decimals."""
    return share_words(rate.share, _decimals(rate.low, rate.high))


def _decimals(low: float, high: float) -> int:
    return next((n for n in range(_MOST_DECIMALS) if share_words(low, n) != share_words(high, n)), _MOST_DECIMALS)


def points_words(difference: float) -> str:
    """Return a difference of shares in percentage points, with its sign."""
    value = difference * 100
    sign = "\u2212" if value < 0 else "+"
    return f"{sign}{abs(value):.1f}"


def rate_label(language: Language, rate: Rate | None) -> str:
    """Return a rate as a chart labels it."""
    if rate is None:
        return text(language, "statistics.hidden.label")
    return f"{share_words(rate.share)} · n\u00a0{rate.n:,}"


def short_label(language: Language, rate: Rate) -> str:
    """Return a rate as a chart labels it where it is narrow."""
    return f"{share_words(rate.share)} · n\u00a0{short_number(language, rate.n)}"


def short_number(language: Language, number: int) -> str:
    """Return a count in few letters: 9.1k, 50k, 1.2M; 9.1천, 5만, 123만."""
    if number < _THOUSAND:
        return str(number)
    great = 10_000 if language is Language.KOREAN else 1_000_000
    unit, size = ("million", great) if number >= great else ("thousand", _THOUSAND)
    value = number / size
    return text(
        language, f"statistics.short.{unit}", n=f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"
    )


def share_sentence(language: Language, rate: Rate) -> str:
    """Return a rate as it stands in a sentence, its interval and n in brackets."""
    return text(language, "statistics.say.share", **_parts(rate))


def rate_words(rate: Rate) -> str:
    """Return a rate with its interval and n, as it stands in brackets."""
    return f"{rate_share(rate)}, {interval_words(rate.low, rate.high)}, n\u00a0=\u00a0{rate.n:,}"


def rate_sentence(language: Language, condition: Condition, at_least: Severity, who: str, rate: Rate | None) -> str:
    """Say one rate: "Dandruff at moderate or worse: 21 % of women in their 30s, 18–24 %, n = 1,204."."""
    name = raise_first(condition_name(language, condition))
    asked = {"condition": name, "grade": at_least_words(language, at_least), "who": who}
    if rate is None:
        return text(language, "statistics.say.hidden", **asked)
    return text(language, "statistics.say.rate", **asked, **_parts(rate))


def _parts(rate: Rate) -> dict[str, str]:
    return {
        "share": rate_share(rate),
        "interval": interval_words(rate.low, rate.high),
        "n": f"{rate.n:,}",
    }


def ends_sentence(language: Language, rates: Mapping[str, Rate | None]) -> str:
    """Say where a rate is highest and lowest, and whether that may be chance.

    Args:
        language: Korean or English.
        rates: By name of the group, as it stands in a sentence.
    """
    shown = {name: rate for name, rate in rates.items() if rate is not None}
    if len(shown) < 2:
        return text(language, "statistics.say.too_few")
    ordered = sorted(shown.items(), key=lambda item: -item[1].share)
    (most, high), (least, low) = ordered[0], ordered[-1]
    sentence = text(
        language, "statistics.say.ends", most=most, most_rate=rate_words(high), least=least, least_rate=rate_words(low)
    )
    chance = "overlap" if low.high >= high.low else "apart"
    return f"{sentence} {text(language, f'statistics.say.{chance}')}"
