"""How severe conditions are, and which go together."""

from collections.abc import Sequence
from math import isfinite
from typing import Any, Final

import pandas as pd

from core.interface.charts import QUIET, Colours
from core.interface.charts_drawn import Drawn
from core.interface.charts_grid import lift_matrix
from core.interface.charts_severity import severity_bars
from core.interface.sentences import join_words, raise_first
from core.interface.statistics_asked import Asked, rate_columns
from core.interface.statistics_card import Card
from core.interface.statistics_table import Row
from core.interface.statistics_words import share_words, short_name, short_number, who_phrase
from core.interface.wordings import condition_name
from core.locale import Language, text
from core.records.statistics import GradeShare, Pair, SeverityShares, co_occurrence, severity_shares
from core.records.statistics.behind import Chart as Behind
from core.taxonomy import CONDITIONS, SEVERITIES, Condition, Severity

_TWO_BY_TWO: Final = 4
_HANGUL: Final = "\uac00"


def severity_card(asked: Asked) -> Card:
    """Make the chart of how severe each condition is."""
    question, language = asked.question, asked.language
    found = severity_shares(asked.store, question.filters())
    parts = [
        part for condition, shares in found.items() for part in severity_parts(asked, condition, shares, pale=False)
    ]
    ends = [
        {
            "down": short_name(language, condition),
            "label": f"n\u00a0{shares.n:,}" if shares.n else "",
            "short": f"n\u00a0{short_number(language, shares.n)}" if shares.n else "",
            "hidden": not told_parts(shares),
        }
        for condition, shares in found.items()
    ]
    frame, totals = severity_frame(parts), pd.DataFrame(ends)
    rows: list[Row] = [
        {
            "condition": str(condition),
            "from_grade": int(part.lowest),
            "to_grade": int(part.highest),
            **rate_columns(part.rate),
        }
        for condition, shares in found.items()
        for part in shares.shares
    ]
    sentence = _severity_sentence(asked, found[question.condition])

    def draw(colours: Colours) -> Drawn:
        return severity_bars(
            frame,
            totals,
            colours,
            sentence,
            asked.tip_titles("condition", "grade"),
            down=[short_name(language, condition) for condition in found],
            grades=grade_names(language),
            watermark=asked.watermark,
        )

    return Card(
        name="severity",
        title=asked.words("chart.severity"),
        note=asked.words("chart.severity_note"),
        sentence=sentence,
        rows=rows,
        counted=asked.counted(),
        sql=asked.sql(Behind.SEVERITY, question.filters(), told_only=found[question.condition].told_only),
        draw=draw,
    )


def severity_parts(
    asked: Asked, condition: Condition, shares: SeverityShares, *, pale: bool, own: Severity | None = None
) -> list[dict[str, Any]]:
    """Return the parts of one bar of grades.

    Args:
        asked: What the chart is made for.
        condition: The condition.
        shares: Its grades.
        pale: Whether something else was picked.
        own: The grade to point out.
    """
    name = short_name(asked.language, condition)
    return [
        {
            "down": name,
            "down_id": str(condition),
            "grade": grade_name(asked.language, part),
            "grade_id": int(part.lowest),
            "top_id": int(part.highest),
            "share": part.rate.share,
            "label": f"{part.rate.share * 100:.0f}",
            "strength": QUIET if pale else 1.0,
            "own": own is not None and part.lowest <= own <= part.highest,
            "condition": name,
            **asked.tip(part.rate),
        }
        for part in told_parts(shares)
    ]


def told_parts(shares: SeverityShares) -> Sequence[GradeShare]:
    """Return the parts of a bar of grades; none where all that is told is that everybody has one grade or another."""
    told = shares.shares
    return () if any(part.lowest is Severity.GOOD and part.highest is Severity.SEVERE for part in told) else told


def severity_frame(parts: list[dict[str, Any]]) -> pd.DataFrame:
    """Return parts as a table that has its columns even where there are none."""
    columns = ("down", "down_id", "grade", "grade_id", "top_id", "share", "label", "strength", "own", "condition")
    return pd.DataFrame(parts, columns=[*columns, "share_told", "interval", "of"])


def grade_names(language: Language) -> list[str]:
    """Return the names of the four grades, from the lowest."""
    return [text(language, f"taxonomy.severity.{int(grade)}") for grade in SEVERITIES]


def grade_name(language: Language, part: GradeShare) -> str:
    """Return the name of a grade, or of several put together: "moderate–severe"."""
    return grade_range(language, part.lowest, part.highest)


def grade_range(language: Language, lowest: Severity, highest: Severity) -> str:
    """Return the name of the grades between two, both included: "moderate–severe"."""
    low, high = (text(language, f"taxonomy.severity.{int(grade)}") for grade in (lowest, highest))
    return low if low == high else f"{low}\u2013{high}"


def _severity_sentence(asked: Asked, shares: SeverityShares) -> str:
    who = who_phrase(asked.language, asked.question)
    if not told_parts(shares):
        return asked.words("say.severity_hidden", condition=asked.condition, who=who)
    parts = [
        asked.words("say.severity_part", grade=grade_name(asked.language, part), share=share_words(part.rate.share))
        for part in told_parts(shares)
    ]
    return asked.words(
        "say.severity",
        condition=asked.condition,
        who=who,
        parts=join_words(asked.language, parts),
        n=f"{shares.n:,}",
    )


def lift_card(asked: Asked) -> Card:
    """Make the chart of what goes together."""
    question, language = asked.question, asked.language
    pairs = co_occurrence(asked.store, question.at_least, question.filters())
    hidden = asked.words("hidden.tip")
    cells = [
        {
            "across": _in_two_lines(short_name(language, pair.first)),
            "down": short_name(language, pair.second),
            "lift": pair.lift.value if pair.lift else None,
            "label": f"{pair.lift.value:.1f}" if pair.lift else "",
            "condition": f"{short_name(language, pair.first)} + {short_name(language, pair.second)}",
            "lift_told": f"{pair.lift.value:.2f}" if pair.lift else hidden,
            "interval": f"{pair.lift.low:.2f}\u2013{pair.lift.high:.2f}" if pair.lift else hidden,
            "of": asked.words("tip_of.count", count=f"{pair.both:,}", n=f"{pair.n:,}") if pair.n else hidden,
        }
        for pair in pairs
    ]
    frame, sentence = pd.DataFrame(cells), _lift_sentence(asked, pairs)
    titles = asked.titles("condition") | {
        column: asked.words(f"tip.{name}")
        for column, name in {"lift_told": "lift", "interval": "interval", "of": "both"}.items()
    }

    def draw(colours: Colours) -> Drawn:
        return lift_matrix(
            frame,
            colours,
            sentence,
            titles,
            across=[_in_two_lines(short_name(language, condition)) for condition in CONDITIONS[:-1]],
            down=[short_name(language, condition) for condition in CONDITIONS[1:]],
            watermark=asked.watermark,
        )

    return Card(
        name="lift",
        title=asked.words("chart.lift"),
        note=asked.words("chart.lift_note", grade=asked.grade),
        sentence=sentence,
        rows=[_pair_row(asked, pair) for pair in pairs],
        counted=asked.counted(),
        sql=asked.sql(Behind.TOGETHER, question.filters()),
        draw=draw,
    )


def _in_two_lines(name: str) -> str:
    """Return a label with a bar where its second line begins."""
    if " " in name:
        return name.replace(" ", "|", 1)
    # Four Korean letters are as wide as a column of a phone.
    return f"{name[:2]}|{name[2:]}" if len(name) == _TWO_BY_TWO and name[0] >= _HANGUL else f"|{name}"


def _pair_row(asked: Asked, pair: Pair) -> Row:
    estimate = pair.lift
    high = estimate.high if estimate and isfinite(estimate.high) else None
    return {
        "first": str(pair.first),
        "second": str(pair.second),
        "at_least": int(asked.question.at_least),
        "n": pair.n,
        "both": pair.both,
        "with_first": pair.with_first,
        "with_second": pair.with_second,
        "lift": round(estimate.value, 6) if estimate else None,
        "low_95": round(estimate.low, 6) if estimate else None,
        "high_95": round(high, 6) if high is not None else None,
    }


def _lift_sentence(asked: Asked, pairs: tuple[Pair, ...]) -> str:
    known = [(pair, pair.lift) for pair in pairs if pair.lift]
    if not known:
        return asked.words("say.lift_hidden")
    pair, estimate = max(known, key=lambda one: one[1].low)
    if estimate.low <= 1:
        return asked.words("say.lift_none")
    return raise_first(
        asked.words(
            "say.lift_more",
            first=condition_name(asked.language, pair.first),
            second=condition_name(asked.language, pair.second),
            lift=f"{estimate.value:.2f}",
            low=f"{estimate.low:.2f}",
            high=f"{estimate.high:.2f}",
            both=f"{pair.both:,}",
            n=f"{pair.n:,}",
        )
    )
