"""How common conditions are: by age, and by sex and age."""

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from core.interface.charts import Colours
from core.interface.charts_bars import rate_bars
from core.interface.charts_drawn import Drawn
from core.interface.charts_grid import heat_map
from core.interface.statistics_asked import Asked, rate_columns, strength
from core.interface.statistics_card import Card
from core.interface.statistics_table import Row
from core.interface.statistics_words import (
    band_label,
    ends_sentence,
    group_phrase,
    rate_label,
    rate_sentence,
    short_label,
    short_name,
    short_number,
    who_phrase,
)
from core.locale import text
from core.records.statistics import Prevalence, Rate, prevalence, prevalences
from core.records.statistics.behind import Chart as Behind
from core.taxonomy import CONDITIONS, AgeBand, Condition, Sex

_NOT_TOLD: Final = "not_told"


def heat_card(asked: Asked) -> Card:
    """Make the chart of all conditions by age."""
    question, language = asked.question, asked.language
    filters = question.filters("age_bands")
    found = prevalences(asked.store, question.at_least, filters)
    bands = [*AgeBand, *([None] if any(one.by_age[None] for one in found.values()) else [])]
    labels = {band: _band_with_n(asked, found, band) for band in bands}
    names = {condition: short_name(language, condition) for condition in CONDITIONS}
    cells: list[dict[str, Any]] = []
    rows: list[Row] = []
    for condition in CONDITIONS:
        for band in bands:
            rate = found[condition].by_age[band]
            cells.append(
                {
                    "across": labels[band],
                    "down": names[condition],
                    "across_id": str(band or _NOT_TOLD),
                    "down_id": str(condition),
                    "share": rate.share if rate else None,
                    "label": f"{rate.share * 100:.0f}" if rate else "",
                    "strength": strength(band in question.age_bands, bool(question.age_bands)),
                    "focus": condition is question.condition,
                    "who": band_label(language, band),
                    "condition": names[condition],
                    **asked.tip(rate),
                }
            )
            rows.append(_row(asked, condition, None, band, rate))
    frame = pd.DataFrame(cells)
    asked_rate = prevalence(asked.store, question.condition, question.at_least, question.filters()).total
    sentence = rate_sentence(
        language, question.condition, question.at_least, who_phrase(language, question), asked_rate
    )
    by_age = found[question.condition].by_age
    ends = ends_sentence(language, {_people_of(asked, band): by_age[band] for band in AgeBand})

    def draw(colours: Colours) -> Drawn:
        return heat_map(
            frame,
            colours,
            f"{sentence} {ends}",
            asked.tip_titles("who", "condition"),
            across=list(labels.values()),
            down=list(names.values()),
            watermark=asked.watermark,
        )

    return Card(
        name="heat",
        title=asked.words("chart.heat"),
        note=asked.words("chart.heat_note", grade=asked.grade),
        sentence=f"{sentence} {ends}",
        rows=rows,
        counted=asked.counted("age_bands"),
        sql=asked.sql(Behind.PREVALENCE, filters),
        draw=draw,
    )


def _people_of(asked: Asked, band: AgeBand) -> str:
    sexes = asked.question.sexes
    if len(sexes) == 1:
        return group_phrase(asked.language, (sexes[0], band))
    return text(asked.language, f"statistics.age_people.{band}")


def _band_with_n(asked: Asked, found: Mapping[Condition, Prevalence], band: AgeBand | None) -> str:
    numbers = [rate.n for one in found.values() if (rate := one.by_age[band])]
    label = band_label(asked.language, band)
    if not numbers:
        return "|".join([label, *[asked.words("hidden.label")] * 2])
    return f"{label}|{max(numbers):,}|{short_number(asked.language, max(numbers))}"


def _row(asked: Asked, condition: Condition, sex: Sex | None, band: AgeBand | None, rate: Rate | None) -> Row:
    return {
        "condition": str(condition),
        "at_least": int(asked.question.at_least),
        "sex": str(sex) if sex else None,
        "age_band": str(band) if band else None,
        **rate_columns(rate),
    }


def groups_card(asked: Asked) -> Card:
    """Make the chart of one condition by sex and age."""
    question, language = asked.question, asked.language
    filters = question.filters("sexes", "age_bands")
    found = prevalence(asked.store, question.condition, question.at_least, filters)
    told = {group for group, rate in found.cells.items() if rate}
    bands = [*AgeBand, *([None] if any(band is None for _, band in told) else [])]
    sexes = [*Sex, *([None] if any(sex is None for sex, _ in told) else [])]
    names = {sex: asked.words(f"group.{sex or 'unknown'}") for sex in sexes}
    anything = bool(question.sexes or question.age_bands)
    bars: list[dict[str, Any]] = []
    rows: list[Row] = []
    for band in bands:
        for sex in sexes:
            rate = found.cells[sex, band]
            picked = (not question.sexes or sex in question.sexes) and (
                not question.age_bands or band in question.age_bands
            )
            bars.append(
                {
                    "down": band_label(language, band),
                    "within": names[sex],
                    "down_id": str(band or _NOT_TOLD),
                    "within_id": str(sex or _NOT_TOLD),
                    "share": rate.share if rate else None,
                    "low": rate.low if rate else None,
                    "high": rate.high if rate else None,
                    "label": rate_label(language, rate) if rate else "",
                    "short": short_label(language, rate) if rate else "",
                    "strength": strength(picked, anything),
                    "who": group_phrase(language, (sex, band)),
                    **asked.tip(rate),
                }
            )
            rows.append(_row(asked, question.condition, sex, band, rate))
    frame = pd.DataFrame(bars)
    sentence = ends_sentence(
        language, {group_phrase(language, group): rate for group, rate in found.cells.items() if None not in group}
    )

    def draw(colours: Colours) -> Drawn:
        tints = {Sex.FEMALE: colours.first, Sex.MALE: colours.second, None: colours.third}
        return rate_bars(
            frame,
            colours,
            sentence,
            asked.tip_titles("who"),
            down=[band_label(language, band) for band in bands],
            within=list(names.values()),
            tints=[tints[sex] for sex in sexes],
            watermark=asked.watermark,
        )

    return Card(
        name="groups",
        title=asked.words("chart.groups", condition=asked.condition),
        note=asked.words("chart.groups_note", grade=asked.grade),
        sentence=sentence,
        rows=rows,
        counted=asked.counted("sexes", "age_bands"),
        sql=asked.sql(Behind.PREVALENCE, filters),
        draw=draw,
    )
