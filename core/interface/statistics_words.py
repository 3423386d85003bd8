"""Statistics in words: rates, groups, and the sentence under each chart. Knows no Streamlit."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from core.interface.sentences import raise_first
from core.interface.wordings import condition_name
from core.locale import Language, text
from core.records.statistics import Group, Prevalence, Rate
from core.taxonomy import AgeBand, Condition, Severity, Sex

K = TypeVar("K")

# A no-break space: the sign never stands alone on the next line.
_PERCENT = "\u00a0%"


def at_least_words(language: Language, severity: Severity) -> str:
    """Return "mild or worse"."""
    return text(language, f"statistics.at_least.{int(severity)}")


def group_name(language: Language, group: Group) -> str:
    """Return the name of a sex and age band, as a label."""
    sex, band = group
    return text(
        language,
        "statistics.group.label",
        sex=text(language, f"statistics.group.{sex or 'unknown'}"),
        age=text(language, f"statistics.age_label.{band or 'unknown'}"),
    )


def group_phrase(language: Language, group: Group) -> str:
    """Return the name of a sex and age band, as it stands inside a sentence."""
    sex, band = group
    return text(
        language,
        "statistics.group.phrase",
        sex=text(language, f"statistics.group.{sex or 'unknown'}"),
        age=text(language, f"statistics.age_phrase.{band or 'unknown'}"),
    )


def share_words(share: float) -> str:
    """Return a share as percent: whole, or with one decimal below ten."""
    value = share * 100
    return f"{value:.1f}{_PERCENT}" if 0 < value < 9.95 else f"{value:.0f}{_PERCENT}"


def rate_label(language: Language, rate: Rate | None) -> str:
    """Return a rate as a chart labels it."""
    if rate is None:
        return text(language, "statistics.hidden.label")
    return f"{share_words(rate.share)} · n\u00a0{rate.n:,}"


def rate_words(rate: Rate) -> str:
    """Return a rate with its interval and n, as it stands in brackets."""
    low, high = share_words(rate.low).removesuffix(_PERCENT), share_words(rate.high)
    return f"{share_words(rate.share)}, {low}\u2013{high}, n\u00a0=\u00a0{rate.n:,}"


def groups_sentence(language: Language, prevalence: Prevalence, pointed: Group | None) -> str:
    """Say which sex and age band has most and least of a condition, and how it is in the group pointed out."""
    shown = {group: rate for group, rate in prevalence.cells.items() if rate is not None}
    names = {
        "condition": raise_first(condition_name(language, prevalence.condition)),
        "grade": at_least_words(language, prevalence.at_least),
    }
    if len(shown) < 2:
        sentence = text(language, "statistics.say.no_groups")
    else:
        (most, high), (least, low) = _ends(shown)
        sentence = text(
            language,
            "statistics.say.groups",
            **names,
            most=group_phrase(language, most),
            most_rate=rate_words(high),
            least=group_phrase(language, least),
            least_rate=rate_words(low),
        )
        sentence += " " + text(language, f"statistics.say.{'overlap' if low.high >= high.low else 'apart'}")
    if pointed is None:
        return sentence
    rate = prevalence.cells[pointed]
    where = group_phrase(language, pointed)
    told = (
        text(language, "statistics.say.pointed_hidden", group=where)
        if rate is None
        else text(language, "statistics.say.pointed", **names, group=where, rate=rate_words(rate))
    )
    return f"{raise_first(told)} {sentence}"


def conditions_sentence(language: Language, rates: Mapping[Condition, Rate | None], at_least: Severity) -> str:
    """Say which condition is most and which is least common."""
    shown = {condition: rate for condition, rate in rates.items() if rate is not None}
    if len(shown) < 2:
        return text(language, "statistics.say.no_conditions")
    (most, high), (least, low) = _ends(shown)
    return text(
        language,
        "statistics.say.conditions",
        grade=raise_first(at_least_words(language, at_least)),
        most=condition_name(language, most),
        most_rate=rate_words(high),
        least=condition_name(language, least),
        least_rate=rate_words(low),
    )


def shown_groups(prevalence: Prevalence) -> Sequence[Group]:
    """Return the groups a chart or table lists: every told one, and those not told where there is something to show."""
    bands = [band for band in (*AgeBand, None) if band or _any(prevalence, bands=(None,))]
    sexes = [sex for sex in (*Sex, None) if sex or _any(prevalence, sexes=(None,))]
    return [(sex, band) for band in bands for sex in sexes]


def _any(
    prevalence: Prevalence,
    *,
    sexes: Sequence[Sex | None] = (*Sex, None),
    bands: Sequence[AgeBand | None] = (*AgeBand, None),
) -> bool:
    return any(prevalence.cells[sex, band] is not None for sex in sexes for band in bands)


def _ends(shown: Mapping[K, Rate]) -> tuple[tuple[K, Rate], tuple[K, Rate]]:
    ordered = sorted(shown.items(), key=lambda item: -item[1].share)
    return ordered[0], ordered[-1]
