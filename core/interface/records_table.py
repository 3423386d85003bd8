"""Single records and past looks as tables and rows of a file. Knows no Streamlit."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from core.interface.sentences import raise_first
from core.interface.statistics_question import Question
from core.interface.statistics_table import Row
from core.interface.statistics_words import filters_words, short_name
from core.locale import Language, text
from core.records.drilldown import Listing, Look
from core.records.rows import VisitSummary
from core.taxonomy import CONDITIONS, AgeBand, Condition, Region, Severity, Sex, View


def records_table(language: Language, visits: Sequence[VisitSummary]) -> pd.DataFrame:
    """Return records in words, one row a visit."""

    def word(table: str, value: object) -> str:
        return text(language, "records.untold") if value is None else raise_first(text(language, f"{table}.{value}"))

    columns: dict[str, list[str]] = {
        text(language, "records.column.time"): [_time(visit) for visit in visits],
        text(language, "records.column.sex"): [word("taxonomy.sex", visit.sex) for visit in visits],
        text(language, "records.column.age"): [word("statistics.age_label", visit.age_band) for visit in visits],
        text(language, "records.column.region"): [word("taxonomy.region", visit.region) for visit in visits],
        text(language, "records.column.photos"): [str(visit.photos) for visit in visits],
    }
    for condition in CONDITIONS:
        columns[short_name(language, condition)] = [_grade(language, visit, condition) for visit in visits]
    columns[text(language, "records.column.id")] = [visit.id for visit in visits]
    return pd.DataFrame(columns)


def _time(visit: VisitSummary) -> str:
    return f"{visit.visited_at:%Y-%m-%d %H:%M}" if visit.visited_at else ""


def _grade(language: Language, visit: VisitSummary, condition: Condition) -> str:
    if condition not in visit.severities:
        return ""
    severity = visit.severities[condition]
    return text(language, "records.withheld" if severity is None else f"taxonomy.severity.{int(severity)}")


def record_rows(listing: Listing) -> list[Row]:
    """Return the records of a look for a file, with the number of the look in each."""
    return [
        {
            "look": listing.look.number,
            "visit_id": visit.id,
            "visited_at": visit.visited_at.isoformat(timespec="seconds") if visit.visited_at else None,
            "source": visit.source,
            "sex": str(visit.sex) if visit.sex else None,
            "age_band": str(visit.age_band) if visit.age_band else None,
            "region": str(visit.region) if visit.region else None,
            "photos": visit.photos,
            **{str(c): None if (grade := visit.severities.get(c)) is None else int(grade) for c in CONDITIONS},
        }
        for visit in listing.visits
    ]


def looks_table(language: Language, looks: Sequence[Look]) -> pd.DataFrame:
    """Return past looks in words."""
    names = ("number", "happened", "looker", "reason", "filters", "records")
    return pd.DataFrame(
        [
            (
                str(look.number),
                f"{look.happened_at:%Y-%m-%d %H:%M}",
                look.who,
                look.reason,
                filters_words(language, _question(look.filters)).partition(" · ")[2],
                str(look.records),
            )
            for look in looks
        ],
        columns=[text(language, f"records.column.{name}") for name in names],
    )


def _question(told: dict[str, Any]) -> Question:
    """Return the filter of a past look as the page asks it."""
    since, until = (date.fromisoformat(told[name]) if told[name] else None for name in ("since", "until"))
    return Question(
        demo=told["demo"],
        sexes=tuple(Sex(one) for one in told["sexes"] if one),
        age_bands=tuple(AgeBand(one) for one in told["age_bands"] if one),
        regions=tuple(Region(one) for one in told["regions"] if one),
        views=tuple(View(one) for one in told["views"]),
        models=tuple(told["model_ids"]),
        sources=tuple(told["sources"]),
        answers=tuple((field, value) for field, value in told["answers"]),
        having=Condition(told["having"]) if told["having"] else None,
        having_at_least=Severity(told["having_at_least"]),
        since=since,
        until=until,
    )
